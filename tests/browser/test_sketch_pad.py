"""The sketch pad in a browser: what a hand, a finger and a keyboard draw, and which pixels Python gets.

The app is apps/sketch_pad_app.py.
"""

from __future__ import annotations

import json
import math
import time
from pathlib import Path

import numpy as np
import pytest

from tests.helpers.sketches import name, picture

APP = Path(__file__).parent / "apps" / "sketch_pad_app.py"


# Answers can be held back by `lag` milliseconds, and what the browser sends is counted.
WIRE = """
window.lag = 0
window.sends = 0
window.WebSocket = class extends WebSocket {
  addEventListener(type, heard, ...rest) {
    const late = (event) => window.lag ? setTimeout(() => heard.call(this, event), window.lag) : heard.call(this, event)
    super.addEventListener(type, type === "message" ? late : heard, ...rest)
  }
  set onmessage(heard) {
    super.onmessage = heard && ((event) => window.lag ? setTimeout(() => heard.call(this, event), window.lag) : heard.call(this, event))
  }
  get onmessage() { return super.onmessage }
  send(data) { window.sends += 1; super.send(data) }
}
"""


class Pad:
    """The pad of one open page, in shares of its edge: (x, y) from (0, 0) at the upper left to (1, 1)."""

    def __init__(self, page, wait_idle):
        self.page = page
        self.wait_idle = lambda: wait_idle(page)
        self.root = page.locator(".pad")
        self.canvas = page.locator(".pad canvas")

    def at(self, x: float, y: float) -> tuple[float, float]:
        box = self.canvas.bounding_box()
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    def down(self, *stops: tuple[float, float], steps: int = 4) -> None:
        self.page.mouse.move(*self.at(*stops[0]))
        self.page.mouse.down()
        for stop in stops[1:]:
            self.page.mouse.move(*self.at(*stop), steps=steps)

    def draw(self, *stops: tuple[float, float], steps: int = 4) -> np.ndarray:
        """A stroke; what Python holds when all is quiet."""
        self.down(*stops, steps=steps)
        self.page.mouse.up()
        return self.pixels()

    def press(self, name: str) -> np.ndarray:
        self.page.get_by_role("button", name=name, exact=True).click()
        return self.pixels()

    def echo(self) -> dict:
        return json.loads(self.page.locator("#echo").text_content())

    def pixels(self) -> np.ndarray:
        """(side, side, channels) as Python has it, once that is what the pad and the pictures beside it show."""
        self.page.mouse.move(2, 2)  # the tip of the pen is drawn on the picture
        end = time.monotonic() + 15
        while time.monotonic() < end:
            self.wait_idle()
            pixels = np.array(self.echo()["pixels"], np.uint8)
            agreed = np.array_equal(self.shown(len(pixels)), np.broadcast_to(pixels, (*pixels.shape[:2], 3)))
            if agreed and self.root.get_attribute("data-shown") == name(pixels):
                return pixels
        raise AssertionError("the pad, the pictures beside it and Python do not come to agree")

    def shown(self, side: int) -> np.ndarray:
        """The centres of the pixels that "What the network sees" shows, (side, side, 3); the view stays as it was."""
        toggle = self.page.get_by_role("button", name="What the network sees")
        was = toggle.get_attribute("aria-pressed")
        if was == "false":
            toggle.evaluate("button => button.click()")  # the mouse stays: a stroke may be running
        seen = self.canvas.evaluate(
            """(canvas, side) => {
              const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height)
              const at = (i) => Math.floor(((i + 0.5) / side) * canvas.width)
              const cell = (r, c) => [...data.slice(4 * (at(r) * canvas.width + at(c)), 4 * (at(r) * canvas.width + at(c)) + 3)]
              return [...Array(side).keys()].map((r) => [...Array(side).keys()].map((c) => cell(r, c)))
            }""",
            side,
        )
        if was == "false":
            toggle.evaluate("button => button.click()")
        return np.array(seen, np.uint8)


