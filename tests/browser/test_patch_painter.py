"""The patch painter in a browser: what a hand, a finger and a keyboard do, and what Python hears of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

APP = Path(__file__).parent / "apps" / "painter_app.py"
START = [0, 1]  # what the app hides at first


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


class Painter:
    """The painter of one open page, in terms of rows and columns."""

    def __init__(self, page, wait_idle, n: int = 7):
        self.page, self.n = page, n
        self.wait_idle = lambda: wait_idle(page)
        self.root = page.locator(".painter")
        self.canvas = page.locator(".painter canvas")

    def at(self, row: float, column: float) -> tuple[float, float]:
        box = self.canvas.bounding_box()
        cell = box["width"] / self.n
        return box["x"] + (column + 0.5) * cell, box["y"] + (row + 0.5) * cell

    def drag(self, *stops: tuple[float, float], steps: int = 1) -> None:
        mouse = self.page.mouse
        mouse.move(*self.at(*stops[0]))
        mouse.down()
        for stop in stops[1:]:
            mouse.move(*self.at(*stop), steps=steps)
        mouse.up()

    def burst(self, *keys: str, shift: bool = False) -> None:
        """Keys in the same instant, however busy the machine is."""
        press = "(it, [keys, shiftKey]) => keys.forEach((key) => it.dispatchEvent(new KeyboardEvent('keydown', INIT)))"
        self.canvas.focus()
        self.canvas.evaluate(press.replace("INIT", "{ key, shiftKey, bubbles: true, cancelable: true }"), [keys, shift])

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def commits(self) -> int:
        return int(self.root.get_attribute("data-committed"))

    def echo(self) -> dict:
        return json.loads(self.page.locator("#echo").text_content())

    def count(self) -> str:
        return self.page.locator(".painter .count").text_content()

    def caption(self) -> str:
        return self.page.locator(".painter .caption").text_content()

    def expect(self, cells: list[int]) -> None:
        """Python holds exactly these cells, and the pictures on show belong to them."""
        shown = "r" + "-".join(map(str, sorted(cells)))
        self.page.wait_for_selector(f'.painter[data-shown="{shown}"]', timeout=60_000)
        self.page.wait_for_function(
            "mask => JSON.stringify(JSON.parse(document.querySelector('#echo')?.textContent ?? '{}').mask) === mask",
            arg=json.dumps(sorted(cells), separators=(",", ":")),
            timeout=60_000,
        )
        assert self.count() == f"{len(cells)} of {self.n**2} hidden"


@pytest.fixture
def open_painter(server, tab, wait_idle):
    """open_painter(query) -> the painter of a new session."""

    def start(query: str = "", **options) -> Painter:
        page = tab(script=LAG, **options)
        page.goto(f"{server(APP)}&{query}")
        page.wait_for_selector(".painter[data-shown]", timeout=60_000)
        wait_idle(page)
        return Painter(page, wait_idle, n=8 if "n=8" in query else 7)

    return start


def test_hand(open_painter):
    """Drags, the tool bar and the history, each as one message."""
    painter = open_painter("gray=1")
    diagonal = [8 * i for i in range(7)]

    painter.drag((0, 0), (6, 6))  # two samples, corner to corner: the gap is filled
    painter.expect([*{*START, *diagonal}])
    assert painter.commits() == 1

    painter.press("Erase")
    painter.drag((0, 0), (0, 3), (3, 3), steps=3)
    painter.expect([8, 16, 32, 40, 48])
    painter.drag((6, 0), (6, 5))  # nothing hidden there: no message
    assert painter.commits() == 2

    painter.press("Box")
    painter.drag((1, 5), (3, 3), (2, 2))  # the rectangle follows the pointer, up and to the left too
    box = [7 * r + c for r in (1, 2) for c in (2, 3, 4, 5)]
    painter.expect([*{*box, 8, 16, 32, 40, 48}])

    painter.press("Undo")
    painter.expect([8, 16, 32, 40, 48])
    painter.press("Undo")
    painter.press("Undo")
    painter.expect(START)
    painter.press("Redo")
    painter.expect([*{*START, *diagonal}])
    painter.press("Invert")
    painter.expect([i for i in range(49) if i not in {*START, *diagonal}])
    painter.press("Clear")
    painter.expect([])
    painter.press("Undo")
    painter.expect([i for i in range(49) if i not in {*START, *diagonal}])

    painter.press("Clear")
    painter.press("Paint")
    painter.drag((0, 5), (-3, 5), (-3, 6), (1, 6))  # out of the picture and in again: only what lies inside counts
    painter.expect([5, 6, 13])


def test_escape_takes_a_running_drag_back(open_painter):
    painter = open_painter()
    painter.page.mouse.move(*painter.at(3, 1))
    painter.page.mouse.down()
    painter.page.mouse.move(*painter.at(3, 5))
    assert painter.count() == "7 of 49 hidden"
    painter.canvas.focus()
    painter.page.keyboard.press("Escape")
    painter.page.mouse.up()
    painter.expect(START)
    assert painter.commits() == 0


def test_keyboard(open_painter):
    """A burst of keys is one message; arrows move, Space toggles, Shift paints, Control Z undoes."""
    painter = open_painter("n=8")
    keys = painter.page.keyboard
    painter.burst("ArrowDown", "ArrowDown", "ArrowRight", " ", "ArrowRight", "Enter")
    painter.expect([*START, 17, 18])
    assert painter.commits() == 1

    keys.press("ArrowRight")
    live = painter.page.locator(".painter .sr", has_text="Row 3, column 4, visible. 4 of 64 hidden.")
    live.wait_for(state="attached")
    painter.burst(*["ArrowDown"] * 3, shift=True)
    painter.expect([*START, 17, 18, 19, 27, 35, 43])
    assert painter.commits() == 2

    keys.press("Control+z")
    painter.expect([*START, 17, 18])
    keys.press("Control+Shift+Z")
    painter.expect([*START, 17, 18, 19, 27, 35, 43])
    keys.press("i")
    painter.expect([i for i in range(64) if i not in {*START, 17, 18, 19, 27, 35, 43}])
    keys.press("Control+z")
    keys.press("Control+z")
    keys.press("Control+z")
    painter.expect(START)
    label = painter.canvas.get_attribute("aria-label")
    assert "8 by 8" in label and "Space" in label


def test_python_fills_and_undo_leads_back(open_painter):
    painter = open_painter()
    painter.drag((4, 2), (4, 4))
    painted = [*START, 30, 31, 32]
    painter.expect(painted)
    painter.press("Random")
    painter.wait_idle()
    first = painter.echo()["mask"]
    assert len(first) == 24
    painter.expect(first)

    painter.press("Rerun")  # sends the browser's old state along: it must not come back
    painter.wait_idle()
    painter.expect(first)

    painter.press("Undo")  # back to exactly what Python heard last from the browser
    painter.expect(painted)
    painter.press("Redo")
    painter.expect(first)

    painter.page.get_by_role("link", name="Other").click()
    painter.page.wait_for_selector("#present")
    painter.page.get_by_role("link", name="Painter").click()
    painter.page.wait_for_selector(".painter[data-shown]")
    painter.expect(first)  # the mask outlives the page switch
    painter.drag((6, 0), (6, 1))
    painter.expect([*{*first, 42, 43}])


def test_a_stroke_before_the_answer_is_kept(open_painter):
    """The echo of an old stroke never overwrites a newer one, finished or running."""
    painter = open_painter()
    page = painter.page
    page.evaluate("lag = 400")  # each answer now spends this long on its way
    painter.drag((2, 0), (2, 1))
    page.wait_for_timeout(150)  # Python has answered the first stroke; the answer is still under way
    painter.drag((3, 0), (3, 1))
    counts = set()
    for _ in range(12):
        page.wait_for_timeout(60)
        counts.add(painter.count())
    assert counts == {"6 of 49 hidden"}

    page.mouse.move(*painter.at(4, 0))
    page.mouse.down()
    page.mouse.move(*painter.at(4, 1))
    page.wait_for_timeout(700)
    assert painter.count() == "8 of 49 hidden"
    page.mouse.up()
    painter.expect([*START, 14, 15, 21, 22, 28, 29])

    # Python fills while the next stroke runs: the stroke is repeated on top of the fill
    painter.press("Random")
    painter.page.mouse.move(*painter.at(6, 0))
    painter.page.mouse.down()
    page.wait_for_timeout(700)
    painter.page.mouse.move(*painter.at(6, 6))
    painter.page.mouse.up()
    page.wait_for_selector('.painter[data-shown$="42-43-44-45-46-47-48"]')
    painter.wait_idle()
    held = painter.echo()["mask"]
    assert len(held) > 24 and painter.count() == f"{len(held)} of 49 hidden"

    # ... and a stroke on the old mask that ends before the fill is seen: both sides agree on the stroke
    painter.press("Random")
    page.wait_for_timeout(200)
    painter.drag((0, 0), (0, 6))
    page.wait_for_function(  # Python has heard of the fill and of the stroke on top of it
        "() => { const mask = JSON.parse(document.querySelector('#echo').textContent).mask;"
        " return mask.length > 24 && [0, 1, 2, 3, 4, 5, 6].every((cell) => mask.includes(cell)) }",
        timeout=60_000,
    )
    painter.expect(painter.echo()["mask"])


def test_attention_of_a_hidden_patch(open_painter):
    """Hovering costs no message; a click in Look keeps the patch, and Python knows it."""
    painter = open_painter()
    painter.drag((3, 2), (3, 4))
    painter.expect([*START, 23, 24, 25])
    runs = painter.echo()["runs"]
    painter.page.mouse.move(*painter.at(6, 6))
    hint = painter.caption()
    assert hint.startswith("Drag over the picture")
    painter.page.mouse.move(*painter.at(3, 3))
    assert painter.caption().startswith("Row 4, column 4 looked most at row ")
    assert painter.caption().endswith("% of its attention).")
    painter.page.mouse.move(10, 10)
    assert painter.caption() == hint

    painter.press("Look")
    painter.page.mouse.move(*painter.at(3, 2))
    painter.page.wait_for_timeout(300)
    assert painter.echo()["runs"] == runs
    painter.page.mouse.click(*painter.at(3, 2))
    painter.wait_idle()
    assert painter.echo()["pinned"] == 23
    painter.page.mouse.move(10, 10)
    assert painter.caption().startswith("Row 4, column 3 looked most")

    painter.press("Erase")
    painter.drag((3, 2), (3, 2.1))  # a patch that is visible again is no longer kept
    painter.expect([*START, 24, 25])
    assert painter.echo()["pinned"] is None


def test_phone(open_painter):
    """A finger paints and does not scroll; nothing is wider than the screen and no label is cut."""
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
    painter = open_painter(**phone)
    page = painter.page
    painter.canvas.scroll_into_view_if_needed()
    scroll = page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop")
    touch = page.context.new_cdp_session(page)

    def finger(kind: str, *places: tuple[float, float]) -> None:
        points = [dict(zip("xy", painter.at(*place), strict=True)) for place in places]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    finger("touchStart", (2, 1))
    finger("touchMove", (4, 1))
    finger("touchMove", (4, 4))
    finger("touchEnd")
    painter.expect([*START, 15, 22, 29, 30, 31, 32])
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == scroll

    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 844})
        page.wait_for_timeout(200)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        right = painter.root.bounding_box()
        for button in page.locator(".painter button").all():
            box = button.bounding_box()
            assert box["height"] >= 40
            assert box["x"] >= right["x"] - 1 and box["x"] + box["width"] <= right["x"] + right["width"] + 1
            assert button.evaluate("b => b.scrollWidth <= b.clientWidth"), button.text_content()


@pytest.mark.parametrize("tiles", [2, 4, 8])
def test_both_halves_end_on_one_line(open_painter, tiles):
    """The pictures beside the canvas are as high as the canvas, and none is smaller than 180 px on a desktop."""
    painter = open_painter(f"tiles={tiles}")
    board = painter.page.locator(".painter .board").bounding_box()
    beside = painter.page.locator(".painter .beside").bounding_box()
    assert abs(board["y"] + board["height"] - beside["y"] - beside["height"]) <= 4
    for picture in painter.page.locator(".painter figure img").all():
        assert picture.bounding_box()["width"] >= 180
        assert picture.get_attribute("alt")
    assert painter.page.locator(".painter figure").count() == tiles


def test_messages_that_no_painter_sends():
    """Whatever a browser claims, only a well-formed mask of this grid is taken."""
    at = AppTest.from_file(str(APP)).run()

    def says(at: AppTest) -> dict:
        [echo] = [e.proto.body for e in at.get("html") if "echo" in e.proto.body]
        return json.loads(echo[echo.index("{") : echo.rindex("}") + 1])

    wrong = [
        {"cells": [49]},
        {"cells": [-1]},
        {"cells": [True]},
        {"cells": [1.0]},
        {"cells": ["1"]},
        {"cells": [[1]]},
        {"cells": [0] * 50},
        {"cells": "12"},
        {"cells": [3], "n": None},
        {"cells": [3], "n": 8},
        {"cells": [3], "pinned": 10**9},
        {"cells": [3], "pinned": True},
    ]
    for i, value in enumerate(wrong):
        value = {"n": 7, "pinned": None} | value
        at.session_state["painter"] = {"held": {"value": value, "puts": 1, "stamp": f"hand-{i}"}}
        at.run()
        assert not at.exception
        assert says(at)["mask"] == START, value
    for message in ([3], "x", None, {"cells": [3], "stamp": "hand-99"}):
        at.session_state["painter"] = {"held": message}
        assert says(at.run())["mask"] == START, message
    value = {"n": 7, "cells": [5, 3, 3], "pinned": 5}
    at.session_state["painter"] = {"held": {"value": value, "puts": 1, "stamp": "hand-100"}}
    at.run()
    assert (says(at)["mask"], says(at)["pinned"]) == ([3, 5], 5)


def test_page_tools(open_painter):
    painter = open_painter(permissions=["clipboard-read", "clipboard-write"])
    page = painter.page
    page.get_by_role("link", name="Other").click()
    page.get_by_role("button", name="Copy link").click()
    page.get_by_text("Copied", exact=True).wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == page.url

    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed')) }")
    page.get_by_role("button", name="Copy link").click()
    field = page.get_by_label("Copy with Ctrl+C:")
    field.wait_for()
    assert field.input_value() == page.url

    for pressed in ("true", "false"):
        present = page.get_by_role("button", name="Present")
        present.click()
        page.locator("#present", has_text=f"{pressed.title()} {pressed.title()}").wait_for()  # what Python says
        painter.wait_idle()
        assert present.get_attribute("aria-pressed") == pressed
        assert page.locator("#present").text_content() == f"{pressed.title()} {pressed.title()}"
