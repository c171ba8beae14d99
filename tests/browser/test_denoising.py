"""The lesson "Cheating and denoising" in a browser: noise, scribbles, the three answers, on a laptop and a phone."""

from __future__ import annotations

from functools import partial

import pytest

from tests.helpers.browser import PHONE, Screen, is_trained
from tests.helpers.looks import check_looks

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not is_trained("denoising"), reason="the default model is not in assets/trained"),
]


@pytest.fixture
def lesson(visit):
    """lesson(query) -> the open lesson, in a browser of its own."""

    def start(query: str = "", **options) -> Screen:
        return visit("d", **options).go(query if "://" in query else f"denoising?{query}", ".pad[data-shown]")

    return start


@pytest.fixture
def screen(shared) -> Screen:
    """The open lesson as it was at first."""
    return shared("denoising", ".pad[data-shown]", "d")


def notes(screen: Screen) -> list[str]:
    return screen.pad.locator("figure .note").all_inner_texts()


def more_noise(screen: Screen, key: str = "ArrowRight", times: int = 4) -> Screen:
    before = screen.shown()
    screen.key("percent", "input[type=range]").focus()
    for _ in range(times):
        screen.page.keyboard.press(key)
    return screen.until(lambda: screen.shown() not in ("", before))


def less_noise(screen: Screen) -> Screen:
    more_noise(screen, "ArrowLeft", 2)
    return screen.until(lambda: screen.query().get("d_percent") == "40" and "0.4" in screen.shown())


def test_noise_changes_what_the_networks_get(screen, lesson):
    first, said, ink = screen.tiles(), notes(screen), screen.ink()
    assert len(first) == 4 and all(said)
    more_noise(screen)
    screen.until(lambda: screen.query().get("d_percent") == "70")
    screen.until(lambda: "0.7" in screen.shown())
    after = screen.tiles()
    assert all(a != b for a, b in zip(after[:3], first[:3], strict=True)) and after[3] == first[3]
    assert notes(screen) != said and screen.ink() != ink
    other = lesson(screen.page.url)
    assert (other.tiles(), notes(other)) == (after, notes(screen))

    before = screen.shown()
    screen.choose("kind", "Masking").until(lambda: screen.shown() not in ("", before))
    assert screen.query()["d_kind"] == "masking" and screen.tiles()[:3] != after[:3]
    before = screen.shown()
    screen.choose("feed", "Pure noise").until(lambda: screen.shown() not in ("", before))
    assert len(screen.tiles()) == 3 and all("variance" in note for note in notes(screen))
    assert screen.key("percent").count() == 0
    screen.press("reset").until(lambda: screen.tiles() == first)
    assert screen.query() == {} and screen.ink() == ink


def test_a_scribble_changes_the_answers_and_the_link_and_gives_way_to_other_noise(screen, lesson):
    first, ink = screen.tiles(), screen.ink()
    less_noise(screen)
    weaker = screen.tiles()
    more_noise(screen, times=2).until(lambda: screen.tiles() == first)
    screen.stroke((0.1, 0.1), (0.9, 0.1), (0.9, 0.4))
    mine, drawn = screen.tiles(), screen.ink()
    assert all(a != b for a, b in zip(mine[:3], first[:3], strict=True)) and drawn != ink
    other = lesson(screen.page.url)
    assert other.tiles() == mine and other.query()["d_drawn"] == screen.query()["d_drawn"]

    for each in (screen, other):
        less_noise(each)
        assert "d_drawn" not in each.query()
    assert screen.tiles() == other.tiles() == weaker != first

    screen.stroke((0.2, 0.8), (0.8, 0.8))
    screen.press("reset").until(lambda: screen.tiles() == first)
    screen.page.mouse.move(2, 2)
    assert screen.ink() == ink
    screen.press("another")
    assert "d_drawn" not in screen.query()


def test_phone(lesson):
    """A finger scribbles, and nothing is wider than the screen."""
    screen = lesson(**PHONE)
    assert screen.no_scroll()
    before = screen.tiles()
    screen.pad.locator("canvas").scroll_into_view_if_needed()
    screen.page.wait_for_timeout(300)
    touch = screen.page.context.new_cdp_session(screen.page)
    for kind, *places in (
        ("touchStart", (0.3, 0.3)),
        ("touchMove", (0.6, 0.3)),
        ("touchMove", (0.7, 0.7)),
        ("touchEnd",),
    ):
        points = [dict(zip("xy", screen.at(*place), strict=True)) for place in places]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    screen.until(lambda: "d_drawn" in screen.query() and screen.tiles()[0] != before[0])
    screen.choose("feed", "Pure noise")
    assert screen.idle().no_scroll()


def test_text_can_be_read_and_controls_have_names(screen):
    """In both themes; and nothing is wider than the screen."""
    states = {label: partial(screen.choose, "feed", label) for label in ("A picture", "Pure noise")}
    check_looks(screen, states, part=".st-key-d_play")
