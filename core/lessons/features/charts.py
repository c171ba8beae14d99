"""Charts of the lesson: how a picture climbs, and how easily the units of each network are pleased."""

from __future__ import annotations

import altair as alt
import pandas as pd

from core.charts.theme import BELOW, Look, styled


def climb(frame: pd.DataFrame, look: Look) -> alt.TopLevelMixin:
    """Activation over the steps, and the best picture of the data as a rule. frame: step, level, best (null where there is none)."""
    best = frame["best"].dropna()
    base = alt.Chart(frame).encode(
        x=alt.X("step:Q", title="step", axis=alt.Axis(tickCount=8)),
        y=alt.Y("level:Q", title="activation", scale=alt.Scale(zero=True)),
        tooltip=[alt.Tooltip("step:Q"), alt.Tooltip("level:Q", title="activation", format=".3~g")],
    )
    layers = [
        base.mark_line(color=look.ours, strokeWidth=3),
        base.mark_point(color=look.ours, filled=True, size=70, opacity=1),
    ]
    if len(best):
        rule = alt.Chart(pd.DataFrame({"best": [best.iloc[0]], "said": ["best picture of the data"]}))
        layers.append(
            rule.mark_rule(color=look.quiet, strokeWidth=2, strokeDash=[6, 4]).encode(
                y=alt.Y("best:Q", title="activation")
            )
        )
        layers.append(
            rule.mark_text(align="left", baseline="bottom", dx=6, dy=-4, color=look.quiet, fontSize=look.size).encode(
                x=alt.value(0), y=alt.Y("best:Q", title="activation"), text="said:N"
            )
        )
    return styled(alt.layer(*layers).properties(height=280), look)


def pleased(frame: pd.DataFrame, look: Look) -> alt.TopLevelMixin:
    """One mark a unit: activation on its made picture over that on the best of the data. frame: network, layer, unit, ratio (above 0)."""
    networks, layers = list(dict.fromkeys(frame["network"])), list(dict.fromkeys(frame["layer"]))
    colour = alt.Color(
        "network:N",
        scale=alt.Scale(domain=networks, range=[look.stone, look.ours, BELOW]),
        legend=alt.Legend(title=None, orient="top"),
    )
    x = alt.X("layer:N", sort=layers, title="layer", axis=alt.Axis(labelAngle=0))
    y = alt.Y("ratio:Q", title="made picture, × the best of the data", scale=alt.Scale(type="log", nice=True))
    points = (
        alt.Chart(frame)
        .mark_tick(thickness=3, opacity=0.6)
        .encode(
            x=x,
            y=y,
            xOffset=alt.XOffset("network:N", sort=networks),
            color=colour,
            tooltip=["network:N", "layer:N", "unit:Q", alt.Tooltip("ratio:Q", format=".3~g", title="×")],
        )
    )
    one = alt.Chart(pd.DataFrame({"one": [1.0]})).mark_rule(color=look.quiet, strokeWidth=2, strokeDash=[6, 4])
    return styled(alt.layer(points, one.encode(y=alt.Y("one:Q"))).properties(height=320), look)
