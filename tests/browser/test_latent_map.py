"""The latent map in a browser: what a hand, a finger and a keyboard do, what Python hears of it, and what travels."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

APP = Path(__file__).parent / "apps" / "latent_map_app.py"
X0, X1, Y0, Y1 = -4.0, 4.0, 0.0, 2.0
START = (1.0, 1.5)


class Map:
    """The map of one open page, in terms of the plane's units."""

    def __init__(self, page, wait_idle):
        self.page = page
        self.wait_idle = lambda: wait_idle(page)
        self.root = page.locator(".latent-map")
        self.hand = page.locator(".latent-map .hand")

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Page coordinates of a place."""
        box = self.hand.bounding_box()
        return box["x"] + (x - X0) / (X1 - X0) * box["width"], box["y"] + (Y1 - y) / (Y1 - Y0) * box["height"]

    def click(self, x: float, y: float) -> None:
        self.hand.scroll_into_view_if_needed()
        self.page.mouse.click(*self.at(x, y))

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def sent(self) -> int:
        return int(self.root.get_attribute("data-sent"))

    def echo(self) -> dict:
        return json.loads(self.page.locator("#echo").text_content())

    def readout(self) -> tuple[float, float]:
        """What the map itself says about the cross-hair."""
        words = self.page.locator(".latent-map .place").text_content()
        return tuple(float(word) for word in words.strip("()").replace("\u2212", "-").split(", "))

    def expect(self, x: float, y: float) -> None:
        """Python, the words and the pictures on show agree on this place, to about one pixel."""
        self.page.wait_for_function(
            """([x, y]) => {
              const near = (at) => Math.abs(at[0] - x) < 0.03 && Math.abs(at[1] - y) < 0.008
              const map = document.querySelector("#echo")
              const found = (root) => root.querySelector(".latent-map") ??
                [...root.querySelectorAll("*")].map((e) => e.shadowRoot && found(e.shadowRoot)).find(Boolean)
              const shown = found(document)?.dataset.shown
              return map && near(JSON.parse(map.textContent).place) && shown && near(shown.split(",").map(Number))
            }""",
            arg=[x, y],
            timeout=60_000,
        )
        assert self.readout() == pytest.approx((x, y), abs=0.03)

    def colors(self, canvas: str = ".ground") -> int:
        """How many pixels of a canvas are neither gray nor empty."""
        return self.page.locator(f".latent-map {canvas}").evaluate(
            """(canvas) => {
              const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height)
              let found = 0
              for (let i = 0; i < data.length; i += 4) {
                const rgb = [data[i], data[i + 1], data[i + 2]]
                if (data[i + 3] && Math.max(...rgb) - Math.min(...rgb) > 60) found += 1
              }
              return found
            }"""
        )


@contextlib.contextmanager
def opened(server, tabs, wait_idle, query: str = "", **options) -> Iterator[Map]:
    """The map on a page of its own, which raises nothing."""
    with tabs.lent(messages=True, **options) as page:
        page.goto(f"{server(APP)}&{query}")
        page.wait_for_selector(".latent-map[data-shown]", timeout=60_000)
        wait_idle(page)
        yield Map(page, wait_idle)


@pytest.fixture
def open_map(server, tabs, wait_idle):
    with contextlib.ExitStack() as stack:
        yield lambda query="", **options: stack.enter_context(opened(server, tabs, wait_idle, query, **options))


@pytest.fixture(scope="module")
def toy(server, tabs, wait_idle) -> Iterator[Map]:
    """One page for all tests that leave it as they find it, but for the place of the cross-hair."""
    with opened(server, tabs, wait_idle, color_scheme="light") as map_:
        yield map_


def test_it_opens_where_the_page_says(toy):
    toy.expect(*START)
    assert toy.root.locator(".count").text_content() == "400 pictures, 1 of them outside the frame"


def test_a_click_and_a_drag_give_the_place(toy):
    toy.click(-0.5, 0.9)
    toy.expect(-0.5, 0.9)
    toy.wait_idle()
    sent, runs = toy.sent(), toy.echo()["runs"]
    toy.click(-2.5, 0.4)
    toy.expect(-2.5, 0.4)
    toy.wait_idle()
    assert toy.sent() == sent + 1 and toy.echo()["runs"] == runs + 1  # press and release are one message
    toy.page.set_viewport_size({"width": 390, "height": 844})
    toy.wait_idle()
    toy.hand.scroll_into_view_if_needed()
    toy.click(2.5, 1.6)
    toy.expect(2.5, 1.6)

    mouse = toy.page.mouse
    mouse.move(*toy.at(0, 1))
    mouse.down()
    mouse.move(*toy.at(-3, 1.8), steps=25)
    mouse.move(*toy.at(3.5, 0.3), steps=25)
    assert toy.readout() == pytest.approx((3.5, 0.3), abs=0.03)  # the cross-hair is there before the answer
    mouse.up()
    toy.expect(3.5, 0.3)

    mouse.move(*toy.at(0, 1))
    mouse.down()
    mouse.move(*toy.at(-9, 0.5), steps=3)  # out of the plane: it stays on the edge
    mouse.up()
    toy.expect(X0, 0.5)
    toy.page.set_viewport_size({"width": 1400, "height": 950})
    toy.wait_idle()


def test_python_moves_the_cross_hair(toy):
    toy.click(-2.5, 0.4)
    toy.expect(-2.5, 0.4)
    toy.press("Corner")
    toy.expect(3.0, 0.5)
    toy.press("Rerun")  # sends the browser's old state along: it must not come back
    toy.wait_idle()
    toy.expect(3.0, 0.5)
    toy.page.get_by_label("A word").fill("word")
    toy.page.keyboard.press("Enter")  # a run of the whole page, not of the fragment alone
    toy.wait_idle()
    toy.expect(3.0, 0.5)
    toy.click(1.0, 1.0)
    toy.expect(1.0, 1.0)

    toy.page.get_by_role("link", name="Other").click()
    toy.page.wait_for_selector("#other")
    toy.page.get_by_role("link", name="Map").click()
    toy.page.wait_for_selector(".latent-map[data-shown]")
    toy.expect(1.0, 1.0)  # the place outlives the page switch
    toy.click(2.0, 0.3)
    toy.expect(2.0, 0.3)


def test_keyboard(toy):
    toy.click(*START)
    toy.expect(*START)
    x, y = toy.echo()["place"]
    toy.hand.focus()
    keys = toy.page.keyboard
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "Shift+ArrowLeft", "Shift+ArrowDown"):
        keys.press(key)
    place = x + (0.02 - 0.1) * 8, y + (0.01 - 0.1) * 2
    toy.expect(*place)
    words = f"x {place[0]:.2f}, y {place[1]:.2f}. The nearest picture is of class class "
    toy.root.locator(".sr", has_text=words).wait_for(state="attached")
    label = toy.hand.get_attribute("aria-label")
    assert label.startswith("A toy plane") and "Arrow keys" in label
    for _ in range(6):
        keys.press("Shift+ArrowUp")
    toy.expect(place[0], Y1)


def test_legend_and_layers(toy, open_map):
    """A press on a class leaves it alone, a second one brings all back; none of it costs a message."""
    map_ = open_map("n=400&classes=4&grid=0")
    page = map_.page
    assert page.locator(".latent-map [data-layer]").first.is_hidden()  # without a picture there is nothing to choose
    everything = map_.colors()
    map_.press("class 2")
    alone = map_.colors()
    assert 0 < alone < everything / 2
    assert page.get_by_role("button", name="class 2").get_attribute("aria-pressed") == "true"
    map_.press("class 1")
    assert page.get_by_role("button", name="class 2").get_attribute("aria-pressed") == "false"
    map_.press("class 1")
    assert map_.colors() == everything
    assert map_.echo()["runs"] == 1 and map_.sent() == 0

    assert toy.colors() > 500
    toy.press("Points")
    assert toy.colors() == 0  # the picture is gray
    toy.press("Points")


def test_pointing_at_a_picture(toy):
    sent = toy.sent()
    tip = toy.page.locator(".latent-map .tip")
    toy.hand.scroll_into_view_if_needed()
    toy.page.mouse.move(*toy.at(3.0, 0.25))
    tip.wait_for()
    assert tip.text_content() == "class 0"
    assert tip.locator("canvas").evaluate("c => c.getContext('2d').getImageData(4, 4, 1, 1).data[0]") in range(36, 45)
    toy.page.mouse.move(*toy.at(-3.9, 0.02))
    tip.wait_for(state="hidden")
    assert toy.sent() == sent


@pytest.mark.parametrize("split", [False, True])
def test_what_stays_is_not_sent_again(open_map, split):
    """The points and the pictures come once; a gesture brings its answer and at most a reference to them."""
    map_ = open_map(f"n=10000&split={split:d}")
    page = map_.page
    assert sum(map(len, page.received)) > 50_000
    for place in ((-1.0, 0.5), (1.0, 0.6), (2.0, 1.2), (0.0, 1.9)):
        page.received.clear()
        map_.click(*place)
        map_.expect(*place)
        map_.wait_idle()
        messages = [ForwardMsg.FromString(data) for data in page.received]
        assert any(message.ref_hash for message in messages) is not split
        assert sum(map(len, page.received)) < 6_000


def test_phone(open_map):
    """A finger moves the cross-hair and does not scroll; nothing is wider than the screen."""
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
    map_ = open_map("classes=12", **phone)
    page = map_.page
    map_.hand.scroll_into_view_if_needed()
    scroll = page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop")
    touch = page.context.new_cdp_session(page)

    def finger(kind: str, *places: tuple[float, float]) -> None:
        points = [dict(zip("xy", map_.at(*place), strict=True)) for place in places]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    finger("touchStart", (-2, 1.8))
    finger("touchMove", (-1, 1.0))
    finger("touchMove", (1.5, 0.2))
    finger("touchEnd")
    map_.expect(1.5, 0.2)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == scroll

    board, tiles = (page.locator(f".latent-map {part}").bounding_box() for part in (".board", ".tiles"))
    assert tiles["y"] >= board["y"] + board["height"]  # stacked
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 844})
        page.wait_for_timeout(200)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        root = map_.root.bounding_box()
        for button in page.locator(".latent-map button").all():
            box = button.bounding_box()
            assert box["height"] >= 40 and box["x"] + box["width"] <= root["x"] + root["width"] + 1


def test_pictures_stand_beside_the_plane(toy):
    page, seen = toy.page, set()
    for _ in range(4):
        toy.hand.scroll_into_view_if_needed()
        plot = toy.hand.bounding_box()
        assert plot["width"] == pytest.approx(plot["height"], abs=1)
        count = int(toy.root.get_attribute("data-shown").rpartition(",")[2])
        pictures = page.locator(".latent-map figure img").all()
        assert len(pictures) == count
        for i, picture in enumerate(pictures):
            box = picture.bounding_box()
            assert box["width"] >= 180 and box["x"] > plot["x"] + plot["width"]
            assert picture.get_attribute("alt") and picture.evaluate("p => p.naturalWidth") == 28
            if i == 0:
                assert box["y"] == pytest.approx(plot["y"], abs=2)
        seen.add(count)
        toy.press("Fewer pictures")
        page.wait_for_selector(f'.latent-map[data-shown$=",{(count - 1) % 4}"]')
        toy.wait_idle()
    assert seen == {0, 1, 2, 3}


def test_both_themes(toy, open_map):
    """A class that is called by its colour has that colour on both grounds."""
    swatch = ".latent-map .legend button:first-child canvas"
    first = "c => Array.from(c.getContext('2d').getImageData(9, 9, 1, 1).data)"
    assert toy.page.locator(swatch).evaluate(first)[:3] == [0x00, 0x72, 0xB2]
    dark = open_map(color_scheme="dark").page
    assert dark.locator(swatch).evaluate(first)[:3] == [0x00, 0x72, 0xB2]
