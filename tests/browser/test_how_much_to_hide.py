"""The lesson "How much to hide?" in a browser: the slider by keyboard, a guess, a stroke on the spectrogram, a member of the club; and how it looks."""

from __future__ import annotations

import pytest

from tests.helpers.browser import Screen, is_trained
from tests.helpers.looks import check_looks

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not is_trained("spectrogram_mae"), reason="no baked network"),
]
STAGE = ".ll-hmfour img"


class Look(Screen):
    """The open lesson."""

    def asked(self) -> str:
        return self.page.locator(".ll-hmfour section").first.inner_html()


@pytest.fixture
def screen(shared):
    """The open lesson as it was at first."""
    return shared("how_much_to_hide", STAGE, "hm", Look)


def test_the_slider_changes_all_examples_and_a_guess_brings_a_curve(screen):
    before = screen.asked()
    slider = screen.page.get_by_role("slider").first
    slider.focus()
    slider.press("ArrowRight")
    screen.until(lambda: screen.asked() != before)
    screen.until(lambda: "hm_share=80" in screen.page.url)
    screen.page.get_by_role("button", name="I say 80%").nth(1).click()
    screen.until(lambda: "hm_guess_text=80" in screen.page.url)
    screen.until(lambda: screen.page.get_by_text("You said 80%").count() == 1)


def test_it_looks_right(screen):
    check_looks(screen)
