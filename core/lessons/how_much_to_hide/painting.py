"""The mask of the spectrogram: what the painter, the buttons and the cards make of it."""

from __future__ import annotations

from core.experiments.spectrogram_mae import N
from core.lessons.how_much_to_hide import painter
from core.lessons.how_much_to_hide.links import MASK, PAINTER, PREFIX
from core.nn.masks import hide
from core.rng import generator
from core.ui import notes


def first_mask() -> tuple[int, ...]:
    """The mask that the act opens with: three quarters hidden at random."""
    return _drawn("random", 0.75, 0)


def mask() -> tuple[int, ...]:
    """The hidden patches as they were painted, or as the link has them; they are written into the link."""
    found = painter.read(PAINTER)
    if found is None:
        found = from_text(MASK.raw())
        if MASK.raw() and found is None:
            notes.add(PREFIX, "The mask of the link is damaged; patches are hidden at random instead.")
        found = first_mask() if found is None else found
    MASK.put(None if found == first_mask() else to_text(found))
    return found


def draw(how: str) -> None:
    """Hide half of the time, the upper half, or three quarters at random. For a button's callback."""
    cells = {
        "later": [i for i in range(N * N) if i % N >= N // 2],
        "high": [i for i in range(N * N) if i // N < N // 2],
        "gaps": [i for i in range(N * N) if i % N % 2],
        "random": _drawn("random", 0.75, sum(mask()) % 997),
    }[how]
    painter.fill(PAINTER, cells)


def _drawn(sampling: str, share: float, seed: int) -> tuple[int, ...]:
    return tuple(hide(sampling, share, 1, N, generator(seed, "page spectrogram"))[0].nonzero().flatten().tolist())


def to_text(cells: tuple[int, ...]) -> str:
    """A mask as "8x1f3...": one bit a patch in hexadecimal, patch 0 lowest."""
    return f"{N}x{sum(1 << i for i in cells):x}"


def from_text(text: str | None) -> tuple[int, ...] | None:
    """The inverse of `to_text`; None where the text is no mask."""
    side, cross, digits = (text or "").partition("x")
    if side != str(N) or not cross or not 0 < len(digits) <= N * N // 4 or not digits.isalnum() or not digits.isascii():
        return None
    try:
        bits = int(digits, 16)
    except ValueError:
        return None
    return tuple(i for i in range(N * N) if bits >> i & 1)


def reset() -> None:
    """Back to the mask that the act opens with."""
    painter.fill(PAINTER, first_mask())
