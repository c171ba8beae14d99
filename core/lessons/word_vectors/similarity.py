"""Do the vectors find alike what people find alike? Ranks of cosines against ranks of people's judgements.

Spearman's rank correlation, because a cosine of 0.8 and a judgement of 8 share an order at best, not a scale
(Finkelstein et al. 2002, "Placing search in context"; Hill, Reichart, Korhonen 2015, "SimLex-999").
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch

from core.analysis.vectors import WordVectors


class Compared(NamedTuple):
    """A pair of words; ranks count from 1 for the least alike, equal values share the mean of their ranks."""

    first: str
    second: str
    judged: float
    cosine: float
    judged_rank: float
    cosine_rank: float


@dataclass(frozen=True)
class SimilarityResult:
    """Spearman's correlation, from -1 to 1; None where fewer than two pairs are known or all values are equal.

    compared: the pairs whose words are both known, in the order given; skipped: how many were not.
    """

    spearman: float | None
    compared: tuple[Compared, ...]
    skipped: int


@torch.no_grad()
def agreement(
    vectors: WordVectors, rows: Iterable[tuple[str, str, float]], vocabulary: int | None = None
) -> SimilarityResult:
    """Cosines of the pairs (word, word, judgement) whose words are among the first `vocabulary` (None: all of them).

    Equals gensim's KeyedVectors.evaluate_word_pairs on the same rows.
    """
    rows = list(rows)
    size = len(vectors) if vocabulary is None else vocabulary
    known = [row for row in rows if all(vectors.index.get(word, size) < size for word in row[:2])]
    if not known:
        return SimilarityResult(None, (), len(rows))
    first, second, judged = zip(*known, strict=True)
    cosines = (vectors.of(first).cpu().double() * vectors.of(second).cpu().double()).sum(dim=1).tolist()
    by_people, by_vectors = average_ranks(judged), average_ranks(cosines)
    compared = zip(first, second, judged, cosines, by_people.tolist(), by_vectors.tolist(), strict=True)
    return SimilarityResult(
        correlation(by_people, by_vectors), tuple(Compared(*row) for row in compared), len(rows) - len(known)
    )


def spearman(x: Sequence[float], y: Sequence[float]) -> float | None:
    """Spearman's rank correlation of two lists of N numbers; None where it is not defined (see SimilarityResult)."""
    return correlation(average_ranks(x), average_ranks(y))


def average_ranks(values: Sequence[float]) -> np.ndarray:
    """Ranks (N,) from 1 for the smallest; equal values share the mean of the ranks that they take together."""
    _, which, counts = np.unique(np.asarray(values, dtype=float), return_inverse=True, return_counts=True)
    last = counts.cumsum()  # the highest rank of each distinct value
    return (last - (counts - 1) / 2)[which]


def correlation(x: np.ndarray, y: np.ndarray) -> float | None:
    """Pearson's correlation of x and y, both (N,); None for N < 2 or where one of them is constant."""
    if len(x) < 2:
        return None
    x, y = x - x.mean(), y - y.mean()
    length = np.sqrt((x @ x) * (y @ y))
    return float(x @ y / length) if length > 0 else None
