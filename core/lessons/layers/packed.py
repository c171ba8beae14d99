"""A person's own points and edits as short texts, for the address. The twin of assets/components/layer_maps/packed.js."""

from __future__ import annotations

import re
from collections.abc import Iterable

MOST_POINTS = 400
MOST_EDITS = 20
REACH = 3.2  # of a coordinate
_CELLS = 1295  # two digits in base 36
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_POINTS = re.compile(rf"([0-9a-z]{{4}}[0-3]){{0,{MOST_POINTS}}}", re.ASCII)
_EDIT = r"[0-9]{1,5}:[0-9]:[0-9]{1,2}:-?[0-9]{1,2}(\.[0-9]{1,3})?"
_EDITS = re.compile(rf"({_EDIT}(_{_EDIT}){{0,{MOST_EDITS - 1}}})?", re.ASCII)


def are_points(text: object) -> bool:
    """Whether this is a text of at most 400 points."""
    return isinstance(text, str) and _POINTS.fullmatch(text) is not None


def are_edits(text: object) -> bool:
    """Whether this is a text of at most 20 edits."""
    return isinstance(text, str) and _EDITS.fullmatch(text) is not None


def pack(points: Iterable[tuple[float, float, int]]) -> str:
    """Points (x, y, class from 0 to 3) as a text; what lies out of reach is moved to the edge.

    Raises ValueError for another class or more than 400 points.
    """
    points = list(points)
    if len(points) > MOST_POINTS or any(group not in (0, 1, 2, 3) for *_, group in points):
        raise ValueError(f"{len(points)} points, classes {sorted({group for *_, group in points})}")
    return "".join(f"{_two(x)}{_two(y)}{group}" for x, y, group in points)


def unpack(text: str) -> list[tuple[float, float, int]]:
    """The points of such a text."""
    parts = [text[i : i + 5] for i in range(0, len(text), 5)]
    return [(_coordinate(one[:2]), _coordinate(one[2:4]), int(one[4])) for one in parts]


def _two(x: float) -> str:
    cell = round((min(REACH, max(-REACH, x)) + REACH) / (2 * REACH) * _CELLS)
    return _DIGITS[cell // 36] + _DIGITS[cell % 36]


def _coordinate(text: str) -> float:
    return int(text, 36) / _CELLS * 2 * REACH - REACH