@pytest.fixture
def open_pad(server, tab, wait_idle):
    """open_pad(query) -> the pad of a new session."""

    def start(query: str = "", **options) -> Pad:
        page = tab(script=WIRE, **options)
        page.goto(f"{server(APP)}&{query}")
        page.wait_for_selector(".pad[data-shown]", timeout=60_000)
        wait_idle(page)
        return Pad(page, wait_idle)

    return start


def test_a_line_arrives_as_bright_pixels(open_pad):
    """Area averaging: the brightness sent is the area of ink, and it lies where the hand went."""
    pad = open_pad()
    assert not pad.echo()["touched"]
    gray = pad.draw((0.25, 0.5), (0.75, 0.5))[..., 0].astype(float)  # the line lies on the border of rows 13 and 14
    assert pad.echo()["touched"]
    assert (gray[13:15, 7:21] == 255).all()
    assert (gray[:11] == 0).all() and (gray[17:] == 0).all() and (gray[:, :5] == 0).all() and (gray[:, 23:] == 0).all()
    assert np.abs(gray - gray[::-1]).max() <= 3 and np.abs(gray - gray[:, ::-1]).max() <= 3
    width = 0.085 * 28
    area = width * 14 + math.pi * (width / 2) ** 2
    assert gray.sum() / 255 == pytest.approx(area, rel=0.02)
    assert ((gray > 0) & (gray < 255)).any()

    pad.press("Fine")
    fine = pad.draw((0.5, 0.8), (0.5, 0.95))[20:, :, 0].astype(float)
    pad.press("Broad")
    broad = pad.draw((0.2, 0.05), (0.2, 0.2))[:9, :, 0].astype(float)
    assert 0 < fine.sum() < broad.sum() / 3
    dot = pad.draw((0.85, 0.85))[..., 0]  # a click is a dot
    assert dot[23, 23] == 255


def test_erase_undo_redo_and_clear(open_pad):
    pad = open_pad("kind=gray")
    base = picture("gray", 28)
    white = pad.draw((0.2, 0.3), (0.8, 0.3))
    assert (white[8, 7:21] == 255).all() and np.array_equal(white[14:], base[14:])

    pad.press("Eraser")
    pad.press("Broad")
    half = pad.draw((0.2, 0.3), (0.5, 0.3))
    assert np.array_equal(half[:, :15], base[:, :15])  # to the very value
    assert np.array_equal(half[:, 17:], white[:, 17:])
    committed = pad.root.get_attribute("data-committed")
    runs = pad.echo()["runs"]
    assert np.array_equal(pad.draw((0.2, 0.8), (0.5, 0.8)), half)  # nothing to rub off there: no message
    assert pad.echo()["runs"] == runs and pad.root.get_attribute("data-committed") != committed

    assert np.array_equal(pad.press("Undo"), white)
    assert np.array_equal(pad.press("Undo"), base)
    assert not pad.echo()["touched"]
    assert pad.page.get_by_role("button", name="Undo").get_attribute("aria-disabled") == "true"
    pad.press("Redo")
    assert np.array_equal(pad.press("Redo"), half)
    assert np.array_equal(pad.press("Clear"), base)
    assert np.array_equal(pad.press("Undo"), half)

    pad.press("Black pen")
    black = pad.draw((0.5, 0.6), (0.5, 0.9))
    assert (black[19:23, 13:15] == 0).all()
    assert pad.page.get_by_role("button", name="Redo").get_attribute("aria-disabled") == "true"
    pad.page.keyboard.press("Control+z")  # a stroke leaves the focus on the canvas
    pad.page.keyboard.press("Control+z")
    assert np.array_equal(pad.pixels(), white)
    pad.page.keyboard.press("Control+y")
    assert np.array_equal(pad.pixels(), half)
    pad.page.keyboard.press("Control+Shift+Z")
    assert np.array_equal(pad.pixels(), black)


