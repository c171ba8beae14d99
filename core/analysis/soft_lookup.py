"""Attention as a soft dictionary: the query is compared with all keys, and the values are merged by how well they fit.

Vaswani et al. 2017, "Attention is all you need", equation 1, one query at a time and every step kept.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

# From a hard look-up over ten steps a decade to plain averaging. Two digits each, so that a link holds them exactly.
TEMPERATURES = (0.0, *(float(f"{10 ** (step / 10 - 2):.2g}") for step in range(41)), math.inf)


@dataclass(frozen=True)
class Lookup:
    """The steps of one look-up among N keys.

    products (N,); scaled (N,), the same by sqrt(D) or as they were; tempered (N,), the scaled ones by the temperature,
    NaN in a hard look-up, which divides by nothing; weights (N,), which sum to 1; merged (V,), the mean of the values
    by these weights.
    """

    products: Tensor
    scaled: Tensor
    tempered: Tensor
    weights: Tensor
    merged: Tensor


def look_up(query: Tensor, keys: Tensor, values: Tensor, temperature: float = 1.0, scale: bool = True) -> Lookup:
    """Look `query` (D,) up among keys (N, D) with values (N, V).

    temperature: what the scaled products are divided by on top of sqrt(D): towards 0 the key of the largest product alone answers
    (a hard look-up; keys that fit equally well share), towards infinity the values are averaged; 0 and infinity are those
    limits. scale: False leaves sqrt(D) out. Raises ValueError for a negative temperature, no keys, or shapes that do
    not fit.
    """
    n, width = keys.shape
    if not n or query.shape != (width,) or len(values) != n or not temperature >= 0:
        raise ValueError(f"query {tuple(query.shape)}, keys {tuple(keys.shape)}, {len(values)} values, {temperature=}")
    products = (keys * query).sum(dim=1)  # not `keys @ query`, which may round equal keys differently
    scaled = products / math.sqrt(width) if scale else products
    if temperature == 0:
        best = (scaled == scaled.max()).to(scaled.dtype)
        tempered, weights = torch.full_like(scaled, math.nan), best / best.sum()
    elif math.isinf(temperature):
        tempered, weights = torch.zeros_like(scaled), torch.full_like(scaled, 1 / n)
    else:
        tempered = scaled / temperature
        weights = torch.softmax((scaled - scaled.max()) / temperature, dim=0)
    return Lookup(products, scaled, tempered, weights, weights @ values)


def bits(weights: Tensor) -> Tensor:
    """Shannon's entropy of weights (..., N) in bits: 0 where one key answers, log2(N) where all do alike."""
    return torch.special.entr(weights).sum(dim=-1) / math.log(2)


def sweep(
    query: Tensor, keys: Tensor, values: Tensor, temperatures: Sequence[float], scale: bool = True
) -> tuple[Tensor, Tensor]:
    """The same look-up at T temperatures: weights (T, N) and merged values (T, V)."""
    found = [look_up(query, keys, values, temperature, scale) for temperature in temperatures]
    return torch.stack([one.weights for one in found]), torch.stack([one.merged for one in found])


def plane_of(vectors: Tensor) -> tuple[Tensor, float]:
    """Vectors (N, D) in the plane through the origin that lies nearest to them: (N, 2), and the share of their squared
    lengths that lies in it, 1 where there is nothing to lose.

    Linear, so that a weighted sum of vectors is drawn as the weighted sum of their arrows. The first axis points to the
    side on which their sum lies, the second to that of the first vector.
    """
    _, lengths, axes = torch.linalg.svd(vectors, full_matrices=False)
    axes = torch.nn.functional.pad(axes[:2], (0, 0, 0, max(0, 2 - len(axes))))  # one vector spans a line alone
    flat = vectors @ axes.T
    signs = torch.stack([flat[:, 0].sum(), flat[0, 1]]).sign()
    total = float(lengths.square().sum())
    share = float(lengths[:2].square().sum()) / total if total else 1.0
    return flat * torch.where(signs == 0, 1.0, signs), share


def plane_along(query: Tensor, keys: Tensor) -> tuple[Tensor, Tensor, float]:
    """A query (D,) and keys (N, D) in a plane that keeps each product q·k: its first axis is the query's direction, its second
    the one beside it in which the keys differ most. (2,) and (N, 2), and the share of their squared lengths that is left.

    How far a key's arrow reaches along the query is q·k / |q|. The first key lies on the upper side.
    """
    length = query.norm()
    along = keys @ query / length.clamp_min(1e-12)  # (N,)
    rest = keys - along[:, None] * query / length.clamp_min(1e-12)
    axis = torch.linalg.svd(rest, full_matrices=False)[2][0]
    across = rest @ axis
    across = across if across[0] >= 0 else -across
    flat = torch.stack([along, across], dim=1)
    total = float(keys.square().sum() + length**2)
    share = float(flat.square().sum() + length**2) / total if total else 1.0
    return torch.stack([length, torch.zeros_like(length)]), flat, share


@dataclass(frozen=True)
class Spread:
    """What the dot products of random vectors do to a softmax, at D dimensions.

    deviation: the products' standard deviation; largest, largest_scaled: the mean largest weight of a softmax over the
    keys, without and with the division by sqrt(D).
    """

    dimension: int
    deviation: float
    largest: float
    largest_scaled: float


def spread(dimensions: Sequence[int], seed: int, keys: int = 8, queries: int = 400) -> list[Spread]:
    """Draw `queries` queries with `keys` keys each, all coordinates independent with mean 0 and variance 1, and measure.

    Vaswani et al. 2017, footnote 4: the product of two such vectors has mean 0 and variance D.
    """
    found = []
    for dimension in dimensions:
        g = torch.Generator().manual_seed(seed * 100_003 + dimension)
        query = torch.randn(queries, 1, dimension, generator=g)
        products = (query @ torch.randn(queries, keys, dimension, generator=g).mT)[:, 0]  # (queries, keys)
        raw, scaled = (torch.softmax(p, dim=1).max(dim=1).values for p in (products, products / math.sqrt(dimension)))
        found.append(Spread(dimension, float(products.std()), float(raw.mean()), float(scaled.mean())))
    return found


@dataclass(frozen=True)
class Disagreement:
    """In which shares of random questions the key of the largest product is not the nearest one, by distance and by cosine."""

    distance: float
    cosine: float


def disagreement(vectors: Tensor, keys: int, seed: int = 0, questions: int = 4_000) -> Disagreement:
    """Ask `questions` random vectors (V, D) for `keys` random ones each. A long key has large products, wherever it points."""
    g = torch.Generator().manual_seed(seed)
    query = vectors[torch.randint(len(vectors), (questions, 1), generator=g)]
    offered = vectors[torch.randint(len(vectors), (questions, keys), generator=g)]
    products = (query * offered).sum(dim=-1)  # (questions, keys)
    largest = products.argmax(dim=1)
    nearest = (query - offered).norm(dim=-1).argmin(dim=1)
    alike = (products / offered.norm(dim=-1)).argmax(dim=1)
    return Disagreement(float((largest != nearest).double().mean()), float((largest != alike).double().mean()))
