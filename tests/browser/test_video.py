"""The lesson "Space and time" in a browser: it plays, a stroke and the keys hide cubes, and how it looks."""

from __future__ import annotations

import pytest

from tests.helpers.browser import Screen, is_trained
from tests.helpers.looks import check_looks

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not is_trained("video_mae"), reason="no baked network"),
]
STAGE = ".clip-player[data-shown]"


class Look(Screen):
    """The open lesson."""

    def told(self, name: str) -> str:
        return self.page.locator(".clip-player").get_attribute(f"data-{name}") or ""

    def note(self) -> str:
        return self.page.locator(".clip-player .filled .note").inner_text()

    def press(self, name: str) -> None:
        self.page.locator(f".clip-player .{name}").click()


@pytest.fixture
def lesson(visit):
    """lesson(query) -> the open lesson."""
    return lambda query="", **options: visit("vi", Look, **options).go(f"video?{query}", STAGE)


def test_it_plays_and_a_stroke_and_the_keys_hide_cubes(lesson):
    screen = lesson("vi_share=50")
    still = screen.told("frame")
    screen.page.wait_for_timeout(300)
    assert screen.told("frame") == still, "who asks for little motion gets a clip that stands still"
    screen.press("play")
    screen.until(lambda: screen.told("frame") != still)
    screen.press("play")
    still = screen.told("frame")
    screen.press("on")
    assert int(screen.told("frame")) == (int(still) + 1) % 16
    note, hidden = screen.note(), int(screen.told("hidden"))
    box = screen.page.locator(".masked canvas").bounding_box()
    cell = box["width"] / 4
    screen.page.mouse.move(box["x"] + cell / 2, box["y"] + 1.5 * cell)
    screen.page.mouse.down()
    screen.page.mouse.move(box["x"] + 3.5 * cell, box["y"] + 1.5 * cell, steps=3)
    screen.page.mouse.up()
    screen.until(lambda: "vi_mask=" in screen.page.url and screen.note() != note)
    assert int(screen.told("hidden")) > hidden
    screen.press("undo")
    screen.until(lambda: screen.note() == note and "vi_mask=" not in screen.page.url)

    screen.press("clear")
    screen.until(lambda: screen.note() == "nothing is hidden")
    screen.page.locator(".clip-player [data-in=frame]").click()
    screen.page.locator(".masked canvas").focus()
    screen.page.keyboard.press("ArrowRight")
    screen.page.keyboard.press("Space")
    screen.until(lambda: screen.told("hidden") == "1" and screen.note().startswith("error"))
    at = int(screen.told("frame"))
    screen.page.keyboard.press(".")
    assert int(screen.told("frame")) == (at + 1) % 16
    screen.page.keyboard.press("Control+z")
    screen.until(lambda: screen.told("hidden") == "0")


def test_it_looks_right(lesson):
    check_looks(lesson("vi_share=75"))