def test_escape_takes_a_running_stroke_back(open_pad):
    pad = open_pad()
    first = pad.draw((0.2, 0.2), (0.8, 0.2))
    runs = pad.echo()["runs"]
    pad.down((0.2, 0.6), (0.8, 0.6))
    # Part of it is at Python's already
    pad.page.wait_for_function("n => JSON.parse(document.querySelector('#echo').textContent).runs > n", arg=runs)
    pad.page.keyboard.press("Escape")
    pad.page.mouse.up()
    assert np.array_equal(pad.pixels(), first)


def test_colours(open_pad):
    pad = open_pad("kind=colour&side=64")
    for i, (pen, ink) in enumerate({"Red": (230, 64, 51), "Blue": (64, 115, 242), "Gray": (128, 128, 128)}.items()):
        pad.press(f"{pen} pen")
        pixels = pad.draw((0.2, 0.2 + 0.2 * i), (0.8, 0.2 + 0.2 * i))
        assert (pixels[round(64 * (0.2 + 0.2 * i)), 20:44] == ink).all(), pen
    assert np.array_equal(pixels[50:], picture("colour", 64)[50:])


def test_keyboard(open_pad):
    """Shift with an arrow draws, Space makes a dot; a burst of keys is one message."""
    pad = open_pad()
    runs = pad.echo()["runs"]
    label = pad.canvas.get_attribute("aria-label")
    assert "28 by 28" in label and "Control Z" in label
    pad.canvas.focus()
    keys = pad.page.keyboard
    for _ in range(4):
        keys.press("ArrowLeft")
    # In one task, so that they are a burst however busy the machine is: two bursts are two steps of undo.
    pad.canvas.evaluate(
        """canvas => {
          for (let i = 0; i < 8; i++) for (const type of ["keydown", "keyup"])
            canvas.dispatchEvent(new KeyboardEvent(type, { key: "ArrowDown", shiftKey: true, bubbles: true, cancelable: true }))
        }"""
    )
    gray = pad.pixels()[..., 0]
    assert (gray[14:22, 9:11] == 255).all() and (gray[:, 14:] == 0).all() and (gray[:12] == 0).all()
    for key in ["ArrowUp"] * 18 + ["Space"]:
        keys.press(key)
    dotted = pad.pixels()[..., 0]
    assert dotted[3:5, 9:11].min() > 200 and (dotted[6:12] == 0).all()
    assert pad.echo()["runs"] > runs
    keys.press("Control+z")
    assert np.array_equal(pad.pixels()[..., 0], gray)
    keys.press("Control+z")  # not sent yet when the next stroke begins: it does not cut that one short
    pad.down((0.2, 0.8))
    pad.page.wait_for_timeout(200)
    pad.page.mouse.move(*pad.at(0.8, 0.8))
    pad.page.mouse.up()
    line = pad.pixels()[..., 0]
    assert (line[22, 6:22] == 255).all() and (line[:20] == 0).all()
    for button in pad.page.locator(".pad button").all():  # each tool has a name for a screen reader
        assert button.get_attribute("aria-label") or button.text_content().strip()


def test_python_fills_and_undo_leads_back(open_pad):
    pad = open_pad()
    drawn = pad.draw((0.3, 0.6), (0.7, 0.6))
    filled = pad.press("Square")
    assert (filled[:7, :7] == 90).all() and filled.sum() == 90 * 49
    assert np.array_equal(pad.press("Rerun"), filled)  # the browser's old state comes along: it must not come back
    assert np.array_equal(pad.press("Undo"), drawn)
    assert np.array_equal(pad.press("Rerun"), drawn)
    assert np.array_equal(pad.press("Redo"), filled)
    both = pad.draw((0.3, 0.6), (0.7, 0.6))
    assert np.array_equal(both, np.maximum(filled, drawn))


