"""The logit lens as a chart: what each layer would guess, one row a position.

The spec is built once for each look and number of layers and filled with data: Altair takes long, and a chart comes anew with each
gesture.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import altair as alt

from core.charts import labels
from core.charts.theme import CIVIDIS, Look, styled

_CELL = 1.9  # the height of a row, in sizes of the type
_ABOVE = 4.1  # the height of what stands above the rows, in sizes of the type
_NAME = 12  # characters of a token beside the rows
_DARK = "#000000"  # with a softer black one of the colours in the middle would go with neither ink
_TURN = 0.467  # the share of cividis from which on dark text has the better contrast
_STEPS = 24
_KEY = [{"place": i, "value": i / (_STEPS - 1)} for i in range(_STEPS)]
_HUE = alt.Color(
    "value:Q",
    legend=None,
    scale=alt.Scale(domain=[i / 9 for i in range(10)], range=list(CIVIDIS), interpolate="rgb"),
)


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
    edges = {
        "left": _side([one["read"] for one in names.values()], "after", look),
        "right": _side([one["label"] for one in names.values()], "comes", look),
    }
    cells = [
        {**row, **edges, "known": row["value"] is not None, "text": row["guess"] + (" ✓" if row["hit"] else ""),
         "ink": _ink(row["value"], look)}
        for row in rows
    ]  # fmt: skip
    ends = [
        {
            **one,
            **edges,
            "read_short": labels.short(one["read"], _NAME),
            "label_short": labels.short(one["label"], _NAME),
        }
        for one in names.values()
    ]
    heads = [
        {"column": i, "name": name, "short": "emb." if not i else str(i), **edges} for i, name in enumerate(layers)
    ]
    spec = _spec(look, len(layers), title)
    data = {"cells": cells, "ends": ends, "heads": heads, "edges": [edges], "key": _KEY}
    height = round(spec["height"] + _CELL * look.size * len(names))
    return {**spec, "height": height, "datasets": data}


def _side(tokens: list[str], head: str, look: Look) -> float:
    """Pixels that the tokens at one side of the rows take, under their heading."""
    widest = max((labels.text_width(labels.short(token, _NAME), look.size) for token in tokens), default=0)
    return max(widest, labels.text_width(head, look.size)) * 1.05 + 10


def _ink(value: float | None, look: Look) -> str:
    """The colour of the text on a cell."""
    if value is None:
        return look.ink
    return _DARK if value >= _TURN else "#FFFFFF"


@functools.lru_cache(maxsize=32)
def _spec(look: Look, columns: int, title: str) -> dict[str, Any]:
    """The spec without rows, as high as what stands above them."""
    grid = _Grid(look, columns)
    layers = [*_key(title, look), *_cells(grid, title), *_heads(grid), *_sides(look), *_tokens(grid)]
    return styled(alt.layer(*layers).properties(height=_ABOVE * look.size), look).to_dict(validate=False)


class _Grid:
    """Where the cells stand: Vega expressions of their rows and columns, which the browser works out."""

    def __init__(self, look: Look, columns: int) -> None:
        self.look = look
        self.cell = f"((width - datum.left - datum.right) / {columns})"

    def across(self, share: float, less: str = "") -> Any:
        """A place in a column, 0 at its left and 1 at its right; less: what is taken off."""
        return _at(f"datum.left + (datum.column + {share}) * {self.cell}{less}")

    def down(self, share: float) -> Any:
        """A place in a row, 0 at its top and 1 at its bottom."""
        return _at(f"{_ABOVE * self.look.size} + (datum.row + {share}) * {_CELL * self.look.size}")


def _at(expression: str) -> Any:
    return alt.value(alt.ExprRef(expression))


def _text(look: Look) -> dict[str, Any]:
    return {"baseline": "middle", "fontSize": look.size}


def _key(title: str, look: Look) -> list[alt.Chart]:
    """Cividis from 0 to 1 in a row at the top, after the name of what it shows."""
    ramp, low = 7 * look.size, labels.text_width(title, look.size) * 1.06 + 3.0 * look.size
    sides = alt.Chart(alt.NamedData("edges"))

    def said(words: str, x: float, align: str, colour: str) -> alt.Chart:
        return sides.mark_text(**_text(look), align=align, color=colour).encode(
            x=alt.value(x), y=alt.value(0.68 * look.size), text=alt.value(words)
        )

    scale = alt.Chart(alt.NamedData("key")).mark_rect().encode(
        x=_at(f"{low} + datum.place * {ramp / _STEPS}"), x2=_at(f"{low} + (datum.place + 1) * {ramp / _STEPS} + 0.5"),
        y=alt.value(0.15 * look.size), y2=alt.value(1.15 * look.size), color=_HUE,
    )  # fmt: skip
    return [
        said(title, 0, "left", look.ink),
        said("0%", low - 6, "right", look.quiet),
        said("100%", low + ramp + 6, "left", look.quiet),
        scale,
    ]


def _cells(grid: _Grid, title: str) -> list[alt.Chart]:
    """The squares, and the guess in each."""
    look, cell = grid.look, grid.cell
    tips = [
        alt.Tooltip("read:N", title="after"), alt.Tooltip("layer:N", title="read out"), alt.Tooltip("guess:N", title="guess"),
        alt.Tooltip("said:N", title=title), alt.Tooltip("label:N", title="what comes"),
    ]  # fmt: skip
    cells = alt.Chart(alt.NamedData("cells"))
    box = {"x": grid.across(0), "x2": grid.across(1, " - 2"), "y": grid.down(0), "y2": grid.down(0.94), "tooltip": tips}
    hollow = cells.transform_filter("!datum.known").mark_rect(filled=False, stroke=look.stone, strokeDash=[4, 3])
    inside = cells.mark_text(
        **_text(look), align="center", limit=alt.ExprRef(f"max({cell} - 8, 1)"), color=alt.ExprRef("datum.ink"),
        fontWeight=alt.ExprRef("datum.final ? 700 : 400"), opacity=alt.ExprRef(f"{cell} < {2.2 * look.size} ? 0 : 1"),
    ).encode(x=grid.across(0.5), y=grid.down(0.47), text="text:N", tooltip=tips)  # fmt: skip
    return [
        cells.transform_filter("datum.known").mark_rect().encode(**box, color=_HUE),
        hollow.encode(**box),
        inside,
    ]


def _heads(grid: _Grid) -> list[alt.Chart]:
    """The layers above the columns, by their short names where the columns are narrow."""
    look = grid.look
    roomy = f"{grid.cell} >= {6.5 * look.size}"
    head = {**_text(look), "color": look.quiet, "align": "center", "limit": alt.ExprRef(grid.cell)}
    heads = alt.Chart(alt.NamedData("heads")).mark_text(**head)
    return [
        heads.encode(x=grid.across(0.5), y=alt.value(3.1 * look.size), text=alt.Text(f"{name}:N"), opacity=_at(seen))
        for name, seen in (("name", f"{roomy} ? 1 : 0"), ("short", f"{roomy} ? 0 : 1"))
    ]


_LEFT, _RIGHT = "datum.left - 10", "width - datum.right + 8"  # where the tokens beside the rows end and begin


def _sides(look: Look) -> list[alt.Chart]:
    """What stands above the tokens at both sides."""
    sides, y = alt.Chart(alt.NamedData("edges")), alt.value(3.1 * look.size)
    return [
        sides.mark_text(**_text(look), align=align, color=look.quiet).encode(x=_at(x), y=y, text=alt.value(said))
        for align, x, said in (("right", _LEFT, "after"), ("left", _RIGHT, "comes"))
    ]


def _tokens(grid: _Grid) -> list[alt.Chart]:
    """The token that was read at the left of each row, the one that came at its right."""
    look, ends = grid.look, alt.Chart(alt.NamedData("ends"))
    return [
        ends.mark_text(**_text(look), align="right", color=look.ink).encode(
            x=_at(_LEFT), y=grid.down(0.47), text="read_short:N"
        ),
        ends.mark_text(**_text(look), align="left", color=look.link, fontWeight=600).encode(
            x=_at(_RIGHT), y=grid.down(0.47), text="label_short:N"
        ),
    ]
