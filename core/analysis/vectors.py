"""Computing with word vectors: sums of words, and the words that lie nearest to them.

All cosines are one matrix product, because the vectors are kept at unit length. Three ways to answer "b is to a as c
is to ?" (Levy and Goldberg 2014, "Linguistic regularities in sparse and explicit word representations"):

    3CosAdd        argmax cos(x, a - b + c)                          `cos_add`, of any weighted sum
    3CosMul        argmax cos(x, a) cos(x, c) / (cos(x, b) + eps)    `cos_mul`
    PairDirection  argmax cos(x - c, a - b)                          `pair_direction`
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

EPSILON = 1e-3  # of 3CosMul, as in the paper


class Near(NamedTuple):
    """A word and how well it fits, a cosine where nothing else is said."""

    word: str
    cosine: float


class WordVectors(nn.Module):
    """V words in order of frequency, each with a vector of D numbers, (V, D): an array, or a tensor on any device.

    unit: float32 (V, D), the vectors at length 1; norm: (V,), the lengths they had; both where the vectors were. A vector of
    zeros stays one. Raises ValueError where there is no word, or not one vector a word.
    """

    def __init__(self, words: Sequence[str], vectors: np.ndarray | Tensor):
        super().__init__()
        if len(words) != len(vectors) or not len(words):
            raise ValueError(f"{len(words)} words do not fit {len(vectors)} vectors")
        self.words = tuple(words)
        self.index = {word: i for i, word in enumerate(self.words)}
        if isinstance(vectors, np.ndarray):  # GloVe's file lies column by column
            vectors = torch.tensor(np.ascontiguousarray(vectors))
        given = vectors.detach().to(torch.float32)
        norm = given.norm(dim=1)
        self.register_buffer("unit", given / norm.clamp_min(1e-12)[:, None])
        self.register_buffer("norm", norm)

    def __contains__(self, word: object) -> bool:
        return word in self.index

    def __len__(self) -> int:
        return len(self.words)

    @property
    def dimension(self) -> int:
        return self.unit.shape[1]

    def rows(self, words: Iterable[str]) -> Tensor:
        """Indices (n,) of the words, on the device. Raises KeyError for a word that has no vector."""
        return torch.tensor([self.index[word] for word in words], dtype=torch.long, device=self.unit.device)

    def of(self, words: Iterable[str]) -> Tensor:
        """Unit vectors (n, D)."""
        return self.unit[self.rows(words)]


@torch.no_grad()
def weighted_sum(vectors: WordVectors, terms: Mapping[str, float]) -> Tensor:
    """The vector (D,) of an expression: unit vectors times their weights. Raises KeyError, ValueError for no terms."""
    if not terms:
        raise ValueError("an expression needs a word")
    weights = torch.tensor(list(terms.values()), dtype=torch.float32, device=vectors.unit.device)
    return weights @ vectors.of(terms)


@torch.no_grad()
def cosines(vectors: WordVectors, query: Tensor) -> Tensor:
    """Cosines (V,) of every word with `query` (D,); zeros where the query is zero."""
    return vectors.unit @ (query / query.norm().clamp_min(1e-12))


def cos_add(vectors: WordVectors, terms: Mapping[str, float]) -> Tensor:
    """Scores (V,) of 3CosAdd, for any expression: the cosine with the weighted sum."""
    return cosines(vectors, weighted_sum(vectors, terms))


@torch.no_grad()
def cos_mul(vectors: WordVectors, terms: Mapping[str, float]) -> Tensor:
    """Scores (V,) of 3CosMul: cosines, moved to 0..1, multiplied with their weights as powers.

    Negative terms divide (Levy and Goldberg 2014, equation 4).
    """
    if not terms:
        raise ValueError("an expression needs a word")
    shares = (1 + vectors.unit @ vectors.of(terms).T) / 2  # (V, terms)
    scores = torch.ones(len(vectors), device=shares.device)
    for share, weight in zip(shares.clamp_min_(0).unbind(1), terms.values(), strict=True):
        factor = share if weight > 0 else share + EPSILON
        factor = factor if abs(weight) == 1 else factor ** abs(weight)
        scores = scores * factor if weight > 0 else scores / factor
    return scores


@torch.no_grad()
def pair_direction(vectors: WordVectors, start: str, end: str, base: str) -> Tensor:
    """Scores (V,): cosine between the step base -> word and the step start -> end (Levy and Goldberg 2014, equation 2).

    The step from `base` to itself has no direction; its score is 0.
    """
    first, last, at = vectors.of([start, end, base])
    step = last - first
    step = step / step.norm().clamp_min(1e-12)
    lengths = (2 - 2 * (vectors.unit @ at)).clamp_min(0).sqrt()  # of word - base, both of length 1
    scores = (vectors.unit @ step - at @ step) / lengths.clamp_min(1e-3)
    scores[vectors.index[base]] = 0
    return scores


@torch.no_grad()
def best(vectors: WordVectors, scores: Tensor, count: int, without: Iterable[str] = ()) -> list[Near]:
    """The `count` words of highest score, highest first, without some; fewer where there are fewer words."""
    left_out = set(without)
    values, rows = scores.topk(min(count + len(left_out), len(vectors)))
    found = (Near(vectors.words[row], value) for value, row in zip(values.tolist(), rows.tolist(), strict=True))
    return [near for near in found if near.word not in left_out][:count]


def neighbours(vectors: WordVectors, word: str, count: int = 10) -> list[Near]:
    """The words of highest cosine with a word, in the space itself, without the word. Raises KeyError."""
    return best(vectors, vectors.unit @ vectors.of([word])[0], count, [word])


@torch.no_grad()
def rank(vectors: WordVectors, scores: Tensor, word: str, without: Iterable[str] = ()) -> int:
    """The place of a word in the order of the scores, 1 for the first, without some."""
    better = scores > scores[vectors.index[word]]
    better[vectors.rows({other for other in without if other in vectors})] = False
    return int(better.sum()) + 1