def test_the_drawing_outlives_a_page_switch(open_pad):
    pad = open_pad()
    address = pad.page.url
    drawn = pad.draw((0.3, 0.2), (0.7, 0.7), (0.2, 0.8))
    pad.page.mouse.move(5, 5)
    sharp = pad.canvas.evaluate("canvas => canvas.toDataURL()")
    pad.page.get_by_role("link", name="Other").click()
    pad.page.wait_for_selector("#other")
    pad.page.get_by_role("link", name="Pad").click()
    pad.page.wait_for_selector(".pad[data-shown]")
    assert np.array_equal(pad.pixels(), drawn)
    pad.page.mouse.move(5, 5)
    assert pad.canvas.evaluate("canvas => canvas.toDataURL()") == sharp  # not the 28 x 28 that Python holds
    more = pad.draw((0.8, 0.1), (0.9, 0.1))
    assert (more >= drawn).all() and more.sum() > drawn.sum()
    pad.press("Undo")
    assert pad.press("Undo").sum() == 0

    pad.page.goto(address)  # a new session: nothing is left but a blank page
    pad.page.wait_for_selector(".pad[data-shown]")
    assert pad.pixels().sum() == 0


def test_another_picture(open_pad):
    """A new revision brings its base; a stroke on the former picture does not land on it."""
    pad = open_pad("kind=gray")
    pad.draw((0.2, 0.3), (0.8, 0.3))
    mirrored = picture("gray", 28)[:, ::-1]
    assert np.array_equal(pad.press("Turn"), mirrored)
    assert not pad.echo()["touched"]
    pad.draw((0.2, 0.5), (0.8, 0.5))
    pad.press("Eraser")
    pad.press("Broad")
    assert np.array_equal(pad.draw((0.1, 0.5), (0.9, 0.5)), mirrored)

    pad.press("White pen")
    pad.page.evaluate("lag = 500")
    pad.page.get_by_role("button", name="Turn", exact=True).click()
    pad.page.wait_for_timeout(250)  # Python has turned the picture, the browser does not know yet
    pad.down((0.2, 0.5), (0.8, 0.5))
    pad.page.mouse.up()
    pad.page.wait_for_timeout(1500)
    pad.page.evaluate("lag = 0")
    assert np.array_equal(pad.pixels(), picture("gray", 28))


def test_messages_while_the_pen_moves(open_pad):
    """Python follows a stroke that has not ended, one message at a time, and a lost answer does not stop it."""
    pad = open_pad()
    page = pad.page
    sends = lambda: page.evaluate("sends")  # noqa: E731
    before = sends()
    pad.down((0.2, 0.2), (0.8, 0.2))
    page.wait_for_function("() => JSON.parse(document.querySelector('#echo').textContent).touched")
    assert sends() > before
    assert page.locator(".pad").get_attribute("data-committed") == "0"
    page.mouse.up()
    first = pad.pixels()

    page.evaluate("lag = 1e6")  # from now on no answer comes
    before = sends()
    pad.down((0.2, 0.5))
    for i in range(1, 13):  # longer than the shortest time between two messages
        page.mouse.move(*pad.at(0.2 + 0.05 * i, 0.5))
        page.wait_for_timeout(50)
    assert sends() == before + 1
    page.wait_for_function("n => sends > n", arg=before + 1, timeout=10_000)  # it gave the answer up
    page.mouse.move(*pad.at(0.9, 0.5))
    page.mouse.up()  # the end of a stroke waits for nothing
    page.wait_for_function("n => sends > n", arg=before + 2, timeout=2_000)
    page.wait_for_selector('.pad[data-committed="2"][data-waiting]')
    page.evaluate("lag = 0")
    page.get_by_role("button", name="Rerun").click()
    both = pad.pixels()
    assert both[14, 24] == 255 and np.array_equal(both[:10], first[:10])


