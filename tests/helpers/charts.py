"""Looks, words and a search through specs that tests of charts share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.charts import theme

LOOKS = [
    theme.look(dark=False),
    theme.look(dark=True, presenting=True),
]  # colours hang on one switch, sizes on the other
LOOK = LOOKS[0]
LONG = "donaudampfschifffahrtsgesellschaftskapitän"
HEBREW, CHINESE = "מלכה", "女王"


def parts(node: Any) -> Iterator[dict[str, Any]]:
    """All objects of a spec."""
    if isinstance(node, dict):
        yield node
        for child in node.values():
            yield from parts(child)
    elif isinstance(node, list):
        for child in node:
            yield from parts(child)
