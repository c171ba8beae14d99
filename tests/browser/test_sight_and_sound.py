"""The lesson "Sight and sound" in a browser: a click on a sound and on a picture, the keyboard, and how it looks."""

from __future__ import annotations

import pytest

from tests.helpers.browser import Screen, is_trained
from tests.helpers.looks import check_looks

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not is_trained("audio_visual"), reason="no baked networks"),
]
STAGE = ".hear-see[data-shown]"


class HearSee(Screen):
    """The open lesson."""

    def told(self) -> str:
        return self.page.locator(".hear-see .told").inner_text()

    def state(self, name: str) -> str | None:
        return self.page.locator(".hear-see").get_attribute(f"data-{name}")

    def first_pictures(self) -> list[str]:
        """The names of the pictures that stand first."""
        return self.page.evaluate(
            """() => {
              const find = (root) => root.querySelector(".hear-see") ?? [...root.querySelectorAll("*")].map((e) => e.shadowRoot && find(e.shadowRoot)).find(Boolean)
              return [...find(document).querySelectorAll(".picture.near")].map((tile) => tile.getAttribute("aria-label"))
            }"""
        )


@pytest.fixture
def lesson(visit):
    """lesson(query) -> the open lesson."""
    return lambda query="", **options: visit("ss", HearSee, **options).go(f"sight_and_sound?{query}", STAGE)


def test_a_sound_finds_pictures_and_a_picture_finds_sounds(lesson):
    screen = lesson()
    assert screen.told().startswith("“seven” is heard")
    screen.page.locator(".hear-see .sound").nth(2).click()
    assert screen.told().startswith("“two” is heard") and screen.state("played") == "2"
    right = sum(name == "Picture of two" for name in screen.first_pictures())
    assert f"{right} of the 10 nearest pictures show it" in screen.told()
    screen.until(lambda: "ss_chosen=s2" in screen.page.url)
    screen.page.keyboard.press("ArrowRight")
    screen.until(lambda: screen.told().startswith("“three” is heard"))
    screen.page.locator(".hear-see .picture").nth(20).click()
    screen.until(lambda: screen.told().startswith("A picture of") and "ss_chosen=p20" in screen.page.url)
    assert screen.state("chosen") == "picture-20" and screen.state("played") is not None


def test_it_looks_right(lesson):
    check_looks(lesson())
