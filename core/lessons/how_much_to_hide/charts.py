"""Charts of the lesson: a curve over the share hidden in training, and the club."""

from __future__ import annotations

import altair as alt
import pandas as pd

from core.charts.theme import BELOW, Look, styled

NODE = "number"  # the selection that a click on a member changes
TICKS = [15, 40, 60, 75, 90]


def small(frame: pd.DataFrame, look: Look) -> alt.TopLevelMixin:
    """The mean over seeds by the share hidden in training; filled points equal the best one within the seeds. frame: as `curves.rows` makes it."""
    return styled(_curve(frame, look, None).properties(height=140), look)


def large(frame: pd.DataFrame, look: Look) -> alt.TopLevelMixin:
    """The mean over seeds by the share hidden in training, with its 95% interval; filled points equal the best one within the seeds."""
    return styled(_curve(frame, look, "% hidden in training").properties(height=280), look)


def _curve(frame: pd.DataFrame, look: Look, title: str | None) -> alt.LayerChart:
    accuracy = bool(frame["accuracy"].iloc[0])
    form = ".1%" if accuracy else ".4f"
    x = alt.X(
        "share:Q",
        title=title,
        scale=alt.Scale(domain=[0, 100], nice=False),
        axis=alt.Axis(values=TICKS, grid=False),
    )
    y = alt.Y(
        "value:Q", title=None, scale=alt.Scale(zero=False, nice=True, padding=22),
        axis=alt.Axis(format="%" if accuracy else "~g", tickCount=3),
    )  # fmt: skip
    tips = [
        alt.Tooltip("share:Q", title="% hidden in training"), alt.Tooltip("value:Q", title=str(frame["title"].iloc[0]), format=form),
        alt.Tooltip("low:Q", title="95% interval from", format=form), alt.Tooltip("high:Q", title="to", format=form),
        alt.Tooltip("seeds:Q", title="seeds"),
    ]  # fmt: skip
    base = alt.Chart(frame).encode(x=x, y=y, tooltip=tips)
    spread = alt.Chart(frame).mark_rule(color=look.ours, strokeWidth=2, opacity=0.6, clip=True)
    points = base.mark_point(size=90, strokeWidth=2, color=look.ours, opacity=1)
    layers = [
        *_upright(frame, "published", look.stone, [6, 4], look, "paper"),
        *_upright(frame, "slider", look.grid, [1, 0], look, ""),
        spread.encode(x="share:Q", y="low:Q", y2="high:Q"),
        base.mark_line(color=look.ours, strokeWidth=3),
        points.encode(fill=alt.condition("datum.same", alt.value(look.ours), alt.value(look.ground))),
        *_upright(frame, "guess", BELOW, [2, 3], look, "you"),
    ]
    return alt.layer(*layers)


def _upright(frame: pd.DataFrame, column: str, colour: str, dash: list[int], look: Look, name: str) -> list[alt.Chart]:
    """A line upwards at the share in a column, with its name at the top; nothing where the column is empty."""
    first = frame.head(1)
    if first[column].isna().any():
        return []
    at = alt.Chart(first).encode(x=f"{column}:Q")
    left = float(first[column].iloc[0]) > 60
    word = at.mark_text(
        align="right" if left else "left", dx=-5 if left else 5, dy=10 if name == "paper" else 28, baseline="middle",
        color=colour if name == "you" else look.quiet, fontSize=look.size, fontWeight=600,
    )  # fmt: skip
    return [
        at.mark_rule(color=colour, strokeWidth=2, strokeDash=dash),
        *([word.encode(y=alt.value(0), text=alt.value(name))] if name else []),
    ]


def club(frame: pd.DataFrame, look: Look) -> alt.TopLevelMixin:
    """The club: members as points, friendships as lines; a hidden member is a ring with what was guessed. frame: kind ("member" | "friends"), number, x, y, x2, y2, side, hidden, said, right."""
    flat = alt.Axis(labels=False, ticks=False, grid=False, domain=False, title=None)
    members, lines = frame[frame["kind"] == "member"], frame[frame["kind"] == "friends"]
    place = {
        "x": alt.X("x:Q", axis=flat, scale=alt.Scale(padding=20)),
        "y": alt.Y("y:Q", axis=flat, scale=alt.Scale(padding=20)),
    }
    sides = sorted(members["side"].unique().tolist())
    legend = alt.Legend(title=None, orient="top", symbolSize=160)
    colour = alt.Color(
        "side:N",
        scale=alt.Scale(domain=sides, range=[look.ours, BELOW]),
        legend=legend,
    )
    click = alt.selection_point(name=NODE, fields=["number"], on="click[event.detail < 2]", toggle="true", clear=False)
    base = alt.Chart(members).encode(**place, tooltip=[alt.Tooltip("said:N", title="member")])
    shown = base.transform_filter("!datum.hidden").mark_point(filled=True, size=420, opacity=1).encode(
        color=colour, shape=alt.Shape("side:N", scale=alt.Scale(domain=sides, range=["circle", "square"]), legend=legend)
    )  # fmt: skip
    hidden = base.transform_filter("datum.hidden")
    ring = hidden.mark_point(filled=False, size=420, strokeWidth=3, strokeDash=[3, 3], color=look.ink)
    sign = hidden.mark_text(fontSize=look.size + 2, fontWeight=700).encode(
        text=alt.condition("datum.right", alt.value("✓"), alt.value("✗")), color=alt.value(look.ink)
    )
    touch = (
        base.mark_point(filled=True, size=900, opacity=0.001, cursor="pointer")
        .encode(color=alt.value(look.ink))
        .add_params(click)
    )
    friends = alt.Chart(lines).mark_rule(color=look.grid, strokeWidth=1.5).encode(**place, x2="x2:Q", y2="y2:Q")
    return styled(alt.layer(friends, shown, ring, sign, touch).properties(height=430), look)
