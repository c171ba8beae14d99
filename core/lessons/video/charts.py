"""Charts of the lesson: error by kind of mask, error by share hidden, and what the encoder knows."""

from __future__ import annotations

import altair as alt
import pandas as pd

from core.charts.theme import BELOW, Look, styled

_DASHES = [[1, 0], [8, 4], [2, 3], [10, 3, 2, 3]]


def by_kind(frame: pd.DataFrame, look: Look, height: int = 360) -> alt.TopLevelMixin:
    """Error of the network and of two fills that learned nothing, by kind of mask. frame: kind, method, error, low, high, ours (bool)."""
    kinds, methods = frame["kind"].unique().tolist(), frame["method"].unique().tolist()
    base = alt.Chart(frame).encode(
        y=alt.Y("kind:N", sort=kinds, title=None, axis=alt.Axis(labelLimit=200, labelColor=look.ink)),
        yOffset=alt.YOffset("method:N", sort=methods),
        tooltip=["kind:N", alt.Tooltip("method:N", title="filled by"), alt.Tooltip("error:Q", format=".3r")],
    )
    bars = base.mark_bar(cornerRadiusEnd=3).encode(
        x=alt.X("error:Q", title="error on hidden voxels (MSE)", axis=alt.Axis(tickCount=5)),
        color=alt.Color("method:N", sort=methods, scale=alt.Scale(domain=methods, range=[look.ours, look.stone, look.grid]), legend=alt.Legend(title=None, orient="top", columns=1, labelLimit=320)),
    )  # fmt: skip
    ranges = base.mark_rule(color=look.ink, strokeWidth=2).encode(x=alt.X("low:Q"), x2="high:Q")
    return styled((bars + ranges).properties(height=height), look)


def by_ratio(frame: pd.DataFrame, look: Look, height: int = 360) -> alt.TopLevelMixin:
    """Error over the share that is hidden, a line a kind of mask. frame: kind, ratio (0 to 1), error."""
    order = frame["kind"].unique().tolist()
    legend = alt.Legend(title=None, orient="top", columns=2, symbolType="stroke", symbolStrokeWidth=3, labelLimit=220)
    colours = [look.ours, BELOW, look.hues[2], look.stone]
    base = alt.Chart(frame).encode(
        x=alt.X("ratio:Q", title="hidden", axis=alt.Axis(format="%", values=[0.5, 0.6, 0.75, 0.875, 0.98]), scale=alt.Scale(domain=[0.48, 1])),
        y=alt.Y("error:Q", title="error on hidden voxels (MSE)", axis=alt.Axis(tickCount=5)),
        color=alt.Color("kind:N", sort=order, scale=alt.Scale(domain=order, range=colours), legend=legend),
        strokeDash=alt.StrokeDash("kind:N", sort=order, scale=alt.Scale(domain=order, range=_DASHES), legend=legend),
        tooltip=["kind:N", alt.Tooltip("ratio:Q", title="hidden", format=".1%"), alt.Tooltip("error:Q", format=".3r")],
    )  # fmt: skip
    points = base.mark_point(filled=True, size=70, opacity=1)
    return styled((base.mark_line(strokeWidth=3) + points).properties(height=height), look)


def probes(frame: pd.DataFrame, look: Look, height: int = 300) -> alt.TopLevelMixin:
    """Held-out accuracy of a linear probe, by what is asked and what is read. frame: task, features, accuracy (0 to 1), label, ours (bool)."""
    order = frame["features"].unique().tolist()
    base = alt.Chart(frame).encode(
        y=alt.Y("task:N", sort=frame["task"].unique().tolist(), title=None, axis=alt.Axis(labelLimit=200, labelColor=look.ink)),
        yOffset=alt.YOffset("features:N", sort=order),
        x=alt.X("accuracy:Q", title="held-out accuracy", axis=alt.Axis(format="%", values=[0, 0.5, 1]), scale=alt.Scale(domain=[0, 1.7])),
        tooltip=["task:N", "features:N", alt.Tooltip("accuracy:Q", format=".1%")],
    )  # fmt: skip
    marks = base.mark_bar(cornerRadiusEnd=3).encode(
        color=alt.Color("ours:N", scale=alt.Scale(domain=[True, False], range=[look.ours, look.stone]), legend=None)
    )
    labels = base.mark_text(align="left", dx=6, fontSize=look.size - 1, color=look.ink).encode(text="label:N")
    return styled((marks + labels).properties(height=height), look)
