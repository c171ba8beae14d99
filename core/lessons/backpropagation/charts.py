"""Charts of the lesson: products, errors, times and gradients, each a line for each way, named at its end."""

from __future__ import annotations

import math
from dataclasses import dataclass

import altair as alt
import pandas as pd

from core.charts.theme import Look, styled

DASHES = [[1, 0], [9, 4], [2, 4]]
NEAR = 0.13  # of the height of the plot: two names would cover each other
RISES = 0.2  # the same: above its start a name would lie on its line
MARKS = ["circle", "square", "triangle-up"]


@dataclass(frozen=True)
class Lines:
    """What a chart draws: its columns, the titles of its axes, and the order of its lines. named_first: a line's
    name stands at its first point, not at its last."""

    x: str
    y: str
    group: str
    titles: tuple[str, str]
    order: tuple[str, ...]
    log_x: bool = False
    named_first: bool = False


def against_depth(frame: pd.DataFrame, look: Look) -> alt.TopLevelMixin:
    """Multiplications against the number of layers, in the three ways."""
    titles = ("layers", "products for all gradients")
    return _drawn(
        frame, Lines("layers", "products", "kind", titles, ("reused", "chain by chain", "path by path")), look
    )


def against_width(frame: pd.DataFrame, look: Look) -> alt.TopLevelMixin:
    """How many times as many multiplications as with reuse, against the number of units in each layer."""
    titles = ("units in each layer", "times as many products as reused")
    order = ("reused", "chain by chain", "path by path")
    return _drawn(frame, Lines("units", "times", "kind", titles, order, log_x=True), look)


def errors(frame: pd.DataFrame, look: Look) -> alt.TopLevelMixin:
    """The relative error of a gradient against h of the finite differences."""
    titles = ("h of the finite differences", "relative error of the gradient")
    return _drawn(frame, Lines("h", "error", "way", titles, ("forward mode", "finite differences"), log_x=True), look)


def times(frame: pd.DataFrame, look: Look) -> alt.TopLevelMixin:
    """Milliseconds for the whole gradient against the number of weights, with the fastest and the slowest repeat."""
    order = ("reverse mode", "forward mode", "finite differences")
    lines = Lines("weights", "median", "way", ("weights", "milliseconds for the gradient"), order)
    x, y, _ = _channels(frame, lines, look)
    bars = (
        alt.Chart(frame)
        .mark_rule(strokeWidth=3, color=look.quiet, opacity=0.7)
        .encode(x=x, y=_of(y, "low"), y2="high:Q")
    )
    return _drawn(frame, lines, look, bars)


def gradients(frame: pd.DataFrame, look: Look) -> alt.TopLevelMixin:
    """The length of each layer's gradient as a share of the last layer's, with the middle 80% of the networks."""
    titles, order = ("layer", "|∂L/∂z|, share of the last layer's"), ("tanh", "ReLU", "sigmoid")
    lines = Lines("layer", "median", "kind", titles, order, named_first=True)
    x, y, hue = _channels(frame, lines, look)
    band = alt.Chart(frame).mark_area(opacity=0.18).encode(x=x, y=_of(y, "low"), y2="high:Q", color=hue)
    return _drawn(frame, lines, look, band)


def _drawn(frame: pd.DataFrame, lines: Lines, look: Look, *under: alt.Chart) -> alt.TopLevelMixin:
    """Lines with marks, and each line's name at its end."""
    x, y, hue = _channels(frame, lines, look)
    order, group = list(lines.order), f"{lines.group}:N"
    dash = alt.StrokeDash(group, legend=None, scale=alt.Scale(domain=order, range=DASHES[: len(order)]))
    mark = alt.Shape(group, legend=None, scale=alt.Scale(domain=order, range=MARKS[: len(order)]))
    tips = [alt.Tooltip(f"{column}:Q", format=".3g") for column in (lines.x, lines.y)]
    base = alt.Chart(frame).encode(x=x, y=y, color=hue)
    parts = [
        *under,
        base.mark_line(strokeWidth=3).encode(strokeDash=dash),
        base.mark_point(size=70, filled=True, opacity=1).encode(shape=mark, tooltip=[alt.Tooltip(group), *tips]),
        *_names(frame, lines, look, (x, y)),
    ]
    return styled(alt.layer(*parts).properties(height=22 * look.size), look)


