"""Similarities of words with each other, as squares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd

from core.charts import labels
from core.charts.theme import DARK, Look, styled

_NAME = 12  # characters of a word beside the squares


def matrix(frame: pd.DataFrame, look: Look, height: int | None = None) -> alt.TopLevelMixin:
    """Similarities of words with each other, as squares; at most about 20 words.

    frame: a (row), b (column), value; every pair once, rows and columns in the order given. Colours are centred at zero.
    Where the squares are large enough they hold their number, and else negative ones hold a dash.
    """
    rows, cols = frame["a"].drop_duplicates().tolist(), frame["b"].drop_duplicates().tolist()
    grid = _Grid.of(rows, cols, look)
    most = max(frame["value"].abs().max(), 1e-9)
    height = height or round(grid.above + grid.below + min(max(grid.n, 3) * 2.7 * look.size, 28 * look.size))
    cells = _numbered(frame, most, look).assign(
        row=[rows.index(a) for a in frame["a"]],
        col=[cols.index(b) for b in frame["b"]],
        minus=["−" if v < 0 else "" for v in frame["value"]],
    )
    parts = [*_squares(cells, most, grid), *_names(rows, cols, grid), *_key(frame["value"].min(), most, grid)]
    return styled(alt.layer(*parts).properties(height=height), look)


@dataclass(frozen=True)
class _Grid:
    """n rows and m columns of squares; left, above: pixels that the names take. What depends on the plot's size is a Vega expression."""

    n: int
    m: int
    left: float
    above: float
    look: Look

    @classmethod
    def of(cls, rows: list[str], cols: list[str], look: Look) -> _Grid:
        """The grid beside these names."""
        left, above = (
            (max(labels.text_width(labels.short(w, _NAME), look.size) for w in words) + 12) for words in (rows, cols)
        )
        return cls(len(rows), len(cols), left, above, look)

    @property
    def below(self) -> float:
        """Pixels for the key."""
        return 2.2 * self.look.size

    @property
    def start(self) -> str:
        """Where the first column begins."""
        return f"{self.left:.0f}"

    @property
    def cell(self) -> str:
        """The side of a square."""
        return f"min((width - {self.left:.0f}) / {self.m}, (height - {self.above + self.below:.0f}) / {self.n})"

    @property
    def fits(self) -> str:
        """Whether a square has room for its number."""
        return f"{self.cell} >= {2.35 * self.look.size}"

    def across(self, share: str) -> Any:
        """A place in a column, "0" at its left and "1" at its right."""
        return _at(f"{self.start} + (datum.col + {share}) * {self.cell}")

    def down(self, share: str) -> Any:
        """A place in a row, "0" at its top and "1" at its bottom."""
        return _at(f"{self.above:.0f} + (datum.row + {share}) * {self.cell}")


def _at(expression: str) -> Any:
    return alt.value(alt.ExprRef(expression))


def _numbered(rows: pd.DataFrame, most: float, look: Look) -> pd.DataFrame:
    """The rows with their number as text, and whether their colour is strong: from there on the other ink has the better contrast."""
    turn = 0.6 if look.dark else 0.78
    return rows.assign(number=[labels.number(v) for v in rows["value"]], strong=rows["value"].abs() > turn * most)


def _hue(most: float, look: Look) -> alt.Color:
    """Orange, the ground, blue: told apart by the colour-blind, and what is equally far from zero is equally strong."""
    hues = ["#D9822B", "#262C33", "#5BB0E6"] if look.dark else ["#B85C00", "#F4F1EA", "#0B66A0"]
    return alt.Color("value:Q", legend=None, scale=alt.Scale(domain=[-most, 0, most], range=hues, interpolate="rgb"))


def _figures(look: Look) -> dict[str, Any]:
    """How numbers on a colour look."""
    on_strong = DARK.ground if look.dark else "#FFFFFF"
    ink = alt.ExprRef(f"datum.strong ? '{on_strong}' : '{look.ink}'")
    return {"align": "center", "baseline": "middle", "fontSize": look.size, "color": ink}


def _squares(cells: pd.DataFrame, most: float, grid: _Grid) -> list[alt.Chart]:
    """The squares with their numbers, or dashes where these do not fit."""
    base = alt.Chart(cells)
    tips = [alt.Tooltip("a:N", title="row"), alt.Tooltip("b:N", title="column"), alt.Tooltip("value:Q", format=".3f")]
    squares = base.mark_rect(stroke=None).encode(
        x=grid.across("0.03"), x2=grid.across("0.97"), y=grid.down("0.03"), y2=grid.down("0.97"),
        color=_hue(most, grid.look), tooltip=tips,
    )  # fmt: skip
    inside = base.encode(x=grid.across("0.5"), y=grid.down("0.5")).mark_text(**_figures(grid.look))
    return [
        squares,
        inside.encode(text="number:N", opacity=_at(f"{grid.fits} ? 1 : 0")),
        inside.encode(text="minus:N", opacity=_at(f"{grid.fits} ? 0 : 1")),
    ]


def _names(rows: list[str], cols: list[str], grid: _Grid) -> list[alt.Chart]:
    """The words of the rows and of the columns; where the squares are smaller than the type, some in between have no name."""
    look = grid.look
    down = alt.Chart(pd.DataFrame({"word": [labels.short(w, _NAME) for w in rows], "row": range(len(rows))}))
    over = alt.Chart(pd.DataFrame({"word": [labels.short(w, _NAME) for w in cols], "col": range(len(cols))}))
    every = f"ceil({0.95 * look.size} / ({grid.cell}))"
    text = {"baseline": "middle", "color": look.ink, "fontSize": look.size}
    beside = down.mark_text(**labels.hidden(f"datum.row % {every}"), align="right", **text)
    upright = over.mark_text(**labels.hidden(f"datum.col % {every}"), align="left", angle=270, **text)
    return [
        beside.encode(x=_at(f"{grid.start} - 8"), y=grid.down("0.5"), text="word:N"),
        upright.encode(x=grid.across("0.5"), y=alt.value(grid.above - 8), text="word:N"),
    ]


def _key(least: float, most: float, grid: _Grid) -> list[alt.Chart]:
    """Where the squares hold no numbers, a key of numbers below them. least: the lowest value; most: the end of the colours."""
    look = grid.look
    steps = [s * most for s in (-1, -0.5, 0, 0.5, 1) if s >= 0 or s * most > 1.5 * least - 0.25 * most]
    swatch = 3.2 * look.size
    under = f"{grid.above:.0f} + {grid.n} * {grid.cell} + {0.6 * look.size}"
    begin = f"max(0, min({grid.start}, width - {len(steps) * swatch}))"
    rows = _numbered(pd.DataFrame({"value": steps, "place": range(len(steps))}), most, look)
    key = alt.Chart(rows).encode(opacity=_at(f"{grid.fits} ? 0 : 1"))

    def across(share: float) -> Any:
        return _at(f"{begin} + (datum.place + {share}) * {swatch}")

    def down(pixels: float) -> Any:
        return _at(f"{under} + {pixels}")

    colours = key.mark_rect().encode(x=across(0), x2=across(1), y=down(0), y2=down(1.5 * look.size))
    return [
        colours.encode(color=_hue(most, look)),
        key.mark_text(**_figures(look)).encode(x=across(0.5), y=down(0.75 * look.size), text="number:N"),
    ]
