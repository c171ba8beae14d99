"""axe-core over an open page: WCAG, and what its makers hold to be good practice."""

from __future__ import annotations

import os
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT

QUIET_MS = 250  # assets/components/roles looks at what is new once in 200 ms
# Nothing has changed on the page for so long, and nothing fades; for three seconds at the most, where something moves all
# the time. On a busy machine what fades takes longer than it says.
STILL = """(ms) => new Promise((still) => {
  const begun = performance.now()
  let last = begun
  const seen = new MutationObserver(() => { last = performance.now() })
  seen.observe(document, { subtree: true, childList: true, attributes: true, characterData: true })
  const fades = () => document.getAnimations().some((a) => a.playState === "running" && a.effect.getComputedTiming().endTime !== Infinity)
  const look = () => {
    const now = performance.now()
    if (now - begun < 3000 && (now - last < ms || fades())) return setTimeout(look, 50)
    seen.disconnect()
    still()
  }
  look()
})"""
# The contrast takes half of all axe's time, and `readable.FAINT` asks for it in a hundredth of that, in each state and theme:
# axe is asked as well in a full run.
CONTRAST = "color-contrast"
COLOURS = (
    *([CONTRAST] if os.environ.get("LATENT_LAB_FULL") else []),
    "link-in-text-block",
)  # what another theme can break
# By far the slowest rules, about what does not change with a state of the page or the width of the screen: the contrast, which
# `readable.FAINT` asks for each time, landmarks, and what stands in one place in all states.
SLOW = (CONTRAST, *COLOURS, "region")
# Without selectors first: to find one for each element that passes takes a quarter of the time.
RUN = """({ only, without, part }) => {
  const rules = Object.fromEntries(without.map((id) => [id, { enabled: false }]))
  const ask = (selectors) => axe.run(part || document, { resultTypes: ["violations"], rules, selectors, ...(only.length && { runOnly: only }) })
  const told = ({ violations }) => violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, html }) => `${id}: ${target.flat().join(" >>> ")} | ${html.slice(0, 160)}`))
  return ask(false).then((found) => found.violations.length ? ask(true).then(told) : [])
}"""


def still(page: Any) -> None:
    """Wait until nothing on the page changes."""
    page.evaluate(STILL, QUIET_MS)


def violations(page: Any, again: bool = False, theme: bool = False, part: str = "") -> list[str]:
    """Each as "rule: selector | its HTML"; shadow roots are looked into.

    again: all rules were asked before, in the same theme: SLOW ones are left out.
    theme: all rules were asked before, in another theme: only COLOURS are asked; with `again` those as well.
    part:  selector of what alone is asked about: the rest of the page is as it was when it was asked before.
    """
    still(page)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    without = set(SLOW if again else ()) - set(COLOURS if theme else ()) | ({CONTRAST} - set(COLOURS))
    only = list(COLOURS) if theme and not again else []
    return page.evaluate(RUN, {"only": only, "without": sorted(without), "part": part})
