"""Charts of attention heads: what the loss does without each of them, and how they come about while it falls."""

from __future__ import annotations

import itertools
import math
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from core.charts import labels
from core.charts.equal import other
from core.charts.theme import Look, styled
from core.charts.words import DARK_HUES, LIGHT_HUES, SHAPES

DASHES = ([1, 0], [8, 4], [2, 4], [12, 4, 2, 4])


# Without each head -----------------------------------------------------------------------------------------------


def effects(frame: pd.DataFrame, look: Look) -> alt.TopLevelMixin:
    """How far the held-out loss rises without each head, the largest rise first, with the median marked.

    frame: head ("1.2"), kind ("" for none), effect (bits a character; a loss that falls is negative and goes to the left),
    best (bool: the best previous-token head, which is strong), off (bool: switched off now, which is hollow).
    """
    frame = frame.sort_values("effect", ascending=False, kind="stable").reset_index(drop=True)
    line = 1.7 * look.size
    top = 3.2 * look.size  # for what the rules mean
    # The name also says what is hollow: a bar that is too short to be seen cannot.
    frame["name"] = [
        f"{row.head} {row.kind}".strip() + (" (off)" if row.off else "") for row in frame.itertuples(index=False)
    ]
    frame["number"] = [signed(value) for value in frame["effect"]]
    frame["y"] = top + (np.arange(len(frame)) + 0.5) * line
    frame["zero"] = 0.0
    middle = float(frame["effect"].median())
    left = max(labels.text_width(name, look.size) for name in frame["name"]) * 1.08 + 12
    right = max(labels.text_width(number, look.size) for number in frame["number"]) * 1.08 + 12
    low, high = min(float(frame["effect"].min()), 0.0), max(float(frame["effect"].max()), 0.0)
    x = alt.X(
        "effect:Q", axis=None,
        scale=alt.Scale(domain=[low, high if high > low else 1.0], nice=False, range=[left, alt.ExprRef(f"width - {right}")]),
    )  # fmt: skip
    y = alt.value(alt.ExprRef("datum.y"))
    tips = [
        alt.Tooltip("head:N"), alt.Tooltip("kind:N"), alt.Tooltip("effect:Q", title="bits per character", format="+.4f"),
    ]  # fmt: skip
    weight = alt.ExprRef("datum.best ? 700 : 400")
    ends = frame.assign(y0=frame["y"] - 0.3 * line, y1=frame["y"] + 0.3 * line)
    base = alt.Chart(ends).encode(
        x=other(x, "zero"), x2="effect:Q", y=alt.value(alt.ExprRef("datum.y0")), y2=alt.value(alt.ExprRef("datum.y1")),
        tooltip=tips,
    )  # fmt: skip
    rows = alt.Chart(frame).encode(y=y, tooltip=tips)
    text = {"baseline": "middle", "fontSize": look.size, "fontWeight": weight, "color": look.ink}
    rules = pd.DataFrame([{"effect": 0.0}])
    half = pd.DataFrame([{"effect": middle}])
    down = {"y": alt.value(top - 0.3 * look.size), "y2": alt.value(top + len(frame) * line)}
    parts = [
        alt.Chart(rules).mark_rule(color=look.grid, strokeWidth=1.5).encode(x=x, **down),
        base.transform_filter("!datum.off").mark_rect(color=look.ours, opacity=alt.ExprRef("datum.best ? 1 : 0.6")),
        base.transform_filter("datum.off").mark_rect(filled=False, stroke=look.ours, strokeWidth=2),
        alt.Chart(half).mark_rule(color=look.stone, strokeWidth=2.5, strokeDash=[5, 4]).encode(x=x, **down),
        rows.mark_text(align="left", **text).encode(x=alt.value(0), text="name:N"),
        rows.mark_text(align="right", **text).encode(x=alt.value(alt.ExprRef("width")), text="number:N"),
        labels.line_of_text("rise of the loss without a head, bits per character", 0, look.quiet, look),
        labels.line_of_text(f"dashed: the median head, {signed(middle)}", 1.45 * look.size, look.quiet, look),
    ]
    return styled(alt.layer(*parts).properties(height=round(top + len(frame) * line + 0.5 * look.size)), look)


