"""Attention as a soft dictionary: the query is compared with all keys, and the values are merged by how well they fit.

Vaswani et al. 2017, "Attention is all you need", equation 1, one query at a time and every step kept.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Lookup:
    """The steps of one look-up among N keys: products (N,), the same scaled (N,), weights (N,) that sum to 1, and the
    merged value (V,)."""

    products: Tensor
    scaled: Tensor
    weights: Tensor
    merged: Tensor


def look_up(query: Tensor, keys: Tensor, values: Tensor, temperature: float = 1.0) -> Lookup:
    """Look `query` (D,) up among keys (N, D) with values (N, V).

    temperature: what the scaled products are divided by on top of sqrt(D): towards 0 the nearest key alone answers (a
    hard look-up; keys that fit equally well share), towards infinity the values are averaged; 0 and infinity are those
    limits. Raises ValueError for a negative temperature, no keys, or shapes that do not fit.
    """
    n, width = keys.shape
    if not n or query.shape != (width,) or len(values) != n or not temperature >= 0:
        raise ValueError(f"query {tuple(query.shape)}, keys {tuple(keys.shape)}, {len(values)} values, {temperature=}")
    products = keys @ query
    scaled = products / math.sqrt(width)
    if temperature == 0:
        best = (scaled == scaled.max()).to(scaled.dtype)
        weights = best / best.sum()
    elif math.isinf(temperature):
        weights = torch.full_like(scaled, 1 / n)
    else:
        weights = torch.softmax((scaled - scaled.max()) / temperature, dim=0)
    return Lookup(products, scaled, weights, weights @ values)
