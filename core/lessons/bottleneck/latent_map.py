"""The latent map: a plane of 2-D codes with a cross-hair, and what the decoder makes of the place under it.

A `Plane` holds what stays while a student plays: points, classes, the decoder's grid. Make it once (st.cache_resource);
a page inside a fragment then runs like this::

    place = read("vae", plane.extent) or Place(0.0, 0.0)       # what the browser sent, before anything is mounted
    tiles = [Tile("decoded here", decode(place))]              # so the answer belongs to the newest place
    latent_map(plane, Shown(place, tiles, result_id=f"{place.x:g},{place.y:g}"), key="vae")

A slider of the page calls `go("vae", x, y)` in its callback; the browser follows.

Two components are mounted, see `map_halves`: the large one has the plane, and its message never changes; the small one has
the answer. Streamlit hashes the large message in each rerun all the same (5 ms for 10,000 thumbnails): a page that mounts
it outside its fragment with `mount_plane` saves that too.
"""

from __future__ import annotations

import base64
import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import streamlit as st

from core.charts.theme import HUES
from core.ui.components.map_halves import MAX_CLASSES, MAX_POINTS, Packed, check_sheet, webp
from core.ui.components.source import family
from core.ui.components.tiles import Tile, png_uri, tile_data
from core.ui.held import Held

_PLANE, _ANSWER = family("latent_map", "latent_map_answer")
MAX_TILES = 3
_OUTSIDE = 255  # stands for the class of a point that the frame does not show

Extent = tuple[float, float, float, float]


class Place(NamedTuple):
    """A place in the plane, in the plane's units; y grows upwards."""

    x: float
    y: float


@dataclass(frozen=True, eq=False)
class Plane:
    """What a latent map shows while nothing but the cross-hair moves.

    extent:     (x0, x1, y0, y1), what the square canvas spans, in the plane's units.
    points:     (N, 2) codes, at most 10,000. Those outside the extent are not drawn; the map says how many.
    groups:     (N,) uint8, the class of each point.
    names:      the classes, at most 30.
    background: uint8 (H, W) or (H, W, 3), a picture that spans the whole extent; its first row lies at y1.
    thumbnails: uint8 sheet of one small picture a point, row by row, `columns` in a row.

    Raises ValueError where these do not fit together.
    """

    extent: Extent
    points: np.ndarray | None = None
    groups: np.ndarray | None = None
    names: tuple[str, ...] = ()
    background: np.ndarray | None = None
    thumbnails: np.ndarray | None = None
    columns: int = 0
    x_title: str = ""
    y_title: str = ""

    def __post_init__(self) -> None:
        x0, x1, y0, y1 = self.extent
        if not (all(map(math.isfinite, self.extent)) and x0 < x1 and y0 < y1):
            raise ValueError(f"expected a finite extent (x0, x1, y0, y1) with x0 < x1 and y0 < y1, got {self.extent}")
        n = 0 if self.points is None else len(self.points)
        if n and (self.points.shape != (n, 2) or n > MAX_POINTS or not np.isfinite(self.points).all()):
            raise ValueError(f"expected at most {MAX_POINTS} finite points of shape (N, 2), got {self.points.shape}")
        if len(self.names) > MAX_CLASSES:
            raise ValueError(f"at most {MAX_CLASSES} classes can be told apart, not {len(self.names)}")
        if n:
            groups = self.groups
            if groups is None or groups.shape != (n,) or groups.dtype != np.uint8 or groups.max() >= len(self.names):
                raise ValueError(f"expected {n} uint8 groups below {len(self.names)}, the number of names")
        if self.thumbnails is not None:
            check_sheet(self.thumbnails, n, self.columns)

    @functools.cached_property
    def _packed(self) -> Packed:
        """Depends on nothing but the fields."""
        parts: list[tuple[str, bytes]] = []
        outside = 0
        if self.points is not None and len(self.points):
            x0, x1, y0, y1 = self.extent
            shares = (np.asarray(self.points, np.float64) - (x0, y0)) / (x1 - x0, y1 - y0)
            inside = ((shares >= 0) & (shares <= 1)).all(axis=1)
            outside = int((~inside).sum())
            groups = np.where(inside, self.groups, _OUTSIDE).astype(np.uint8)
            parts.append(("points", np.rint(65_535 * shares.clip(0, 1)).astype("<u2").tobytes()))
            parts.append(("groups", groups.tobytes()))
        if self.background is not None:
            parts.append(("background", base64.b64decode(png_uri(self.background).partition(",")[2])))
        if self.thumbnails is not None:
            parts.append(("thumbnails", webp(self.thumbnails)))
        header = {
            "extent": [float(edge) for edge in self.extent],
            "names": list(self.names),
            "hues": HUES,
            "columns": self.columns,
            "outside": outside,
            "titles": [self.x_title, self.y_title],
        }
        return Packed.of(header, parts)

    def message(self, link: str) -> bytes:
        """What the browser gets for the map of key `link`; the same bytes for the same fields."""
        return self._packed.message(link)


