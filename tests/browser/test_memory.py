"""The lesson "Draw from memory" in a browser: two seconds and no longer, a drawing, what was kept, a chain, and how it looks."""

from __future__ import annotations

import pytest

from core import data
from tests.helpers.browser import Screen
from tests.helpers.looks import check_looks

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not data.available("fashion"), reason="no pictures on this machine"),
]
STAGE = ".glimpse[data-state]"
BOOT = [(0.2, 0.7), (0.2, 0.6), (0.45, 0.5), (0.6, 0.3), (0.8, 0.3), (0.8, 0.7), (0.2, 0.7)]


class Look(Screen):
    """The open lesson."""

    def glimpse(self, act: bool = False):
        return self.page.locator(".st-key-me_chain_glimpse .glimpse" if act else ".st-key-me_glimpse .glimpse")

    def draw(self, act: bool = False) -> Look:
        canvas = self.key("pad_chain" if act else "pad", "canvas").first
        canvas.scroll_into_view_if_needed()
        box = canvas.bounding_box()
        at = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in BOOT]
        self.page.mouse.move(*at[0])
        self.page.mouse.down()
        for spot in at[1:]:
            self.page.mouse.move(*spot, steps=3)
        self.page.mouse.up()
        self.idle()
        return self


@pytest.fixture
def lesson(visit):
    """lesson(query) -> the open lesson."""
    return lambda query="", **options: visit("me", Look, **options).go(f"memory?{query}", STAGE)


def test_a_picture_is_there_for_two_seconds_and_nowhere_else(lesson):
    screen = lesson()
    box = screen.glimpse()
    state = lambda: box.get_attribute("data-state")  # noqa: E731
    assert state() == "before" and box.locator("img").get_attribute("src") is None
    box.get_by_role("button", name="Show it for 2 seconds").click()
    assert state() == "now" and box.locator("img").is_visible()
    began = screen.page.evaluate("performance.now()")
    screen.page.wait_for_function("box => box.dataset.state === 'after'", arg=box.element_handle())
    assert screen.page.evaluate("performance.now()") - began > 1000, "it was there for a while"
    assert box.locator("img").get_attribute("src") is None and not box.locator("img").is_visible()
    assert "You saw it once" in box.inner_text()
    screen.draw()
    assert state() == "after", "a stroke does not hide that it was seen"
    screen.press("next")
    screen.until(lambda: state() == "before")


def test_a_drawing_is_compared_and_passed_on(lesson):
    screen = lesson("me_room=browser")
    screen.draw().press("compare")
    screen.until(lambda: screen.page.get_by_text("The pictures nearest to your drawing").count())
    assert "484 pictures" in screen.page.locator("h3").first.inner_text()
    assert screen.key("hide").is_visible()
    screen.reach(screen.glimpse(act=True)).idle()
    screen.draw(act=True).press("pass")
    screen.until(lambda: screen.page.get_by_text("drawing 1 lies").count())
    screen.press("more")
    assert "drawing 1" in screen.key("act_pass-it-on").inner_text()


def test_it_looks_right(lesson):
    screen = lesson()
    screen.draw()

    states = {"drawn": lambda: screen.press("hide"), "compared": lambda: screen.press("compare")}
    check_looks(screen, states, fewest=25, part=".st-key-me_play")
