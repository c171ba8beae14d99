"""Looks, words and a search through specs that tests of charts share."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import altair as alt
import jsonschema

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


@functools.cache
def _schema() -> jsonschema.protocols.Validator:
    """Vega-Lite's own, as Altair has it."""
    schema = alt.load_schema()
    return jsonschema.validators.validator_for(schema)(schema)


def check(spec: dict[str, Any]) -> dict[str, Any]:
    """The spec, which Vega-Lite's schema takes. Altair's own `validate` says the same ten times as slowly."""
    wrong = jsonschema.exceptions.best_match(_schema().iter_errors(spec))
    assert wrong is None, wrong.message
    return spec
