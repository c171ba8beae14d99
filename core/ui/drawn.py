"""A drawing in the link: it belongs to the picture that it was drawn on, and to no other."""

from __future__ import annotations

import hashlib
import re

import numpy as np

from core.data.read_picture import pack, unpack
from core.ui.links import Free, Table


def digest(pixels: np.ndarray) -> str:
    """A few letters for these pixels, the same in every process."""
    return hashlib.blake2b(pixels.tobytes(), digest_size=6).hexdigest()


def declare(table: Table) -> Free:
    """Declare the drawing in the lesson's table."""
    return table.free("drawn", "Your drawing", "the picture it was drawn on, and packed pixels")


def linked(link: Free, revision: str, side: int, channels: int) -> np.ndarray | None:
    """The drawing that the link carries for this picture, uint8 (side, side, channels), or None; a damaged one is said."""
    name, _, packed = (raw := link.raw() or "").partition(".")
    mine = name == _name(revision)  # else it may belong to the picture that was here before
    found = unpack(packed, side, channels) if mine and packed else None
    if found is None and raw and (mine or not re.fullmatch("[0-9a-f]{8}", name)):
        link.refused("none")
    return found


def keep(link: Free, revision: str, pixels: np.ndarray | None) -> None:
    """Put a drawing on this picture into the link; None takes it out."""
    link.put(None if pixels is None else f"{_name(revision)}.{pack(pixels)}")


def _name(revision: str) -> str:
    return hashlib.blake2b(revision.encode(), digest_size=4).hexdigest()
