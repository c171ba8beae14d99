"""A chart on a page: as wide as its place, in the lab's own theme, and with what it shows in words."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.charts.in_words import described, rows_of


def draw_chart(spec: dict[str, Any], key: str, **more: Any) -> Any:
    """Draw a Vega-Lite spec; more: other arguments of `st.vega_lite_chart`. Returns what that returns."""
    if "description" not in spec:
        spec = described(spec, rows_of(spec))
    return st.vega_lite_chart(spec, width="stretch", theme=None, key=key, **more)
