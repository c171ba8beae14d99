"""The lesson "Fill in the blank" in a browser: words hidden by click and by keys, the bars below them, and how it looks."""

from __future__ import annotations

import pytest

from tests.helpers.browser import Screen, is_trained
from tests.helpers.looks import check_looks

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not is_trained("masked_lm"), reason="no baked network"),
]
STAGE = ".word-tiles .tile"


class Look(Screen):
    """The open lesson."""

    def tile(self, place: int):
        return self.page.locator(STAGE).nth(place)

    def hidden(self) -> str | None:
        return self.page.locator(".word-tiles").get_attribute("data-hidden")

    def panels(self) -> int:
        return self.page.locator(".ll-fbblanks .ll-fbwords").count()


@pytest.fixture
def lesson(visit):
    """lesson(query) -> the open lesson."""

    def start(query: str = "", **options) -> Look:
        screen = visit("fb", **options)
        look = Look(screen.page, screen.address, screen._wait_idle, "fb")
        return look.go(f"fill_in_the_blank?{query}", STAGE)

    return start


def test_a_click_and_the_keys_hide_words_and_show_them_again(lesson):
    screen = lesson()
    assert screen.hidden() == "6" and screen.panels() == 1
    screen.tile(2).click()
    screen.until(lambda: screen.panels() == 2 and "fb_hide=3-7" in screen.page.url)
    assert screen.tile(2).get_attribute("aria-pressed") == "true"
    assert screen.tile(2).locator(".fill").inner_text().strip() not in ("", "…")
    screen.page.keyboard.press("ArrowRight")
    screen.page.keyboard.press("Enter")
    screen.until(lambda: screen.hidden() == "2-3-6" and screen.panels() == 3)
    screen.page.keyboard.press("Space")
    screen.page.keyboard.press("Home")
    screen.page.keyboard.press("Space")
    screen.until(lambda: screen.hidden() == "0-2-6" and "fb_hide=1-3-7" in screen.page.url)
    assert screen.tile(0).get_attribute("tabindex") == "0" and screen.tile(2).get_attribute("tabindex") == "-1"
    screen.tile(6).click()
    screen.tile(2).click()
    screen.tile(0).click()
    screen.until(lambda: screen.panels() == 0 and "fb_hide=none" in screen.page.url)


def test_a_word_of_markup_is_a_word(lesson):
    screen = lesson("fb_t=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E+%3Cb%3Eking%3C%2Fb%3E&fb_hide=1-6")
    assert screen.page.locator(".word-tiles img, .ll-fbblanks img, .ll-fbblanks b").count() == 0
    assert screen.tile(0).locator(".was").text_content() == "img"


def test_it_looks_right(lesson):
    check_looks(lesson())
