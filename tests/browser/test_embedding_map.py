"""The embedding map in a browser: what a hand and a keyboard do, and what Python hears of it."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.charts.theme import HUES

pytestmark = pytest.mark.browser
APP = Path(__file__).parent / "apps" / "embedding_map_app.py"
MIDDLE, HALF = 0.0, 0.53 * 8  # of the frame: the layouts span -4 to 4
# A test's WebGL is made by the processor; the map would not take it if it could see that.
DISGUISE = """
const real = WebGL2RenderingContext.prototype.getExtension
WebGL2RenderingContext.prototype.getExtension = function (name) {
  globalThis.lately = this
  return name === "WEBGL_debug_renderer_info" ? null : real.call(this, name)
}
const plain = HTMLCanvasElement.prototype.getContext
HTMLCanvasElement.prototype.getContext = function (kind, options) {
  return plain.call(this, kind, { ...options, failIfMajorPerformanceCaveat: false })
}
"""


def differ(one: np.ndarray, other: np.ndarray) -> float:
    """The share of pixels that are not the same but for a rounding of their colours."""
    return float((np.abs(one.astype(int) - other).max(axis=2) > 3).mean())


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

    def color(self, x: float, y: float) -> np.ndarray:
        """The pixel of the plot at a place of the layouts, three numbers up to 255."""
        picture = self.drawn().astype(int)
        size = len(picture)
        return picture[int(size * (MIDDLE + HALF - y) / (2 * HALF)), int(size * (x - MIDDLE + HALF) / (2 * HALF))]

    def says(self, name: str, value: str) -> None:
        """Wait until the map's own attribute has this value."""
        self.page.wait_for_selector(f'.embedding-map[data-{name}="{value}"]', timeout=60_000)


@contextlib.contextmanager
def opened(server, tabs, wait_idle, query: str = "", **options) -> Iterator[Map]:
    """The map on a page of its own, which raises nothing."""
    with tabs.lent(messages=True, **options) as page:
        page.goto(f"{server(APP)}&{query}")
        page.wait_for_selector(".embedding-map[data-ready][data-shown]", timeout=60_000)
        wait_idle(page)
        yield Map(page, wait_idle)


@pytest.fixture
def open_map(server, tabs, wait_idle):
    with contextlib.ExitStack() as stack:
        yield lambda query="", **options: stack.enter_context(opened(server, tabs, wait_idle, query, **options))


@pytest.fixture(scope="module")
def one_page(server, tabs, wait_idle) -> Iterator[Map]:
    with opened(server, tabs, wait_idle) as shown:
        yield shown


@pytest.fixture
def shown(one_page) -> Map:
    """The one page of most tests, as it was when it was opened."""
    page, root = one_page.page, one_page.root
    if one_page.echo()["layout"] not in ("", "now"):
        root.locator(".play").click()
        one_page.until(layout="now")
    root.locator("select").select_option("0")
    page.get_by_role("button", name="Show the whole map").click()
    for button in root.locator(".legend button[aria-pressed=true]").all():
        button.click()
    one_page.hand.focus()
    page.keyboard.press("Escape")
    one_page.hand.evaluate("hand => hand.blur()")
    page.mouse.move(2, 2)
    one_page.until(point=None, inside=[])
    return one_page


@pytest.fixture(scope="module")
def phone(server, tabs, wait_idle) -> Iterator[Map]:
    screen = {"viewport": {"width": 390, "height": 800}, "color_scheme": "dark", "has_touch": True}
    with opened(server, tabs, wait_idle, "n=10000", **screen) as shown:
        yield shown


def test_it_opens_on_the_last_age_and_nothing_is_sent(one_page) -> None:
    assert one_page.root.get_attribute("data-layout") == "now"
    assert one_page.root.get_attribute("data-sent") is None
    assert one_page.echo() == {"point": None, "layout": "", "colouring": "", "inside": []}
    assert int(one_page.root.get_attribute("data-seen")) == 400


