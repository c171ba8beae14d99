"""Acts in a browser: they come when one scrolls to them, several at once too, and all of them for a print."""

from __future__ import annotations

import pytest

from tests.helpers.browser import PHONE, is_trained

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not is_trained("simclr"), reason="the default model is not in assets/trained"),
]
STAGE = ".ll-pair[data-shown]"


def titles(screen) -> list[str]:
    return screen.page.locator("[data-testid=stMain] h2").all_text_contents()


@pytest.mark.parametrize("size", [{}, PHONE], ids=["laptop", "phone"])
def test_acts_come_when_one_scrolls_to_them(visit, size):
    screen = visit("c", **size).go("contrastive", STAGE)
    all_titles, before = titles(screen), screen.waiting()
    assert "how-honest-is-the-map" in before and "How honest is the map?" in all_titles
    last = screen.page.locator(f".act-watch[data-act={before[-1]}]")

    def drawn() -> bool:
        """Acts that were in view come meanwhile, and push it out of view: then one scrolls on."""
        last.evaluate_all("all => all[0]?.scrollIntoView()")
        return before[-1] not in screen.waiting()

    screen.until(drawn)
    assert screen.waiting()[0] == before[0], "what was jumped over is not drawn"

    def seen() -> bool:
        """Between two runs of the page there can be a moment without any place: then one looks again."""
        screen.see_all()
        return screen.waiting() == [] and titles(screen) == all_titles

    screen.until(seen)
    assert screen.no_scroll(), "a phone holds all of it"


def test_a_high_screen_and_a_print_have_all_of_them(visit):
    screen = visit("c", viewport={"width": 1400, "height": 2400}).go("contrastive", STAGE)
    screen.until(lambda: "look-at-the-space" not in screen.waiting())  # several are in view together
    screen.page.emulate_media(media="print")
    screen.until(lambda: screen.waiting() == [])
    screen.page.emulate_media(media="null")
