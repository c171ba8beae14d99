"""The lesson "Colour from gray" in a browser: the slider, pixels, hints by pointer and by keys, and how it looks."""

from __future__ import annotations

import pytest

from tests.helpers.browser import Screen, is_trained
from tests.helpers.looks import check_looks

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not is_trained("colorization"), reason="no baked networks"),
]
STAGE = ".colour-pad[data-shown]"


class Look(Screen):
    """The open lesson."""

    def part(self, selector: str):
        return self.page.locator(f".colour-pad {selector}")

    def said(self, name: str) -> str | None:
        """What the component says of itself."""
        return self.page.locator(".colour-pad").get_attribute(f"data-{name}")

    def at(self, tile: str, row: int, column: int) -> tuple[float, float]:
        """The middle of a pixel of a tile, on the screen."""
        box = self.part(f".{tile} canvas").bounding_box()
        block = box["width"] / 32
        return box["x"] + (column + 0.5) * block, box["y"] + (row + 0.5) * block


@pytest.fixture
def screen(shared):
    """The open lesson as it was at first."""
    return shared("colour", STAGE, "co", Look)


def test_the_slider_colours_at_once_and_the_address_follows(screen):
    before = screen.part(".guess .note").inner_text()
    screen.part(".temperature").focus()
    screen.page.keyboard.press("Home")
    assert screen.part(".heat-now").inner_text() == "the mode" and screen.part(".guess .note").inner_text() != before
    screen.until(lambda: "co_t=0" in screen.page.url)
    screen.page.keyboard.press("End")
    assert screen.part(".heat-now").inner_text() == "the mean"
    screen.until(lambda: "co_t=100" in screen.page.url)


def test_pointing_shows_a_pixel_and_a_click_keeps_it(screen):
    screen.page.mouse.move(*screen.at("guess", 3, 4))
    screen.until(lambda: screen.part(".where").inner_text().startswith("Row 4, column 5"))
    first = screen.part(".cells").inner_text()
    screen.page.mouse.move(*screen.at("guess", 16, 16))
    screen.until(lambda: screen.part(".where").inner_text().startswith("Row 17, column 17"))
    assert screen.part(".cells").inner_text() != first
    screen.page.mouse.click(*screen.at("guess", 20, 12))
    screen.page.mouse.move(5, 5)
    screen.until(lambda: f"co_pixel={20 * 32 + 12}" in screen.page.url)
    assert screen.part(".where").inner_text().startswith("Row 21, column 13")
    screen.part(".guess canvas").focus()
    screen.page.keyboard.press("ArrowRight")
    assert screen.part(".where").inner_text().startswith("Row 21, column 14")


def test_hints_are_painted_taken_away_and_undone(screen):
    shown = screen.said("shown")
    screen.part("[data-swatch='6']").click()
    screen.page.mouse.move(*screen.at("gray", 10, 10))
    screen.page.mouse.down()
    screen.page.mouse.move(*screen.at("gray", 10, 13), steps=4)
    screen.page.mouse.up()
    assert screen.said("hints") == "4"
    screen.until(lambda: screen.said("shown") != shown and "co_hints=" in screen.page.url)
    screen.part("[data-swatch='-1']").click()
    screen.page.mouse.click(*screen.at("gray", 10, 11))
    assert screen.said("hints") == "3"
    screen.part(".undo").click()
    assert screen.said("hints") == "4"
    screen.part(".clear").click()
    screen.until(lambda: screen.said("hints") == "0" and "co_hints" not in screen.page.url)
    screen.until(lambda: screen.said("shown") == shown)


def test_hints_by_keys_alone(screen):
    screen.part("[data-swatch='1']").focus()
    screen.page.keyboard.press("Enter")
    screen.part(".gray canvas").focus()
    for key in ("Home", "ArrowDown", "ArrowRight", " "):
        screen.page.keyboard.press(key)
    assert screen.said("hints") == "1" and screen.said("pixel") == "33"
    screen.page.keyboard.press("Delete")
    assert screen.said("hints") == "0"
    screen.page.keyboard.press("Control+z")
    assert screen.said("hints") == "1"
    screen.until(lambda: "co_hints=" in screen.page.url)


def test_the_error_takes_the_place_of_the_truth(screen):
    screen.part(".miss").click()
    assert screen.part(".truth-title").inner_text() == "The error"
    screen.until(lambda: "co_error=on" in screen.page.url)


def test_it_looks_right(screen):
    check_looks(screen)
