"""The latent map in a browser: what a hand, a finger and a keyboard do, what Python hears of it, and what travels."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

APP = Path(__file__).parent / "apps" / "latent_map_app.py"
X0, X1, Y0, Y1 = -4.0, 4.0, 0.0, 2.0
START = (1.0, 1.5)

# Answers can be held back by `lag` milliseconds: what a slow network does, without a slow network.
LAG = """
window.lag = 0
window.WebSocket = class extends WebSocket {
  addEventListener(type, heard, ...rest) {
    const late = (event) => setTimeout(() => heard.call(this, event), window.lag)
    super.addEventListener(type, type === "message" ? late : heard, ...rest)
  }
  set onmessage(heard) { super.onmessage = heard && ((event) => setTimeout(() => heard.call(this, event), window.lag)) }
  get onmessage() { return super.onmessage }
}
"""


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


@pytest.fixture
def open_map(server, browser, wait_idle):
    contexts = []

    def start(query: str = "", **options) -> Map:
        context = browser.new_context(**({"viewport": {"width": 1400, "height": 950}} | options))
        contexts.append(context)
        context.add_init_script(LAG)
        page = context.new_page()
        page.faults, page.received = [], []
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.on("websocket", lambda ws: ws.on("framereceived", lambda data: page.received.append(data)))
        page.goto(f"{server(APP)}/?{query}")
        page.wait_for_selector(".latent-map[data-shown]", timeout=60_000)
        wait_idle(page)
        return Map(page, wait_idle)

    yield start
    for context in contexts:
        assert not context.pages[0].faults
        context.close()


def test_a_click_and_a_drag_give_the_place(open_map):
    map_ = open_map()
    map_.expect(*START)
    map_.click(-2.5, 0.4)
    map_.expect(-2.5, 0.4)
    map_.wait_idle()
    assert map_.sent() == 1 and map_.echo()["runs"] == 2  # press and release are one message
    map_.page.set_viewport_size({"width": 390, "height": 844})
    map_.wait_idle()
    map_.hand.scroll_into_view_if_needed()
    map_.click(2.5, 1.6)
    map_.expect(2.5, 1.6)

    mouse = map_.page.mouse
    mouse.move(*map_.at(0, 1))
    mouse.down()
    mouse.move(*map_.at(-3, 1.8), steps=25)
    mouse.move(*map_.at(3.5, 0.3), steps=25)
    assert map_.readout() == pytest.approx((3.5, 0.3), abs=0.03)  # the cross-hair is there before the answer
    mouse.up()
    map_.expect(3.5, 0.3)

    mouse.move(*map_.at(0, 1))
    mouse.down()
    mouse.move(*map_.at(-9, 0.5), steps=3)  # out of the plane: it stays on the edge
    mouse.up()
    map_.expect(X0, 0.5)


def test_one_message_at_a_time(open_map):
    """While an answer is on its way no second message leaves, and the last position follows it."""
    map_ = open_map()
    page = map_.page
    page.evaluate("lag = 1500")
    page.mouse.move(*map_.at(0, 1))
    page.mouse.down()
    page.mouse.move(*map_.at(2, 1.5), steps=20)
    page.mouse.up()
    assert map_.sent() == 1
    shown = set()
    for _ in range(25):
        shown.add(map_.readout())
        page.wait_for_timeout(80)
    assert len(shown) == 1  # the echo of the first position does not pull the cross-hair back
    page.evaluate("lag = 0")
    map_.expect(2, 1.5)
    assert map_.sent() == 2


def test_a_lost_answer_does_not_hang_the_map(open_map):
    map_ = open_map()
    map_.page.evaluate("lag = 1e6")
    map_.click(0, 1)
    map_.page.wait_for_timeout(100)
    map_.page.evaluate("lag = 0")  # the first answer never comes: this one must go out by itself
    map_.click(-1, 0.5)
    for _ in range(80):
        if map_.sent() == 2:
            break
        map_.page.wait_for_timeout(100)
    assert map_.sent() == 2


def test_python_moves_the_cross_hair(open_map):
    map_ = open_map()
    map_.click(-2.5, 0.4)
    map_.expect(-2.5, 0.4)
    map_.press("Corner")
    map_.expect(3.0, 0.5)
    map_.press("Rerun")  # sends the browser's old state along: it must not come back
    map_.wait_idle()
    map_.expect(3.0, 0.5)
    map_.page.get_by_label("A word").fill("word")
    map_.page.keyboard.press("Enter")  # a run of the whole page, not of the fragment alone
    map_.wait_idle()
    map_.expect(3.0, 0.5)
    map_.click(1.0, 1.0)
    map_.expect(1.0, 1.0)

    map_.page.get_by_role("link", name="Other").click()
    map_.page.wait_for_selector("#other")
    map_.page.get_by_role("link", name="Map").click()
    map_.page.wait_for_selector(".latent-map[data-shown]")
    map_.expect(1.0, 1.0)  # the place outlives the page switch
    map_.click(2.0, 0.3)
    map_.expect(2.0, 0.3)


def test_keyboard(open_map):
    map_ = open_map()
    map_.hand.focus()
    keys = map_.page.keyboard
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "Shift+ArrowLeft", "Shift+ArrowDown"):
        keys.press(key)
    place = START[0] + (0.02 - 0.1) * 8, START[1] + (0.01 - 0.1) * 2
    map_.expect(*place)
    live = map_.page.locator(".latent-map .sr")
    map_.page.wait_for_timeout(600)
    assert live.text_content().startswith("x 0.36, y 1.32. The nearest picture is of class class ")
    label = map_.hand.get_attribute("aria-label")
    assert label.startswith("A toy plane") and "Arrow keys" in label
    for _ in range(30):
        keys.press("Shift+ArrowUp")
    map_.expect(place[0], Y1)


def test_legend_and_layers(open_map):
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

    map_ = open_map("n=400")
    assert map_.colors() > 500
    map_.press("Points")
    assert map_.colors() == 0  # the picture is gray
    assert map_.page.locator(".latent-map .count").text_content() == "400 pictures, 1 of them outside the frame"


def test_pointing_at_a_picture(open_map):
    map_ = open_map()
    tip = map_.page.locator(".latent-map .tip")
    map_.page.mouse.move(*map_.at(3.0, 0.25))
    tip.wait_for()
    assert tip.text_content() == "class 0"
    assert tip.locator("canvas").evaluate("c => c.getContext('2d').getImageData(4, 4, 1, 1).data[0]") in range(36, 45)
    map_.page.mouse.move(*map_.at(-3.9, 0.02))
    tip.wait_for(state="hidden")
    assert map_.sent() == 0


@pytest.mark.parametrize("split", [False, True])
def test_what_stays_is_not_sent_again(open_map, split):
    """The points, the pictures and the code come once; a gesture brings its answer and at most a reference to them."""
    map_ = open_map(f"n=10000&split={split:d}")
    page = map_.page
    assert sum(map(len, page.received)) > 100_000
    for place in ((-1.0, 0.5), (1.0, 0.6), (2.0, 1.2), (0.0, 1.9)):
        page.received.clear()
        map_.click(*place)
        map_.expect(*place)
        map_.wait_idle()
        messages = [ForwardMsg.FromString(data) for data in page.received]
        assert any(message.ref_hash for message in messages) is not split
        assert sum(map(len, page.received)) < 12_000


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


@pytest.mark.parametrize("tiles", [0, 1, 2, 3])
def test_pictures_stand_beside_the_plane(open_map, tiles):
    map_ = open_map(f"tiles={tiles}")
    plot = map_.hand.bounding_box()
    assert plot["width"] == pytest.approx(plot["height"], abs=1)
    pictures = map_.page.locator(".latent-map figure img").all()
    assert len(pictures) == tiles
    for i, picture in enumerate(pictures):
        box = picture.bounding_box()
        assert box["width"] >= 180 and box["x"] > plot["x"] + plot["width"]
        assert picture.get_attribute("alt") and picture.evaluate("p => p.naturalWidth") == 28
        if i == 0:
            assert box["y"] == pytest.approx(plot["y"], abs=2)


def test_both_themes(open_map):
    """Points are drawn in other hues on a dark ground, and again when the theme changes."""
    pixel = "c => Array.from(c.getContext('2d').getImageData(9, 9, 1, 1).data)"
    swatch = ".latent-map .legend button:first-child canvas"
    light = open_map(color_scheme="light").page
    dark = open_map(color_scheme="dark").page
    assert light.locator(swatch).evaluate(pixel)[:3] == [0x00, 0x72, 0xB2]
    assert dark.locator(swatch).evaluate(pixel)[:3] == [0x56, 0xB4, 0xE9]
    dark.emulate_media(color_scheme="light")
    dark.wait_for_timeout(500)
    assert dark.locator(swatch).evaluate(pixel)[:3] == [0x00, 0x72, 0xB2]
