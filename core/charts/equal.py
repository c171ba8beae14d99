"""A plane whose units are as long upwards as sideways, or nearly so, whatever the shape of the chart."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Plane:
    """Two axes of equal units: the largest that fit between the margins, with the data in the middle.

    wide, tall: what the plot spans, in the data's units, or names of parameters of the chart; centre: of the data; top: pixels kept free above, a number or a
    Vega expression; side: pixels on each side; stretch: how many times longer a unit may be on one axis than on the
    other, to fill the plot. Whatever it is, what is parallel stays parallel.
    """

    wide: float | str
    tall: float | str
    centre: tuple[float, float]
    top: float | str
    side: float = 0.0
    stretch: float = 1.0

    @classmethod
    def around(
        cls, xs: Sequence[float], ys: Sequence[float], top: float | str, side: float = 0.0, stretch: float = 1.0
    ) -> Plane:
        """The plane that holds all points, with some air."""
        (wide, x), (tall, y) = (((1.08 * (max(v) - min(v))) or 1.0, (max(v) + min(v)) / 2) for v in (xs, ys))
        return cls(wide, tall, (x, y), top, side, stretch)

    @classmethod
    def to_fill(cls, top: float | str, side: float = 0.0, stretch: float = 1.0) -> Plane:
        """The plane of a chart whose data come later: `filled` moves them to its centre and says how far they span."""
        return cls("plane_wide", "plane_tall", (0.0, 0.0), top, side, stretch)

    def filled(self, template: dict[str, Any], data: dict[str, pd.DataFrame]) -> dict[str, Any]:
        """A spec that was made with `to_fill`, with this plane's spans and the named data, moved to the middle."""
        sets = {}
        for name, frame in data.items():
            moved = {
                c: frame[c].astype(float) - self.centre["xy".index(c[0])] for c in ("x", "y", "x2", "y2") if c in frame
            }
            sets[name] = json.loads(frame.assign(**moved).to_json(orient="records", double_precision=6))
        spans = [{"name": "plane_wide", "value": self.wide}, {"name": "plane_tall", "value": self.tall}]
        sets = template.get("datasets", {}) | sets
        return template | {"params": spans, "datasets": sets, "usermeta": {"centre": list(self.centre)}}

    def axes(self) -> tuple[alt.X, alt.Y]:
        """The channels of columns x and y, without drawn axes."""
        axes: list[Any] = []
        for channel, centre, span, middle, unit, sign in (
            (alt.X, self.centre[0], self.wide, "width / 2", self._units()[0], 1),
            (alt.Y, self.centre[1], self.tall, f"(height + {self.top}) / 2", self._units()[1], -1),
        ):
            half = 1.0 if isinstance(span, str) else span / 2
            ends = [alt.ExprRef(f"{middle} + {end * sign} * {half} * {unit}") for end in (-1, 1)]
            name = "x" if channel is alt.X else "y"
            scale = alt.Scale(domain=[centre - half, centre + half], nice=False, zero=False, range=ends)
            axes.append(channel(f"{name}:Q", title=None, axis=None, scale=scale))
        return axes[0], axes[1]

    @property
    def ratio(self) -> str:
        """A Vega expression: the length of a unit upwards, in units sideways."""
        return "1" if self.stretch == 1 else "({1} / {0})".format(*self._units())

    def _units(self) -> tuple[str, str]:
        """Vega expressions: the pixels of a unit on each axis."""
        across = f"(width - {2 * self.side})" if self.side else "width"
        x, y = f"{across} / {self.wide}", f"(height - {self.top}) / {self.tall}"
        if self.stretch == 1:
            return f"min({x}, {y})", f"min({x}, {y})"
        return f"min({x}, {self.stretch} * {y})", f"min({self.stretch} * {x}, {y})"

    def pixels(
        self, xs: np.ndarray, ys: np.ndarray, width: float, height: float, top: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """Where `axes` puts points in a plot of this size; `top` as a number. y grows downwards."""
        x, y = (width - 2 * self.side) / self.wide, (height - top) / self.tall
        x, y = min(x, self.stretch * y), min(self.stretch * x, y)
        return width / 2 + (xs - self.centre[0]) * x, (height + top) / 2 - (ys - self.centre[1]) * y

    def segments(self, lines: pd.DataFrame, width: float, height: float, top: float) -> np.ndarray:
        """Where `axes` puts lines from (x, y) to (x2, y2): (n, 4) pixels x, y, x2, y2."""
        ends = ((lines[f"x{end}"].to_numpy(float), lines[f"y{end}"].to_numpy(float)) for end in ("", "2"))
        return np.stack([column for end in ends for column in self.pixels(*end, width, height, top)], axis=1)


def other(channel: Any, column: str) -> Any:
    """The same axis for another column."""
    copied = channel.copy()
    copied.shorthand = f"{column}:Q"
    return copied


def headings(arrows: pd.DataFrame) -> pd.DataFrame:
    """Arrows from (x, y) to (x2, y2) with where they go: `angle` in degrees clockwise from upwards, and `length`."""
    dx, dy = arrows["x2"] - arrows["x"], arrows["y2"] - arrows["y"]
    return arrows.assign(
        angle=[math.degrees(math.atan2(a, b)) for a, b in zip(dx, dy, strict=True)],
        length=[math.hypot(a, b) for a, b in zip(dx, dy, strict=True)],
    )
