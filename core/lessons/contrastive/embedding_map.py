"""The embedding map: thousands of pictures as points, to look at, to ask for neighbours, and to select from.

A `Cloud` holds what stays while a student explores: layouts (ages of a training, say), colourings, thumbnails. Make it once; a
page inside a fragment then runs like this::

    chosen = read("map", len(x))                       # what the browser sent, before anything is mounted
    near = neighbours(x, chosen.point) if chosen and chosen.point is not None else ()
    embedding_map(cloud, Shown(chosen.point, near, result_id=...), key="map")

Two components are mounted, see `map_halves`: the large one has the cloud, and its message never changes; the small one has
the answer. A page that mounts the large one outside its fragment with `mount_cloud` saves the hashing of its message in each
rerun. Changing layout, colouring, zoom and what is hovered over needs no round trip: points move from one layout to the
next in the browser.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from core.lessons.contrastive.cloud import Cloud
from core.ui.components.source import family
from core.ui.held import Held, is_number

_CLOUD, _ANSWER = family("embedding_map", "embedding_map_answer")
MAX_CORNERS = 256  # of a region
MAX_NEIGHBOURS = 64

Region = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Choice:
    """What a student chose: a point by its index, or a region by its corners in the layouts' units; the layout and the
    colouring on show by name ("" as long as nobody chose one)."""

    point: int | None = None
    region: Region = ()
    layout: str = ""
    colouring: str = ""


def read(key: str, count: int) -> Choice | None:
    """What was chosen on map `key` of `count` points, before it is mounted; None where nobody has touched it so far.

    A message of the browser that is not well formed, or older than another one, is ignored.
    """
    return _held(key, count).read()


def choose(key: str, point: int | None) -> None:
    """Choose a point from Python; for a button's callback. Raises ValueError where `point` is no index."""
    if point is not None and (isinstance(point, bool) or not isinstance(point, int) or point < 0):
        raise ValueError(f"a point is None or an index from 0 on, not {point!r}")
    held = _held(key, sys.maxsize)
    now = held.read() or Choice()
    held.put(Choice(point, (), now.layout, now.colouring))


def mount_cloud(cloud: Cloud, *, key: str) -> None:
    """Mount the cloud by itself, outside the fragment that calls `embedding_map(..., mounted=True)`.

    The whole map is drawn here; what is chosen on it comes with `embedding_map`.
    """
    with st.container(gap=None):  # the code has no height; a gap would show where it stands
        _mount(cloud, key)


@dataclass(frozen=True)
class Shown:
    """What the map shows of what was chosen.

    chosen, neighbours: the point with the ring, and at most 64 points to which lines are drawn.
    mark: x, y and a word for a place of the last layout where no point lies: of a new picture.
    result_id: names the answer; the root element says `data-shown=<result_id>` once it is drawn.
    size: the largest edge of the canvas in CSS pixels.
    layout, colouring: names of what it begins with; the last layout and the first colouring where None. Afterwards the
    browser's own choice stands.
    """

    chosen: int | None = None
    neighbours: Sequence[int] = ()
    mark: tuple[float, float, str] | None = None
    result_id: str = ""
    title: str = ""
    size: int = 640
    layout: str | None = None
    colouring: str | None = None


def embedding_map(
    cloud: Cloud, shown: Shown, *, key: str, mounted: bool = False, on_change: Callable[[], None] | None = None
) -> Choice:
    """Mount the map; returns what is chosen on it.

    mounted: whether the page has called `mount_cloud` with this cloud and key itself.
    on_change: called before the rerun that a choice triggers; `read` already knows the choice then.

    Raises ValueError where a point is not one of the cloud's.
    """
    points = [*shown.neighbours, *(() if shown.chosen is None else (shown.chosen,))]
    if len(shown.neighbours) > MAX_NEIGHBOURS or not all(0 <= point < cloud.count for point in points):
        raise ValueError(f"chosen point and at most {MAX_NEIGHBOURS} neighbours must be from 0 to {cloud.count - 1}")
    held, mark = _held(key, cloud.count), shown.mark
    now = held.read()
    choice = now or Choice(shown.chosen)

    def changed() -> None:
        held.read()
        if on_change is not None:
            on_change()

    with st.container(gap=None):
        if not mounted:
            _mount(cloud, key)
        _ANSWER(
            key=key,
            data={
                "link": key,
                "held": _UNTOUCHED if now is None else held.settle(now),
                "layout": choice.layout or shown.layout or cloud.layouts[-1].name,
                "colouring": choice.colouring or shown.colouring or cloud.colourings[0].name,
                "chosen": shown.chosen,
                "neighbours": [int(point) for point in shown.neighbours],
                "mark": None if mark is None else [float(mark[0]), float(mark[1]), str(mark[2])],
                "result_id": shown.result_id,
                "title": shown.title,
                "size": shown.size,
            },
            on_held_change=changed,
        )
    return choice


def inside(points: np.ndarray, polygon: Sequence[tuple[float, float]]) -> np.ndarray:
    """Which points (N, 2) lie inside a polygon, bool (N,): a ray to the right crosses its edges an odd number of times."""
    x, y = np.asarray(points, np.float64).T
    found = np.zeros(len(x), bool)
    corners = np.asarray(polygon, np.float64).reshape(-1, 2)
    for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if y0 == y1:
            continue
        crosses = (y0 > y) != (y1 > y)
        found ^= crosses & (x < (x1 - x0) * (y - y0) / (y1 - y0) + x0)
    return found


def _mount(cloud: Cloud, key: str) -> None:
    _CLOUD(key=f"{key}/cloud", data=cloud.message(key))


def _held(key: str, count: int) -> Held[Choice]:
    def decode(raw: Any) -> Choice | None:
        if not isinstance(raw, dict):
            return None
        point, region = raw.get("point"), _region(raw.get("region"))
        if region is None or not (point is None or (type(point) is int and 0 <= point < count)):
            return None
        names = raw.get("layout"), raw.get("colouring")
        if not all(isinstance(name, str) and len(name) <= 64 for name in names):
            return None
        return Choice(point, region, *names)

    return Held(key, decode, _encode)


def _encode(choice: Choice) -> dict[str, Any]:
    return vars(choice) | {"region": [list(corner) for corner in choice.region]}


_UNTOUCHED = {"value": _encode(Choice()), "puts": 0, "stamp": ""}  # nothing is held: `read` still gives None


def _region(corners: Any) -> Region | None:
    """The corners of a browser's region; None for anything that is not one."""
    if not isinstance(corners, list | tuple) or len(corners) > MAX_CORNERS:
        return None
    region = []
    for corner in corners:
        if not isinstance(corner, list | tuple) or len(corner) != 2 or not all(map(is_number, corner)):
            return None
        region.append((float(corner[0]), float(corner[1])))
    return tuple(region)
