"""Charts of the masked auto-encoder: error by ratio, and what the encoder is good for."""

from __future__ import annotations

import altair as alt
import pandas as pd

from core.charts.theme import Look, styled


def error_by_ratio(frame: pd.DataFrame, look: Look, height: int = 330) -> alt.TopLevelMixin:
    """Lines of held-out error over the share hidden. frame: ratio (0..1), method, mse, ours (bool)."""
    base = alt.Chart(frame).encode(
        x=alt.X("ratio:Q", title="patches hidden", axis=alt.Axis(format="%", values=[0.1, 0.3, 0.5, 0.75, 0.98])),
        y=alt.Y("mse:Q", title="error on hidden pixels (MSE)", axis=alt.Axis(tickCount=5)),
        color=alt.Color("ours:N", scale=alt.Scale(domain=[True, False], range=[look.ours, look.stone]), legend=None),
        detail="method:N",
    )
    lines = base.mark_line(strokeWidth=3).encode(
        strokeDash=alt.StrokeDash(
            "method:N",
            legend=None,
            scale=alt.Scale(domain=frame["method"].unique().tolist(), range=[[1, 0], [8, 4], [2, 3]]),
        )
    )
    points = base.mark_point(filled=True, size=70, opacity=1).encode(
        tooltip=[
            alt.Tooltip("method:N", title="filled by"),
            alt.Tooltip("ratio:Q", title="hidden", format=".0%"),
            alt.Tooltip("mse:Q", title="error", format=".3r"),
        ]
    )
    # Direct labels: the network's below its line, the others' above theirs, where the frame says the lines are apart.
    spot = base.transform_filter("datum.ratio == datum.label_at")
    type_ = {"fontSize": look.size, "fontWeight": 600}
    others = spot.transform_filter("!datum.ours").mark_text(align="right", dx=-4, dy=-10, color=look.ink, **type_)
    ours = spot.transform_filter("datum.ours").mark_text(align="left", dx=4, dy=20, color=look.ours, **type_)
    labels = others.encode(text="method:N", color=alt.value(look.ink)) + ours.encode(
        text="method:N", color=alt.value(look.ours)
    )
    return styled((lines + points + labels).properties(height=height), look)


def probe_bars(frame: pd.DataFrame, look: Look, height: int = 330) -> alt.TopLevelMixin:
    """Held-out accuracy of a linear probe and of nearest neighbours. frame: features, reader, accuracy, ours."""
    order = frame["features"].unique().tolist()
    base = alt.Chart(frame).encode(
        y=alt.Y("features:N", sort=order, title=None, axis=alt.Axis(labelLimit=220, labelColor=look.ink)),
        yOffset=alt.YOffset("reader:N", sort=["linear probe", "neighbours"]),
        x=alt.X("accuracy:Q", title="held-out accuracy", axis=alt.Axis(format="%", values=[0, 0.5, 1]), scale=alt.Scale(domain=[0, 1.6])),
        tooltip=[
            alt.Tooltip("features:N"),
            alt.Tooltip("reader:N", title="read by"),
            alt.Tooltip("accuracy:Q", format=".1%"),
        ],
    )  # fmt: skip
    marks = base.mark_bar(cornerRadiusEnd=4).encode(
        color=alt.Color("ours:N", scale=alt.Scale(domain=[True, False], range=[look.ours, look.stone]), legend=None),
        opacity=alt.Opacity(
            "reader:N",
            scale=alt.Scale(domain=["linear probe", "neighbours"], range=[1, 0.55]),
            legend=None,
            sort=["linear probe", "neighbours"],
        ),
    )
    labels = base.mark_text(align="left", dx=6, fontSize=look.size - 1, color=look.ink).encode(text="label:N")
    return styled((marks + labels).properties(height=height), look)
