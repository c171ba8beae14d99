"""The lesson "What does a neuron see?" in a browser: a click, the arrow keys, the act that follows, and how it looks."""

from __future__ import annotations

import pytest

from tests.helpers.browser import Screen, is_trained
from tests.helpers.looks import check_looks

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not is_trained("features"), reason="no baked networks"),
]
STAGE = ".unit-grid .tile"


class Look(Screen):
    """The open lesson."""

    def heading(self) -> str:
        return self.key("stage", "h3").first.inner_text()

    def tile(self, unit: int):
        return self.page.locator(STAGE).nth(unit)


@pytest.fixture
def screen(shared):
    """The open lesson as it was at first."""
    return shared("features", STAGE, "fe", Look)


def test_a_click_and_the_arrow_keys_choose_a_unit(screen):
    assert screen.heading().startswith("Unit 0 of the 4th layer") and screen.page.locator(STAGE).count() == 48
    screen.tile(7).click()
    screen.until(lambda: screen.heading().startswith("Unit 7 of the 4th layer"))
    assert screen.tile(7).get_attribute("aria-checked") == "true" and screen.tile(7).get_attribute("tabindex") == "0"
    screen.page.keyboard.press("ArrowRight")
    screen.until(lambda: screen.heading().startswith("Unit 8 of the 4th layer"))
    screen.page.keyboard.press("Home")
    screen.until(lambda: screen.heading().startswith("Unit 0 of the 4th layer"))
    screen.page.keyboard.press("ArrowUp")
    screen.idle()
    assert screen.heading().startswith("Unit 0 of the 4th layer"), "nothing lies above"
    screen.tile(5).click()
    screen.until(lambda: "fe_unit=5" in screen.page.url)


def test_it_looks_right(screen):
    check_looks(screen)
