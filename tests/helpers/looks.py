"""How a lesson looks: its text can be read, its controls have names, axe-core finds nothing, and nothing is wider than the
screen.

One tab shows all of it. A load with all acts drawn and unfolded costs a browser more than all the checks together.
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
FADED = """() => document.getAnimations().every(a => a.playState !== "running"
  || a.effect.getComputedTiming().endTime === Infinity)"""  # on a busy machine what fades takes longer than it says
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
) -> None:
    """Check an open lesson with all that is drawn and unfolded: each state by light, the last of them larger for a
    projector, each state again in the dark, and each on a screen as narrow as a phone.

    states: name -> what leads there from any other one; the first is open.
    larger: selector of a text that presenter mode enlarges.
    fewest: texts that any state shows.
    one_screen: whether the stage fits a projector.
    """
    states = dict(states or {"as it opens": lambda: None})
    first = here = next(iter(states))
    seen = {}

    def enter(name: str) -> None:
        nonlocal here
        if name != here:
            states[name]()
            here = name

    screen.unfold()
    page, size = screen.page, screen.page.locator(larger).first
    for name in states:
        enter(name)
        seen[name] = _readable(screen, f"{name}, light", again=name != first)
        assert seen[name] >= fewest, name

    page.set_viewport_size(PROJECTOR)
    before = size.evaluate(SIZE)
    page.get_by_role("button", name="Present", exact=True).click()
    screen.until(lambda: screen.query().get("present") == "1" and size.evaluate(SIZE) > before)
    _fits(screen, f"{here}, presenting")
    assert axe.violations(page, again=True) == [], f"{here}, presenting"
    assert not one_screen or page.evaluate(HIGH) <= PROJECTOR["height"], f"{here}: the stage scrolls when presenting"
    page.keyboard.press("Escape")
    screen.until(lambda: "present" not in screen.query() and size.evaluate(SIZE) == before)
    screen.idle()
    light = page.evaluate(PAINT)
    page.emulate_media(color_scheme="dark")
    screen.until(lambda: page.evaluate(PAINT) != light)  # Python hears of the theme and draws the page again
    assert page.evaluate(DARK), "the dark is dark"

    for name in reversed(states):
        enter(name)
        shown = _readable(screen, f"{name}, dark", rules=name == first, theme=True)
        assert shown >= 0.9 * seen[name], f"{name}: the same is on show in the dark"

    page.set_viewport_size(PHONE["viewport"])
    for name in states:
        enter(name)
        screen.idle().see_all()
        _fits(screen, f"{name}, as narrow as a phone")
    assert axe.violations(page, again=True) == [], f"{here}, as narrow as a phone"


def readable(page, name: str, rules: bool = True, **which: bool) -> int:
    """Check the text and the controls that are on the screen, and how many texts there are. rules: and what axe-core knows.

    which: of its rules; see `axe.violations`.
    """
    page.mouse.move(1, 1)
    page.wait_for_timeout(600)
    page.wait_for_function(FADED)
    checked = page.evaluate(FAINT)
    assert not checked["faint"], f"{name}: text that is hard to read"
    assert not page.evaluate(NAMELESS), f"{name}: controls without a name"
    assert not page.evaluate(UNTOLD), f"{name}: pictures without words"
    assert not rules or axe.violations(page, **which) == [], name
    return checked["seen"]


def _readable(screen: Screen, name: str, rules: bool = True, **which: bool) -> int:
    """The same of the whole page: the screen is made as high as that."""
    page = screen.idle().see_all().page
    height = page.locator("[data-testid=stMain]").evaluate("e => e.scrollHeight")
    page.set_viewport_size({"width": LAPTOP["viewport"]["width"], "height": height + 50})
    _fits(screen, name)
    return readable(page, name, rules, **which)


def _fits(screen: Screen, name: str) -> None:
    """Charts take a moment to follow the width of the screen."""
    end = time.monotonic() + SETTLED
    while time.monotonic() < end and not (screen.no_scroll() and not screen.page.evaluate(TOO_WIDE)):
        screen.page.wait_for_timeout(100)
    assert screen.no_scroll(), f"{name}: the page scrolls sideways"
    assert not screen.page.evaluate(TOO_WIDE), f"{name}: wider than the screen"