def test_a_click_chooses_a_point_and_the_answer_is_drawn(shown) -> None:
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
    shown.until(point=1)
    assert "Chosen: Picture 1, <i>number</i> 1, class: b." in shown.root.locator(".sr").text_content()
    page.mouse.click(*shown.at(-4, 4))  # nothing lies there
    shown.says("shown", "answer None 0")


def test_lines_lead_to_the_neighbours_that_python_names(shown) -> None:

    def dark() -> float:
        """The share of dark pixels between the chosen point and one of its neighbours, which lies in the other corner."""
        return float(np.mean([shown.color(at, at).max() < 60 for at in np.linspace(-3, 3, 13)]))

    assert dark() < 0.2
    shown.page.mouse.click(*shown.at(-4, -4))
    shown.says("shown", "answer 0 0")
    assert dark() > 0.8
    shown.hand.focus()
    shown.page.keyboard.press("Escape")
    shown.says("shown", "answer None 0")
    shown.page.mouse.move(2, 2)
    assert dark() < 0.2


def test_a_region_is_selected_and_let_go(shown) -> None:
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
    page.keyboard.down("Shift")
    page.mouse.move(*shown.at(-4.2, -4.2))
    page.mouse.down()
    for corner in ((-3.4, -4.2), (-3.4, -3.4), (-4.2, -3.4)):
        page.mouse.move(*shown.at(*corner), steps=5)
    page.mouse.up()
    page.keyboard.up("Shift")
    shown.until(inside=[0])


def test_layouts_and_colourings_change_without_a_round_trip_and_python_hears(shown) -> None:
    page = shown.page
    assert shown.root.get_attribute("data-layout") == "now", "it opens on the last age"
    before = shown.drawn()
    slider = shown.root.locator(".ages input")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    shown.says("layout", "0")
    assert shown.root.locator(".age").text_content() == "untrained"
    shown.until(layout="0")
    assert differ(shown.drawn(), before) > 0.01
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


def test_the_legend_dims_the_others_and_leaves_one_alone(shown) -> None:
    blue, orange = (np.array([int(hue[i : i + 2], 16) for i in (1, 3, 5)]) for hue in HUES[:2])

    def fades(x: float, y: float) -> bool:
        return shown.color(x, y).min() > 220

    assert np.abs(shown.color(-4, -4) - blue).max() < 4 and np.abs(shown.color(4, 4) - orange).max() < 4
    button = shown.root.locator(".legend button", has_text="b").first
    button.hover()
    assert fades(-4, -4) and not fades(4, 4), "hovered over"
    shown.page.mouse.move(2, 2)
    assert not fades(-4, -4)
    button.click()
    shown.page.mouse.move(2, 2)
    assert fades(-4, -4) and not fades(4, 4), "pressed"
    assert button.get_attribute("aria-pressed") == "true"
    assert int(shown.root.get_attribute("data-seen")) == 100
    assert shown.root.get_attribute("data-pictures") is None, "few are left, but nobody went closer"
    button.click()
    shown.page.mouse.move(2, 2)
    assert not fades(-4, -4)


def test_a_graphics_card_and_the_processor_draw_the_same(shown, open_map) -> None:
    plain, card = shown, open_map(script=DISGUISE)
    if not card.page.evaluate("document.createElement('canvas').getContext('webgl2') !== null"):
        pytest.skip("this browser has no WebGL2")
    assert [each.root.get_attribute("data-painter") for each in (plain, card)] == ["pixels", "card"]
    assert (plain.drawn().max(axis=2) < 230).mean() > 0.02, "there is something to compare"
    assert differ(plain.drawn(), card.drawn()) < 0.001, "a mark may fall on the next pixel where its place is rounded"
    for each in (plain, card):
        each.root.locator(".legend button", has_text="d").first.click()
        each.page.mouse.move(2, 2)
    assert differ(plain.drawn(), card.drawn()) < 0.001
    card.page.evaluate("lately.getExtension('WEBGL_lose_context').loseContext()")
    card.says("painter", "pixels")
    assert differ(plain.drawn(), card.drawn()) == 0


