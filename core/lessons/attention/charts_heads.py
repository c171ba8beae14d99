"""What the held-out loss does without each attention head, as bars."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from core.charts import labels
from core.charts.equal import other
from core.charts.theme import Look, styled

_TIPS = [
    alt.Tooltip("head:N"), alt.Tooltip("kind:N"), alt.Tooltip("effect:Q", title="bits per character", format="+.4f"),
]  # fmt: skip


def effects(frame: pd.DataFrame, look: Look) -> alt.TopLevelMixin:
    """How far the held-out loss rises without each head, the largest rise first, with the median marked.

    frame: head ("1.2"), kind ("" for none), effect (bits a character; a loss that falls is negative and goes to the left),
    best (bool: the best previous-token head, which is strong), off (bool: switched off now, which is hollow).
    """
    line = 1.7 * look.size
    top = 3.2 * look.size  # for what the rules mean
    frame = _rows(frame, top, line)
    middle = float(frame["effect"].median())
    x = _x(frame, look)
    bottom = top + len(frame) * line
    down = {"y": alt.value(top - 0.3 * look.size), "y2": alt.value(bottom)}
    zero, half = pd.DataFrame([{"effect": 0.0}]), pd.DataFrame([{"effect": middle}])
    parts = [
        alt.Chart(zero).mark_rule(color=look.grid, strokeWidth=1.5).encode(x=x, **down),
        *_bars(frame.assign(y0=frame["y"] - 0.3 * line, y1=frame["y"] + 0.3 * line), x, look),
        alt.Chart(half).mark_rule(color=look.stone, strokeWidth=2.5, strokeDash=[5, 4]).encode(x=x, **down),
        *_texts(frame, look),
        labels.line_of_text("rise of the loss without a head, bits per character", 0, look.quiet, look),
        labels.line_of_text(f"dashed: the median head, {signed(middle)}", 1.45 * look.size, look.quiet, look),
    ]
    return styled(alt.layer(*parts).properties(height=round(bottom + 0.5 * look.size)), look)


def signed(value: float) -> str:
    """A change with its sign, a true minus, and four decimals where it is small."""
    return labels.number(value, f"+.{4 if abs(value) < 0.0995 else 3}f")


def _rows(frame: pd.DataFrame, top: float, line: float) -> pd.DataFrame:
    """The heads in order, with what is written in each row and where the row stands, y in pixels."""
    frame = frame.sort_values("effect", ascending=False, kind="stable").reset_index(drop=True)
    # The name also says what is hollow: a bar that is too short to be seen cannot.
    frame["name"] = [
        f"{row.head} {row.kind}".strip() + (" (off)" if row.off else "") for row in frame.itertuples(index=False)
    ]
    frame["number"] = [signed(value) for value in frame["effect"]]
    frame["y"] = top + (np.arange(len(frame)) + 0.5) * line
    frame["zero"] = 0.0
    return frame


def _x(frame: pd.DataFrame, look: Look) -> alt.X:
    """The axis of effects, between the names at the left and the numbers at the right."""
    left = max(labels.text_width(name, look.size) for name in frame["name"]) * 1.08 + 12
    right = max(labels.text_width(number, look.size) for number in frame["number"]) * 1.08 + 12
    low, high = min(float(frame["effect"].min()), 0.0), max(float(frame["effect"].max()), 0.0)
    domain, span = [low, high if high > low else 1.0], [left, alt.ExprRef(f"width - {right}")]
    return alt.X("effect:Q", axis=None, scale=alt.Scale(domain=domain, nice=False, range=span))


def _bars(frame: pd.DataFrame, x: alt.X, look: Look) -> list[alt.Chart]:
    """Full for heads that are on, hollow for those that are off; frame: with y0 and y1, the edges of a bar."""
    base = alt.Chart(frame).encode(
        x=other(x, "zero"), x2="effect:Q", y=alt.value(alt.ExprRef("datum.y0")), y2=alt.value(alt.ExprRef("datum.y1")),
        tooltip=_TIPS,
    )  # fmt: skip
    return [
        base.transform_filter("!datum.off").mark_rect(color=look.ours, opacity=alt.ExprRef("datum.best ? 1 : 0.6")),
        base.transform_filter("datum.off").mark_rect(filled=False, stroke=look.ours, strokeWidth=2),
    ]


def _texts(frame: pd.DataFrame, look: Look) -> list[alt.Chart]:
    """The name at the left of each row, the number at its right."""
    rows = alt.Chart(frame).encode(y=alt.value(alt.ExprRef("datum.y")), tooltip=_TIPS)
    weight = alt.ExprRef("datum.best ? 700 : 400")
    text: dict[str, Any] = {"baseline": "middle", "fontSize": look.size, "fontWeight": weight, "color": look.ink}
    return [
        rows.mark_text(align="left", **text).encode(x=alt.value(0), text="name:N"),
        rows.mark_text(align="right", **text).encode(x=alt.value(alt.ExprRef("width")), text="number:N"),
    ]
