"""All units of a layer as tiles, one of which is chosen: a click, or the arrow keys.

unit = read("box", count)                       # what the browser chose, None where it has not
unit_grid("box", tiles, unit, ...)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.ui.components.source import Component
from core.ui.components.tiles import png_uri
from core.ui.held import Held

_COMPONENT = Component("unit_grid")
MOST = 64


@dataclass(frozen=True, eq=False)
class Tiles:
    """pictures: uint8 (units, side, side, C). names: of each unit, for a screen reader and a tip. faint: units that are dead. about: which
    layer of which network, so that a choice in one is none in another."""

    pictures: np.ndarray
    names: Sequence[str]
    faint: Sequence[int]
    about: str


def read(key: str) -> int | None:
    """The chosen unit; None where nothing was chosen yet."""
    return _held(key).read()


def put(key: str, unit: int) -> None:
    """Choose for the browser. For a button's callback."""
    _held(key).put(unit)


def clear(key: str) -> None:
    """Forget the choice; the browser follows."""
    _held(key).clear()


def unit_grid(key: str, tiles: Tiles, unit: int) -> None:
    """Mount it with the unit that is chosen."""
    data: dict[str, Any] = {
        "held": _held(key).settle(unit),
        "uri": png_uri(_strip(tiles.pictures)),
        "names": list(tiles.names),
        "faint": list(tiles.faint),
        "about": tiles.about,
    }
    _COMPONENT(key=key, data=data, on_held_change=lambda: _held(key).read())


def _strip(pictures: np.ndarray) -> np.ndarray:
    """The tiles one above the other: uint8 (units * side, side) or (units * side, side, 3)."""
    column = pictures.reshape(-1, *pictures.shape[2:])
    return column.squeeze(2) if column.shape[2] == 1 else column


def _held(key: str) -> Held[int]:
    return Held(key, _decode, int)


def _decode(raw: Any) -> int | None:
    return raw if type(raw) is int and 0 <= raw < MOST else None