def test_points_walk_and_where_motion_is_unwelcome_they_jump(open_map) -> None:
    shown = open_map(fresh=True, reduced_motion="no-preference")  # its clock is ours
    page = shown.page
    page.clock.install()
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 60)
    shown.root.locator(".ages input").focus()
    for motion, key in (("no-preference", "ArrowLeft"), ("reduce", "ArrowRight")):
        page.emulate_media(reduced_motion=motion)
        old = shown.drawn()
        page.keyboard.press(key)
        page.clock.run_for(200)
        midway = shown.drawn()
        page.clock.run_for(1000)
        young = shown.drawn()
        assert differ(young, old) > 0.01 and differ(midway, old) > 0.01
        assert (differ(midway, young) == 0) == (motion == "reduce")


@pytest.mark.parametrize("split", [0, 1])
def test_the_cloud_comes_once_and_an_answer_is_small(open_map, split) -> None:
    shown = open_map(f"n=10000&split={split}")
    page = shown.page
    assert sum(map(len, page.received)) > 10_000 * (2 * 4 + 2), "two layouts, two colourings, and more"
    page.received.clear()
    page.mouse.click(*shown.at(4, 4))
    shown.says("shown", "answer 1 0")
    shown.until(point=1)
    assert 0 < sum(map(len, page.received)) < 20_000


def test_two_fingers_zoom_and_one_pans_and_neither_chooses(phone) -> None:
    shown = phone
    x, y = shown.at(0, 0)
    touch = shown.page.context.new_cdp_session(shown.page)

    def fingers(kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": px, "y": py, "id": i} for i, (px, py) in enumerate(places)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    fingers("touchStart", (x - 20, y))
    fingers("touchStart", (x - 20, y), (x + 20, y))  # the first finger rests
    for far in (40, 80, 120):
        fingers("touchMove", (x - 20, y), (x + far, y))
    fingers("touchEnd")
    root = shown.root.element_handle()
    shown.page.wait_for_function("(root) => Number(root.dataset.seen) < 5000", arg=root, timeout=60_000)
    assert shown.root.get_attribute("data-chosen") == "" and shown.root.get_attribute("data-sent") is None
    before = shown.drawn()
    seen = shown.root.get_attribute("data-seen")
    fingers("touchStart", (x, y))
    for far in (10, 30, 60):
        fingers("touchMove", (x, y - far))
    fingers("touchEnd")
    shown.page.wait_for_function("([root, seen]) => root.dataset.seen !== seen", arg=[root, seen], timeout=60_000)
    assert differ(shown.drawn(), before) > 0.01
    assert shown.root.get_attribute("data-chosen") == "" and shown.root.get_attribute("data-sent") is None


def test_a_phone_holds_it_and_the_dark_theme_is_dark(phone) -> None:
    shown = phone
    shown.page.get_by_role("button", name="Show the whole map").click()
    assert shown.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert shown.drawn()[4, 4, :3].max() < 80
    x, y = shown.at(4, 4)
    shown.page.touchscreen.tap(x, y)
    shown.says("chosen", "1")
    shown.root.locator("select").select_option("2")
    box = shown.root.locator(".legend button").bounding_box()
    assert 300 < box["x"] + box["width"] <= 390, "a long name is cut short"


def test_zooming_shows_the_pictures_themselves(shown) -> None:
    page = shown.page
    assert int(shown.root.get_attribute("data-seen")) == 400
    page.mouse.move(*shown.at(4, 4))
    for _ in range(12):
        page.mouse.wheel(0, -300)
    page.wait_for_selector(".embedding-map[data-pictures]")
    assert int(shown.root.get_attribute("data-seen")) < 160
    page.get_by_role("button", name="Show the whole map").click()
    page.wait_for_selector('.embedding-map[data-seen="400"]')


def test_the_keyboard_goes_from_point_to_point(shown) -> None:
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
