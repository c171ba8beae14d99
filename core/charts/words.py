"""Charts of words as points: the parallelogram of an analogy, a map of groups, and words along an axis."""

from __future__ import annotations

import functools
from typing import Any

import altair as alt
import pandas as pd

from core.charts import labels
from core.charts.equal import Plane, other
from core.charts.theme import Look, styled

# Colours and shapes that the colour-blind tell apart; the hues are those of the latent map.
LIGHT_HUES = ("#0072B2", "#D55E00", "#44BB99", "#AA3377", "#DDAA33", "#332288", "#888888", "#661100", "#B8A1E8", "#000000")  # fmt: skip
DARK_HUES = ("#56B4E9", "#D55E00", "#BBCC33", "#CC79A7", "#EEDD88", "#7B5EC6", "#9C755F", "#EE8866", "#FFAABB", "#99DDFF")  # fmt: skip
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "M-1,0L0,-0.3L1,0L0,0.3Z", "triangle-right", "triangle-left")  # fmt: skip

_CORNERS = ("start", "end", "base")
_ROWS = 18  # of words on an axis
_DOT = 7.0  # radius in pixels that labels leave free around a word of the parallelogram
_HEAD = "M0,0L-0.5,1L0,0.8L0.5,1Z"  # an arrow's head that points upwards, its tip at the place of the mark


def parallelogram(frame: pd.DataFrame, look: Look, height: int | None = None) -> dict[str, Any]:
    """The analogy start : end = base : ? in the plane through its three words, as a Vega-Lite spec.

    frame: kind, word, x, y (on the plane), off (distance from the plane, same unit). kind: "start", "end", "base" for
    the three words, "sum" for end - start + base, "near" for words near the sum, at most about eight, and "answer" for
    the nearest, which may be one of the three words. One unit is as long upwards as sideways.
    """
    height = height or 25 * look.size
    frame = frame.assign(off=frame["off"].fillna(0.0).astype(float), label=[labels.short(w, 36) for w in frame["word"]])
    three = frame[frame["kind"].isin(_CORNERS)]
    corner = three.set_index("kind")
    total = frame[frame["kind"] == "sum"]
    answer = frame[frame["kind"] == "answer"]
    known = set(three["word"])
    near = frame[(frame["kind"] == "near") & ~frame["word"].isin(known | set(answer["word"]))]
    # The first choose first where their labels stand. An answer that is one of the three words has its label there.
    dots = pd.concat([three, total, answer[~answer["word"].isin(known)], near], ignore_index=True)

    sides = [("start", "end", True), ("base", "sum", True), ("start", "base", False), ("end", "sum", False)]
    at = {**corner[["x", "y"]].T.to_dict("list"), "sum": total[["x", "y"]].iloc[0].tolist()}
    lines = pd.DataFrame(
        [dict(zip(("x", "y", "x2", "y2"), at[a] + at[b], strict=True), arrow=arrow) for a, b, arrow in sides]
    )
    steps = answer.head(1).assign(x2=at["sum"][0], y2=at["sum"][1])[["x", "y", "x2", "y2"]]
    ways = pd.concat([lines, steps])
    top, side = 2.3 * look.size, 3.2 * look.size
    plane = Plane.around(dots["x"], dots["y"], top, side=side)

    def layout(_: int, width: int) -> list[int]:
        px, py = plane.pixels(dots["x"].to_numpy(), dots["y"].to_numpy(), width, height, top)
        blocked = labels.along(plane.segments(ways, width, height, top), thick=5)
        wide = [labels.text_width(word, look.size) * 1.05 for word in dots["label"]]
        box = (2, top, width - 2, height - 2)
        return labels.place(px, py, wide, look, box, _DOT, blocked, outwards=True, must=len(dots) - len(near), rings=2)

    far = max(near["off"].max(), 1e-9) if len(near) else 1.0
    dots = labels.columns(dots, "spot", layout).assign(pale=(dots["off"] / far).clip(0, 1))
    found = {"dots": dots, "lines": _directed(lines), "steps": steps, "answer": answer}
    return plane.filled(_parallelogram(look, height, top, side), found)


