"""The sketch pad: a small picture that a person draws or draws over, with the network's answers beside it.

Drawn at the screen's resolution, reduced in the browser to the side x side pixels that the network gets. Messages come
while the pen moves and when it is lifted. A page inside a fragment runs like this::

    paper = Paper(np.zeros((28, 28, 1), np.uint8))             # blank; or a picture to scribble over
    sketch = read("digit", 28, 1)                              # what the browser sent, before anything is mounted
    tiles = answer(paper.base if sketch is None else sketch.pixels)  # so the answer belongs to the newest stroke
    sketch_pad(paper, Answer(tiles, result_id), key="digit")

A button that changes the drawing calls `fill("digit", pixels)` in its callback; the browser follows and can undo it. A
stroke on a drawing that Python has replaced meanwhile does not bring that drawing back.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from core.ui.components.source import Component
from core.ui.components.tiles import Answer, tile_data
from core.ui.held import Held

_COMPONENT = Component("sketch_pad")
MAX_SIDE = 64
PENS = {
    "white": "#FFFFFF",
    "gray": "#808080",
    "black": "#000000",
    "red": "#E64033",
    "yellow": "#F2D940",
    "green": "#33B359",
    "blue": "#4073F2",
    "violet": "#A659CC",
}
GRAY_PENS = ("white", "gray", "black")
COLOUR_PENS = tuple(PENS)


@dataclass(frozen=True, eq=False)
class Sketch:
    """A drawing: uint8 pixels of shape (side, side, channels), and whether they differ from the base picture."""

    pixels: np.ndarray
    touched: bool


@dataclass(frozen=True, eq=False)
class Paper:
    """What is drawn on.

    base:     uint8, (side, side) or (side, side, channels), side up to 64, 1 or 3 channels. The eraser and Clear lead
              back to it.
    revision: anything that, when it changes, makes the browser take over the base (the picture's name).
    pens:     names from `PENS`, the first one in hand; `GRAY_PENS` and `COLOUR_PENS` are all of them.
    size:     the largest edge of the canvas in CSS pixels. From 416 on, four pictures beside it are at least 180 wide
              where their titles take one line and have no notes.

    Raises ValueError where the base is no picture of a pad, or a pen is not one of its pens.
    """

    base: np.ndarray
    revision: str = ""
    pens: tuple[str, ...] = ("white",)
    title: str = "Draw"
    size: int = 416

    def __post_init__(self) -> None:
        object.__setattr__(self, "base", _checked(self.base, "base"))
        known = GRAY_PENS if self.base.shape[2] == 1 else COLOUR_PENS
        if not self.pens or len(set(self.pens)) < len(self.pens) or not set(self.pens) <= set(known):
            raise ValueError(f"pens must be some of {', '.join(known)}, each once, not {self.pens!r}")


@dataclass(frozen=True)
class _Drawing:
    """revision: of the picture that it is drawn on; None as long as nobody has named one."""

    revision: str | None
    pixels: bytes


def read(key: str, side: int, channels: int, revision: str | None = None) -> Sketch | None:
    """The newest drawing of pad `key`, before it is mounted; None where there is none of this size.

    revision: where given, a drawing that was made on another revision does not count.

    Any message of the browser that is not well formed, or was drawn before Python changed the picture or the drawing, is
    ignored. `touched` is True as long as no base is known.
    """
    drawing = _held(key, side, channels).read()
    if drawing is None or (revision is not None and drawing.revision not in (revision, None)):
        return None
    return _sketch(key, drawing, side, channels)


def fill(key: str, pixels: np.ndarray, revision: str | None = None) -> None:
    """Replace the drawing of pad `key` by uint8 pixels, (side, side) or (side, side, channels).

    The browser follows and can undo it. revision: names the picture that the drawing belongs to, where the page
    changes the picture at the same time.

    Raises ValueError where the pixels are not those of a pad.
    """
    pixels = _checked(pixels, "pixels")
    side, _, channels = pixels.shape
    held = _held(key, side, channels)
    now = held.read()
    if now is not None and revision not in (None, now.revision):
        st.session_state.pop(_slot(key), None)  # the base of another picture
    known_as = now.revision if now is not None and revision is None else revision
    held.settle(_Drawing(known_as, pixels.tobytes()))


def clear(key: str) -> None:
    """Take pad `key` back to its base, where there is one; the browser follows and can undo it."""
    base: np.ndarray | None = st.session_state.get(_slot(key))
    if base is not None:
        held = _held(key, base.shape[0], base.shape[2])
        if (now := held.read()) is not None:
            held.settle(_Drawing(now.revision, base.tobytes()))


def sketch_pad(
    paper: Paper,
    answer: Answer,
    *,
    key: str,
    drawing: np.ndarray | None = None,
    on_change: Callable[[], None] | None = None,
) -> Sketch:
    """Mount the pad and return the drawing.

    drawing:   what stands on the pad when it is first shown and at each new revision; the base where None. At all other
               times the newest drawing stays: `fill` changes it.
    on_change: called before the rerun that a message triggers; `read` already knows the message then.

    Raises ValueError where the drawing does not fit its base.
    """
    base = paper.base
    side, _, channels = base.shape
    start = base if drawing is None else _checked(drawing, "drawing")
    if start.shape != base.shape:
        raise ValueError(f"the drawing has shape {start.shape}, its base {base.shape}")
    held = _held(key, side, channels)
    now = held.read()
    old: np.ndarray | None = st.session_state.get(_slot(key))
    same_base = old is None or np.array_equal(old, base)
    kept = now is not None and now.revision in (paper.revision, None) and same_base
    st.session_state[_slot(key)] = base
    shown = _Drawing(paper.revision, now.pixels if kept else start.tobytes())

    def changed() -> None:
        held.read()
        if on_change is not None:
            on_change()

    _COMPONENT(
        key=key,
        data={
            "key": key,
            "held": held.settle(shown),
            "base": base64.b64encode(base.tobytes()).decode(),
            "tiles": [tile_data(tile) for tile in answer.tiles],
            "result_id": answer.result_id,
            "size": paper.size,
            "pens": [[name, PENS[name]] for name in paper.pens],
            "title": paper.title,
        },
        on_held_change=changed,
    )
    return _sketch(key, shown, side, channels)


def _held(key: str, side: int, channels: int) -> Held[_Drawing]:
    """Row-major pixels, the channels of a pixel side by side, as base64."""
    length = side * side * channels

    def decode(raw: Any) -> _Drawing | None:
        if not isinstance(raw, dict):
            return None
        text, revision, size = raw.get("pixels"), raw.get("revision"), (raw.get("side"), raw.get("channels"))
        if size != (side, channels) or not all(type(part) is int for part in size):
            return None
        if not (revision is None or (isinstance(revision, str) and len(revision) <= 1024)):
            return None
        if not isinstance(text, str) or len(text) != 4 * math.ceil(length / 3):
            return None
        try:
            pixels = base64.b64decode(text, validate=True)
        except ValueError:  # binascii.Error is one
            return None
        return _Drawing(revision, pixels) if len(pixels) == length else None

    def encode(drawing: _Drawing) -> dict[str, Any]:
        pixels = base64.b64encode(drawing.pixels).decode()
        return {"side": side, "channels": channels, "revision": drawing.revision, "pixels": pixels}

    return Held(key, decode, encode, about=lambda drawing: drawing.revision)


def _checked(pixels: np.ndarray, name: str) -> np.ndarray:
    """The pixels as a contiguous array (side, side, channels)."""
    image = pixels[..., None] if pixels.ndim == 2 else pixels
    if pixels.dtype != np.uint8 or image.ndim != 3 or image.shape[0] != image.shape[1] or image.shape[2] not in (1, 3):
        raise ValueError(
            f"{name}: expected uint8 (side, side) or (side, side, 1 or 3), got {pixels.dtype} {pixels.shape}"
        )
    if not 1 <= image.shape[0] <= MAX_SIDE:
        raise ValueError(f"{name}: the side must be from 1 to {MAX_SIDE}, not {image.shape[0]}")
    return np.ascontiguousarray(image)


def _sketch(key: str, drawing: _Drawing, side: int, channels: int) -> Sketch:
    pixels = np.frombuffer(drawing.pixels, np.uint8).reshape(side, side, channels).copy()
    base: np.ndarray | None = st.session_state.get(_slot(key))
    return Sketch(pixels, base is None or not np.array_equal(pixels, base))


def _slot(key: str) -> str:
    """Where a session keeps the base of a pad."""
    return f"{key}/base"
