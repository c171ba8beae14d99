"""What is left of an error after repair, by how much was spoiled."""

from __future__ import annotations

import altair as alt
import pandas as pd

from core.charts.theme import Look, styled

_OURS, _OTHERS = [1, 0], [[8, 4], [2, 3], [10, 3, 2, 3]]
_TICKS = [0, 0.003, 0.01, 0.03, 0.1, 0.3, 1]
_LINEAR = 0.002  # errors below it are drawn on a linear scale, which has a zero, and larger ones on a logarithmic one


def repair_by_level(frame: pd.DataFrame, look: Look, height: int = 340) -> alt.TopLevelMixin:
    """Lines of error over the level of noise; a picture without noise has the error 0. frame: level, network, mse, ours (bool)."""
    order = frame["network"].unique().tolist()
    ours, others = set(frame.loc[frame["ours"], "network"]), iter(_OTHERS)
    dashes = [_OURS if name in ours else next(others) for name in order]
    base = alt.Chart(frame).encode(
        x=alt.X("level:Q", title="level of noise", axis=alt.Axis(format="%", values=sorted(frame["level"].unique()))),
        y=alt.Y("mse:Q", title="error after repair (MSE)", axis=alt.Axis(values=_TICKS, format="~g"),
                scale=alt.Scale(type="symlog", constant=_LINEAR, domain=[0, frame["mse"].max()], nice=False)),
        color=alt.Color("ours:N", scale=alt.Scale(domain=[True, False], range=[look.ours, look.stone]), legend=None),
    )  # fmt: skip
    lines = base.mark_line(strokeWidth=3).encode(
        strokeDash=alt.StrokeDash(
            "network:N", scale=alt.Scale(domain=order, range=dashes),
            legend=alt.Legend(title=None, orient="top", labelFontSize=look.size, symbolSize=700, symbolStrokeWidth=3, columns=2, labelLimit=220),
        )
    )  # fmt: skip
    points = base.mark_point(filled=True, size=70, opacity=1).encode(
        tooltip=[
            alt.Tooltip("network:N"),
            alt.Tooltip("level:Q", title="level", format=".0%"),
            alt.Tooltip("mse:Q", title="error", format=".3r"),
        ]
    )
    return styled((lines + points).properties(height=height), look)
