"""Rows of bars with a name each: left of its bar where the plot is wide, above it where it is narrow."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from core.charts import labels
from core.charts.theme import Look

_ROOMY = 37  # sizes of the type: a plot this wide has the name of a row left of its bar, not above it


def rows(top: float, pitch: float, places: np.ndarray, look: Look) -> dict[str, np.ndarray]:
    """Columns of heights in pixels, for `at`: where the bar and the name of each row stand, beside each other (1) or not (0).

    top: where the rows begin; pitch: how far they stand apart; places: (n,) their numbers from 0.
    """
    middle = top + (places + 0.5) * pitch
    return {"bar0": middle + 0.65 * look.size, "bar1": middle, "name0": middle - 0.45 * look.size, "name1": middle}


def at(column: str, look: Look) -> Any:
    """The y channel of "bar" or "name"."""
    return alt.value(alt.ExprRef(roomy(f"datum.{column}1", f"datum.{column}0", look)))


def roomy(yes: str, no: str, look: Look) -> str:
    """The Vega expression for one of two expressions: `yes` where names stand beside their bars."""
    return f"(width >= {_ROOMY * look.size} ? {yes} : {no})"


def name_width(names: pd.Series, look: Look) -> float:
    """Pixels that the names take beside their bars."""
    return max((labels.text_width(labels.short(name, 34), look.size) for name in names), default=0) * 1.08 + 16


def row_names(frame: pd.DataFrame, column: str, look: Look, weight: Any = 400, beside: float = 0) -> alt.Chart:
    """The names; `beside`: pixels that something else takes at the right, where they stand above their bar."""
    named = frame.assign(short=[labels.short(name, 34) for name in frame[column]])
    return (
        alt.Chart(named)
        .mark_text(
            align="left", baseline="middle", color=look.ink, fontSize=look.size, fontWeight=weight,
            limit=alt.ExprRef(roomy("width", f"width - {beside}", look)),
        )
        .encode(x=alt.value(0), y=at("name", look), text="short:N")
    )  # fmt: skip
