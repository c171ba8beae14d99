"""Charts of the lesson: attributes by the way a picture was made, by guidance, and by the directions of the code that are kept."""

from __future__ import annotations

import altair as alt
import pandas as pd

from core.charts.theme import Look, styled

PERCENT = alt.Axis(format="%", tickCount=5)


def ways(frame: pd.DataFrame, look: Look, height: int = 320) -> alt.TopLevelMixin:
    """How often each attribute is right, by the way the picture was made. frame: attribute, way, right, low, high, chance."""
    names = list(dict.fromkeys(frame["way"]))
    colours = [look.ours, *[hue for hue in look.hues if hue != look.ours][1 : len(names)]]
    base = alt.Chart(frame).encode(
        x=alt.X("attribute:N", sort=None, title=None, axis=alt.Axis(labelAngle=0)),
        xOffset=alt.XOffset("way:N", sort=names),
    )
    right = alt.Y("right:Q", title="right", scale=alt.Scale(domain=[0, 1]), axis=PERCENT)
    shown = alt.Color(
        "way:N",
        sort=names,
        scale=alt.Scale(domain=names, range=colours),
        legend=alt.Legend(title=None, orient="top", columns=1, labelLimit=320),
    )
    tooltip = ["way:N", "attribute:N", alt.Tooltip("right:Q", format=".1%")]
    layers = [
        base.mark_bar(cornerRadius=2).encode(y=right, color=shown, tooltip=tooltip),
        base.mark_rule(strokeWidth=2, color=look.ink).encode(y=alt.Y("low:Q", title="right"), y2="high:Q"),
        base.mark_tick(thickness=3, color=look.quiet).encode(y=alt.Y("chance:Q", title="right")),
    ]
    return styled(alt.layer(*layers).properties(height=height), look)


def directions(frame: pd.DataFrame, look: Look, height: int = 300) -> alt.TopLevelMixin:
    """How often each attribute is right, by the directions of the code that are kept. frame: k, attribute, right."""
    ks = sorted(set(frame["k"]))
    x = alt.X(
        "k:Q",
        title="principal directions kept",
        scale=alt.Scale(type="log", base=2),
        axis=alt.Axis(values=ks, format="d"),
    )
    return _lines(frame, look, x, height)


def guidance(frame: pd.DataFrame, look: Look, height: int = 300) -> alt.TopLevelMixin:
    """How often each attribute is right, by the weight of the guidance. frame: weight, attribute, right."""
    weights = sorted(set(frame["weight"]))
    x = alt.X("weight:Q", title="guidance", scale=alt.Scale(type="log"), axis=alt.Axis(values=weights, format="~g"))
    return _lines(frame, look, x, height)


def _lines(frame: pd.DataFrame, look: Look, x: alt.X, height: int) -> alt.TopLevelMixin:
    names = list(dict.fromkeys(frame["attribute"]))
    base = alt.Chart(frame).encode(
        x=x,
        y=alt.Y("right:Q", title="right", scale=alt.Scale(domain=[0, 1]), axis=PERCENT),
        color=alt.Color(
            "attribute:N",
            sort=names,
            scale=alt.Scale(domain=names, range=list(look.hues[: len(names)])),
            legend=alt.Legend(title=None, orient="top"),
        ),
        shape=alt.Shape("attribute:N", sort=names, legend=alt.Legend(title=None, orient="top")),
        tooltip=["attribute:N", alt.Tooltip("right:Q", format=".1%")],
    )
    layers = base.mark_line(strokeWidth=3), base.mark_point(filled=True, size=90, opacity=1)
    return styled(alt.layer(*layers).properties(height=height), look)
