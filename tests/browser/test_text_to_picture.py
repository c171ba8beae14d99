"""The lesson "From text to picture" in a browser: a caption becomes pictures, and how it looks."""

from __future__ import annotations

import pytest

from tests.helpers.browser import Screen, is_trained
from tests.helpers.looks import check_looks

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not is_trained("text_to_image"), reason="no baked networks"),
]
FILM = ".st-key-tp_stage .ll-tp .film img"


@pytest.fixture
def lesson(visit):
    """lesson(query) -> the open lesson."""
    return lambda query="", **options: visit("tp", Screen, **options).go(f"text_to_picture?{query}", FILM)


def test_a_caption_becomes_six_pictures(lesson):
    screen = lesson()
    films = screen.page.locator(FILM)
    before = films.first.get_attribute("src")
    assert films.count() == 6
    caption = screen.page.get_by_label("Caption", exact=True)
    caption.fill("a large red disc at the top left <i>x</i>")
    caption.press("Enter")
    screen.until(lambda: films.count() == 6 and films.first.get_attribute("src") != before)
    screen.until(lambda: "tp_caption=" in screen.page.url)
    assert screen.page.locator(".st-key-tp_stage i", has_text="x").count() == 0


def test_it_looks_right(lesson):
    check_looks(lesson())
