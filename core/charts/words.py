"""Words as points in the plane: a map of groups, with arrows between words, and what such charts are made of."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd

from core.charts import labels
from core.charts.equal import Plane, other
from core.charts.theme import SHAPES, Look, styled

_HEAD = "M0,0L-0.5,1L0,0.8L0.5,1Z"  # an arrow's head that points upwards, its tip at the place of the mark


def word_map(frame: pd.DataFrame, look: Look, height: int | None = None) -> dict[str, Any]:
    """Groups of words in the plane, at most about 150, and arrows from word to word, as a Vega-Lite spec.

    frame: kind ("word" | "arrow"), word, group, x, y, x2, y2 (the arrow's head; null for words; word and group are null
    for arrows). Words that come first are labelled first; those without room have a tooltip alone. A unit may be up
    to 1.8 times as long on one axis as on the other; parallel arrows are drawn parallel.
    """
    height = height or 36 * look.size
    words = frame[frame["kind"] == "word"]
    words = words.assign(label=[labels.short(w) for w in words["word"]])
    lines = frame[frame["kind"] == "arrow"].assign(arrow=True)
    template, tops = _word_map(look, height, tuple(words["group"].drop_duplicates()))
    plane = Plane.around(words["x"], words["y"], labels.by_layout(tops), side=1.6 * look.size, stretch=1.8)

    def layout(k: int, width: int) -> list[int]:
        px, py = plane.pixels(words["x"].to_numpy(), words["y"].to_numpy(), width, height, tops[k])
        wide = [labels.text_width(word, look.size) for word in words["label"]]
        crossed = labels.along(plane.segments(lines, width, height, tops[k]))
        room = labels.Room((0, tops[k], width, height), radius=5, crossed=crossed)
        return labels.place(px, py, wide, look, room)

    return plane.filled(template, {"words": labels.columns(words, "spot", layout), "arrows": directed(lines)})


@functools.lru_cache(maxsize=64)
def _word_map(look: Look, height: int, groups: tuple[str, ...]) -> tuple[dict[str, Any], list[float]]:
    """The spec without its data, and the height of the legend in each layout."""
    hues = look.hues
    marks = [(name, hues[i % len(hues)], SHAPES[i % len(SHAPES)]) for i, name in enumerate(groups)]
    key, heights = labels.legend(marks, look)
    tops = [h + 0.8 * look.size for h in heights]
    plane = Plane.to_fill(labels.by_layout(tops), side=1.6 * look.size, stretch=1.8)
    x, y = plane.axes()
    base = alt.Chart(alt.NamedData("words")).encode(x=x, y=y, tooltip=tips(("word:N", None), ("group:N", None)))
    domain = [name for name, _, _ in marks]
    points = base.mark_point(filled=True, size=80, opacity=0.95).encode(
        color=alt.Color("group:N", legend=None, scale=alt.Scale(domain=domain, range=[hue for _, hue, _ in marks])),
        shape=alt.Shape("group:N", legend=None, scale=alt.Scale(domain=domain, range=[shape for _, _, shape in marks])),
    )
    quiet = Arrow(gap=7, colour=look.quiet, ratio=plane.ratio, width=1.4)
    parts = [*key, *arrows("arrows", (x, y), look, quiet)]
    parts += [points, *names(base, look, look.ink, 400, radius=5)]
    return styled(alt.layer(*parts).properties(height=height), look).to_dict(validate=False), tops


def names(base: alt.Chart, look: Look, colour: str, weight: int, radius: float) -> list[alt.Chart]:
    """The labels of points of this radius in pixels, on the spots that `labels.place` chose for them."""
    where = labels.placed(look, radius)
    return labels.text(base, look, colour, fontWeight=weight, **where)


def tips(*fields: tuple[str, str | None]) -> list[alt.Tooltip]:
    """Lines of a tooltip: a field with its type ("off:Q"), and its title where that is not its name. Numbers have three decimals."""
    return [
        alt.Tooltip(name, title=title or name.split(":")[0], **({"format": ".3f"} if name.endswith(":Q") else {}))
        for name, title in fields
    ]


# Arrows --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Arrow:
    """How arrows look. gap: pixels between them and what they lead from and to; ratio: `Plane.ratio` of the axes;
    width: of the line in pixels."""

    gap: float
    colour: str
    ratio: str = "1"
    width: float = 3


def directed(lines: pd.DataFrame) -> pd.DataFrame:
    """Lines from (x, y) to (x2, y2) that go somewhere, with how far they go each way: dx and dy."""
    lines = lines.assign(dx=(lines["x2"] - lines["x"]).astype(float), dy=(lines["y2"] - lines["y"]).astype(float))
    return lines[(lines["dx"] != 0) | (lines["dy"] != 0)]


def arrows(name: str, axes: tuple[alt.X, alt.Y], look: Look, arrow: Arrow) -> list[alt.Chart]:
    """The `directed` lines of a data set, short of both ends: solid with a head where its column `arrow` is true, else dashed."""
    x, y = axes
    gap, width, head = arrow.gap, arrow.width, 5 + 3 * arrow.width
    up = f"(datum.dy * {arrow.ratio})"
    length = f"sqrt(datum.dx * datum.dx + {up} * {up})"
    base = alt.Chart(alt.NamedData(name)).encode(x=x, y=y)

    def moved(end: str, by: float) -> dict[str, Any]:
        """Options that move an end of the line by so many pixels in its direction."""
        return {f"x{end}Offset": alt.ExprRef(f"{by} * datum.dx / {length}"),
                f"y{end}Offset": alt.ExprRef(f"{-by} * {up} / {length}")}  # fmt: skip

    start, to_head, to_end = moved("", gap), moved("2", -gap - 0.7 * head), moved("2", -gap)
    shafts = base.transform_filter("datum.arrow").mark_rule(color=arrow.colour, strokeWidth=width, **start, **to_head)
    dashes = base.transform_filter("!datum.arrow").mark_rule(
        color=look.stone, strokeWidth=2, strokeDash=[7, 5], **start, **to_end
    )
    heads = base.transform_filter("datum.arrow").mark_point(
        shape=_HEAD, filled=True, color=arrow.colour, opacity=1, size=(2 * head) ** 2, **moved("", -gap),
        angle=alt.ExprRef(f"atan2(datum.dx, {up}) * 180 / PI"),
    )  # fmt: skip
    return [
        dashes.encode(x2="x2:Q", y2="y2:Q"),
        shafts.encode(x2="x2:Q", y2="y2:Q"),
        heads.encode(x=other(x, "x2"), y=other(y, "y2")),
    ]