@functools.lru_cache(maxsize=16)
def _parallelogram(look: Look, height: int, top: float, side: float) -> dict[str, Any]:
    """The spec without its data: Altair takes long, and a student types one expression after the other."""
    plane = Plane.to_fill(top, side)
    x, y = plane.axes()
    tips = _tips(("word:N", None), ("off:Q", "distance from this plane"))
    base = alt.Chart(alt.NamedData("dots")).encode(x=x, y=y, tooltip=tips)
    fade = alt.Opacity("pale:Q", legend=None, scale=alt.Scale(domain=[0, 1], range=[1, 0.3], clamp=True))
    parts = [
        labels.line_of_text("fainter: farther from this plane", 0, look.quiet, look),
        *_arrows("lines", x, y, look, gap=9),
        alt.Chart(alt.NamedData("steps"))
        .mark_rule(color=look.link, strokeWidth=2.5, strokeDash=[2, 4], strokeCap="round")
        .encode(x=x, y=y, x2="x2:Q", y2="y2:Q"),
        _of(base, "near").mark_circle(size=90, color=look.stone).encode(opacity=fade),
        _of(base, *_CORNERS).mark_circle(size=150, color=look.ink, opacity=1),
        _of(base, "sum").mark_point(shape="cross", size=170, color=look.ours, opacity=1, filled=True, angle=45),
        alt.Chart(alt.NamedData("answer"))
        .mark_point(shape="diamond", size=330, color=look.ours, filled=False, strokeWidth=3, opacity=1)
        .encode(x=x, y=y),
        *_names(_of(base, "near"), look, look.quiet, 400),
        *_names(_of(base, *_CORNERS), look, look.ink, 600),
        *_names(_of(base, "sum", "answer"), look, look.link, 600),
    ]
    return styled(alt.layer(*parts).properties(height=height), look).to_dict(validate=False)


def word_map(frame: pd.DataFrame, look: Look, height: int | None = None) -> dict[str, Any]:
    """Groups of words in the plane, at most about 150, and arrows from word to word, as a Vega-Lite spec.

    frame: kind ("word" | "arrow"), word, group, x, y, x2, y2 (the arrow's head; null for words; word and group are null
    for arrows). Words that come first are labelled first; those without room have a tooltip alone. A unit may be up
    to 1.8 times as long on one axis as on the other; parallel arrows are drawn parallel.
    """
    height = height or 36 * look.size
    words = frame[frame["kind"] == "word"]
    words = words.assign(label=[labels.short(w) for w in words["word"]])
    arrows = frame[frame["kind"] == "arrow"].assign(arrow=True)
    template, tops = _word_map(look, height, tuple(words["group"].drop_duplicates()))
    plane = Plane.around(words["x"], words["y"], labels.by_layout(tops), side=1.6 * look.size, stretch=1.8)

    def layout(k: int, width: int) -> list[int]:
        px, py = plane.pixels(words["x"].to_numpy(), words["y"].to_numpy(), width, height, tops[k])
        wide = [labels.text_width(word, look.size) for word in words["label"]]
        crossed = labels.along(plane.segments(arrows, width, height, tops[k]))
        return labels.place(px, py, wide, look, (0, tops[k], width, height), 5, crossed=crossed)

    return plane.filled(template, {"words": labels.columns(words, "spot", layout), "arrows": _directed(arrows)})


