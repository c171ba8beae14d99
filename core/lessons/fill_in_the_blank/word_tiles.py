"""A sentence as tiles, one a word: a click, Enter or Space hides a word or shows it again.

hidden = read("box", about)                     # what the browser chose, None where it has not
word_tiles("box", Hidden(about, places), tiles)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from core.ui.components.source import Component
from core.ui.held import Held

_COMPONENT = Component("word_tiles")
MOST = 64  # words of a sentence
_ABOUT = 16  # characters of the name of a sentence


@dataclass(frozen=True)
class Hidden:
    """Which words of a sentence are hidden. about: names the sentence, so that a choice in one is none in another. places: from 0,
    ascending."""

    about: str
    places: tuple[int, ...]


@dataclass(frozen=True)
class Tile:
    """One word. known: whether the model knows it. fill, chance: what it fills in, and how likely that is; "" for what is shown."""

    text: str
    known: bool
    fill: str = ""
    chance: str = ""


def read(key: str) -> Hidden | None:
    """What is hidden now; None where nobody has chosen yet."""
    return _held(key).read()


def put(key: str, hidden: Hidden) -> None:
    """Hide words for the browser. For a button's callback."""
    _held(key).put(hidden)


def clear(key: str) -> None:
    """Forget the choice; the browser follows."""
    _held(key).clear()


def word_tiles(key: str, hidden: Hidden, tiles: Sequence[Tile]) -> None:
    """Mount it with what is hidden."""
    data: dict[str, Any] = {"held": _held(key).settle(hidden), "words": [asdict(tile) for tile in tiles]}
    _COMPONENT(key=key, data=data, on_held_change=lambda: _held(key).read())


def _held(key: str) -> Held[Hidden]:
    return Held(key, _decode, _encode, about=lambda hidden: hidden.about)


def _encode(hidden: Hidden) -> dict[str, Any]:
    return {"about": hidden.about, "places": list(hidden.places)}


def _decode(raw: Any) -> Hidden | None:
    if not isinstance(raw, dict) or raw.keys() != {"about", "places"}:
        return None
    about, places = raw["about"], raw["places"]
    if not isinstance(about, str) or len(about) > _ABOUT:
        return None
    if not isinstance(places, list) or len(places) > MOST:
        return None
    if not all(type(place) is int and 0 <= place < MOST for place in places) or sorted(set(places)) != places:
        return None
    return Hidden(about, tuple(places))
