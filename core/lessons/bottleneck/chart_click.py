"""What was clicked on a chart, each click once."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.ui.held import is_number

MOST = 256  # values that a selection may hold; a chart of the lab has a few dozen


def clicked(key: str, parameter: str, field: str) -> int | float | str | None:
    """The value of `field` that the newest click on a chart hit, or None where nothing was clicked since the last call.

    key: of a `st.vega_lite_chart` with `on_select="rerun"` and `selection_mode=parameter`. parameter: a point selection
    with `toggle="true"` and `clear=False`, so that each click puts one value into the selection or takes one out of it:
    the clicked value is the difference from what the selection held before. A selection that merely stands is no news,
    so a menu that chooses the same thing wins when it was used last.

    Call it once in each run, before the chart is drawn and before the menu that it sets. The value comes from the
    browser: it is a finite number or a string, and whether it is one of the chart's is for the caller to check.
    """
    memory = f"_{key}_heard"
    before = st.session_state.pop(memory, [])
    if key not in st.session_state:  # not drawn yet, or dropped with its page: the browser has forgotten its clicks too
        return None
    now = _values(st.session_state[key], parameter, field)
    st.session_state[memory] = now
    added = [value for value in now if value not in before]
    removed = [value for value in before if value not in now]
    return next(reversed(added or removed), None)


def _values(state: Any, parameter: str, field: str) -> list[int | float | str]:
    """The values in a chart's state, oldest first; what has another shape is left out."""
    selection = state.get("selection") if isinstance(state, dict) else None
    points = selection.get(parameter) if isinstance(selection, dict) else None
    if not isinstance(points, list) or len(points) > MOST:  # an empty selection is a dict
        return []
    values = [point.get(field) for point in points if isinstance(point, dict)]
    return [value for value in values if _plain(value)]


def _plain(value: Any) -> bool:
    return is_number(value) or isinstance(value, str)
