"""The parallelogram of an analogy: start : end = base : ?"""

from __future__ import annotations

import functools
from typing import Any

import altair as alt
import pandas as pd

from core.charts import labels
from core.charts.equal import Plane
from core.charts.theme import Look, styled
from core.charts.words import Arrow, arrows, directed, names, tips

_CORNERS = ("start", "end", "base")
_SIDES = (
    ("start", "end", True),
    ("base", "sum", True),
    ("start", "base", False),
    ("end", "sum", False),
)  # and if an arrow
_DOT = 7.0  # radius in pixels that labels leave free around a word


def parallelogram(frame: pd.DataFrame, look: Look, height: int | None = None) -> dict[str, Any]:
    """The analogy start : end = base : ? in the plane through its three words, as a Vega-Lite spec.

    frame: kind, word, x, y (on the plane), off (distance from the plane, same unit). kind: "start", "end", "base" for
    the three words, "sum" for end - start + base, "near" for words near the sum, at most about eight, and "answer" for
    the nearest, which may be one of the three words. One unit is as long upwards as sideways.
    """
    height = height or 25 * look.size
    frame = frame.assign(off=frame["off"].fillna(0.0).astype(float), label=[labels.short(w, 36) for w in frame["word"]])
    answer = frame[frame["kind"] == "answer"]
    dots, lines, steps = _dots(frame), _lines(frame), _steps(frame)
    top, side = 2.3 * look.size, 3.2 * look.size
    plane = Plane.around(dots["x"], dots["y"], top, side=side)
    ways, near = pd.concat([lines, steps]), dots[dots["kind"] == "near"]

    def layout(_: int, width: int) -> list[int]:
        px, py = plane.pixels(dots["x"].to_numpy(), dots["y"].to_numpy(), width, height, top)
        blocked = labels.along(plane.segments(ways, width, height, top), thick=5)
        wide = [labels.text_width(word, look.size) * 1.05 for word in dots["label"]]
        box = (2, top, width - 2, height - 2)
        room = labels.Room(box, _DOT, blocked, outwards=True, must=len(dots) - len(near), rings=2)
        return labels.place(px, py, wide, look, room)

    far = max(near["off"].max(), 1e-9) if len(near) else 1.0
    dots = labels.columns(dots, "spot", layout).assign(pale=(dots["off"] / far).clip(0, 1))
    found = {"dots": dots, "lines": directed(lines), "steps": steps, "answer": answer}
    return plane.filled(_template(look, height, top, side), found)


def _dots(frame: pd.DataFrame) -> pd.DataFrame:
    """The points, each word once; the first choose first where their labels stand."""
    three, total, answer, near = (
        frame[frame["kind"].isin(kinds)] for kinds in (_CORNERS, ("sum",), ("answer",), ("near",))
    )
    known = set(three["word"])
    near = near[~near["word"].isin(known | set(answer["word"]))]
    # An answer that is one of the three words has its label there.
    return pd.concat([three, total, answer[~answer["word"].isin(known)], near], ignore_index=True)


def _lines(frame: pd.DataFrame) -> pd.DataFrame:
    """The four sides: x, y, x2, y2 and arrow (bool)."""
    corner = frame[frame["kind"].isin(_CORNERS)].set_index("kind")
    total = frame[frame["kind"] == "sum"]
    at = {**corner[["x", "y"]].T.to_dict("list"), "sum": total[["x", "y"]].iloc[0].tolist()}
    return pd.DataFrame(
        [dict(zip(("x", "y", "x2", "y2"), at[a] + at[b], strict=True), arrow=arrow) for a, b, arrow in _SIDES]
    )


def _steps(frame: pd.DataFrame) -> pd.DataFrame:
    """The way from the answer to the sum; no row where there is no answer."""
    x, y = frame.loc[frame["kind"] == "sum", ["x", "y"]].iloc[0].tolist()
    return frame[frame["kind"] == "answer"].head(1).assign(x2=x, y2=y)[["x", "y", "x2", "y2"]]


@functools.lru_cache(maxsize=16)
def _template(look: Look, height: int, top: float, side: float) -> dict[str, Any]:
    """The spec without its data: Altair takes long, and a student types one expression after the other."""
    x, y = Plane.to_fill(top, side).axes()
    said = tips(("word:N", None), ("off:Q", "distance from this plane"))
    base = alt.Chart(alt.NamedData("dots")).encode(x=x, y=y, tooltip=said)
    parts = [
        labels.line_of_text("fainter: farther from this plane", 0, look.quiet, look),
        *arrows("lines", (x, y), look, Arrow(gap=9, colour=look.ours)),
        alt.Chart(alt.NamedData("steps"))
        .mark_rule(color=look.link, strokeWidth=2.5, strokeDash=[2, 4], strokeCap="round")
        .encode(x=x, y=y, x2="x2:Q", y2="y2:Q"),
        *_points(base, look),
        alt.Chart(alt.NamedData("answer"))
        .mark_point(shape="diamond", size=330, color=look.ours, filled=False, strokeWidth=3, opacity=1)
        .encode(x=x, y=y),
        *names(_of(base, "near"), look, look.quiet, 400, _DOT),
        *names(_of(base, *_CORNERS), look, look.ink, 600, _DOT),
        *names(_of(base, "sum", "answer"), look, look.link, 600, _DOT),
    ]
    return styled(alt.layer(*parts).properties(height=height), look).to_dict(validate=False)


def _points(base: alt.Chart, look: Look) -> list[alt.Chart]:
    """Words near the sum, fainter the farther they are from the plane, the three words, and the sum."""
    fade = alt.Opacity("pale:Q", legend=None, scale=alt.Scale(domain=[0, 1], range=[1, 0.3], clamp=True))
    return [
        _of(base, "near").mark_circle(size=90, color=look.stone).encode(opacity=fade),
        _of(base, *_CORNERS).mark_circle(size=150, color=look.ink, opacity=1),
        _of(base, "sum").mark_point(shape="cross", size=170, color=look.ours, opacity=1, filled=True, angle=45),
    ]


def _of(base: alt.Chart, *kinds: str) -> alt.Chart:
    return base.transform_filter(alt.FieldOneOfPredicate("kind", list(kinds)))
