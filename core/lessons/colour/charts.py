"""Charts of the lesson: error beside chroma, error by hints, and what each layer knows."""

from __future__ import annotations

import altair as alt
import pandas as pd

from core.charts.theme import BELOW, Look, styled

_DASHES = [[1, 0], [8, 4], [2, 3], [10, 3, 2, 3]]


def trade(frame: pd.DataFrame, look: Look, height: int = 360) -> alt.TopLevelMixin:
    """Error over chroma: a line from the mode to the mean, and other answers as marks. frame: what, kind ("path" | "other"), order, chroma, error, truth,
    named (bool: whether it is written beside its mark)."""
    widest = 1.12 * max(frame["chroma"].max(), frame["truth"].max())  # room for words behind the last mark
    x = alt.X(
        "chroma:Q",
        title="chroma: how saturated",
        axis=alt.Axis(tickCount=8),
        scale=alt.Scale(domain=[0, widest], nice=False),
    )
    y = alt.Y(
        "error:Q", title="error: distance from the true colour", scale=alt.Scale(zero=False, nice=True, padding=18)
    )
    tooltip = [
        alt.Tooltip("what:N", title="answer"),
        alt.Tooltip("chroma:Q", format=".1f"),
        alt.Tooltip("error:Q", format=".1f"),
    ]
    path = alt.Chart(frame[frame["kind"] == "path"]).encode(x=x, y=y, tooltip=tooltip)
    other = alt.Chart(frame[frame["kind"] == "other"]).encode(x=x, y=y, tooltip=tooltip)
    named = frame[(frame["kind"] == "path") & frame["named"]]
    text = {"fontSize": look.size, "align": "left", "dx": 10}
    at_truth = x.copy()
    at_truth.shorthand = "truth:Q"
    truth = alt.Chart(frame.head(1)).mark_rule(color=look.quiet, strokeWidth=2, strokeDash=[6, 4]).encode(x=at_truth)
    layers = [
        truth,
        path.mark_line(color=look.ours, strokeWidth=3).encode(order="order:Q"),
        path.mark_point(color=look.ours, filled=True, size=80, opacity=1),
        alt.Chart(named).mark_text(color=look.link, **text).encode(x=x, y=y, text="what:N"),
        other.mark_point(color=look.stone, filled=True, size=110, opacity=1, shape="diamond"),
        other.mark_text(color=look.quiet, **text).encode(text="what:N"),
    ]
    return styled(alt.layer(*layers).properties(height=height), look)


def by_hints(frame: pd.DataFrame, look: Look, height: int = 320) -> alt.TopLevelMixin:
    """Error over the number of hints, a line a network. frame: hints, network, error, ours (bool)."""
    order = frame["network"].unique().tolist()
    legend = alt.Legend(title=None, orient="top", symbolType="stroke", symbolStrokeWidth=3)
    base = alt.Chart(frame).encode(
        x=alt.X("hints:Q", title="hints", axis=alt.Axis(values=sorted(frame["hints"].unique().tolist()), format="d")),
        y=alt.Y("error:Q", title="error", scale=alt.Scale(zero=False, nice=True)),
        color=alt.Color("network:N", scale=alt.Scale(domain=order, range=[look.ours, look.stone]), legend=legend),
        strokeDash=alt.StrokeDash("network:N", scale=alt.Scale(domain=order, range=_DASHES[:2]), legend=legend),
        tooltip=["network:N", alt.Tooltip("hints:Q", format="d"), alt.Tooltip("error:Q", format=".2f")],
    )  # fmt: skip
    return styled(
        (base.mark_line(strokeWidth=3) + base.mark_point(filled=True, size=70, opacity=1)).properties(height=height),
        look,
    )


def layers(frame: pd.DataFrame, look: Look, height: int = 340) -> alt.TopLevelMixin:
    """Accuracy of a linear probe over the layers, a line a network, ours first. frame: network, layer, accuracy (0 to 1)."""
    order = list(dict.fromkeys(frame["network"]))
    legend = alt.Legend(title=None, orient="top", columns=2, symbolType="stroke", symbolStrokeWidth=3, labelLimit=220)
    colours = [look.ours, BELOW, look.stone, look.quiet]
    base = alt.Chart(frame).encode(
        x=alt.X("layer:N", sort=list(dict.fromkeys(frame["layer"])), title="layer", axis=alt.Axis(labelAngle=0)),
        y=alt.Y("accuracy:Q", title="linear probe", scale=alt.Scale(zero=False, nice=True), axis=alt.Axis(format="%")),
        color=alt.Color("network:N", sort=order, scale=alt.Scale(domain=order, range=colours[: len(order)]), legend=legend),
        strokeDash=alt.StrokeDash("network:N", sort=order, scale=alt.Scale(domain=order, range=_DASHES[: len(order)]), legend=legend),
        tooltip=["network:N", "layer:N", alt.Tooltip("accuracy:Q", format=".1%")],
    )  # fmt: skip
    points = base.transform_filter(alt.FieldOneOfPredicate("network", order[:3])).mark_point(
        filled=True, size=70, opacity=1
    )
    return styled((base.mark_line(strokeWidth=3) + points).properties(height=height), look)
