"""The shortest own text that the form takes."""

from __future__ import annotations

import random

from core.data.read_text import LEAST_BYTES, LEAST_DIFFERENT, LEAST_WORDS

DIFFERENT = [
    a + b
    for a in ("ka", "mo", "ri", "su", "te")
    for b in ("ban", "dor", "fin", "gul", "hes", "jat", "kem", "lop", "nim", "pox")
]


def shortest_text(passages: int) -> str:
    """So few words, of so few kinds, that one less would be refused, in this many paragraphs."""
    draw = random.Random(passages)
    each = LEAST_WORDS // passages
    text = "\n\n".join(" ".join(draw.choice(DIFFERENT) for _ in range(each)) + "." for _ in range(passages))
    assert len(DIFFERENT) == LEAST_DIFFERENT and LEAST_BYTES <= len(text.encode()) < 1.5 * LEAST_BYTES
    return text
