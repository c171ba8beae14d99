"""The sketch pad: a small picture that a person draws or draws over, with the network's answers beside it.

Drawn at the screen's resolution, reduced in the browser to the side x side pixels that the network gets. Messages come
while the pen moves and when it is lifted. A page inside a fragment runs like this::

    base = np.zeros((28, 28, 1), np.uint8)                     # blank; or a picture to scribble over
    sketch = read("digit", 28, 1)                              # what the browser sent, before anything is mounted
    tiles = answer(base if sketch is None else sketch.pixels)  # so the answer belongs to the newest stroke
    sketch_pad(key="digit", base=base, tiles=tiles, result_id=...)

A button that changes the drawing calls `fill("digit", pixels)` in its callback; the browser follows and can undo it.

Streamlit drops a component's state on a page switch, and it sends the browser's last state along with every other
widget, however old that is. So the drawing lives under a session key of its own, and each message carries a stamp that
counts up, by which a new one is told from an old one, and says which revision and fill it was drawn on: a stroke on a
drawing that Python has replaced meanwhile does not bring that drawing back.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from core.lessons.masked_images.patch_painter import MAX_TILES
from core.ui.components.stamps import is_newer, is_stamp
from core.ui.components.tiles import Tile, source, tile_data

_COMPONENT = st.components.v2.component("latent_lab_sketch_pad", **source("sketch_pad", "answer", "desk"))
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


@dataclass
class _Truth:
    """What a session holds for one pad."""

    side: int
    channels: int
    pixels: bytes  # row-major, the channels of a pixel side by side
    base: bytes | None = None  # None until the pad is mounted
    revision: str | None = None  # the page's, None where nobody has named one yet
    fills: int = 0  # how often Python changed the drawing: the browser follows where this is new
    stamp: str = ""  # of the newest message that is already in `pixels`


@dataclass(frozen=True)
class _Message:
    pixels: bytes
    revision: str
    fills: int
    stamp: str


def read(key: str, side: int, channels: int, revision: str | None = None) -> Sketch | None:
    """The newest drawing of pad `key`, before it is mounted; None where there is none of this size.

    revision: where given, a drawing that was made on another revision does not count.

    Any message of the browser that is not well formed, is older than one that was read before, or was drawn before
    Python changed the picture or the drawing is ignored. `touched` is True as long as no base is known.
    """
    truth = _truth(key, side, channels)
    state = st.session_state.get(key)
    message = _unpack(state.get("drawing"), side, channels) if hasattr(state, "get") else None
    if message is not None and truth is None:  # the server forgot the session, the browser did not
        truth = st.session_state[_slot(key)] = _Truth(
            side, channels, message.pixels, None, message.revision, message.fills, message.stamp
        )
    elif message is not None and _is_newer(message, truth):
        truth.pixels, truth.stamp = message.pixels, message.stamp
    if truth is None or (revision is not None and truth.revision not in (revision, None)):
        return None
    return _sketch(truth)


def fill(key: str, pixels: np.ndarray, revision: str | None = None) -> None:
    """Replace the drawing of pad `key` by uint8 pixels, (side, side) or (side, side, channels).

    The browser follows and can undo it. revision: names the picture that the drawing belongs to, where the page
    changes the picture at the same time.

    Raises ValueError where the pixels are not those of a pad.
    """
    pixels = _checked(pixels, "pixels")
    side, _, channels = pixels.shape
    read(key, side, channels)
    raw = pixels.tobytes()
    truth = _truth(key, side, channels)
    if truth is None:
        st.session_state[_slot(key)] = _Truth(side, channels, raw, revision=revision, fills=1)
        return
    if revision not in (None, truth.revision):
        truth.revision, truth.base = revision, None
    if raw != truth.pixels:
        truth.pixels = raw
        truth.fills += 1


def clear(key: str) -> None:
    """Take pad `key` back to its base, where there is one; the browser follows and can undo it."""
    truth = st.session_state.get(_slot(key))
    if truth is None or truth.base is None:
        return
    read(key, truth.side, truth.channels)
    if truth.pixels != truth.base:
        truth.pixels = truth.base
        truth.fills += 1


def sketch_pad(
    *,
    key: str,
    base: np.ndarray,
    drawing: np.ndarray | None = None,
    tiles: Sequence[Tile] = (),
    result_id: str = "",
    size: int = 416,
    revision: str = "",
    pens: Sequence[str] = ("white",),
    title: str = "Draw",
    on_change: Callable[[], None] | None = None,
) -> Sketch:
    """Mount the pad and return the drawing.

    base:      uint8, (side, side) or (side, side, channels), side up to 64, 1 or 3 channels. The eraser and Clear
               lead back to it.
    drawing:   what stands on the pad when it is first shown and at each new revision; the base where None. At all other
               times the newest drawing stays: `fill` changes it.
    tiles:     up to eight pictures; four stand beside the canvas at its height, the others below.
    result_id: names the tiles; the root element says `data-shown=<result_id>` once all of them are drawn.
    size:      the largest edge of the canvas in CSS pixels. From 416 on, four pictures beside it are at least
               180 wide where their titles take one line and have no notes.
    revision:  anything that, when it changes, makes the browser take over `base` and `drawing` (the picture's name).
    pens:      names from `PENS`, the first one in hand; `GRAY_PENS` and `COLOUR_PENS` are all of them.
    on_change: called before the rerun that a message triggers; `read` already knows the message then.

    Raises ValueError where the pictures, the pens or the tiles do not fit.
    """
    base = _checked(base, "base")
    side, _, channels = base.shape
    start = base if drawing is None else _checked(drawing, "drawing")
    if start.shape != base.shape:
        raise ValueError(f"the drawing has shape {start.shape}, its base {base.shape}")
    if len(tiles) > MAX_TILES:
        raise ValueError(f"at most {MAX_TILES} tiles fit, not {len(tiles)}")
    known = GRAY_PENS if channels == 1 else COLOUR_PENS
    if not pens or len(set(pens)) < len(pens) or not set(pens) <= set(known):
        raise ValueError(f"pens must be some of {', '.join(known)}, each once, not {pens!r}")
    read(key, side, channels)
    truth = _settle(key, base, start, revision)

    def changed() -> None:
        read(key, side, channels)
        if on_change is not None:
            on_change()

    _COMPONENT(
        key=key,
        data={
            "key": key,
            "side": side,
            "channels": channels,
            "base": base64.b64encode(truth.base or b"").decode(),
            "drawing": base64.b64encode(truth.pixels).decode(),
            "revision": revision,
            "fills": truth.fills,
            "stamp": truth.stamp,
            "tiles": [tile_data(tile) for tile in tiles],
            "result_id": result_id,
            "size": size,
            "pens": [[name, PENS[name]] for name in pens],
            "title": title,
        },
        on_drawing_change=changed,
    )
    return _sketch(truth)


def _settle(key: str, base: np.ndarray, start: np.ndarray, revision: str) -> _Truth:
    """The truth under this base and revision: the drawing stays unless either is new."""
    side, _, channels = base.shape
    raw = base.tobytes()
    truth = _truth(key, side, channels)
    if truth is None:
        truth = st.session_state[_slot(key)] = _Truth(side, channels, start.tobytes(), raw, revision)
    elif truth.revision not in (revision, None) or truth.base not in (raw, None):
        truth.pixels = start.tobytes()
        truth.fills += 1
    truth.base, truth.revision = raw, revision
    return truth


def _unpack(raw: Any, side: int, channels: int) -> _Message | None:
    """A message of the browser, or None where it is not one of a pad of this size."""
    if not hasattr(raw, "get") or (raw.get("side"), raw.get("channels")) != (side, channels):
        return None
    text, revision, fills, stamp = (raw.get(name) for name in ("pixels", "revision", "fills", "stamp"))
    if not (isinstance(text, str) and isinstance(revision, str) and type(fills) is int):
        return None
    length = side * side * channels
    if len(text) != 4 * math.ceil(length / 3) or len(revision) > 1024 or not 0 <= fills < 10**9 or not is_stamp(stamp):
        return None
    try:
        pixels = base64.b64decode(text, validate=True)
    except ValueError:  # binascii.Error is one
        return None
    return _Message(pixels, revision, fills, stamp) if len(pixels) == length else None


def _is_newer(message: _Message, truth: _Truth) -> bool:
    """Whether a message was drawn on what Python shows, after the message that was read last."""
    if (message.revision, message.fills) != (truth.revision, truth.fills):
        return False
    return is_newer(message.stamp, truth.stamp)


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


def _sketch(truth: _Truth) -> Sketch:
    pixels = np.frombuffer(truth.pixels, np.uint8).reshape(truth.side, truth.side, truth.channels).copy()
    return Sketch(pixels, truth.pixels != truth.base)


def _slot(key: str) -> str:
    return f"{key}/sketch"


def _truth(key: str, side: int, channels: int) -> _Truth | None:
    truth = st.session_state.get(_slot(key))
    # Not isinstance: a reloaded module has a class of its own, and what the session holds is still right.
    return truth if (getattr(truth, "side", None), getattr(truth, "channels", None)) == (side, channels) else None