def read(key: str, extent: Extent) -> Place | None:
    """The place of the cross-hair of map `key`, before it is mounted; None where it has none so far.

    It lies inside `extent`. Any message of the browser that is not well formed, or older than another one, is ignored.
    """
    place = _held(key).read()
    return None if place is None else _clamped(place, extent)


def go(key: str, x: float, y: float) -> None:
    """Move the cross-hair of map `key` from Python; the browser follows with the next rerun.

    A message that was under way meanwhile does not move it back. Raises ValueError where a coordinate is not finite.
    """
    _held(key).settle(_finite(x, y))


def mount_plane(plane: Plane, *, key: str) -> None:
    """Mount the plane by itself, outside the fragment that calls `latent_map(..., mounted=True)`.

    The whole map is drawn here; its pictures and the cross-hair come with `latent_map`.
    """
    with st.container(gap=None):  # the code has no height; a gap would show where it stands
        _mount(plane, key)


@dataclass(frozen=True, eq=False)
class Shown:
    """What the map shows of the code in hand.

    at:        where the cross-hair stands; None leaves it where it is. What lies outside the plane is put on its edge.
    tiles:     at most three pictures: the first one large beside the canvas, the others below it.
    marks:     (x, y, label) of places that are named on the map, "A" and "B" for example.
    result_id: names the tiles; the root element says `data-shown=<result_id>` once all of them are drawn.
    size:      the largest edge of the canvas in CSS pixels.

    Raises ValueError for more than three tiles.
    """

    at: Place | None = None
    tiles: Sequence[Tile] = ()
    marks: Sequence[tuple[float, float, str]] = ()
    result_id: str = ""
    title: str = "Move the cross-hair"
    size: int = 520

    def __post_init__(self) -> None:
        if len(self.tiles) > MAX_TILES:
            raise ValueError(f"at most {MAX_TILES} tiles fit, not {len(self.tiles)}")


def latent_map(
    plane: Plane, shown: Shown, *, key: str, mounted: bool = False, on_change: Callable[[], None] | None = None
) -> Place:
    """Mount the map and return the place of the cross-hair.

    mounted:   whether the page has called `mount_plane` with this plane and key itself.
    on_change: called before the rerun that a gesture triggers; `read` already knows the new place then.

    Raises ValueError where the place or a mark is not finite.
    """
    x0, x1, y0, y1 = plane.extent
    held = _held(key)
    place = _clamped(shown.at or held.read() or Place((x0 + x1) / 2, (y0 + y1) / 2), plane.extent)

    def changed() -> None:
        held.read()
        if on_change is not None:
            on_change()

    with st.container(gap=None):  # the answer has no height; a gap would show where it stands
        if not mounted:
            _mount(plane, key)
        _ANSWER(
            key=key,
            data={
                "link": key,
                "held": held.settle(place),
                "tiles": [tile_data(tile) for tile in shown.tiles],
                "marks": [[*_clamped(_finite(x, y), plane.extent), str(label)] for x, y, label in shown.marks],
                "result_id": shown.result_id,
                "title": shown.title,
                "size": shown.size,
            },
            on_held_change=changed,
        )
    return place


def _mount(plane: Plane, key: str) -> None:
    _PLANE(key=f"{key}/plane", data=plane.message(key))


def _held(key: str) -> Held[Place]:
    def decode(raw: Any) -> Place | None:
        if not isinstance(raw, dict):
            return None
        x, y = _number(raw.get("x")), _number(raw.get("y"))
        return None if x is None or y is None else Place(x, y)

    return Held(key, decode, encode=lambda place: {"x": place.x, "y": place.y})


def _clamped(place: Place, extent: Extent) -> Place:
    x0, x1, y0, y1 = extent
    x, y = _finite(*place)
    return Place(min(max(x, x0), x1), min(max(y, y0), y1))


def _finite(x: Any, y: Any) -> Place:
    checked = _number(x), _number(y)
    if checked[0] is None or checked[1] is None:
        raise ValueError(f"a place needs two finite numbers, got {(x, y)}")
    return Place(*checked)


def _number(value: Any) -> float | None:
    """A finite float, or None where `value` is anything else."""
    if not isinstance(value, int | float | np.integer | np.floating) or isinstance(value, bool):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:  # an integer beyond the floats
        return None
