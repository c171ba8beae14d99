"""Charts of auto-encoders that cheat: which of them merely copies, and where a denoiser moves points."""

from __future__ import annotations

import altair as alt
import pandas as pd

from core.charts.equal import Plane, headings, other
from core.charts.theme import Look, styled

HELD_OUT = "held-out error"
NOISE = "error on noise"
COPIES = 0.25  # error on noise, as a share of its variance, below which a network copies what it is given


def copy_bars(frame: pd.DataFrame, look: Look, height: int | None = None) -> alt.TopLevelMixin:
    """Two bars a network: above, its held-out error; below, its error on noise images as a share of their variance.

    frame: network, quantity (HELD_OUT | NOISE), value (>= 0), ours (bool), label (the value as text). It is one view
    with two scales each way and not two views: Streamlit fits only a single view to the width of its column.
    """
    height = height or 25 * look.size
    line = 1.6 * look.size  # of text
    bars = f"(height - {5.2 * line}) / 2"  # the height of each group of bars
    error, noise = frame[frame["quantity"] == HELD_OUT], frame[frame["quantity"] == NOISE]
    worst = max(1.15, noise["value"].max())
    share = alt.Axis(values=[0, 0.25, 0.5, 0.75, 1], format=".2~f", labelOverlap=True, grid=False)
    above = _bars(error, look, f"{line}", f"{line} + {bars}", error["value"].max(), None)
    below = _bars(noise, look, f"height - {bars}", "height", worst, share)
    x = below.layer[0].encoding.x
    top, middle = alt.value(alt.ExprRef(f"height - {bars} - 6")), alt.value(alt.ExprRef("height"))
    mark = alt.Chart(pd.DataFrame({"from": [0.0], "copies": [COPIES], "mean": [1.0]})).encode(y=top)
    small = {"baseline": "bottom", "color": look.quiet, "fontSize": look.size - 1, "dy": -2}
    zone = [
        mark.mark_rect(color=look.stone, opacity=0.2).encode(x=x.copy(), x2="copies:Q", y2=middle),
        mark.mark_rule(color=look.quiet, strokeWidth=2, strokeDash=[6, 4]).encode(x="mean:Q", y2=middle),
        mark.mark_text(align="left", **small).encode(x=alt.value(0), text=alt.value("copies")),
        mark.mark_text(align="center", **small).encode(x="mean:Q", text=alt.value("guesses the mean")),
    ]
    zone[0].encoding.x.shorthand = "from:Q"
    headings = [
        _heading("held-out error (MSE)", f"{0.62 * line}", look),
        _heading("error on noise, share of its variance", f"height - {bars} - {1.75 * line}", look),
    ]
    panels = alt.layer(*headings, above, alt.layer(*zone, below)).resolve_scale(x="independent", y="independent")
    return styled(panels.properties(height=height), look)


def field(frame: pd.DataFrame, look: Look, height: int = 460) -> alt.TopLevelMixin:
    """Data points in the plane, and an arrow from each probed point to where the network puts it.

    frame: kind ("data" | "arrow"), x, y, x2, y2 (the arrow's head; null for data). One unit is as long upwards as
    sideways, whatever the shape of the chart.
    """
    data, arrows = frame[frame["kind"] == "data"], headings(frame[frame["kind"] == "arrow"])
    xs, ys = (pd.concat([frame[c], frame[f"{c}2"].dropna()]) for c in "xy")
    x, y = Plane.around(xs, ys, top=3.2 * look.size).axes()  # below two lines of words
    points = alt.Chart(data).mark_circle(size=26, color=look.stone, opacity=0.75).encode(x=x, y=y)
    moves = alt.Chart(arrows).encode(x=x, y=y)
    longest = arrows["length"].max() if len(arrows) else 1.0
    heads = moves.mark_point(shape="triangle", filled=True, color=look.ours, opacity=1).encode(
        x=other(x, "x2"),
        y=other(y, "y2"),
        angle=alt.Angle("angle:Q", scale=None),
        # A short arrow has a small head, and one that goes nowhere has none: there the network leaves points alone.
        size=alt.Size("length:Q", legend=None, scale=alt.Scale(domain=[0, 0.3 * longest], range=[0, 80], clamp=True)),
    )
    tails = moves.mark_rule(color=look.ours, strokeWidth=1.8).encode(x2="x2:Q", y2="y2:Q")
    words = [
        _word("data", 0, look.quiet, look),
        _word("where the network moves a point", 1, look.link, look),
    ]
    return styled(alt.layer(points, tails, heads, *words).properties(height=height), look)


def _bars(rows: pd.DataFrame, look: Look, top: str, bottom: str, most: float, axis: alt.Axis | None) -> alt.LayerChart:
    """One bar a network between two heights, with its value behind it."""
    order = rows["network"].tolist()
    base = alt.Chart(rows).encode(
        x=alt.X(
            "value:Q",
            title=None,
            axis=axis,
            scale=alt.Scale(domain=[0, most], nice=False, range=[0, alt.ExprRef(f"width - {3.6 * look.size}")]),
        ),
        y=alt.Y(
            "network:N",
            sort=order,
            title=None,
            axis=alt.Axis(
                orient="left", labelColor=look.ink, labelLimit=_names(look), minExtent=_names(look), maxExtent=_names(look)
            ),
            scale=alt.Scale(domain=order, paddingInner=0.3, paddingOuter=0.1, range=[alt.ExprRef(top), alt.ExprRef(bottom)]),
        ),
        tooltip=[alt.Tooltip("network:N"), alt.Tooltip("label:N", title=rows["quantity"].iloc[0])],
    )  # fmt: skip
    colour = alt.Color("ours:N", scale=alt.Scale(domain=[True, False], range=[look.ours, look.stone]), legend=None)
    return alt.layer(
        base.mark_bar(cornerRadiusEnd=4).encode(color=colour),
        # The values stand in a column: behind its bar, one could stand on the rule of the mean.
        base.mark_text(align="right", color=look.ink, fontSize=look.size).encode(
            x=alt.value(alt.ExprRef("width")), text="label:N"
        ),
    )


def _names(look: Look) -> int:
    """Pixels that the networks' names take."""
    return round(6.8 * look.size)


def _heading(text: str, y: str, look: Look) -> alt.Chart:
    """A line of text that begins where the networks' names begin."""
    return (
        alt.Chart(pd.DataFrame({"text": [text]}))
        .mark_text(align="left", baseline="bottom", color=look.ink, fontSize=look.size, fontWeight=600)
        .encode(x=alt.value(-_names(look)), y=alt.value(alt.ExprRef(y)), text="text:N")
    )


def _word(text: str, row: int, colour: str, look: Look) -> alt.Chart:
    """A line of text in the colour of what it names, at the top left."""
    return (
        alt.Chart(pd.DataFrame({"text": [text]}))
        .mark_text(align="left", baseline="top", color=colour, fontSize=look.size, fontWeight=600)
        .encode(x=alt.value(0), y=alt.value(1.4 * look.size * row), text="text:N")
    )