def signed(value: float) -> str:
    """A change with its sign, a true minus, and four decimals where it is small."""
    return f"{value:+.{4 if abs(value) < 0.0995 else 3}f}".replace("-", "−")


# Over a training -------------------------------------------------------------------------------------------------


def growth(frame: pd.DataFrame, look: Look) -> alt.TopLevelMixin:
    """The held-out loss against the step, and below it, over the same steps, the best score of each kind of head.

    frame: part ("loss" | "score" | "rule" | "level"), step (of the first two), value, name (kind or baseline; at most four
    kinds), head (of a score: whose it is), now (bool: the age that is shown). The steps stand on a logarithmic axis, and
    step 0, which has no place on one, at its left. It is one view with two y scales: Streamlit fits only one view.
    """
    height = 34 * look.size
    inner = height - 4.2 * look.size  # less the axis below
    steps = sorted(int(step) for step in frame["step"].dropna().unique())
    first = next((step for step in steps if step), 1)
    frame = frame.assign(at=[_at(step, first) for step in frame["step"]])
    loss, score, rules, level = (frame[frame["part"] == part] for part in ("loss", "score", "rule", "level"))
    values = [*loss["value"], *rules["value"]]
    low, high = min(values), max(values)
    low, high = low - 0.08 * ((high - low) or 1), high + 0.08 * ((high - low) or 1)
    head = 1.9 * look.size / inner  # a line of text above each panel
    panels = {"loss": (head, 0.5), "score": (0.58 + head, 1.0)}
    kinds = list(dict.fromkeys(score["name"]))
    hues = (DARK_HUES if labels.dark(look) else LIGHT_HUES)[: len(kinds)]
    last = score[score["step"] == steps[-1]]

    def share(value: float, panel: str) -> float:
        top, bottom = panels[panel]
        bound = (low, high) if panel == "loss" else (0.0, 1.0)
        return bottom - (value - bound[0]) / (bound[1] - bound[0]) * (bottom - top)

    gap = 1.15 * look.size / inner
    now = loss[loss["step"] == steps[-1]].iloc[0]
    ends = [
        {"name": f"{row.name} {row.value:.2f}", "of": "rule", "y": share(row.value, "loss")}
        for row in rules[["name", "value"]].itertuples(index=False)
    ]
    ends = _apart([*ends, {"name": f"model {now['value']:.2f}", "of": "model", "y": share(now["value"], "loss")}], gap)
    marks = _apart(
        [
            {"name": f"{row.name} {row.value:.2f}", "of": row.name, "y": share(row.value, "score")}
            for row in last[["name", "value"]].itertuples(index=False)
        ],
        gap,
    )
    room = max(labels.text_width(row["name"], look.size) for row in ends + marks) * 1.1 + 1.7 * look.size
    x = alt.X(
        "at:Q",
        title="step",
        scale=alt.Scale(type="log", domain=[_at(steps[0], first), steps[-1]] if len(steps) > 1 else [first / 2, first * 2],
                        nice=False, range=[8, alt.ExprRef(f"width - {room}")]),
        axis=alt.Axis(values=[_at(step, first) for step in steps], labelOverlap=True, grid=False, labelFlush=False,
                      labelSeparation=8, labelExpr=f"datum.value < {first} ? '0' : format(datum.value, ',d')"),
    )  # fmt: skip

    def y(panel: str, domain: list[float], **axis: Any) -> alt.Y:
        top, bottom = panels[panel]
        extent = round(2.6 * look.size)
        return alt.Y(
            "value:Q", title=None,
            scale=alt.Scale(domain=domain, nice=False, range=[alt.ExprRef(f"{bottom} * height"), alt.ExprRef(f"{top} * height")]),
            axis=alt.Axis(orient="left", minExtent=extent, maxExtent=extent, **axis),
        )  # fmt: skip

    loss_y, score_y = (
        y("loss", [low, high], tickCount=4, format="~f"),
        y("score", [0, 1], values=[0, 0.25, 0.5, 0.75, 1], format=".2~f"),
    )
    hue = alt.Color("name:N", legend=None, scale=alt.Scale(domain=kinds, range=list(hues)))
    dash = alt.StrokeDash("name:N", legend=None, scale=alt.Scale(domain=kinds, range=list(DASHES[: len(kinds)])))
    shape = alt.Shape("name:N", legend=None, scale=alt.Scale(domain=kinds, range=list(SHAPES[: len(kinds)])))
    size = alt.condition("datum.now", alt.value(230), alt.value(90))
    across = {"x": alt.value(0), "x2": alt.value(alt.ExprRef(f"width - {room}"))}
    shown = loss[loss["now"].eq(True)]
    loss_base = alt.Chart(loss).encode(
        x=x, y=loss_y,
        tooltip=[alt.Tooltip("step:Q", format=",d"), alt.Tooltip("value:Q", title="bits per character", format=".3f")],
    )  # fmt: skip
    score_base = alt.Chart(score).encode(
        x=x, y=score_y, color=hue,
        tooltip=[
            alt.Tooltip("step:Q", format=",d"), alt.Tooltip("name:N", title="kind"), alt.Tooltip("head:N"),
            alt.Tooltip("value:Q", title="score", format=".3f"),
        ],
    )  # fmt: skip
    above = alt.layer(
        alt.Chart(rules).mark_rule(color=look.stone, strokeWidth=2, strokeDash=[6, 4]).encode(y=loss_y, **across),
        loss_base.mark_line(color=look.ours, strokeWidth=3),
        loss_base.mark_circle(color=look.ours, opacity=1).encode(size=size),
        labels.line_of_text("held-out loss, bits per character", 0, look.quiet, look),
    )
    below = alt.layer(
        alt.Chart(level).mark_rule(color=look.stone, strokeWidth=2, strokeDash=[2, 4]).encode(y=score_y, **across),
        score_base.mark_line(strokeWidth=3).encode(strokeDash=dash),
        score_base.mark_point(filled=True, opacity=1).encode(shape=shape, size=size),
        labels.line_of_text("score of the best head of each kind", "0.58 * height", look.quiet, look),
    )
    over = alt.layer(
        alt.Chart(shown)
        .mark_rule(color=look.link, strokeWidth=2, strokeDash=[6, 4])
        .encode(x=x, y=alt.value(alt.ExprRef(f"{head} * height")), y2=alt.value(alt.ExprRef("height"))),
        *_names(ends, room, look, {"model": look.link}),
        *_names(marks, room, look, {}),
        alt.Chart(pd.DataFrame(marks).rename(columns={"of": "kind"}))
        .mark_point(filled=True, opacity=1, size=0.5 * look.size**2)
        .encode(
            x=alt.value(alt.ExprRef(f"width - {room - 0.75 * look.size}")),
            y=alt.value(alt.ExprRef("datum.y * height")),
            color=alt.Color("kind:N", legend=None, scale=alt.Scale(domain=kinds, range=list(hues))),
            shape=alt.Shape("kind:N", legend=None, scale=alt.Scale(domain=kinds, range=list(SHAPES[: len(kinds)]))),
        ),
    )
    return styled(alt.layer(above, below, over).resolve_scale(y="independent").properties(height=height), look)


def _at(step: float, first: int) -> float | None:
    """Where a step stands on a logarithmic axis: 0 at the left of the first one that has a place on it."""
    return None if math.isnan(step) else float(step) if step else first / 2.5


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


def _names(rows: list[dict[str, Any]], room: float, look: Look, colours: dict[str, str]) -> list[alt.Chart]:
    """Names at the right of the lines that they belong to, in ink where they have no colour of their own."""
    return [
        alt.Chart(pd.DataFrame([row]))
        .mark_text(
            align="left", baseline="middle", fontSize=look.size, color=colours.get(row["of"], look.quiet),
            fontWeight=700 if row["of"] in colours else 400,
        )
        .encode(
            x=alt.value(alt.ExprRef(f"width - {room - 1.5 * look.size}")), y=alt.value(alt.ExprRef("datum.y * height")), text="name:N"
        )
        for row in rows
    ]  # fmt: skip


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