def test_a_stroke_before_the_answer_is_kept(open_pad):
    """The echo of an old stroke never overwrites a newer one, and a fill lies below the stroke that it meets."""
    pad = open_pad()
    page = pad.page
    page.evaluate("lag = 400")  # each answer now spends this long on its way
    pad.down((0.5, 0.3), (0.9, 0.3))
    page.mouse.up()
    page.wait_for_timeout(150)  # Python has answered the first stroke; the answer is still under way
    pad.down((0.5, 0.5), (0.9, 0.5))
    page.mouse.up()
    for _ in range(12):
        page.wait_for_timeout(60)
        assert (pad.shown(28)[[8, 14], 20] == 255).all()

    page.get_by_role("button", name="Square").click()
    pad.down((0.5, 0.8), (0.6, 0.8))
    page.wait_for_timeout(1500)  # the fill arrives while the stroke runs
    assert (pad.shown(28)[:7, :7] == 90).all()
    page.mouse.move(*pad.at(0.9, 0.8))
    page.mouse.up()
    page.wait_for_timeout(1000)
    page.evaluate("lag = 0")
    pixels = pad.pixels()
    assert (pixels[:7, :7] == 90).all() and (pixels[22, 15:24] == 255).all() and (pixels[8:20] == 0).all()

    # A stroke on the old drawing that ends before the fill is seen lies below it: Undo leads back
    page.evaluate("lag = 1500")
    page.get_by_role("button", name="Square").click()
    page.wait_for_timeout(150)
    pad.down((0.5, 0.1), (0.9, 0.1))
    page.mouse.up()
    page.wait_for_timeout(2600)
    page.evaluate("lag = 0")
    filled = pad.pixels()
    assert (filled[:7, :7] == 90).all() and filled.sum() == 90 * 49
    assert (pad.press("Undo")[2, 16:24] == 255).all()


@pytest.mark.parametrize("kind", ["digit", "colour"])
def test_phone(open_pad, kind):
    """A finger draws and does not scroll; nothing is wider than the screen and no label is cut."""
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
    pad = open_pad(f"kind={kind}", **phone)
    page = pad.page
    pad.canvas.scroll_into_view_if_needed()
    scroll = page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop")
    touch = page.context.new_cdp_session(page)

    def finger(gesture: str, *places: tuple[float, float]) -> None:
        points = [dict(zip("xy", pad.at(*place), strict=True)) for place in places]
        touch.send("Input.dispatchTouchEvent", {"type": gesture, "touchPoints": points})

    finger("touchStart", (0.5, 0.8))
    for i in range(1, 7):
        finger("touchMove", (0.5, 0.8 - 0.1 * i))
    finger("touchEnd")
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == scroll
    assert (pad.pixels()[7:22, 13:15] == 255).all()

    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 844})
        page.wait_for_timeout(200)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        root = pad.root.bounding_box()
        for button in page.locator(".pad button").all():
            box = button.bounding_box()
            assert box["height"] >= 44 and box["width"] >= 44
            assert box["x"] >= root["x"] - 1 and box["x"] + box["width"] <= root["x"] + root["width"] + 1
            assert button.evaluate("b => b.scrollWidth <= b.clientWidth"), button.text_content()
    sizes = page.locator(".pad :is(p, span, figcaption, button)").evaluate_all(
        "all => all.filter(e => e.textContent.trim()).map(e => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert min(sizes) >= 15


@pytest.mark.parametrize("tiles", [1, 2, 4, 8])
def test_both_halves_end_on_one_line(open_pad, tiles):
    """The pictures beside the canvas are as high as the canvas, and nothing scrolls sideways."""
    pad = open_pad(f"tiles={tiles}")
    board = pad.page.locator(".pad .board").bounding_box()
    beside = pad.page.locator(".pad .beside").bounding_box()
    assert 24 <= beside["x"] - board["x"] - board["width"] <= 96  # neither touching nor parted
    assert abs(board["y"] + board["height"] - beside["y"] - beside["height"]) <= 4
    assert pad.page.locator(".pad figure").count() == tiles
    assert pad.page.evaluate("document.documentElement.scrollWidth") <= 1400
