"""A drawing in the link: it belongs to the picture that it was drawn on, and to no other."""

from __future__ import annotations

import hashlib

import numpy as np

from core.data.read_picture import pack, unpack
from core.ui import url


def digest(pixels: np.ndarray) -> str:
    """A few letters for these pixels, the same in every process."""
    return hashlib.blake2b(pixels.tobytes(), digest_size=6).hexdigest()


def linked(prefix: str, revision: str, side: int, channels: int) -> np.ndarray | None:
    """The drawing that the link carries for this picture, uint8 (side, side, channels), or None."""
    name, _, packed = (url.get(prefix, "drawn") or "").partition(".")
    return unpack(packed, side, channels) if packed and name == _name(revision) else None


def keep(prefix: str, revision: str, pixels: np.ndarray | None) -> None:
    """Put a drawing on this picture into the link; None takes it out."""
    url.put(prefix, "drawn", None if pixels is None else f"{_name(revision)}.{pack(pixels)}")


def _name(revision: str) -> str:
    return hashlib.blake2b(revision.encode(), digest_size=4).hexdigest()
