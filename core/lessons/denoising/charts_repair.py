"""What is left of an error after repair, by how much was spoiled."""

from __future__ import annotations

import altair as alt
import pandas as pd

from core.charts.theme import Look, styled

_DASHES = [[1, 0], [8, 4], [2, 3], [10, 3, 2, 3]]


def repair_by_level(frame: pd.DataFrame, look: Look, height: int = 340) -> alt.TopLevelMixin:
    """Lines of error over the level of noise; errors below 0.003 are not drawn. frame: level, network, mse, ours (bool)."""
    order = frame["network"].unique().tolist()
    base = alt.Chart(frame).encode(
        x=alt.X("level:Q", title="level of noise", axis=alt.Axis(format="%", values=sorted(frame["level"].unique()))),
        y=alt.Y("mse:Q", title="error after repair (MSE)", axis=alt.Axis(values=[0.003, 0.01, 0.03, 0.1, 0.3, 1]),
                scale=alt.Scale(type="log", domain=[0.003, max(1.0, frame["mse"].max())])),
        color=alt.Color("ours:N", scale=alt.Scale(domain=[True, False], range=[look.ours, look.stone]), legend=None),
    )  # fmt: skip
    lines = base.mark_line(strokeWidth=3, clip=True).encode(
        strokeDash=alt.StrokeDash(
            "network:N", scale=alt.Scale(domain=order, range=_DASHES),
            legend=alt.Legend(title=None, orient="top", labelFontSize=look.size, symbolSize=700, symbolStrokeWidth=3, columns=2, labelLimit=220),
        )
    )  # fmt: skip
    points = base.mark_point(filled=True, size=70, opacity=1, clip=True).encode(
        tooltip=[
            alt.Tooltip("network:N"),
            alt.Tooltip("level:Q", title="level", format=".0%"),
            alt.Tooltip("mse:Q", title="error", format=".4f"),
        ]
    )
    return styled((lines + points).properties(height=height), look)
