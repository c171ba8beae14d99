"""The patch painter: a picture whose patches are hidden by hand, with the network's answer beside it.

One message a gesture. A page inside a fragment runs like this::

    painted = read("mae", n) or Painted(first_mask)            # what the browser sent, before anything is mounted
    tiles = answer(painted.mask)                               # so the answer belongs to the newest stroke
    patch_painter(Board(image, n), painted, Answer(tiles, result_id), key="mae")

A button that fills the mask calls `fill("mae", n, cells)` in its callback; the browser takes it over and can undo it. A
stroke that is under way meanwhile is repeated on top.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.ui.components.source import Component
from core.ui.components.tiles import Answer, png_uri, tile_data
from core.ui.held import Held

_COMPONENT = Component("patch_painter")


@dataclass(frozen=True)
class Painted:
    """What is hidden (sorted row-major patch indices) and which hidden patch is kept for its attention, if any."""

    mask: tuple[int, ...]
    pinned: int | None = None


@dataclass(frozen=True, eq=False)
class Board:
    """What is painted on.

    image: uint8, (height, width) or (height, width, 3).
    n:     patches a side.
    size:  the largest edge of the canvas in CSS pixels; half the width of the page's column makes both halves flush.
    few:   whether the tool bar has paint, erase, undo and clear alone.
    """

    image: np.ndarray
    n: int
    size: int = 448
    title: str = "Paint what to hide"
    few: bool = False


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
    return _held(key, n).read()


def fill(key: str, n: int, cells: Iterable[int]) -> None:
    """Set the mask of painter `key` from Python; the browser takes it over and can undo it. A kept patch stays if hidden.

    Raises ValueError where a cell is not a patch of an n by n grid.
    """
    held = _held(key, n)
    now = held.read()
    held.settle(_checked(cells, n, None if now is None else now.pinned))


def patch_painter(
    board: Board,
    painted: Painted,
    answer: Answer,
    *,
    key: str,
    attention: np.ndarray | None = None,
    on_change: Callable[[], None] | None = None,
) -> Painted:
    """Mount the painter and return the mask and the kept patch.

    painted:   what is hidden. Where it differs from what `read` says, the page changed it: the browser follows.
    attention: (n*n, n*n); row i holds where hidden patch i looked, as shares of its whole attention. It belongs to
               exactly this mask.
    on_change: called before the rerun that a gesture triggers; `read` already knows the gesture then.

    Raises ValueError where the picture, the mask or the attention do not fit together.
    """
    n = board.n
    painted = _checked(painted.mask, n, painted.pinned)
    held = _held(key, n)

    def changed() -> None:
        held.read()
        if on_change is not None:
            on_change()

    _COMPONENT(
        key=key,
        data={
            "held": held.settle(painted),
            "image": png_uri(board.image),
            "tiles": [tile_data(tile) for tile in answer.tiles],
            "attention": None if attention is None else _attention(attention, n, painted.mask),
            "result_id": answer.result_id,
            "size": board.size,
            "title": board.title,
            "few": board.few,
        },
        on_held_change=changed,
    )
    return painted


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


def _checked(cells: Iterable[int], n: int, pinned: int | None) -> Painted:
    mask = clean_mask(list(cells), n)
    if mask is None:
        raise ValueError(f"the mask must hold patch indices from 0 to {n * n - 1}, each once")
    return Painted(mask, int(pinned) if _is_index(pinned, n) and pinned in mask else None)


def _held(key: str, n: int) -> Held[Painted]:
    def decode(raw: Any) -> Painted | None:
        if not isinstance(raw, dict) or type(raw.get("n")) is not int or raw["n"] != n:
            return None
        mask, pinned = clean_mask(raw.get("cells"), n), raw.get("pinned")
        if mask is None or not (pinned is None or _is_index(pinned, n)):
            return None
        return Painted(mask, pinned if pinned in mask else None)

    def encode(painted: Painted) -> dict[str, Any]:
        return {"n": n, "cells": list(painted.mask), "pinned": painted.pinned}

    return Held(key, decode, encode)


def _is_index(value: Any, n: int) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool) and 0 <= value < n * n
