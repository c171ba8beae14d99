"""Horizontal bars in HTML: few numbers, large type, on the page in the same instant as the picture above them."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st


@dataclass(frozen=True)
class Bar:
    label: str
    value: float
    ours: bool = False  # the network of this page, in the accent; all else is stone
    note: str = ""


def bars(rows: Sequence[Bar], digits: int = 3) -> None:
    """Draw one bar a row on a common scale; a value that is not finite is said to be missing."""
    top = max((r.value for r in rows if math.isfinite(r.value)), default=0) or 1
    cells = []
    for row in rows:
        finite = math.isfinite(row.value)
        width = max(0.0, 78 * row.value / top) if finite else 0
        text = f"{row.value:.{digits}f}" if finite else "–"
        note = f" {html.escape(row.note)}" if row.note else ""
        cells.append(
            f'<dt class="{"ours" if row.ours else ""}">{html.escape(row.label)}</dt>'
            f'<dd class="{"ours" if row.ours else ""}"><i style="width:{width:.1f}%"></i><span>{text}{note}</span></dd>'
        )
    st.html(f'<dl class="ll-bars">{"".join(cells)}</dl>')