@functools.lru_cache(maxsize=64)
def _word_map(look: Look, height: int, groups: tuple[str, ...]) -> tuple[dict[str, Any], list[float]]:
    """The spec without its data, and the height of the legend in each layout."""
    hues = DARK_HUES if labels.dark(look) else LIGHT_HUES
    marks = [(name, hues[i % len(hues)], SHAPES[i % len(SHAPES)]) for i, name in enumerate(groups)]
    key, heights = labels.legend(marks, look)
    tops = [h + 0.8 * look.size for h in heights]
    plane = Plane.to_fill(labels.by_layout(tops), side=1.6 * look.size, stretch=1.8)
    x, y = plane.axes()
    base = alt.Chart(alt.NamedData("words")).encode(x=x, y=y, tooltip=_tips(("word:N", None), ("group:N", None)))
    domain = [name for name, _, _ in marks]
    points = base.mark_point(filled=True, size=80, opacity=0.95).encode(
        color=alt.Color("group:N", legend=None, scale=alt.Scale(domain=domain, range=[hue for _, hue, _ in marks])),
        shape=alt.Shape("group:N", legend=None, scale=alt.Scale(domain=domain, range=[shape for _, _, shape in marks])),
    )
    parts = [*key, *_arrows("arrows", x, y, look, gap=7, ratio=plane.ratio, colour=look.quiet, width=1.4)]
    parts += [points, *_names(base, look, look.ink, 400, radius=5)]
    return styled(alt.layer(*parts).properties(height=height), look).to_dict(validate=False), tops


def axis_strip(frame: pd.DataFrame, look: Look, height: int | None = None) -> alt.TopLevelMixin:
    """Words along the axis from a low to a high word, 0 in the middle; at most about 60.

    frame: kind ("low" | "high" | "word"), word, value (where on the axis). Words stand in rows only so that they do not
    cover each other: the ends lowest, then those farthest from the middle. What finds no room in a narrow chart is a
    small dot with a tooltip.
    """
    order = {"low": -2.0, "high": -1.0}
    ends = [order.get(kind, -abs(value) + 1e9) for kind, value in zip(frame["kind"], frame["value"], strict=True)]
    frame = frame.assign(order=ends, label=[labels.short(w) for w in frame["word"]]).sort_values("order")
    low, high = (frame.loc[frame["kind"] == end, "label"].iloc[0] for end in ("low", "high"))
    least, most = min(frame["value"].min(), 0.0), max(frame["value"].max(), 0.0)
    most = most if most > least else least + 1.0
    side, dot = 0.9 * look.size, 0.36 * look.size

    def layout(width: int) -> tuple[list[int], list[int]]:
        """The row of each word, -1 without room, and whether its name stands left of its dot: 1 or 0."""
        rows: list[list[tuple[float, float]]] = [[] for _ in range(_ROWS)]
        found, left = [], []
        for word, value in zip(frame["label"], frame["value"], strict=True):
            at = side + (value - least) / (most - least) * (width - 2 * side)
            wide = labels.text_width(word, look.size) * 1.04 + dot + 4
            spans = [(at - dot, at + wide), (at - wide, at + dot)]
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

    each = [layout(width) for width in labels.WIDTHS]
    counts = [max(rows) + 1 for rows, _ in each]
    line = 1.5 * look.size
    height = height or round(line * (counts[3] + 1) + 4.6 * look.size)  # what a telephone needs
    # Where there are fewer rows they stand farther apart.
    pitch = f"min({2 * look.size}, (height - {line}) / {labels.by_layout(counts)})"
    frame = labels.columns(frame, "row", lambda k, _: each[k][0])
    frame = labels.columns(frame, "left", lambda k, _: each[k][1])
    flip, row = labels.of_layout("left"), labels.of_layout("row")
    x = alt.X(
        "value:Q",
        title=f"{low} → {high}",
        scale=alt.Scale(domain=[least, most], nice=False, zero=False, range=[side, alt.ExprRef(f"width - {side}")]),
        axis=alt.Axis(grid=False, tickCount=5, format=".2~f", labelFlush=False, labelOverlap=True,
                      titleColor=look.ink, titleFontWeight=600),
    )  # fmt: skip
    y = alt.value(alt.ExprRef(f"height - {0.5 * look.size} - ({row} + ({row} < 0 ? 1 : 0.75)) * {pitch}"))
    base = alt.Chart(frame).encode(x=x, y=y, tooltip=_tips(("word:N", None), ("value:Q", "on the axis")))
    top, bottom = alt.value(0), alt.value(alt.ExprRef("height"))
    middle = alt.Chart(pd.DataFrame({"value": [0.0]})).mark_rule(color=look.quiet, strokeWidth=2, strokeDash=[6, 5])
    marked = alt.Chart(frame[frame["kind"] != "word"]).mark_rule(color=look.ours, strokeWidth=10, opacity=0.16)
    text: dict[str, Any] = {
        "baseline": "middle",
        "align": alt.ExprRef(f"{flip} ? 'right' : 'left'"),
        "dx": alt.ExprRef(f"{flip} ? {-dot - 4} : {dot + 4}"),
        **labels.hidden(f"{row} < 0"),
    }
    words, two = _of(base, "word"), _of(base, "low", "high")
    full, small = (round(share * 4 * dot**2) for share in (1, 0.4))
    parts = [
        middle.encode(x=x, y=top, y2=bottom),
        marked.encode(x=x, y=top, y2=bottom),
        *labels.text(words, look, look.ink, **text),
        *labels.text(two, look, look.link, fontWeight=700, **text),
        words.mark_circle(color=look.ours, opacity=1, size=alt.ExprRef(f"{row} < 0 ? {small} : {full}")),
        two.mark_point(shape="diamond", size=2 * full, color=look.link, filled=True, opacity=1),
    ]
    return styled(alt.layer(*parts).properties(height=height), look)


