"""The patch painter for a spectrogram: the component of *Masked images*, with a message of this lesson's own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from core.experiments.spectrogram_mae import N
from core.ui.components.source import Component
from core.ui.components.tiles import Tile, png_uri, tile_data
from core.ui.held import Held

_COMPONENT = Component("patch_painter")
_FIELDS = {"n", "cells", "pinned"}


def read(key: str) -> tuple[int, ...] | None:
    """The hidden patches of painter `key` as they are now; None where nothing was painted yet."""
    return _held(key).read()


def fill(key: str, cells: Iterable[int]) -> None:
    """Set the hidden patches from Python; the browser follows and can undo it."""
    _held(key).settle(tuple(sorted(cells)))


def painter(key: str, image: np.ndarray, mask: tuple[int, ...], tiles: Sequence[Tile], name: str) -> None:
    """Mount it. image: uint8 (BANDS, FRAMES, 3). mask: hidden patches, sorted. name: of the tiles, which answer this mask."""
    held = _held(key)
    _COMPONENT(
        key=key,
        data={
            "held": held.settle(mask),
            "image": png_uri(image),
            "tiles": [tile_data(tile) for tile in tiles],
            "attention": None,
            "result_id": name,
            "size": 384,
            "title": "Paint what to hide",
            "few": False,
        },
        on_held_change=lambda: held.read(),
    )


def _held(key: str) -> Held[tuple[int, ...]]:
    def decode(raw: Any) -> tuple[int, ...] | None:
        if not isinstance(raw, dict) or raw.keys() != _FIELDS or type(raw["n"]) is not int or raw["n"] != N:
            return None
        cells, pinned = raw["cells"], raw["pinned"]
        if not isinstance(cells, list) or len(cells) > N * N or not all(map(_is_patch, cells)):
            return None
        if pinned is not None and not _is_patch(pinned):
            return None
        return tuple(sorted(set(cells)))

    return Held(key, decode, lambda mask: {"n": N, "cells": list(mask), "pinned": None})


def _is_patch(value: Any) -> bool:
    return type(value) is int and 0 <= value < N * N
