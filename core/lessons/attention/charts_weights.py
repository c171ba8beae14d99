"""Charts of what stands in weights: how few directions a matrix uses, which token goes to which, and the curve of the places."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from core.charts import labels
from core.charts.equal import Plane
from core.charts.theme import Look, styled

_CIVIDIS = {
    False: ("#00224E", "#575D6D", "#A69D75"),
    True: ("#5B86C9", "#A69D75", "#FDEA45"),
}  # on a light, a dark ground
_DASHES = ([1, 0], [8, 4], [2, 3], [10, 3, 2, 3])
_DIVERGING = {False: ("#B85C00", "#F4F1EA", "#0B66A0"), True: ("#D9822B", "#262C33", "#5BB0E6")}
RANDOM = "random"


def spectrum(frame: pd.DataFrame, look: Look, height: int | None = None) -> alt.TopLevelMixin:
    """How much of each matrix its largest singular values hold together, against as many random numbers.

    frame: matrix (a short name; "random" is drawn in stone), rank (from 1), share (of the squares, from 0 to 1, of this
    and all larger ones). At most four matrices.
    """
    height = height or 19 * look.size
    names = [name for name in frame["matrix"].drop_duplicates() if name != RANDOM]
    dash = {name: _DASHES[i % len(_DASHES)] for i, name in enumerate(names)} | {RANDOM: [1, 0]}
    x = alt.X("rank:Q", title="largest singular values", scale=alt.Scale(domain=[1, int(frame["rank"].max())], nice=False),
              axis=alt.Axis(tickMinStep=1, format="d", grid=False))  # fmt: skip
    y = alt.Y(
        "share:Q", title="share of the squares", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%", tickCount=5)
    )
    tips = [
        alt.Tooltip("matrix:N"), alt.Tooltip("rank:Q", title="singular values"), alt.Tooltip("share:Q", format=".1%"),
    ]  # fmt: skip
    parts = []
    for name in (RANDOM, *names):
        rows = frame[frame["matrix"] == name]
        colour = look.stone if name == RANDOM else look.ours
        base = alt.Chart(rows).encode(x=x, y=y, tooltip=tips)
        parts.append(base.mark_line(color=colour, strokeWidth=3, strokeDash=dash[name]))
        parts.append(base.mark_point(color=colour, size=300, opacity=0))  # for a pointer to find
    key = _key([(name, look.ours, dash[name]) for name in names] + [(RANDOM, look.stone, dash[RANDOM])], look)
    return styled(alt.layer(*parts, *key).properties(height=height), look)


def _key(items: list[tuple[str, str, list[int]]], look: Look) -> list[alt.Chart]:
    """Names with a piece of their line each, one below the other at the lower right, where cumulative curves are not."""
    line, long = 1.45 * look.size, 2.6 * look.size
    left = long + max(labels.text_width(name, look.size) for name, _, _ in items) + 0.6 * look.size
    parts = []
    for i, (name, colour, dash) in enumerate(items):
        y = alt.value(alt.ExprRef(f"height - {(len(items) - i - 0.4) * line}"))
        row = alt.Chart(pd.DataFrame({"name": [name]}))
        parts += [
            row.mark_rule(color=colour, strokeWidth=3, strokeDash=dash).encode(
                x=alt.value(alt.ExprRef(f"width - {left}")),
                x2=alt.value(alt.ExprRef(f"width - {left - long + 8}")),
                y=y,
            ),
            row.mark_text(align="left", baseline="middle", color=look.ink, fontSize=look.size).encode(
                x=alt.value(alt.ExprRef(f"width - {left - long}")), y=y, text="name:N"
            ),
        ]
    return parts


def circuit(frame: pd.DataFrame, look: Look, height: int | None = None) -> alt.TopLevelMixin:
    """Tokens against tokens as rectangles, colours centred at zero, negative ones with a dash; at most about 40 tokens.

    frame: a (row), b (column), value; every pair once, rows and columns in the order given. The rectangles fill the chart:
    each row is high enough for its name, and where columns are narrower than the type some in between have no name.
    """
    rows, cols = (frame[column].drop_duplicates().tolist() for column in ("a", "b"))
    most = max(frame["value"].abs().max(), 1e-9)
    height = height or round(len(rows) * max(1.3, min(2.7, 42 / len(rows))) * look.size)
    text: dict[str, Any] = {
        "title": None,
        "grid": False,
        "labelColor": look.ink,
        "labelLimit": 7 * look.size,
        "labelPadding": 5,
    }
    x = alt.X("b:N", sort=cols, scale=alt.Scale(paddingInner=0.06, paddingOuter=0),
              axis=alt.Axis(orient="top", labelAngle=-90, labelOverlap="parity", **text))  # fmt: skip
    y = alt.Y("a:N", sort=rows, scale=alt.Scale(paddingInner=0.06, paddingOuter=0), axis=alt.Axis(**text))
    hue = alt.Color(
        "value:Q",
        scale=alt.Scale(domain=[-most, 0, most], range=list(_DIVERGING[look.dark]), interpolate="rgb"),
        legend=alt.Legend(orient="bottom", title=None, gradientLength=14 * look.size, tickCount=3, format=".2~g"),
    )
    tips = [alt.Tooltip("a:N", title="row"), alt.Tooltip("b:N", title="column"), alt.Tooltip("value:Q", format="+.3f")]
    base = alt.Chart(frame).encode(x=x, y=y)
    below = base.transform_filter(alt.datum.value < 0)
    parts = [
        base.mark_rect().encode(color=hue, tooltip=tips),
        below.mark_tick(orient="horizontal", size=5, thickness=1.5, color=look.ink, opacity=0.7),
    ]
    return styled(alt.layer(*parts).properties(height=height), look)


def places(frame: pd.DataFrame, look: Look, height: int | None = None) -> dict[str, Any]:
    """The places of a text as a curve in the plane, from the first to the last, at most about 256, as a Vega-Lite spec.

    frame: place (from 1, in order), x, y. Colour grows with the place; the first, the last and some between are named.
    """
    height = height or 24 * look.size
    count = len(frame)
    every = next(step for step in (1, 2, 4, 8, 16, 32, 64) if count / step <= 9 or step == 64)
    named = [i == 0 or i == count - 1 or place % every == 0 for i, place in enumerate(frame["place"])]
    frame = frame.assign(label=[str(p) if n else "" for p, n in zip(frame["place"], named, strict=True)])
    steps = frame.assign(x2=frame["x"].shift(-1), y2=frame["y"].shift(-1)).iloc[:-1]
    side, top = 2.4 * look.size, 0.8 * look.size
    plane = Plane.around(frame["x"], frame["y"], top, side=side, stretch=1.8)
    # Those with a name choose first, the ends before the others.
    ends = [i in (0, count - 1) for i in range(count)]
    dots = frame.iloc[np.lexsort([np.logical_not(named), np.logical_not(ends)])]

    def layout(_: int, width: int) -> list[int]:
        px, py = plane.pixels(dots["x"].to_numpy(), dots["y"].to_numpy(), width, height, top)
        wide = [labels.text_width(text, look.size) for text in dots["label"]]
        room = labels.Room((0, top, width, height), radius=5, must=min(2, count), rings=2, outwards=True)
        return labels.place(px, py, wide, look, room)

    dots = labels.columns(dots, "spot", layout)
    parts = _curve(plane, look)
    spec = styled(alt.layer(*parts).properties(height=height), look).to_dict(validate=False)
    data = {"dots": dots, "steps": steps}
    spec["datasets"] = spec.get("datasets", {}) | {
        name: rows.astype({"place": int}).to_dict(orient="records") for name, rows in data.items()
    }
    return spec


def _curve(plane: Plane, look: Look) -> list[alt.Chart]:
    """The lines between places, the places, and the names of some: data sets "steps" and "dots"."""
    x, y = plane.axes()
    hue = alt.Color("place:Q", legend=None, scale=alt.Scale(range=list(_CIVIDIS[look.dark]), interpolate="rgb"))
    base = alt.Chart(alt.NamedData("dots")).encode(x=x, y=y, tooltip=[alt.Tooltip("place:Q", title="place")])
    marked = base.transform_filter("datum.label !== ''")
    steps = alt.Chart(alt.NamedData("steps")).mark_rule(strokeWidth=2.5, strokeCap="round")
    return [
        steps.encode(x=x, y=y, x2="x2:Q", y2="y2:Q", color=hue),
        base.mark_circle(size=36, opacity=1).encode(color=hue),
        marked.mark_circle(size=120, opacity=1).encode(color=hue),
        *labels.text(marked, look, look.ink, fontWeight=600, **labels.placed(look, 5)),
    ]


def by_distance(frame: pd.DataFrame, look: Look, height: int | None = None) -> alt.TopLevelMixin:
    """How alike the embeddings of places are, against how far apart the places are.

    frame: distance (from 1), cosine (the mean of all pairs at that distance), chance (how far from zero the cosine of two
    random directions lies, as a standard deviation; the same in all rows).
    """
    height = height or 20 * look.size
    chance = float(frame["chance"].iloc[0])
    low, high = min(frame["cosine"].min(), -chance), max(frame["cosine"].max(), chance)
    x = alt.X("distance:Q", title="places apart", scale=alt.Scale(domain=[1, max(2, int(frame["distance"].max()))], nice=False),
              axis=alt.Axis(tickMinStep=1, format="d", grid=False))  # fmt: skip
    y = alt.Y(
        "cosine:Q", title="mean cosine", scale=alt.Scale(domain=[low, high], nice=True), axis=alt.Axis(tickCount=5)
    )
    base = alt.Chart(frame).encode(
        x=x, y=y, tooltip=[alt.Tooltip("distance:Q", title="places apart"), alt.Tooltip("cosine:Q", format=".3f")]
    )
    band = alt.Chart(pd.DataFrame({"low": [-chance], "high": [chance]}))
    parts = [
        band.mark_rect(color=look.stone, opacity=0.22).encode(y="low:Q", y2="high:Q"),
        base.mark_line(color=look.ours, strokeWidth=3),
        base.mark_point(color=look.ours, size=300, opacity=0),
    ]
    return styled(alt.layer(*parts).properties(height=height), look)
