"""The embedding map in a browser: what a hand and a keyboard do, and what Python hears of it."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytestmark = pytest.mark.browser
APP = Path(__file__).parent / "apps" / "embedding_map_app.py"
MIDDLE, HALF = 0.0, 0.53 * 8  # of the frame: the layouts span -4 to 4


class Map:
    """The map of one open page, in the units of its layouts."""

    def __init__(self, page, wait_idle):
        self.page, self.idle = page, lambda: wait_idle(page)
        self.root, self.hand = page.locator(".embedding-map"), page.locator(".embedding-map .hand")

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Page coordinates while the whole map is on show."""
        self.hand.scroll_into_view_if_needed()
        box = self.hand.bounding_box()
        right, down = (x - MIDDLE + HALF) / (2 * HALF), (MIDDLE + HALF - y) / (2 * HALF)
        return box["x"] + right * box["width"], box["y"] + down * box["height"]

    def echo(self) -> dict:
        return json.loads(self.page.locator("#echo").text_content())

    def until(self, **held) -> None:
        """Wait until Python holds these values."""
        self.page.wait_for_function(
            "(held) => { const echo = JSON.parse(document.querySelector('#echo')?.textContent ?? '{}');"
            " return Object.entries(held).every(([k, v]) => JSON.stringify(echo[k]) === JSON.stringify(v)) }",
            arg=held, timeout=60_000,
        )  # fmt: skip
        self.idle()

    def drawn(self) -> np.ndarray:
        """What the plot looks like, uint8 (H, W, 3)."""
        return np.asarray(Image.open(io.BytesIO(self.root.locator(".plot").screenshot())).convert("RGB"))

    def says(self, name: str, value: str) -> None:
        """Wait until the map's own attribute has this value."""
        self.page.wait_for_selector(f'.embedding-map[data-{name}="{value}"]', timeout=60_000)


@pytest.fixture
def open_map(server, browser, wait_idle):
    contexts = []

    def start(query: str = "", **options) -> Map:
        context = browser.new_context(**({"viewport": {"width": 1400, "height": 950}} | options))
        contexts.append(context)
        page = context.new_page()
        page.faults = []
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.goto(f"{server(APP)}/?{query}")
        page.wait_for_selector(".embedding-map[data-ready][data-shown]", timeout=60_000)
        wait_idle(page)
        return Map(page, wait_idle)

    yield start
    for context in contexts:
        assert all(page.faults == [] for page in context.pages)
        context.close()


def test_a_click_chooses_a_point_and_the_answer_is_drawn(open_map) -> None:
    shown = open_map()
    page = shown.page
    page.mouse.move(*shown.at(-4, -4))
    page.wait_for_selector(".embedding-map .tip:not([hidden])")
    assert shown.root.locator(".tip .what").text_content() == "a"
    assert shown.root.locator(".tip .caption").text_content() == "<i>number</i> 0", "text is text"
    page.mouse.click(*shown.at(-4, -4))
    shown.says("shown", "answer 0 0")
    shown.until(point=0)
    page.mouse.click(*shown.at(4, 4))
    shown.says("shown", "answer 1 0")
    assert shown.root.get_attribute("data-chosen") == "1"
    assert "Chosen: Picture 1, <i>number</i> 1, class: b." in shown.root.locator(".sr").text_content()
    page.mouse.click(*shown.at(-4, 4))  # nothing lies there
    shown.says("shown", "answer None 0")


def test_a_region_is_selected_and_let_go(open_map) -> None:
    shown = open_map()
    page = shown.page
    page.get_by_role("button", name="Select a region").click()
    page.mouse.move(*shown.at(3.4, 3.4))
    page.mouse.down()
    for corner in ((4.2, 3.4), (4.2, 4.2), (3.4, 4.2)):
        page.mouse.move(*shown.at(*corner), steps=5)
    page.mouse.up()
    shown.until(inside=[1])
    assert shown.root.locator(".select").get_attribute("aria-pressed") == "false"
    shown.hand.focus()
    page.keyboard.press("Escape")
    shown.until(inside=[])


def test_layouts_and_colourings_change_without_a_round_trip_and_python_hears(open_map) -> None:
    shown = open_map()
    page = shown.page
    assert shown.root.get_attribute("data-layout") == "now", "it opens on the last age"
    before = shown.drawn()
    slider = shown.root.locator(".ages input")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    shown.says("layout", "0")
    assert shown.root.locator(".age").text_content() == "untrained"
    shown.until(layout="0")
    assert not np.array_equal(shown.drawn(), before)
    shown.root.locator("select").select_option("1")
    shown.until(colouring="half")
    assert [b.text_content() for b in shown.root.locator(".legend button").all()] == ["even", "odd"]
    shown.root.locator(".play").click()
    shown.says("layout", "now")
    shown.until(layout="now")
    page.get_by_role("button", name="odd", exact=True).click()
    page.mouse.move(*shown.at(-4, -4))
    page.mouse.click(*shown.at(-4, -4))  # point 0 is even, and hidden
    assert shown.root.get_attribute("data-chosen") == ""


def test_zooming_shows_the_pictures_themselves(open_map) -> None:
    shown = open_map()
    page = shown.page
    assert int(shown.root.get_attribute("data-seen")) == 400
    page.mouse.move(*shown.at(4, 4))
    for _ in range(12):
        page.mouse.wheel(0, -300)
    page.wait_for_selector(".embedding-map[data-pictures]")
    assert int(shown.root.get_attribute("data-seen")) < 160
    page.get_by_role("button", name="Show the whole map").click()
    page.wait_for_selector('.embedding-map[data-seen="400"]')


def test_the_keyboard_goes_from_point_to_point(open_map) -> None:
    shown = open_map()
    page = shown.page
    shown.hand.focus()
    page.keyboard.press("ArrowRight")
    first = shown.root.locator(".sr").text_content()
    page.keyboard.press("ArrowRight")
    assert first.startswith("Picture ") and shown.root.locator(".sr").text_content() != first
    page.keyboard.press("Enter")
    page.wait_for_function(
        "() => JSON.parse(document.querySelector('#echo').textContent).point !== null", timeout=60_000
    )
    assert str(shown.echo()["point"]) == shown.root.get_attribute("data-chosen")


def test_a_phone_holds_it_and_the_dark_theme_is_dark(open_map) -> None:
    shown = open_map("n=10000", viewport={"width": 390, "height": 800}, color_scheme="dark", has_touch=True)
    assert shown.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert shown.drawn()[4, 4, :3].max() < 80
    x, y = shown.at(4, 4)
    shown.page.touchscreen.tap(x, y)
    shown.says("chosen", "1")
