"""Charts of the lesson: a matrix of similarities, the two clouds, few-shot probes, and the gap by temperature."""

from __future__ import annotations

import altair as alt
import pandas as pd

from core.charts.theme import ABOVE, BELOW, CIVIDIS, Look, styled

CELL, HEAD = 20, 40  # pixels of a cell, and of what stands above


def matrix(frame: pd.DataFrame, look: Look) -> alt.TopLevelMixin:
    """Cosines of pictures (rows) and captions (columns). frame: row, column (0 up), picture, caption, cosine."""
    names = dict(zip(frame["row"], frame["picture"], strict=True))
    labels = f"{[name if len(name) < 25 else name[:23] + '…' for _, name in sorted(names.items())]}[datum.value]"
    axis = {"labelExpr": labels, "labelOverlap": False, "labelLimit": 190}
    found = (
        alt.Chart(frame)
        .mark_rect()
        .encode(
            x=alt.X("column:O", title="their captions, in the same order", axis=alt.Axis(orient="top", labels=False)),
            y=alt.Y("row:O", title="pictures", axis=alt.Axis(**axis)),
            color=alt.Color(
                "cosine:Q", scale=alt.Scale(domain=[-0.5, 1], range=list(CIVIDIS), clamp=True),
                legend=alt.Legend(title="cosine", orient="right", gradientLength=200),
            ),
            tooltip=["picture:N", "caption:N", alt.Tooltip("cosine:Q", format=".2f")],
        )
    )  # fmt: skip
    return styled(found.properties(height=CELL * len(names) + HEAD), look)


def clouds(frame: pd.DataFrame, look: Look, height: int = 420) -> alt.TopLevelMixin:
    """Pictures and captions on one map, each pair joined by a line. frame: x, y, kind ("picture" | "caption"), name, pair."""
    kinds = ["picture", "caption"]
    x, y = (
        alt.X("x:Q", title="first principal axis", axis=alt.Axis(tickCount=5)),
        alt.Y("y:Q", title="second", axis=alt.Axis(tickCount=5)),
    )
    lines = alt.Chart(frame).mark_line(color=look.grid, strokeWidth=1, opacity=0.45).encode(x=x, y=y, detail="pair:N")
    points = (
        alt.Chart(frame)
        .mark_point(filled=True, size=46, opacity=0.85)
        .encode(
            x=x,
            y=y,
            color=alt.Color(
                "kind:N",
                scale=alt.Scale(domain=kinds, range=[look.ours, BELOW]),
                legend=alt.Legend(title=None, orient="top"),
            ),
            shape=alt.Shape(
                "kind:N",
                scale=alt.Scale(domain=kinds, range=["circle", "triangle-up"]),
                legend=alt.Legend(title=None, orient="top"),
            ),
            tooltip=["kind:N", "name:N"],
        )
    )
    return styled((lines + points).properties(height=height), look)


def shots(frame: pd.DataFrame, look: Look, height: int = 300) -> alt.TopLevelMixin:
    """Accuracy of a probe by labelled pictures a class; dashed, the names alone. frame: shots, accuracy, zero_shot."""
    x = alt.X(
        "shots:Q",
        title="labelled pictures a class",
        scale=alt.Scale(type="log", base=2),
        axis=alt.Axis(values=frame["shots"].tolist(), format="d"),
    )
    y = alt.Y(
        "accuracy:Q", title="accuracy", scale=alt.Scale(zero=True, nice=True), axis=alt.Axis(format="%", tickCount=5)
    )
    tooltip = [alt.Tooltip("shots:Q", format="d"), alt.Tooltip("accuracy:Q", format=".1%")]
    line = alt.Chart(frame).encode(x=x, y=y, tooltip=tooltip)
    rule = alt.Chart(frame.head(1)).encode(y=alt.Y("zero_shot:Q"))
    named = {"text": "the names alone", "align": "right", "dy": 16, "fontSize": look.size, "color": look.link}
    layers = [
        rule.mark_rule(color=look.ours, strokeWidth=3, strokeDash=[7, 5]),
        rule.mark_text(**named).encode(x=alt.value("width")),
        line.mark_line(color=look.stone, strokeWidth=3),
        line.mark_point(color=look.stone, filled=True, size=80, opacity=1),
    ]
    return styled(alt.layer(*layers).properties(height=height), look)


def gaps(frame: pd.DataFrame, look: Look, height: int = 300) -> alt.TopLevelMixin:
    """The modality gap by the temperature of the training. frame: temperature, gap, how ("fixed" | "learned"), untrained."""
    x = alt.X(
        "temperature:Q",
        title="temperature of the training",
        scale=alt.Scale(type="log"),
        axis=alt.Axis(values=[0.01, 0.07, 0.3, 1], format="~g"),
    )
    y = alt.Y("gap:Q", title="gap", scale=alt.Scale(zero=True))
    base = alt.Chart(frame)
    fixed, kinds = base.transform_filter("datum.how == 'fixed'"), ["fixed", "learned"]
    layers = [
        base.mark_rule(color=look.stone, strokeDash=[6, 4], strokeWidth=2).encode(y="untrained:Q"),
        fixed.mark_line(color=look.ours, strokeWidth=3).encode(x=x, y=y),
        base.mark_point(filled=True, size=110, opacity=1).encode(
            x=x, y=y, tooltip=["how:N", "temperature:Q", alt.Tooltip("gap:Q", format=".2f")],
            color=alt.Color("how:N", scale=alt.Scale(domain=kinds, range=[ABOVE, BELOW]), legend=alt.Legend(title=None, orient="top")),
            shape=alt.Shape("how:N", scale=alt.Scale(domain=kinds, range=["circle", "diamond"]), legend=alt.Legend(title=None, orient="top")),
        ),
    ]  # fmt: skip
    return styled(alt.layer(*layers).properties(height=height), look)
