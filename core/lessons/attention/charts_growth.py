"""How the kinds of attention heads come about over a training: their scores while the loss falls, and every head at every age."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace
from typing import Any

import altair as alt
import pandas as pd

from core.charts import labels
from core.charts.theme import SHAPES, Look, styled

DASHES = ([1, 0], [8, 4], [2, 4], [12, 4, 2, 4])


# The loss, and the best score of each kind ---------------------------------------------------------------------------


def growth(frame: pd.DataFrame, look: Look) -> alt.TopLevelMixin:
    """The held-out loss against the step, and below it, over the same steps, the best score of each kind of head.

    frame: part ("loss" | "score" | "rule" | "level"), step (of the first two), value, name (kind or baseline; at most four
    kinds), head (of a score: whose it is), now (bool: the age that is shown). The steps stand on a logarithmic axis, and
    step 0, which has no place on one, at its left. It is one view with two y scales: Streamlit fits only one view.
    """
    plot = _Plot.of(frame, look)
    frame = frame.assign(at=[plot.at(step) for step in frame["step"]])
    loss, score, rules, level = (frame[frame["part"] == part] for part in ("loss", "score", "rule", "level"))
    ends, marks = _ends(loss, rules, plot), _marks(score, plot)
    wide = max(labels.text_width(row["name"], look.size) for row in ends + marks)
    plot = replace(plot, room=wide * 1.1 + 1.7 * look.size)
    kinds = _Kinds(tuple(dict.fromkeys(score["name"])), look)
    over = alt.layer(
        _now(loss[loss["now"].eq(True)], plot),
        *_names(ends, plot, {"model": look.link}),
        *_names(marks, plot, {}),
        _key(marks, plot, kinds),
    )
    layers = [_losses(loss, rules, plot), _scores(score, level, plot, kinds), over]
    return styled(alt.layer(*layers).resolve_scale(y="independent").properties(height=plot.height), look)


@dataclass(frozen=True)
class _Plot:
    """Where things stand. Of its height, from the top, the loss takes the shares 0 to 0.5 and the scores 0.58 to 1.

    steps: in order; losses: the lowest and the highest on the axis; room: pixels for the names at the right.
    """

    look: Look
    steps: tuple[int, ...]
    losses: tuple[float, float]
    room: float = 0.0

    @classmethod
    def of(cls, frame: pd.DataFrame, look: Look) -> _Plot:
        """The plot that holds all losses and baselines of the frame of `growth`, with some air."""
        steps = tuple(sorted(int(step) for step in frame["step"].dropna().unique()))
        values = frame.loc[frame["part"].isin(["loss", "rule"]), "value"]
        low, high = min(values), max(values)
        air = 0.08 * ((high - low) or 1)
        return cls(look, steps, (low - air, high + air))

    @property
    def height(self) -> int:
        return 34 * self.look.size

    @property
    def inner(self) -> float:
        """The height less the axis below."""
        return self.height - 4.2 * self.look.size

    @property
    def head(self) -> float:
        """The share that a line of text above a panel takes."""
        return 1.9 * self.look.size / self.inner

    @property
    def right(self) -> alt.ExprRef:
        """Where the lines end and their names begin."""
        return alt.ExprRef(f"width - {self.room}")

    @property
    def across(self) -> dict[str, Any]:
        """The channels of a rule over all steps."""
        return {"x": alt.value(0), "x2": alt.value(self.right)}

    def at(self, step: float) -> float | None:
        """Where a step stands on the logarithmic axis: 0 at the left of the first one that has a place on it."""
        if math.isnan(step):
            return None
        return float(step) if step else self._first / 2.5

    def panel(self, part: str) -> tuple[float, float]:
        """The shares of the height between which the values of "loss" or "score" stand."""
        return (self.head, 0.5) if part == "loss" else (0.58 + self.head, 1.0)

    def share(self, value: float, part: str) -> float:
        """Where a value stands, as a share of the height."""
        top, bottom = self.panel(part)
        low, high = self.losses if part == "loss" else (0.0, 1.0)
        return bottom - (value - low) / (high - low) * (bottom - top)

    def x(self) -> alt.X:
        """The axis of steps, on the column `at`."""
        first = self._first
        ends = [self.at(self.steps[0]), self.steps[-1]] if len(self.steps) > 1 else [first / 2, first * 2]
        return alt.X(
            "at:Q", title="step",
            scale=alt.Scale(type="log", domain=ends, nice=False, range=[8, self.right]),
            axis=alt.Axis(values=[self.at(step) for step in self.steps], labelOverlap=True, grid=False, labelFlush=False,
                          labelSeparation=8, labelExpr=f"datum.value < {first} ? '0' : format(datum.value, ',d')"),
        )  # fmt: skip

    def y(self, part: str, **axis: Any) -> alt.Y:
        """The axis of the column `value` in a panel."""
        top, bottom = self.panel(part)
        domain = list(self.losses) if part == "loss" else [0, 1]
        extent = round(2.6 * self.look.size)
        return alt.Y(
            "value:Q", title=None,
            scale=alt.Scale(domain=domain, nice=False, range=[alt.ExprRef(f"{bottom} * height"), alt.ExprRef(f"{top} * height")]),
            axis=alt.Axis(orient="left", minExtent=extent, maxExtent=extent, **axis),
        )  # fmt: skip

    @property
    def _first(self) -> int:
        return next((step for step in self.steps if step), 1)


@dataclass(frozen=True)
class _Kinds:
    """The kinds of heads: each has a colour, a dash and a shape."""

    names: tuple[str, ...]
    look: Look

    def colour(self, field: str) -> alt.Color:
        return alt.Color(field, legend=None, scale=self._scale(self.look.hues))

    def dash(self, field: str) -> alt.StrokeDash:
        return alt.StrokeDash(field, legend=None, scale=self._scale(DASHES))

    def shape(self, field: str) -> alt.Shape:
        return alt.Shape(field, legend=None, scale=self._scale(SHAPES))

    def _scale(self, values: tuple[Any, ...]) -> alt.Scale:
        return alt.Scale(domain=list(self.names), range=list(values[: len(self.names)]))


_SIZE = alt.condition(
    "datum.now", alt.value(230), alt.value(90)
)  # of points; those of the age that is shown are larger


def _losses(loss: pd.DataFrame, rules: pd.DataFrame, plot: _Plot) -> alt.LayerChart:
    """The upper panel: the model's loss as a line, and what counting reaches as rules."""
    look, y = plot.look, plot.y("loss", tickCount=4, format="~f")
    tips = [alt.Tooltip("step:Q", format=",d"), alt.Tooltip("value:Q", title="bits per character", format=".3f")]
    base = alt.Chart(loss).encode(x=plot.x(), y=y, tooltip=tips)
    return alt.layer(
        alt.Chart(rules).mark_rule(color=look.stone, strokeWidth=2, strokeDash=[6, 4]).encode(y=y, **plot.across),
        base.mark_line(color=look.ours, strokeWidth=3),
        base.mark_circle(color=look.ours, opacity=1).encode(size=_SIZE),
        labels.line_of_text("held-out loss, bits per character", 0, look.quiet, look),
    )


