"""The chart of a chain: how far its drawings lie from the picture with which it began."""

from __future__ import annotations

import altair as alt
import pandas as pd

from core.charts.theme import Look, styled

DASHES = [[1, 0], [9, 4], [2, 4], [12, 4, 2, 4]]
MARKS = ["circle", "square", "triangle-up", "diamond"]


def drift(frame: pd.DataFrame, look: Look) -> alt.TopLevelMixin:
    """The distance of each drawing from the first picture, by each way of seeing.

    frame: drawing (1, 2, ...), way, distance (1 is the mean of two pictures of the set).
    """
    order = list(dict.fromkeys(frame["way"]))
    last = int(frame["drawing"].max())
    x = alt.X(
        "drawing:Q", title="drawing", scale=alt.Scale(domain=[1, max(2, last)], nice=False),
        axis=alt.Axis(format="d", values=list(range(1, last + 1, 1 + last // 12))),
    )  # fmt: skip
    y = alt.Y(
        "distance:Q",
        title="distance from the picture",
        scale=alt.Scale(domain=[0, max(1.1, 1.05 * frame["distance"].max())], nice=False),
    )
    kinds = {
        "color": alt.Color("way:N", title=None, legend=alt.Legend(orient="top", columns=1), scale=alt.Scale(domain=order, range=[look.stone, look.ours, look.hues[1], look.hues[2]][: len(order)])),
        "strokeDash": alt.StrokeDash("way:N", legend=None, scale=alt.Scale(domain=order, range=DASHES[: len(order)])),
        "shape": alt.Shape("way:N", legend=None, scale=alt.Scale(domain=order, range=MARKS[: len(order)])),
    }  # fmt: skip
    tips = [alt.Tooltip("way:N"), alt.Tooltip("drawing:Q"), alt.Tooltip("distance:Q", format=".2f")]
    base = alt.Chart(frame).encode(x=x, y=y, color=kinds["color"], tooltip=tips)
    one = alt.Chart(pd.DataFrame({"distance": [1.0], "text": ["as far as any two pictures"]})).encode(y=y)
    parts = [
        one.mark_rule(color=look.quiet, strokeDash=[6, 4], strokeWidth=2),
        one.mark_text(align="left", baseline="top", dy=5, color=look.quiet, fontSize=look.size).encode(x=alt.value(4), text="text:N"),
        base.mark_line(strokeWidth=3).encode(strokeDash=kinds["strokeDash"]),
        base.mark_point(size=90, filled=True, opacity=1).encode(shape=kinds["shape"]),
    ]  # fmt: skip
    return styled(alt.layer(*parts).properties(height=20 * look.size), look)
