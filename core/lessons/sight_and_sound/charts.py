"""Charts of the lesson: probes, the common space, one batch, voices, and what is taken for what."""

from __future__ import annotations

import altair as alt
import pandas as pd

from core.charts.theme import BELOW, Look, styled


def probes(frame: pd.DataFrame, look: Look) -> alt.TopLevelMixin:
    """Accuracy of a linear probe, a mark a representation and number of labels. frame: network, labels, accuracy (0..1), ours (bool)."""
    order, labels = list(dict.fromkeys(frame["network"])), list(dict.fromkeys(frame["labels"]))
    y = alt.Y("network:N", sort=order, title=None, axis=alt.Axis(labelColor=look.ink, labelLimit=240))
    x = alt.X(
        "accuracy:Q", title="right digit, held-out pictures", axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1])
    )
    shape = alt.Shape(
        "labels:N",
        sort=labels,
        scale=alt.Scale(domain=labels, range=["circle", "diamond"]),
        legend=alt.Legend(title=None, orient="top"),
    )
    colour = alt.Color("ours:N", legend=None, scale=alt.Scale(domain=[True, False], range=[look.ours, look.stone]))
    base = alt.Chart(frame).encode(
        y=y, x=x, color=colour, tooltip=["network:N", "labels:N", alt.Tooltip("accuracy:Q", format=".1%")]
    )
    lines = base.mark_line(strokeWidth=3, opacity=0.5).encode(detail="network:N")
    points = base.mark_point(filled=True, size=150, opacity=1).encode(shape=shape)
    chance = alt.Chart(pd.DataFrame({"at": [0.1]})).mark_rule(color=look.quiet, strokeDash=[4, 4]).encode(x="at:Q")
    return styled(alt.layer(chance, lines, points).properties(height=round(2.9 * look.size * len(order)) + 20), look)


def meeting(frame: pd.DataFrame, look: Look) -> alt.TopLevelMixin:
    """Pictures and sounds as points on a map of the common space. frame: x, y, digit, kind ("picture" | "sound")."""
    digits = [str(digit) for digit in range(10)]
    plain = alt.Axis(labels=False, grid=False, title=None)
    x, y = (
        alt.X("x:Q", axis=plain, scale=alt.Scale(zero=False)),
        alt.Y("y:Q", axis=plain, scale=alt.Scale(zero=False)),
    )
    colour = alt.Color(
        "digit:N",
        sort=digits,
        scale=alt.Scale(domain=digits, range=list(look.hues)),
        legend=alt.Legend(title=None, orient="right"),
    )
    shape = alt.Shape(
        "kind:N",
        scale=alt.Scale(domain=["picture", "sound"], range=["circle", "triangle-up"]),
        legend=alt.Legend(title=None, orient="top"),
    )
    points = (
        alt.Chart(frame)
        .mark_point(filled=True, size=42, opacity=0.75)
        .encode(x=x, y=y, color=colour, shape=shape, tooltip=["kind:N", "digit:N"])
    )
    return styled(points.properties(height=440), look)


def batch(frame: pd.DataFrame, look: Look) -> alt.TopLevelMixin:
    """How hard each sound of a batch is pushed away from each picture. frame: sound, picture, push, said, seen, kind."""
    kinds = ["the pair", "false negative", "negative"]
    axis = alt.Axis(labels=False, grid=False)
    x = alt.X("picture:O", title="pictures of the batch, by digit", axis=axis)
    y = alt.Y("sound:O", title="sounds, by digit", axis=axis)
    colour = alt.Color(
        "kind:N", sort=kinds, scale=alt.Scale(domain=kinds, range=[look.ours, BELOW, look.stone]),
        legend=alt.Legend(title=None, orient="top", symbolOpacity=1),
    )  # fmt: skip
    opacity = alt.Opacity("shown:Q", legend=None, scale=alt.Scale(domain=[0, 1], range=[0.06, 1]))
    tips = [
        alt.Tooltip("said:N", title="heard"),
        "seen:N",
        "kind:N",
        alt.Tooltip("push:Q", format=".3f", title="pushed away with weight"),
    ]
    cells = alt.Chart(frame).transform_calculate(shown="datum.kind == 'the pair' ? 1 : min(1, 5 * datum.push)")
    return styled(
        cells.mark_rect().encode(x=x, y=y, color=colour, opacity=opacity, tooltip=tips).properties(height=400), look
    )


def accuracies(frame: pd.DataFrame, look: Look) -> alt.TopLevelMixin:
    """The share of sounds whose nearest picture shows their digit. frame: who, accuracy (0..1), low, high (or null), ours (bool)."""
    order = frame["who"].tolist()
    y = alt.Y("who:N", sort=order, title=None, axis=alt.Axis(labelColor=look.ink, labelLimit=300))
    x = alt.X(
        "accuracy:Q",
        title="nearest picture shows the digit",
        axis=alt.Axis(format="%", values=[0, 0.2, 0.4, 0.6, 0.8, 1]),
        scale=alt.Scale(domain=[0, 1.12], nice=False),
    )
    colour = alt.Color("ours:N", legend=None, scale=alt.Scale(domain=[True, False], range=[look.ours, look.stone]))
    base = alt.Chart(frame).encode(
        y=y,
        color=colour,
        tooltip=["who:N", *(alt.Tooltip(f"{n}:Q", format=".1%") for n in ("accuracy", "low", "high"))],
    )
    bars = base.mark_bar(height={"band": 0.55}).encode(x=x)
    spans = (
        base.mark_rule(strokeWidth=3, color=look.ink)
        .encode(x="low:Q", x2="high:Q", color=alt.value(look.ink))
        .transform_filter("datum.low != null")
    )
    words = base.mark_text(align="left", dx=8, fontSize=look.size, fontWeight=600).encode(
        x=alt.X("at:Q"), text=alt.Text("accuracy:Q", format=".1%"), color=alt.value(look.ink)
    ).transform_calculate(at="max(datum.accuracy, datum.high == null ? 0 : datum.high)")  # fmt: skip
    return styled(alt.layer(bars, spans, words).properties(height=round(2.7 * look.size * len(order)) + 20), look)


def confusion(frame: pd.DataFrame, look: Look) -> alt.TopLevelMixin:
    """Which digit the nearest picture shows, for each digit that is heard. frame: heard, found, share (0..1 of the row), learned."""
    digits = [str(digit) for digit in range(10)]
    x = alt.X("found:O", sort=digits, title="found", axis=alt.Axis(labelAngle=0, orient="bottom"))
    y = alt.Y("heard:O", sort=digits, title="heard")
    colour = alt.Color("share:Q", legend=None, scale=alt.Scale(domain=[0, 1], range=[look.ground, look.ours]))
    tips = ["heard:O", "found:O", alt.Tooltip("share:Q", format=".0%")]
    cells = alt.Chart(frame).mark_rect().encode(x=x, y=y, color=colour, tooltip=tips)
    return styled(cells.properties(height=300), look)