def _scores(score: pd.DataFrame, level: pd.DataFrame, plot: _Plot, kinds: _Kinds) -> alt.LayerChart:
    """The lower panel: the best score of each kind, and from where on a head has its name."""
    look, y = plot.look, plot.y("score", values=[0, 0.25, 0.5, 0.75, 1], format=".2~f")
    tips = [
        alt.Tooltip("step:Q", format=",d"), alt.Tooltip("name:N", title="kind"), alt.Tooltip("head:N"),
        alt.Tooltip("value:Q", title="score", format=".3f"),
    ]  # fmt: skip
    base = alt.Chart(score).encode(x=plot.x(), y=y, color=kinds.colour("name:N"), tooltip=tips)
    return alt.layer(
        alt.Chart(level).mark_rule(color=look.stone, strokeWidth=2, strokeDash=[2, 4]).encode(y=y, **plot.across),
        base.mark_line(strokeWidth=3).encode(strokeDash=kinds.dash("name:N")),
        base.mark_point(filled=True, opacity=1).encode(shape=kinds.shape("name:N"), size=_SIZE),
        labels.line_of_text("score of the best head of each kind", "0.58 * height", look.quiet, look),
    )


def _now(shown: pd.DataFrame, plot: _Plot) -> alt.Chart:
    """A rule through both panels at the age that is shown."""
    top, bottom = alt.value(alt.ExprRef(f"{plot.head} * height")), alt.value(alt.ExprRef("height"))
    rule = alt.Chart(shown).mark_rule(color=plot.look.link, strokeWidth=2, strokeDash=[6, 4])
    return rule.encode(x=plot.x(), y=top, y2=bottom)


# Names at the right --------------------------------------------------------------------------------------------------


def _ends(loss: pd.DataFrame, rules: pd.DataFrame, plot: _Plot) -> list[dict[str, Any]]:
    """The names of the baselines and of the model, at the last step: name, of (what it names), y (share of the height)."""
    now = loss[loss["step"] == plot.steps[-1]].iloc[0]
    ends = [
        {"name": f"{row.name} {row.value:.2f}", "of": "rule", "y": plot.share(row.value, "loss")}
        for row in rules[["name", "value"]].itertuples(index=False)
    ]
    ends.append({"name": f"model {now['value']:.2f}", "of": "model", "y": plot.share(now["value"], "loss")})
    return _apart(ends, 1.15 * plot.look.size / plot.inner)


