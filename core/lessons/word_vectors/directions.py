"""Directions in a space of words: are the arrows of a relation parallel, and where do words lie along them?

All of it is done with unit vectors, as the cosines are, in float64.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from core.analysis.pca import pca
from core.analysis.vectors import WordVectors

TINY = 1e-6  # lengths below it are rounding: the vectors were float32


def _split(vectors: WordVectors, words: Iterable[str]) -> tuple[list[str], tuple[str, ...]]:
    """The words that have a vector, and those that have none; each once, in the order given."""
    words = list(dict.fromkeys(words))
    return [word for word in words if word in vectors], tuple(word for word in words if word not in vectors)


def _points(vectors: WordVectors, words: Iterable[str]) -> Tensor:
    """Unit vectors (n, D), float64 on the CPU."""
    return vectors.of(words).to("cpu", torch.float64)


def _unit(x: Tensor) -> Tensor:
    """x (..., D) at length 1; what has no length stays zero."""
    length = x.norm(dim=-1, keepdim=True)
    return torch.where(length > TINY, x / length.clamp_min(TINY), torch.zeros_like(x))


# Are the arrows of a relation parallel? ----------------------------------------------------------------------------


class Arrow(NamedTuple):
    """A pair of words, and the cosine of its step b - a with the mean step of all the other pairs."""

    first: str
    second: str
    with_others: float


@dataclass(frozen=True)
class Parallel:
    """How parallel the steps b - a of a relation's pairs are.

    mean:        mean cosine between the steps of two pairs; 1 where all are parallel.
    random_mean: the same for pairs with the second words shuffled; random_low, random_high: least and most of the
                 draws. It is above 0 where all first words are of one kind and all second words of another.
    arrows:      the pairs whose words are known, in the order given; skipped: the others.
    """

    mean: float
    random_mean: float
    random_low: float
    random_high: float
    arrows: tuple[Arrow, ...]
    skipped: tuple[tuple[str, str], ...]


@torch.no_grad()
def parallel(vectors: WordVectors, pairs: Iterable[tuple[str, str]], draws: int = 20, seed: int = 0) -> Parallel:
    """Mean cosine between the steps of a relation, against `draws` shuffles of it in which no pair stays together.

    The offset concentration of Fournier, Dupoux, Dunbar 2020, "Analogies minus analogy test: measuring regularities
    in word embeddings", with their shuffled pairs as the baseline. A pair without a step (the same word twice) has
    cosine 0 with every other. Raises ValueError where fewer than two pairs are known, or draws is below 1.
    """
    pairs = list(dict.fromkeys((first, second) for first, second in pairs))
    known = [pair for pair in pairs if pair[0] in vectors and pair[1] in vectors]
    if len(known) < 2 or draws < 1:
        raise ValueError(f"Whether arrows are parallel takes two pairs of known words; here are {len(known)}.")
    first, second = (_points(vectors, words) for words in zip(*known, strict=True))
    random = np.random.default_rng(seed)
    shuffled = [_mean_cosine(_unit(second[_derangement(len(known), random)] - first)) for _ in range(draws)]
    steps = second - first
    others = _unit(steps.sum(dim=0) - steps)
    with_others = (_unit(steps) * others).sum(dim=1).tolist()
    return Parallel(
        mean=_mean_cosine(_unit(steps)),
        random_mean=float(np.mean(shuffled)),
        random_low=min(shuffled),
        random_high=max(shuffled),
        arrows=tuple(Arrow(*pair, cosine) for pair, cosine in zip(known, with_others, strict=True)),
        skipped=tuple(pair for pair in pairs if pair not in set(known)),
    )


def _mean_cosine(steps: Tensor) -> float:
    """Mean over all pairs of different rows of steps (n, D), which have length 1 or 0."""
    n = len(steps)
    # The squared length of the sum holds every pair twice, and every row with itself.
    return float((steps.sum(dim=0).square().sum() - steps.square().sum()) / (n * (n - 1)))


def _derangement(n: int, random: np.random.Generator) -> Tensor:
    """A uniform permutation (n,) that leaves nothing in its place: drawn until it is one, e = 2.7 times on average."""
    while True:
        order = random.permutation(n)
        if not (order == np.arange(n)).any():
            return torch.from_numpy(order)


# Axes --------------------------------------------------------------------------------------------------------------


class Projection(NamedTuple):
    """A word on an axis: position 0 at the low end and 1 at the high end, and the cosine with the axis."""

    word: str
    position: float
    cosine: float


@dataclass(frozen=True)
class Projections:
    """Words on an axis, in the order given, and the words that have no vector, those of the ends among them."""

    words: tuple[Projection, ...]
    unknown: tuple[str, ...]


@torch.no_grad()
def axis(vectors: WordVectors, low: Iterable[str], high: Iterable[str], words: Iterable[str]) -> Projections:
    """Words projected on the axis from the mean of the `low` words to the mean of the `high` ones.

    The positions do not sum up the word: two words at one place on an axis may differ in everything else. Raises
    ValueError where an end has no known word, or both ends are the same.
    """
    (low, no_low), (high, no_high), (words, no_words) = (_split(vectors, group) for group in (low, high, words))
    if not low or not high:
        raise ValueError(f"The axis has no known word at its {'high' if low else 'low'} end.")
    start, end = _points(vectors, low).mean(dim=0), _points(vectors, high).mean(dim=0)
    length = (end - start).norm()
    if length < TINY:
        raise ValueError("Both ends of the axis are the same, so it has no direction.")
    direction = (end - start) / length
    cosine = _points(vectors, words) @ direction
    position = (cosine - start @ direction) / length
    return Projections(
        tuple(Projection(*row) for row in zip(words, position.tolist(), cosine.tolist(), strict=True)),
        tuple(dict.fromkeys((*no_low, *no_high, *no_words))),
    )


# Planes ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Plane:
    """A plane through `origin` (D,), spanned by the orthonormal rows of `basis` (2, D); both float64."""

    origin: Tensor
    basis: Tensor

    def place(self, points: Tensor) -> Tensor:
        """Points (N, D) as rows (x, y, distance from the plane) (N, 3)."""
        away = points.to("cpu", torch.float64) - self.origin
        at = away @ self.basis.T
        return torch.cat([at, (away - at @ self.basis).norm(dim=1, keepdim=True)], dim=1)


class Place(NamedTuple):
    """A point on a plane; `distance` is how far off the plane the word itself lies, in lengths of a unit vector."""

    word: str
    x: float
    y: float
    distance: float


@dataclass(frozen=True)
class Parallelogram:
    """start, end, base and the point end - start + base, all of them in one plane; further words as seen from it."""

    plane: Plane
    start: Place
    end: Place
    base: Place
    sum: Place
    words: tuple[Place, ...]
    unknown: tuple[str, ...]


@torch.no_grad()
def plane(vectors: WordVectors, start: str, end: str, base: str, words: Iterable[str] = ()) -> Parallelogram:
    """The plane of "start is to end as base is to ?": man, king, woman for king - man + woman.

    `start` is the origin and x runs towards `end`; y is what is left of base - start at right angles to it
    (Gram-Schmidt), so `base` has y > 0. The sum is in general no unit vector; its length does not count for cosines.
    Raises KeyError where one of the three has no vector, ValueError where they do not span a plane.
    """
    origin, last, corner = _points(vectors, [start, end, base])
    x = _unit(last - origin)
    rest = corner - origin - (corner - origin) @ x * x
    if not x.any():
        raise ValueError(f"“{start}” and “{end}” are the same point, so they give no direction.")
    if rest.norm() < TINY:
        raise ValueError(f"“{start}”, “{end}” and “{base}” lie on one line, so they span no plane.")
    spanned = Plane(origin, torch.stack([x, rest / rest.norm()]))
    words, unknown = _split(vectors, words)
    corners = torch.stack([origin, last, corner, last - origin + corner])
    labels = [start, end, base, f"{end} − {start} + {base}", *words]
    rows = spanned.place(torch.cat([corners, _points(vectors, words)])).tolist()
    places = [Place(label, *row) for label, row in zip(labels, rows, strict=True)]
    return Parallelogram(spanned, *places[:4], tuple(places[4:]), unknown)


def plane_of(points: Tensor) -> Plane:
    """The plane that lies nearest to points (N, D): their mean and first two principal directions.

    For an expression of any other shape than a parallelogram. Raises ValueError for fewer than two points.
    """
    fitted = pca(points, 2)
    return Plane(fitted.mean, fitted.components)


# Maps --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Map2D:
    """Words on the plane that keeps most of their spread.

    xy: (N, 2) float64; share: how much of the words' variance it shows, from 0 to 1; unknown: words without a vector.
    """

    words: tuple[str, ...]
    xy: np.ndarray
    share: float
    unknown: tuple[str, ...]


@torch.no_grad()
def map_2d(vectors: WordVectors, words: Sequence[str]) -> Map2D:
    """The known words by PCA, each once. Raises ValueError where fewer than three are known."""
    known, unknown = _split(vectors, words)
    if len(known) < 3:
        raise ValueError(f"A map takes three known words; here are {len(known)}.")
    points = _points(vectors, known)
    at = plane_of(points).place(points)
    shown, hidden = at[:, :2].square().sum(), at[:, 2].square().sum()
    share = float(shown / (shown + hidden)) if shown > 0 else 0.0
    return Map2D(tuple(known), at[:, :2].numpy(), share, unknown)
