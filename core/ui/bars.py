"""Horizontal bars in HTML: few numbers, large type, on the page in the same instant as the picture above them."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from core.charts.written import number


@dataclass(frozen=True)
class Bar:
    label: str
    value: float
    ours: bool = False  # the network of this page, in the accent; all else is stone
    note: str = ""


def bars(rows: Sequence[Bar], digits: int = 3) -> None:
    """Draw one bar a row on a common scale; a value that is not finite is missing. digits: decimals; 0 is three significant."""
    st.html(as_html(rows, digits))


def as_html(rows: Sequence[Bar], digits: int = 3) -> str:
    """The bars. Each is a share of the same track, which leaves room for the longest text, so that none is squeezed. The room
    is in em, which is the same in bold."""
    top = max((r.value for r in rows if math.isfinite(r.value)), default=0) or 1
    said = f"{{:.{digits}f}}".format if digits else number
    texts = [f"{said(r.value) if math.isfinite(r.value) else '–'} {r.note}".strip() for r in rows]
    cells = []
    for row, text in zip(rows, texts, strict=True):
        share = max(0.0, row.value / top) if math.isfinite(row.value) else 0
        kind = "ours" if row.ours else ""
        cells.append(
            f'<dt class="{kind}">{html.escape(row.label)}</dt>'
            f'<dd class="{kind}"><i style="--share:{share:.4f}"></i><span>{html.escape(text)}</span></dd>'
        )
    return (
        f'<dl class="ll-bars" style="--room:{0.56 * max(map(len, texts), default=0) + 1.2:.2f}em">{"".join(cells)}</dl>'
    )
