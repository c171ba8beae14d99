"""Charts of guesses: what may come next, before and after the draw is set up, and what each layer would guess.

The specs are built once for each look and shape and filled with data: Altair takes long, and a chart comes anew with each gesture.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import Any

import altair as alt

from core.charts import labels
from core.charts.theme import Look, styled

_CIVIDIS = (
    "#00224E",
    "#123570",
    "#3B496C",
    "#575D6D",
    "#707173",
    "#8A8678",
    "#A59C74",
    "#C3B369",
    "#E1CC55",
    "#FDEA45",
)
_BAR, _CELL = 2.3, 1.9  # the height of a row, in sizes of the type
_DARK = "#000000"  # with a softer black one of the colours in the middle would go with neither ink
_TURN = 0.467  # the share of cividis from which on dark text has the better contrast


def percent(share: float) -> str:
    """12 %, 1.2 %, 0.034 %, <0.001 %: two digits that say something. The space between number and sign does not break."""
    hundred = 100 * share
    if 0 < hundred < 0.001:
        return "<0.001\u00a0%"
    digits = 0 if hundred >= 9.95 or hundred == 0 else min(3, 1 - math.floor(math.log10(hundred) + 1e-9))
    return f"{hundred:.{digits}f}\u00a0%"


# What comes next? ------------------------------------------------------------------------------------------------


def candidates(rows: Sequence[dict[str, Any]], look: Look) -> dict[str, Any]:
    """The likeliest tokens as bars, as a Vega-Lite spec: what is drawn from in the accent, the model's own guess in stone.

    rows: token (text), own, drawn (probabilities), likeliest first; at most about 20. A token that cannot be drawn has a
    hollow bar of the model's own guess, and is struck out.
    """
    shown = []
    for place, row in enumerate(rows):
        cut = row["drawn"] == 0
        name = labels.short(row["token"], 14)
        shown.append({
            "token": row["token"], "own": row["own"], "drawn": row["drawn"], "cut": cut, "place": place, "short": name,
            "wide": labels.text_width(name, look.size), "said": "cut off" if cut else percent(row["drawn"]),
            "own_said": percent(row["own"]),
        })  # fmt: skip
    names = max((row["wide"] for row in shown), default=0)
    most = max((max(row["own"], row["drawn"]) for row in shown), default=1) or 1
    spec = _candidates(look)
    drawn = [{**row, "begin": names + 12, "most": most} for row in shown]
    height = round(spec["height"] + _BAR * look.size * max(len(shown), 1))
    return {**spec, "height": height, "datasets": {**spec["datasets"], "rows": drawn}}  # the legend has data of its own


@functools.lru_cache(maxsize=8)
def _candidates(look: Look) -> dict[str, Any]:
    """The spec without rows, as high as what stands above them."""
    key, heights = labels.legend(
        [("drawn from", look.ours, "square"), ("the model's own", look.stone, "square")], look
    )  # fmt: skip
    top, pitch = max(heights) + 0.4 * look.size, _BAR * look.size
    tail = 4.6 * look.size  # for "cut off", "0.034 %"

    def length(field: str) -> str:
        return f"datum.begin + datum.{field} / datum.most * (width - datum.begin - {tail})"

    def down(share: float) -> Any:
        return alt.value(alt.ExprRef(f"{top} + (datum.place + {share}) * {pitch}"))

    base = alt.Chart(alt.NamedData("rows")).encode(
        tooltip=[
            alt.Tooltip("token:N"), alt.Tooltip("said:N", title="drawn with"), alt.Tooltip("own_said:N", title="model's own"),
        ]
    )  # fmt: skip
    kept, cut = base.transform_filter("!datum.cut"), base.transform_filter("datum.cut")
    start = alt.value(alt.ExprRef("datum.begin"))

    def bar(of: alt.Chart, field: str, above: float, below: float, **mark: Any) -> alt.Chart:
        to = alt.value(alt.ExprRef(f"max({length(field)}, datum.begin + 2)"))
        return of.mark_rect(**mark).encode(x=start, x2=to, y=down(above), y2=down(below))

    def name(of: alt.Chart, colour: str, weight: int) -> alt.Chart:
        return of.mark_text(
            align="right", baseline="middle", color=colour, fontSize=look.size, fontWeight=weight
        ).encode(x=alt.value(alt.ExprRef("datum.begin - 10")), y=down(0.46), text="short:N")

    strike = cut.mark_rule(color=look.quiet, strokeWidth=1.5).encode(
        x=alt.value(alt.ExprRef("datum.begin - 10 - datum.wide")),
        x2=alt.value(alt.ExprRef("datum.begin - 10")),
        y=down(0.46),
    )
    longest = f"max({length('own')}, {length('drawn')}) + 8"
    figure = {"align": "left", "baseline": "middle", "fontSize": look.size}
    parts = [
        *key,
        bar(kept, "drawn", 0.12, 0.58, color=look.ours),
        bar(kept, "own", 0.62, 0.8, color=look.stone),
        bar(cut, "own", 0.2, 0.72, filled=False, stroke=look.stone, strokeWidth=1.5, strokeDash=[4, 3]),
        name(kept, look.ink, 600),
        name(cut, look.quiet, 400),
        strike,
        kept.mark_text(**figure, color=look.link, fontWeight=600).encode(
            x=alt.value(alt.ExprRef(longest)), y=down(0.46), text="said:N"
        ),
        cut.mark_text(**figure, color=look.quiet).encode(
            x=alt.value(alt.ExprRef(longest)), y=down(0.46), text="said:N"
        ),
    ]
    return styled(alt.layer(*parts).properties(height=top), look).to_dict(validate=False)


# Logit lens ------------------------------------------------------------------------------------------------------


def lens(rows: Sequence[dict[str, Any]], layers: Sequence[str], title: str, look: Look) -> dict[str, Any]:
    """The guess after each layer, one row a position, as a Vega-Lite spec; at most about 24 positions.

    rows: row (0, 1, ...), column (0 to L), layer (its name in the tooltip), read and label (the token read and the one that
    came, text), guess (text), value (0 to 1, the colour; None where there is none: the cell is hollow), said (the value
    as text), final (bool: the guess is the last layer's), hit (bool: it is the label). layers: the names of the L + 1
    columns. title: what the colour is.
    """
    names: dict[int, dict[str, Any]] = {}
    for row in rows:
        names.setdefault(row["row"], {k: row[k] for k in ("row", "read", "label")})
    sides = {
        side: max((labels.text_width(labels.short(one[side], 12), look.size) for one in names.values()), default=0)
        for side in ("read", "label")
    }
    left = max(sides["read"], labels.text_width("after", look.size)) * 1.05 + 10
    right = max(sides["label"], labels.text_width("comes", look.size)) * 1.05 + 10
    edges = {"left": left, "right": right}
    cells = [
        {
            **row, **edges, "known": row["value"] is not None, "text": row["guess"] + (" ✓" if row["hit"] else ""),
            "ink": look.ink if row["value"] is None else _DARK if row["value"] >= _TURN else "#FFFFFF",
        }
        for row in rows
    ]  # fmt: skip
    ends = [
        {**one, **edges, "read_short": labels.short(one["read"], 12), "label_short": labels.short(one["label"], 12)}
        for one in names.values()
    ]
    heads = [
        {"column": i, "name": name, "short": "emb." if not i else str(i), **edges} for i, name in enumerate(layers)
    ]
    spec = _lens(look, len(layers), title)
    height = round(spec["height"] + _CELL * look.size * len(names))
    return {
        **spec,
        "height": height,
        "datasets": {"cells": cells, "ends": ends, "heads": heads, "edges": [edges], "key": _KEY},
    }


_STEPS = 24
_KEY = [{"place": i, "value": i / (_STEPS - 1)} for i in range(_STEPS)]


@functools.lru_cache(maxsize=32)
def _lens(look: Look, columns: int, title: str) -> dict[str, Any]:
    """The spec without rows, as high as what stands above them."""
    above, pitch = 4.1 * look.size, _CELL * look.size
    cell = f"((width - datum.left - datum.right) / {columns})"
    hue = alt.Color(
        "value:Q",
        legend=None,
        scale=alt.Scale(domain=[i / 9 for i in range(10)], range=list(_CIVIDIS), interpolate="rgb"),
    )

    def across(share: float) -> Any:
        return alt.value(alt.ExprRef(f"datum.left + (datum.column + {share}) * {cell}"))

    def down(share: float) -> Any:
        return alt.value(alt.ExprRef(f"{above} + (datum.row + {share}) * {pitch}"))

    tips = [
        alt.Tooltip("read:N", title="after"), alt.Tooltip("layer:N", title="read out"), alt.Tooltip("guess:N", title="guess"),
        alt.Tooltip("said:N", title=title), alt.Tooltip("label:N", title="what comes"),
    ]  # fmt: skip
    cells = alt.Chart(alt.NamedData("cells"))
    ends, heads = alt.Chart(alt.NamedData("ends")), alt.Chart(alt.NamedData("heads"))
    box = {"x": across(0), "x2": alt.value(alt.ExprRef(f"datum.left + (datum.column + 1) * {cell} - 2")), "y": down(0),
           "y2": down(0.94), "tooltip": tips}  # fmt: skip
    squares = cells.transform_filter("datum.known").mark_rect().encode(**box, color=hue)
    hollow = cells.transform_filter("!datum.known").mark_rect(filled=False, stroke=look.stone, strokeDash=[4, 3])
    text = {"baseline": "middle", "fontSize": look.size}
    inside = cells.mark_text(
        **text, align="center", limit=alt.ExprRef(f"max({cell} - 8, 1)"), color=alt.ExprRef("datum.ink"),
        fontWeight=alt.ExprRef("datum.final ? 700 : 400"), opacity=alt.ExprRef(f"{cell} < {2.2 * look.size} ? 0 : 1"),
    ).encode(x=across(0.5), y=down(0.47), text="text:N", tooltip=tips)  # fmt: skip
    roomy = f"{cell} >= {6.5 * look.size}"
    head = {**text, "color": look.quiet, "align": "center", "limit": alt.ExprRef(cell)}
    at = alt.value(3.1 * look.size)
    sides = alt.Chart(alt.NamedData("edges"))
    # A key: cividis from 0 to 1 in a row at the top, under the name of what it shows.
    ramp, low = 7 * look.size, labels.text_width(title, look.size) * 1.06 + 3.0 * look.size
    scale = alt.Chart(alt.NamedData("key")).mark_rect().encode(
        x=alt.value(alt.ExprRef(f"{low} + datum.place * {ramp / _STEPS}")),
        x2=alt.value(alt.ExprRef(f"{low} + (datum.place + 1) * {ramp / _STEPS} + 0.5")),
        y=alt.value(0.15 * look.size), y2=alt.value(1.15 * look.size), color=hue,
    )  # fmt: skip

    def said(words: str, x: float, align: str, colour: str) -> alt.Chart:
        return sides.mark_text(**text, align=align, color=colour).encode(
            x=alt.value(x), y=alt.value(0.68 * look.size), text=alt.value(words)
        )

    parts = [
        said(title, 0, "left", look.ink),
        said("0 %", low - 6, "right", look.quiet),
        said("100 %", low + ramp + 6, "left", look.quiet),
        scale,
        squares,
        hollow.encode(**box),
        inside,
        heads.mark_text(**head).encode(
            x=across(0.5), y=at, text=alt.Text("name:N"), opacity=alt.value(alt.ExprRef(f"{roomy} ? 1 : 0"))
        ),
        heads.mark_text(**head).encode(
            x=across(0.5), y=at, text=alt.Text("short:N"), opacity=alt.value(alt.ExprRef(f"{roomy} ? 0 : 1"))
        ),
        sides.mark_text(**text, align="right", color=look.quiet).encode(
            x=alt.value(alt.ExprRef("datum.left - 10")), y=at, text=alt.value("after")
        ),
        sides.mark_text(**text, align="left", color=look.quiet).encode(
            x=alt.value(alt.ExprRef("width - datum.right + 8")), y=at, text=alt.value("comes")
        ),
        ends.mark_text(**text, align="right", color=look.ink).encode(
            x=alt.value(alt.ExprRef("datum.left - 10")), y=down(0.47), text="read_short:N"
        ),
        ends.mark_text(**text, align="left", color=look.link, fontWeight=600).encode(
            x=alt.value(alt.ExprRef("width - datum.right + 8")), y=down(0.47), text="label_short:N"
        ),
    ]
    return styled(alt.layer(*parts).properties(height=above), look).to_dict(validate=False)
