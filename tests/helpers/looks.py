"""How a lesson looks: its text can be read, its controls have names, axe-core finds nothing, and nothing is wider than the
screen.

One tab shows all of it. A load with all acts drawn and unfolded costs a browser more than all the checks together, and so does
each other width, size of type or theme of it: what asks for one comes when as little as possible is drawn, and each comes once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from tests.helpers import axe
from tests.helpers.browser import LAPTOP, PHONE, Screen
from tests.helpers.readable import FAINT, NAMELESS, TOO_WIDE, UNTOLD

PROJECTOR = {"width": 1920, "height": 1080}
SETTLED = 10  # seconds after which a page no longer changes its layout, on a busy machine
SIZE = "e => parseFloat(getComputedStyle(e).fontSize)"
HIGH = "document.querySelector('[data-testid=stMain]').scrollHeight"
PAINT = "getComputedStyle(document.documentElement).getPropertyValue('--ll-quiet')"  # a colour that Python chose
DARK = """() => {
  const ground = getComputedStyle(document.querySelector("[data-testid=stApp]")).backgroundColor
  return ground.match(/\\d+/g).slice(0, 3).reduce((sum, c) => sum + +c, 0) < 384
}"""


def check_looks(
    screen: Screen,
    states: Mapping[str, Callable[[], object]] | None = None,
    larger: str = "[data-testid=stMain] h1",
    fewest: int = 60,
    one_screen: bool = False,
    part: str = "",
) -> None:
    """Check an open lesson: larger for a projector; then with all that is drawn and unfolded each state by light, the last of
    them in the dark as well, and each in the dark on a screen as narrow as a phone.

    states: name -> what leads there from any other one; the first is open.
    larger: selector of a text of the stage that presenter mode enlarges.
    fewest: texts that any state shows.
    one_screen: whether the stage fits a projector.
    part: selector of what alone the states change, where they do not change all of the page: axe-core looks there.
    """
    states = dict(states or {"as it opens": lambda: None})
    first = here = next(iter(states))

    def enter(name: str) -> None:
        nonlocal here
        if name != here:
            states[name]()
            here = name
            screen.idle().see_all()

    page = screen.page
    _presents(screen, first, larger, one_screen)
    page.set_viewport_size(LAPTOP["viewport"])
    screen.unfold()
    seen = {}
    for name in states:
        enter(name)
        fits(screen, f"{name}, light")
        seen[name] = whole(screen, f"{name}, light", again=name != first, part=part if name != first else "")
        assert seen[name] >= fewest, name

    light = page.evaluate(PAINT)
    page.emulate_media(color_scheme="dark")
    screen.until(lambda: page.evaluate(PAINT) != light)  # Python hears of the theme and draws the page again
    assert page.evaluate(DARK), "the dark is dark"
    wide = whole(screen, f"{here}, dark", rules=False)
    assert wide >= 0.9 * seen[here], f"{here}: the same is on show in the dark"

    page.set_viewport_size(PHONE["viewport"])
    narrower = None  # texts that a narrow screen folds away
    for name in reversed(states):
        enter(name)
        fits(screen, f"{name}, as narrow as a phone")
        if len(states) == 1:
            break  # it was read in the dark a moment ago
        shown = whole(screen, f"{name}, dark, as narrow as a phone", rules=False)
        narrower = wide - shown if narrower is None else narrower
        assert shown + narrower >= 0.9 * seen[name], f"{name}: the same is on show in the dark"
    assert axe.violations(page, again=True, theme=True) == [], f"{here}, dark, as narrow as a phone"


def _presents(screen: Screen, name: str, larger: str, one_screen: bool) -> None:
    """The stage alone, for a projector, and back."""
    page, size = screen.page, screen.page.locator(larger).first
    before = size.evaluate(SIZE)
    page.set_viewport_size(PROJECTOR)
    page.get_by_role("button", name="Present", exact=True).click()
    screen.until(lambda: screen.query().get("present") == "1" and size.evaluate(SIZE) > before)
    fits(screen, f"{name}, presenting")
    assert axe.violations(page, again=True) == [], f"{name}, presenting"
    assert not one_screen or page.evaluate(HIGH) <= PROJECTOR["height"], f"{name}: the stage scrolls when presenting"
    page.keyboard.press("Escape")
    screen.until(lambda: "present" not in screen.query() and size.evaluate(SIZE) == before)


def readable(page, name: str, rules: bool = True, **which: bool | str) -> int:
    """Check the text and the controls that are on the screen, and how many texts there are. rules: and what axe-core knows.

    which: of its rules, and where; see `axe.violations`.
    """
    page.mouse.move(1, 1)
    axe.still(page)
    checked = page.evaluate(FAINT)
    assert not checked["faint"], f"{name}: text that is hard to read"
    assert not page.evaluate(NAMELESS), f"{name}: controls without a name"
    assert not page.evaluate(UNTOLD), f"{name}: pictures without words"
    assert not rules or axe.violations(page, **which) == [], name
    return checked["seen"]


def whole(screen: Screen, name: str, **which: bool | str) -> int:
    """The same of the whole page: the screen is made as high as that. Of what is scrolled away nobody knows the ground."""
    page = screen.page
    page.set_viewport_size({"width": page.viewport_size["width"], "height": page.evaluate(HIGH) + 50})
    return readable(page, name, **which)


def fits(screen: Screen, name: str) -> None:
    """Charts take a moment to follow the width of the screen."""
    end = time.monotonic() + SETTLED
    while wrong := [*screen.page.evaluate(TOO_WIDE), *(() if screen.no_scroll() else ("the page scrolls sideways",))]:
        assert time.monotonic() < end, f"{name}: wider than the screen: {wrong}"
        screen.page.wait_for_timeout(100)