def _marks(score: pd.DataFrame, plot: _Plot) -> list[dict[str, Any]]:
    """The names of the kinds at the last step, as those of `_ends`."""
    last = score[score["step"] == plot.steps[-1]]
    marks = [
        {"name": f"{row.name} {row.value:.2f}", "of": row.name, "y": plot.share(row.value, "score")}
        for row in last[["name", "value"]].itertuples(index=False)
    ]
    return _apart(marks, 1.15 * plot.look.size / plot.inner)


def _apart(rows: list[dict[str, Any]], gap: float) -> list[dict[str, Any]]:
    """Names at the shares `y` of the height, moved apart to at least `gap`, in their order: down first, then up again
    from the bottom."""
    rows = sorted(rows, key=lambda row: row["y"])
    for above, row in itertools.pairwise(rows):
        row["y"] = max(row["y"], above["y"] + gap)
    floor = 1.0
    for row in reversed(rows):
        row["y"] = min(row["y"], floor)
        floor = row["y"] - gap
    return rows


def _names(rows: list[dict[str, Any]], plot: _Plot, colours: dict[str, str]) -> list[alt.Chart]:
    """Names at the right of the lines that they belong to, in ink where they have no colour of their own."""
    look = plot.look
    x = alt.value(alt.ExprRef(f"width - {plot.room - 1.5 * look.size}"))
    return [
        alt.Chart(pd.DataFrame([row]))
        .mark_text(
            align="left", baseline="middle", fontSize=look.size, color=colours.get(row["of"], look.quiet),
            fontWeight=700 if row["of"] in colours else 400,
        )
        .encode(x=x, y=alt.value(alt.ExprRef("datum.y * height")), text="name:N")
        for row in rows
    ]  # fmt: skip


def _key(marks: list[dict[str, Any]], plot: _Plot, kinds: _Kinds) -> alt.Chart:
    """The shapes of the kinds, left of their names."""
    look = plot.look
    shapes = alt.Chart(pd.DataFrame(marks).rename(columns={"of": "kind"})).mark_point(
        filled=True, opacity=1, size=0.5 * look.size**2
    )
    return shapes.encode(
        x=alt.value(alt.ExprRef(f"width - {plot.room - 0.75 * look.size}")),
        y=alt.value(alt.ExprRef("datum.y * height")),
        color=kinds.colour("kind:N"),
        shape=kinds.shape("kind:N"),
    )


# Every head at every age ---------------------------------------------------------------------------------------------


def heat(frame: pd.DataFrame, look: Look) -> alt.TopLevelMixin:
    """One score of every head at every age, a row a head. frame: head ("1.2"), step, score (0..1), now (bool)."""
    heads, steps = list(dict.fromkeys(frame["head"])), sorted(frame["step"].unique())
    size = 1.65 * look.size
    frame = frame.assign(number=[f"{score:.2f}" for score in frame["score"]])
    x = alt.X(
        "step:O", title="step", sort=[int(step) for step in steps], scale=alt.Scale(paddingInner=0.05, paddingOuter=0),
        axis=alt.Axis(labelAngle=0, labelExpr="format(datum.value, ',d')", labelOverlap=True, orient="top"),
    )  # fmt: skip
    y = alt.Y("head:N", title=None, sort=heads, scale=alt.Scale(paddingInner=0.05, paddingOuter=0))
    tips = [
        alt.Tooltip("head:N"), alt.Tooltip("step:Q", format=",d"), alt.Tooltip("score:Q", format=".3f"),
    ]  # fmt: skip
    base = alt.Chart(frame).encode(x=x, y=y, tooltip=tips)
    colour = alt.Color("score:Q", legend=None, scale=alt.Scale(domain=[0, 1], scheme="cividis"))
    ink = alt.ExprRef("datum.score < 0.55 ? '#FFFFFF' : '#14171B'")
    parts = [
        base.mark_rect().encode(color=colour),
        base.mark_text(baseline="middle", fontSize=look.size, color=ink).encode(text="number:N"),
        # Under the column of the age that is shown: a frame would be lost among the dark cells.
        base.transform_filter("datum.now")
        .mark_rect(color=look.link)
        .encode(y=alt.value(alt.ExprRef("height + 3")), y2=alt.value(alt.ExprRef("height + 8"))),
    ]
    return styled(alt.layer(*parts).properties(height=round(len(heads) * size + 4.2 * look.size)), look)
