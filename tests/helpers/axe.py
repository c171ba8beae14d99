"""axe-core over an open page: WCAG, and what its makers hold to be good practice."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT

SETTLED_MS = 500  # assets/components/roles looks at what is new once in 200 ms
RUN = """() => axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations.flatMap(
  ({ id, nodes }) => nodes.map(({ target, html }) => `${id}: ${target.flat().join(" >>> ")} | ${html.slice(0, 160)}`)))"""


def violations(page: Any) -> list[str]:
    """Each as "rule: selector | its HTML"; shadow roots are looked into."""
    page.wait_for_timeout(SETTLED_MS)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    return page.evaluate(RUN)