def _names(frame: pd.DataFrame, lines: Lines, look: Look, at: tuple[alt.X, alt.Y]) -> list[alt.Chart]:
    """Each line's name inside the plot, above its end, or below it where it would lie on a line or on another name."""
    found = frame.groupby(lines.group)[lines.x]
    ends = frame.loc[found.idxmin() if lines.named_first else found.idxmax()].sort_values(lines.y, ascending=False)
    low, high = _domain(frame, lines)
    height = lambda value: math.log(value / low) / math.log(high / low)  # noqa: E731
    heights = [height(value) for value in ends[lines.y]]
    names = []
    for i, (_, row) in enumerate(ends.iterrows()):
        line = frame[frame[lines.group] == row[lines.group]][lines.y]
        if lines.named_first:
            below = height(line.iloc[-1]) - height(line.iloc[0]) > RISES
        else:
            below = i == len(ends) - 1 and any(abs(heights[i] - other) < NEAR for other in heights[:i])
        side = ("left", 4) if lines.named_first else ("right", -4)
        names.append(
            alt.Chart(pd.DataFrame([row]))
            .mark_text(
                align=side[0], baseline="top" if below else "bottom", dx=side[1], dy=12 if below else -10,
                color=look.ink, fontSize=look.size, fontWeight=600,
            )
            .encode(x=at[0], y=at[1], text=f"{lines.group}:N")
        )  # fmt: skip
    return names


def _channels(frame: pd.DataFrame, lines: Lines, look: Look) -> tuple[alt.X, alt.Y, alt.Color]:
    xs = frame[lines.x]
    marks = {"values": _powers(xs.min(), xs.max())} if lines.log_x and xs.min() < 1 else {"tickCount": 6}
    x = alt.X(
        f"{lines.x}:Q", title=lines.titles[0], scale=alt.Scale(type="log" if lines.log_x else "linear", nice=False),
        axis=alt.Axis(format="~g" if xs.min() >= 1 else "~e", labelOverlap=True, **marks),
    )  # fmt: skip
    low, high = _domain(frame, lines)
    y = alt.Y(
        f"{lines.y}:Q", title=lines.titles[1], scale=alt.Scale(type="log", nice=False, domain=[low, high]),
        axis=alt.Axis(format="~g" if low >= 1e-4 and high < 1e6 else "~e", values=_powers(low, high)),
    )  # fmt: skip
    order = list(lines.order)
    hues = [look.ours, look.stone, look.hues[1]][: len(order)]
    return x, y, alt.Color(f"{lines.group}:N", legend=None, scale=alt.Scale(domain=order, range=hues))


def _powers(low: float, high: float) -> list[float]:
    """Powers of ten for an axis: at most eight; with their halves and doubles where there would be few."""
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    if last - first < 2:
        found = [float(f"{m}e{e}") for e in range(first - 1, last + 1) for m in (1, 2, 5)]
        return [value for value in found if low <= value <= high]
    step = math.ceil((last - first + 1) / 8)
    return [float(f"1e{e}") for e in range(first, last + 1) if e % step == 0]


def _domain(frame: pd.DataFrame, lines: Lines) -> tuple[float, float]:
    """What the upright axis spans: all values, with air above for the names."""
    columns = [column for column in (lines.y, "low", "high") if column in frame]
    low, high = float(frame[columns].min().min()), float(frame[columns].max().max())
    span = math.log10(high / low)
    return low / 10 ** (0.13 * span), high * 10 ** (0.14 * span)


def _of(y: alt.Y, column: str) -> alt.Y:
    """The same axis for another column."""
    other = y.copy()
    other.shorthand = f"{column}:Q"
    return other