def _of(base: alt.Chart, *kinds: str) -> alt.Chart:
    return base.transform_filter(alt.FieldOneOfPredicate("kind", list(kinds)))


def _names(base: alt.Chart, look: Look, colour: str, weight: int, radius: float = _DOT) -> list[alt.Chart]:
    where = labels.placed(look, radius)
    return labels.text(base, look, colour, fontWeight=weight, **where)


def _tips(*fields: tuple[str, str | None]) -> list[alt.Tooltip]:
    return [
        alt.Tooltip(name, title=title or name.split(":")[0], **({"format": ".3f"} if name.endswith(":Q") else {}))
        for name, title in fields
    ]


def _directed(lines: pd.DataFrame) -> pd.DataFrame:
    """Lines from (x, y) to (x2, y2) that go somewhere, with how far they go each way."""
    lines = lines.assign(dx=(lines["x2"] - lines["x"]).astype(float), dy=(lines["y2"] - lines["y"]).astype(float))
    return lines[(lines["dx"] != 0) | (lines["dy"] != 0)]


def _arrows(
    name: str,
    x: alt.X,
    y: alt.Y,
    look: Look,
    gap: float,
    ratio: str = "1",
    colour: str | None = None,
    width: float = 3,
) -> list[alt.Chart]:
    """The `_directed` lines of a data set, `gap` pixels short of both ends: solid with a head where `arrow`, else dashed.

    ratio: `Plane.ratio` of the axes.
    """
    colour, head = colour or look.ours, 5 + 3 * width
    up = f"(datum.dy * {ratio})"
    length = f"sqrt(datum.dx * datum.dx + {up} * {up})"
    base = alt.Chart(alt.NamedData(name)).encode(x=x, y=y)

    def moved(end: str, by: float) -> dict[str, Any]:
        """Options that move an end of the line by so many pixels in its direction."""
        return {f"x{end}Offset": alt.ExprRef(f"{by} * datum.dx / {length}"),
                f"y{end}Offset": alt.ExprRef(f"{-by} * {up} / {length}")}  # fmt: skip

    start, to_head, to_end = moved("", gap), moved("2", -gap - 0.7 * head), moved("2", -gap)
    shafts = base.transform_filter("datum.arrow").mark_rule(color=colour, strokeWidth=width, **start, **to_head)
    dashes = base.transform_filter("!datum.arrow").mark_rule(
        color=look.stone, strokeWidth=2, strokeDash=[7, 5], **start, **to_end
    )
    heads = base.transform_filter("datum.arrow").mark_point(
        shape=_HEAD, filled=True, color=colour, opacity=1, size=(2 * head) ** 2, **moved("", -gap),
        angle=alt.ExprRef(f"atan2(datum.dx, {up}) * 180 / PI"),
    )  # fmt: skip
    return [
        dashes.encode(x2="x2:Q", y2="y2:Q"),
        shafts.encode(x2="x2:Q", y2="y2:Q"),
        heads.encode(x=other(x, "x2"), y=other(y, "y2")),
    ]
