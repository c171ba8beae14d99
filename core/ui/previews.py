"""Previews as rows of pictures.

By convention the first preview of a run also holds what never changes: under "original" the truth, under other names
what the network is asked. Every preview holds, under the names that they share, what the network answers.
"""

from __future__ import annotations

import numpy as np

from core.events import Preview

TRUTH = "original"


def rows(first: Preview, one: Preview, answers: frozenset[str]) -> list[np.ndarray]:
    """What was asked, the answer of preview `one`, the truth: uint8 arrays (n, height, width, channels)."""
    asked = [array for name, array in first.arrays.items() if name not in answers and name != TRUTH]
    truth = [array for name, array in first.arrays.items() if name == TRUTH]
    return [*asked, *(one.arrays[name] for name in sorted(answers)), *truth]


def answers(previews: tuple[Preview, ...]) -> frozenset[str]:
    """The names that all previews share; with a single one, all that is not the truth."""
    shared = frozenset.intersection(*(frozenset(p.arrays) for p in previews))
    return shared - {TRUTH}
