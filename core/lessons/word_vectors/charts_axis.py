"""Words along the axis from one word to another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd

from core.charts import labels
from core.charts.theme import Look, styled
from core.charts.words import tips

_ROWS = 18  # at most


def axis_strip(frame: pd.DataFrame, look: Look, height: int | None = None) -> alt.TopLevelMixin:
    """Words along the axis from a low to a high word, 0 in the middle; at most about 60.

    frame: kind ("low" | "high" | "word"), word, value (where on the axis). Words stand in rows only so that they do not
    cover each other: the ends lowest, then those farthest from the middle. What finds no room in a narrow chart is a
    small dot with a tooltip.
    """
    order = {"low": -2.0, "high": -1.0}
    ends = [order.get(kind, -abs(value) + 1e9) for kind, value in zip(frame["kind"], frame["value"], strict=True)]
    frame = frame.assign(order=ends, label=[labels.short(w) for w in frame["word"]]).sort_values("order")
    axis = _Axis.of(frame, look)
    each = [axis.layout(frame, width) for width in labels.WIDTHS]
    counts = [max(rows) + 1 for rows, _ in each]
    line = 1.5 * look.size
    height = height or round(line * (counts[3] + 1) + 4.6 * look.size)  # what a telephone needs
    frame = labels.columns(frame, "row", lambda k, _: each[k][0])
    frame = labels.columns(frame, "left", lambda k, _: each[k][1])
    # Where there are fewer rows they stand farther apart.
    pitch = f"min({2 * look.size}, (height - {line}) / {labels.by_layout(counts)})"
    row = labels.of_layout("row")
    low, high = (frame.loc[frame["kind"] == end, "label"].iloc[0] for end in ("low", "high"))
    x = axis.x(f"{low} → {high}")
    y = alt.value(alt.ExprRef(f"height - {0.5 * look.size} - ({row} + ({row} < 0 ? 1 : 0.75)) * {pitch}"))
    base = alt.Chart(frame).encode(x=x, y=y, tooltip=tips(("word:N", None), ("value:Q", "on the axis")))
    parts = [*_rules(frame, x, look), *_words(base, axis.dot, look)]
    return styled(alt.layer(*parts).properties(height=height), look)


@dataclass(frozen=True)
class _Axis:
    """The values from least to most, between margins of `side` pixels; dot: the radius of a word's dot in pixels."""

    least: float
    most: float
    look: Look

    @classmethod
    def of(cls, frame: pd.DataFrame, look: Look) -> _Axis:
        """The axis that holds all values and 0."""
        least, most = min(frame["value"].min(), 0.0), max(frame["value"].max(), 0.0)
        return cls(least, most if most > least else least + 1.0, look)

    @property
    def side(self) -> float:
        return 0.9 * self.look.size

    @property
    def dot(self) -> float:
        return 0.36 * self.look.size

    def x(self, title: str) -> alt.X:
        """The channel of the column `value`."""
        span = [self.side, alt.ExprRef(f"width - {self.side}")]
        return alt.X(
            "value:Q", title=title,
            scale=alt.Scale(domain=[self.least, self.most], nice=False, zero=False, range=span),
            axis=alt.Axis(grid=False, tickCount=5, format=".2~f", labelFlush=False, labelOverlap=True,
                          titleColor=self.look.ink, titleFontWeight=600),
        )  # fmt: skip

    def layout(self, frame: pd.DataFrame, width: int) -> tuple[list[int], list[int]]:
        """In a plot of so many pixels: the row of each word, -1 without room, and whether its name stands left of its dot, 1 or 0."""
        rows: list[list[tuple[float, float]]] = [[] for _ in range(_ROWS)]
        found, left = [], []
        for word, value in zip(frame["label"], frame["value"], strict=True):
            at = self.side + (value - self.least) / (self.most - self.least) * (width - 2 * self.side)
            wide = labels.text_width(word, self.look.size) * 1.04 + self.dot + 4
            spans = [(at - self.dot, at + wide), (at - wide, at + self.dot)]
            free = [
                (row, flip)
                for row, taken in enumerate(rows)
                for flip, (a, b) in enumerate(spans)
                if a >= 0 and b <= width and all(b + 8 < c or d + 8 < a for c, d in taken)
            ]
            row, flip = free[0] if free else (-1, 0)
            if free:
                rows[row].append(spans[flip])
            found.append(row)
            left.append(flip)
        return found, left


def _rules(frame: pd.DataFrame, x: alt.X, look: Look) -> list[alt.Chart]:
    """The middle of the axis, and its two ends."""
    top, bottom = alt.value(0), alt.value(alt.ExprRef("height"))
    middle = alt.Chart(pd.DataFrame({"value": [0.0]})).mark_rule(color=look.quiet, strokeWidth=2, strokeDash=[6, 5])
    marked = alt.Chart(frame[frame["kind"] != "word"]).mark_rule(color=look.ours, strokeWidth=10, opacity=0.16)
    return [rule.encode(x=x, y=top, y2=bottom) for rule in (middle, marked)]


def _words(base: alt.Chart, dot: float, look: Look) -> list[alt.Chart]:
    """Names and dots; those of the two ends in the accent, with diamonds. dot: its radius in pixels."""
    flip, row = labels.of_layout("left"), labels.of_layout("row")
    text: dict[str, Any] = {
        "baseline": "middle",
        "align": alt.ExprRef(f"{flip} ? 'right' : 'left'"),
        "dx": alt.ExprRef(f"{flip} ? {-dot - 4} : {dot + 4}"),
        **labels.hidden(f"{row} < 0"),
    }
    words, two = (
        base.transform_filter(alt.FieldOneOfPredicate("kind", kinds)) for kinds in (["word"], ["low", "high"])
    )
    full, small = (round(share * 4 * dot**2) for share in (1, 0.4))
    return [
        *labels.text(words, look, look.ink, **text),
        *labels.text(two, look, look.link, fontWeight=700, **text),
        words.mark_circle(color=look.ours, opacity=1, size=alt.ExprRef(f"{row} < 0 ? {small} : {full}")),
        two.mark_point(shape="diamond", size=2 * full, color=look.link, filled=True, opacity=1),
    ]
