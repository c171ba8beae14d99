"""Previews as rows of pictures.

By convention the first preview of a run also holds what never changes: under "original" the truth, under other names
what the network is asked. Every preview holds, under the names that they share, what the network answers.
"""

from __future__ import annotations

import re

import numpy as np

from core.events import Preview

TRUTH = "original"


def rows(first: Preview, one: Preview, answers: frozenset[str]) -> list[tuple[str, np.ndarray]]:
    """What was asked, the answers of preview `one`, the truth: (name, uint8 array (n, height, width, channels))."""
    asked = [(name, array) for name, array in first.arrays.items() if name not in answers and name != TRUTH]
    truth = [(name, array) for name, array in first.arrays.items() if name == TRUTH]
    return [*asked, *((name, one.arrays[name]) for name in sorted(answers, key=_as_read)), *truth]


def answers(previews: tuple[Preview, ...]) -> frozenset[str]:
    """The names that all previews share; with a single one, all that is not the truth."""
    shared = frozenset.intersection(*(frozenset(p.arrays) for p in previews))
    return shared - {TRUTH}


def _as_read(name: str) -> list[tuple[int, str]]:
    """Sorts "8 numbers" before "16 numbers"."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", name)]
