"""The lesson "Pictures and words" in a browser: words and a stroke change the answer, and how it looks."""

from __future__ import annotations

import pytest

from tests.helpers.browser import Screen, is_trained
from tests.helpers.looks import check_looks

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not is_trained("clip"), reason="no baked encoders"),
]
ANSWER = ".ll-pwanswer"


class Look(Screen):
    """The open lesson."""

    def answer(self) -> str:
        return self.page.locator(ANSWER).first.inner_text()

    def table(self) -> str:
        return self.page.locator(".ll-pw").first.inner_text()


@pytest.fixture
def lesson(visit):
    """lesson(query) -> the open lesson."""
    return lambda query="", **options: visit("pw", Look, **options).go(f"pictures_and_words?{query}", ANSWER)


def test_words_and_a_stroke_change_the_answer(lesson):
    screen = lesson()
    before = screen.table()
    words = screen.page.get_by_label("Words", exact=True)
    words.fill("a clock, a flag, <i>a fish</i>")
    words.press("Enter")
    screen.until(lambda: "a clock" in screen.table() and screen.table() != before)
    assert screen.page.locator(".ll-pw i", has_text="a fish").count() == 0
    screen.until(lambda: "pw_words=" in screen.page.url)
    before = screen.table()
    box = screen.page.locator(".pad canvas").first.bounding_box()
    screen.page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 0.3 * box["height"])
    screen.page.mouse.down()
    screen.page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + 0.7 * box["height"], steps=6)
    screen.page.mouse.up()
    screen.until(lambda: screen.table() != before)
    screen.until(lambda: "pw_drawn=" in screen.page.url)


def test_it_looks_right(lesson):
    check_looks(lesson())
