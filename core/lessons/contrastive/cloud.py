"""What an embedding map shows while nothing but the choice changes: layouts, colourings and thumbnails of the same points."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np

from core.charts.theme import HUES
from core.ui.components.map_halves import MAX_CLASSES, MAX_POINTS, Packed, check_sheet, webp

MAX_LAYOUTS, MAX_COLOURINGS = 8, 6


@dataclass(frozen=True, eq=False)
class Layout:
    """One way in which the points lie: (N, 2) floats; y grows upwards. title: what the slider says."""

    name: str
    title: str
    points: np.ndarray

    @property
    def memo_key(self) -> tuple[str, str, np.ndarray]:
        return self.name, self.title, self.points


@dataclass(frozen=True, eq=False)
class Colouring:
    """A group for each point, uint8 (N,), and the names of the groups, at most 30."""

    name: str
    title: str
    groups: np.ndarray
    names: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Cloud:
    """What the map shows while nothing but the choice changes.

    layouts:    1 to 8, of the same N <= 10,000 points, aligned with each other; they share one frame.
    colourings: 1 to 6.
    thumbnails: uint8 sheet of one small picture a point, row by row, `columns` in a row.
    captions:   one text a point, or none.

    Raises ValueError where these do not fit together.
    """

    layouts: tuple[Layout, ...]
    colourings: tuple[Colouring, ...]
    thumbnails: np.ndarray | None = None
    columns: int = 0
    captions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= len(self.layouts) <= MAX_LAYOUTS or not 1 <= len(self.colourings) <= MAX_COLOURINGS:
            raise ValueError(f"allowed are 1 to {MAX_LAYOUTS} layouts and 1 to {MAX_COLOURINGS} colourings")
        n = len(self.layouts[0].points)
        for layout in self.layouts:
            if layout.points.shape != (n, 2) or not 1 <= n <= MAX_POINTS or not np.isfinite(layout.points).all():
                raise ValueError(f"layout {layout.name!r}: expected {n} finite points (N, 2), N from 1 to {MAX_POINTS}")
        for colouring in self.colourings:
            groups, names = colouring.groups, colouring.names
            if not 1 <= len(names) <= MAX_CLASSES:
                raise ValueError(
                    f"colouring {colouring.name!r}: 1 to {MAX_CLASSES} groups can be told apart, not {len(names)}"
                )
            if groups.shape != (n,) or groups.dtype != np.uint8 or groups.max() >= len(names):
                raise ValueError(f"colouring {colouring.name!r}: expected {n} uint8 groups below {len(names)}")
        for kind, parts in (("layouts", self.layouts), ("colourings", self.colourings)):
            if len({part.name for part in parts}) < len(parts):
                raise ValueError(f"two {kind} have the same name")
        if self.captions and len(self.captions) != n:
            raise ValueError(f"expected {n} captions or none, not {len(self.captions)}")
        if self.thumbnails is not None:
            check_sheet(self.thumbnails, n, self.columns)
        if not all(map(math.isfinite, self.frame)):
            raise ValueError("the points lie too far apart for a map: scale the layouts down")

    @property
    def count(self) -> int:
        return len(self.layouts[0].points)

    @functools.cached_property
    def frame(self) -> tuple[float, float, float]:
        """x and y of the middle, and half of the side, of the square that holds all layouts with some air."""
        every = np.concatenate([np.asarray(layout.points, np.float64) for layout in self.layouts])
        low, high = every.min(axis=0), every.max(axis=0)
        middle = low / 2 + high / 2
        with np.errstate(over="ignore"):  # refused above
            half = 0.53 * float((high - low).max()) or 1.0
        return float(middle[0]), float(middle[1]), half

    @functools.cached_property
    def _packed(self) -> Packed:
        """Depends on nothing but the fields."""
        x, y, half = self.frame
        parts: list[tuple[str, bytes]] = []
        for layout in self.layouts:
            shares = (np.asarray(layout.points, np.float64) - (x - half, y - half)) / (2 * half)
            parts.append(("layout", np.rint(65_535 * shares.clip(0, 1)).astype("<u2").tobytes()))
        parts += [("groups", np.ascontiguousarray(colouring.groups).tobytes()) for colouring in self.colourings]
        if self.thumbnails is not None:
            parts.append(("thumbnails", webp(self.thumbnails)))
        header = {
            "count": self.count,
            "frame": [x, y, half],
            "layouts": [[layout.name, layout.title] for layout in self.layouts],
            "colourings": [[c.name, c.title, list(c.names)] for c in self.colourings],
            "hues": HUES,
            "columns": self.columns,
            "captions": list(self.captions),
        }
        return Packed.of(header, parts)

    def message(self, link: str) -> bytes:
        """What the browser gets for the map of key `link`; the same bytes for the same fields."""
        return self._packed.message(link)
