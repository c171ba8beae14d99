"""axe-core over an open page: WCAG, and what its makers hold to be good practice."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT

SETTLED_MS = 500  # assets/components/roles looks at what is new once in 200 ms
# By far the slowest rules, about what does not change with a state of the page or the width of the screen: the contrast, which
# `readable.FAINT` asks for each time, landmarks, and what stands in one place in all states.
SLOW = ("color-contrast", "region", "link-in-text-block")
RUN = """(without) => axe.run(document, { resultTypes: ["violations"],
  rules: Object.fromEntries(without.map((id) => [id, { enabled: false }])) }).then(({ violations }) => violations.flatMap(
  ({ id, nodes }) => nodes.map(({ target, html }) => `${id}: ${target.flat().join(" >>> ")} | ${html.slice(0, 160)}`)))"""


def violations(page: Any, again: bool = False) -> list[str]:
    """Each as "rule: selector | its HTML"; shadow roots are looked into.

    again: all rules were asked before, in the same theme: SLOW ones are left out.
    """
    page.wait_for_timeout(SETTLED_MS)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    return page.evaluate(RUN, list(SLOW) if again else [])
