"""The patch painter: a picture whose patches are hidden by hand, with the network's answer beside it.

One message a gesture. A page inside a fragment runs like this::

    painted = read("mae", n) or Painted(first_mask, None)      # what the browser sent, before anything is mounted
    tiles = answer(painted.mask)                               # so the answer belongs to the newest stroke
    patch_painter(image, n, key="mae", mask=painted.mask, tiles=tiles, result_id=..., revision=...)

A button that fills the mask calls `fill("mae", n, cells)` in its callback; the browser takes it over and can undo it.

Streamlit drops a component's state on a page switch, and it sends the browser's last state along with every other
widget, however old that is. So the mask lives under a session key of its own, and each message carries a stamp by
which a new one is told from an old one.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from core.ui.components.tiles import Tile, png_uri, source, tile_data

_COMPONENT = st.components.v2.component("latent_lab_patch_painter", **source("patch_painter", "answer", "desk"))
MAX_TILES = 8


@dataclass(frozen=True)
class Painted:
    """What is hidden (sorted row-major patch indices) and which hidden patch is kept for its attention, if any."""

    mask: tuple[int, ...]
    pinned: int | None = None


@dataclass
class _Truth:
    """What a session holds for one painter."""

    n: int
    mask: tuple[int, ...]
    pinned: int | None = None
    fills: int = 0  # how often Python changed the mask: the part of the revision that the browser follows
    seen_mask: Any = None  # stamp of the newest message that is already in `mask`
    seen_pinned: Any = None


def clean_mask(raw: Any, n: int) -> tuple[int, ...] | None:
    """Patch indices of an n by n grid, sorted and without repeats; None where `raw` is anything else."""
    if not isinstance(raw, list | tuple | set | frozenset | range) or len(raw) > n * n:
        return None
    if not all(_is_index(i, n) for i in raw):
        return None
    return tuple(sorted({int(i) for i in raw}))


def read(key: str, n: int) -> Painted | None:
    """The mask of painter `key` as it is now, before it is mounted; None where nothing was painted on an n by n grid.

    Any message of the browser that is not well formed is ignored.
    """
    truth = _truth(key, n)
    message = st.session_state.get(key)
    if not hasattr(message, "get"):
        return truth and Painted(truth.mask, truth.pinned)

    cells, stamp = _unpack(message.get("mask"), "cells", n)
    mask = clean_mask(cells, n)
    if mask is not None and stamp is not None and stamp != (truth and truth.seen_mask):
        if truth is None:
            truth = st.session_state[_slot(key)] = _Truth(n, mask)
        truth.mask, truth.seen_mask = mask, stamp
        truth.pinned = truth.pinned if truth.pinned in mask else None
    index, stamp = _unpack(message.get("pinned"), "index", n)
    if truth is not None and stamp is not None and stamp != truth.seen_pinned:
        truth.seen_pinned = stamp
        if index is None or (_is_index(index, n) and index in truth.mask):
            truth.pinned = None if index is None else int(index)
    return truth and Painted(truth.mask, truth.pinned)


def fill(key: str, n: int, cells: Iterable[int]) -> None:
    """Set the mask of painter `key` from Python; the browser takes it over and can undo it.

    Raises ValueError where a cell is not a patch of an n by n grid.
    """
    read(key, n)
    _settle(key, n, cells, pinned=None)


def patch_painter(
    image: np.ndarray,
    n: int,
    *,
    key: str,
    mask: Sequence[int],
    tiles: Sequence[Tile] = (),
    attention: np.ndarray | None = None,
    result_id: str = "",
    size: int = 448,
    pinned: int | None = None,
    revision: str = "",
    title: str = "Paint what to hide",
    on_change: Callable[[], None] | None = None,
) -> Painted:
    """Mount the painter and return the mask and the kept patch.

    image:     uint8, (height, width) or (height, width, 3).
    n:         patches a side.
    mask:      hidden patches. Where it differs from what `read` says, the page changed it: the browser follows.
    tiles:     up to eight pictures; four stand beside the canvas at its height, the others below.
    attention: (n*n, n*n); row i holds where hidden patch i looked, as shares of its whole attention. It belongs to
               exactly this mask.
    result_id: names the tiles; the root element says `data-shown=<result_id>` once all of them are drawn.
    size:      the largest edge of the canvas in CSS pixels; half the width of the page's column makes both halves flush.
    pinned:    the hidden patch whose attention is kept on show; None leaves the browser's choice as it is.
    revision:  anything that, when it changes, makes the browser take over `mask` (the picture's name, for example).
    on_change: called before the rerun that a gesture triggers; `read` already knows the gesture then.

    Raises ValueError where the picture, the mask, the tiles or the attention do not fit together.
    """
    if len(tiles) > MAX_TILES:
        raise ValueError(f"at most {MAX_TILES} tiles fit, not {len(tiles)}")
    read(key, n)
    truth = _settle(key, n, mask, pinned)

    def changed() -> None:
        read(key, n)
        if on_change is not None:
            on_change()

    _COMPONENT(
        key=key,
        data={
            "n": n,
            "mask": list(truth.mask),
            "pinned": truth.pinned,
            "revision": f"{revision}#{truth.fills}",
            "image": png_uri(image),
            "tiles": [tile_data(tile) for tile in tiles],
            "attention": None if attention is None else _attention(attention, n, truth.mask),
            "result_id": result_id,
            "size": size,
            "title": title,
        },
        on_mask_change=changed,
        on_pinned_change=changed,
    )
    return Painted(truth.mask, truth.pinned)


def _attention(weights: np.ndarray, n: int, mask: tuple[int, ...]) -> dict[str, Any]:
    """One byte a weight, each row scaled by its largest weight on a *visible* patch: 3 kB for a 7 by 7 grid."""
    if weights.shape != (n * n, n * n):
        raise ValueError(f"expected attention of shape {(n * n, n * n)}, got {weights.shape}")
    visible = np.nan_to_num(np.asarray(weights, np.float64), nan=0.0, posinf=0.0, neginf=0.0).clip(min=0)
    visible[:, list(mask)] = 0
    largest = visible.max(axis=1, keepdims=True)
    quantised = np.rint(255 * np.divide(visible, largest, out=np.zeros_like(visible), where=largest > 0))
    return {
        "weights": base64.b64encode(quantised.astype(np.uint8).tobytes()).decode(),
        "scales": [float(f"{scale / 255:.4g}") for scale in largest[:, 0]],
    }


def _slot(key: str) -> str:
    return f"{key}/painter"


def _truth(key: str, n: int) -> _Truth | None:
    truth = st.session_state.get(_slot(key))
    # Not isinstance: a reloaded module has a class of its own, and what the session holds is still right.
    return truth if getattr(truth, "n", None) == n else None


def _settle(key: str, n: int, cells: Iterable[int], pinned: int | None) -> _Truth:
    """Make `cells` (and `pinned`, unless None) the truth; where that is news, the browser is told to take it over."""
    mask = clean_mask(list(cells), n)
    if mask is None:
        raise ValueError(f"the mask must hold patch indices from 0 to {n * n - 1}, each once")
    truth = _truth(key, n)
    if truth is None:
        truth = st.session_state[_slot(key)] = _Truth(n, mask)
    wanted = int(pinned) if _is_index(pinned, n) else truth.pinned
    wanted = wanted if wanted in mask else None
    if (mask, wanted) != (truth.mask, truth.pinned):
        truth.mask, truth.pinned = mask, wanted
        truth.fills += 1
    return truth


def _unpack(raw: Any, name: str, n: int) -> tuple[Any, Any]:
    """(value, stamp) of one message, (None, None) where there is none for an n by n grid.

    A bare value, as a test sets it, is its own stamp.
    """
    if raw is None:
        return None, None
    if hasattr(raw, "get"):
        stamp = raw.get("stamp")
        fits = isinstance(stamp, str) and len(stamp) <= 64 and raw.get("n") == n
        return (raw.get(name), stamp) if fits else (None, None)
    return raw, repr(raw)[:4096]


def _is_index(value: Any, n: int) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool) and 0 <= value < n * n
