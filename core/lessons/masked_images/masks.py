"""Masks as text for the address."""

from __future__ import annotations

from collections.abc import Iterable


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


def pin(text: str | None, n: int) -> int | None:
    """A patch index from a URL, or None."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 5 and int(text) < n * n else None
