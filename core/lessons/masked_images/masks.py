"""Masks as text for the address."""

from __future__ import annotations

import re
from collections.abc import Iterable

_A_MASK = re.compile(r"[1-9][0-9]?x[0-9a-f]{1,999}", re.ASCII)


def to_text(mask: Iterable[int], n: int) -> str:
    """A mask of an n x n grid as "7x1f3...": the side, then one bit a patch in hexadecimal, patch 0 lowest."""
    return f"{n}x{sum(1 << i for i in mask):x}"


def from_text(text: str | None, n: int) -> tuple[int, ...] | None:
    """The inverse of `to_text`; None where the text is no mask of an n x n grid."""
    side, cross, digits = (text or "").partition("x")
    if not cross or side != str(n) or not digits or len(digits) > n * n // 4 + 1:
        return None
    try:
        bits = int(digits, 16)
    except ValueError:
        return None
    if bits < 0 or bits >> (n * n):
        return None
    return tuple(i for i in range(n * n) if bits >> i & 1)


def broken(text: str | None, n: int) -> bool:
    """Whether a text that is there is a mask neither of this grid nor, as far as one can see, of another one."""
    if not text or from_text(text, n) is not None:
        return False
    return text.startswith(f"{n}x") or not _A_MASK.fullmatch(text)


def pin(text: str | None, n: int) -> int | None:
    """A patch index from a URL, or None."""
    return int(text) if text and is_pin(text) and int(text) < n * n else None


def is_pin(text: str) -> bool:
    """Whether this is an index of a grid of some size."""
    return text.isascii() and text.isdigit() and len(text) < 5
