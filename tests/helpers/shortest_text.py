"""Own texts at the ends of what the form takes."""

from __future__ import annotations

import random

from core.data.read_text import LEAST_BYTES, LEAST_DIFFERENT, LEAST_WORDS, LONGEST

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


def widest_text(words: int) -> str:
    """So many different words, twice each and without a paragraph; among them the longest that a text keeps, and other scripts."""
    draw = random.Random(words)
    letters = ["abcdefghijklmnop", "абвгдежзийклмноп", "αβγδεζηθικλμνξοπ", "אבגדהוזחטיכלמנסע"]
    found = ["".join(letters[i % 4][int(digit, 16)] for digit in f"{i:05x}") for i in range(words - 40)]
    found += ["z" * (LONGEST + 1 - 50 + i) for i in range(40)]
    found *= 2
    draw.shuffle(found)
    return " ".join(word + "." * (i % 12 == 11) for i, word in enumerate(found))
