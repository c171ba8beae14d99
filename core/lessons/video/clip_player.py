"""The component of the stage: a clip, what the network sees of it, and the clip filled in, which play in step; the mask is painted by hand.

state = read("player") or State(about, hidden)     # what the browser sent, before anything is mounted
clip_player("player", state, Shown(...))
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.experiments.video_mae import CUBES, PLACES, SLOTS
from core.ui.components.source import Component
from core.ui.components.tiles import png_uri
from core.ui.held import Held

_COMPONENT = Component("clip_player")
_HEX = re.compile(rf"[0-9a-f]{{{CUBES // 4}}}", re.ASCII)
_ABOUT = 64  # characters of the name of clip and mask


@dataclass(frozen=True)
class State:
    """about: names the clip and the mask that was drawn for it. hidden: four cubes a hexadecimal digit, the first one lowest."""

    about: str
    hidden: str


@dataclass(frozen=True, eq=False)
class Shown:
    """What the browser shows. original, filled: uint8 (T, side, side, C); about: the clip in words; note: the error in words; name: of all of it."""

    original: np.ndarray
    filled: np.ndarray
    about: str
    note: str
    name: str


def spell(hidden: np.ndarray) -> str:
    """A mask bool (CUBES,) as text."""
    digits = hidden.reshape(-1, 4) @ np.array([1, 2, 4, 8])
    return "".join(f"{digit:x}" for digit in digits)


def parse(text: str) -> np.ndarray | None:
    """The inverse of `spell`; None where the text is no mask."""
    if not _HEX.fullmatch(text):
        return None
    digits = np.array([int(digit, 16) for digit in text])
    return (digits[:, None] >> np.arange(4) & 1).astype(bool).reshape(-1)


def read(key: str) -> State | None:
    """The state of component `key`, before it is mounted; None where there is nothing yet."""
    return _held(key).read()


def put(key: str, state: State) -> None:
    """Replace the state of component `key`; the browser follows with the next rerun."""
    _held(key).put(state)


def clear(key: str) -> None:
    """Forget the state of component `key`."""
    _held(key).clear()


def clip_player(key: str, state: State, shown: Shown) -> None:
    """Mount the component. state: what `read` returned; anything else replaces what the browser shows."""
    held = _held(key)
    _COMPONENT(
        key=key,
        data={
            "held": held.settle(state),
            "original": png_uri(_sheet(shown.original)),
            "filled": png_uri(_sheet(shown.filled)),
            "frames": len(shown.original),
            "side": shown.original.shape[1],
            "slots": SLOTS,
            "places": PLACES,
            "about": shown.about,
            "note": shown.note,
            "result_id": shown.name,
        },
        on_held_change=lambda: held.read(),
    )


def _sheet(frames: np.ndarray) -> np.ndarray:
    """Frames (T, side, side, C) side by side: (side, T*side) where C is 1, else (side, T*side, 3)."""
    sheet = frames.transpose(1, 0, 2, 3).reshape(frames.shape[1], -1, frames.shape[3])
    return np.ascontiguousarray(sheet[..., 0] if frames.shape[3] == 1 else sheet)


def _held(key: str) -> Held[State]:
    return Held(key, _decode, _encode, about=lambda state: state.about)


def _encode(state: State) -> dict[str, Any]:
    return {"about": state.about, "hidden": state.hidden}


def _decode(raw: Any) -> State | None:
    """What a message says; None where it is not one of this component."""
    if not isinstance(raw, Mapping) or raw.keys() != {"about", "hidden"}:
        return None
    about, hidden = raw["about"], raw["hidden"]
    if not isinstance(about, str) or len(about) > _ABOUT or not isinstance(hidden, str) or not _HEX.fullmatch(hidden):
        return None
    return State(about, hidden)
