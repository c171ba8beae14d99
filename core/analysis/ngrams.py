"""What counting alone can predict: uni-, bi- and trigrams with Kneser-Ney smoothing.

Kneser and Ney 1995, "Improved backing-off for M-gram language modeling", in the interpolated form of Chen and Goodman
1998, "An empirical study of smoothing techniques for language modeling", section 2.7, with one discount an order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class _Order:
    """Sorted n-grams as one integer each, their counts, and what their contexts have: total and different followers."""

    keys: np.ndarray
    counts: np.ndarray
    contexts: np.ndarray
    totals: np.ndarray
    followers: np.ndarray
    discount: float


class KneserNey:
    """An interpolated Kneser-Ney model of a row of tokens (N,) from a vocabulary of V.

    The highest order counts n-grams; each lower one counts in how many different contexts they stand. The lowest is
    mixed with 1 / V, so no token is impossible.
    """

    def __init__(self, tokens: np.ndarray, size: int, order: int):
        if order < 1 or len(tokens) <= order:
            raise ValueError(f"{len(tokens)} tokens are too few for an order of {order}")
        if size**order >= 2**63:
            raise ValueError(f"{order}-grams of {size} tokens do not fit one integer")
        self.size, self.order = size, order
        self._orders = []
        keys, counts = np.unique(_windows(tokens, order, size), return_counts=True)
        for n in range(order, 0, -1):
            self._orders.append(_counted(keys, counts, size))
            if n > 1:  # the n-gram without its first token, once for each first token that it is seen with
                keys, counts = np.unique(keys % size ** (n - 1), return_counts=True)

    def probabilities(self, tokens: np.ndarray) -> np.ndarray:
        """p(token | the order - 1 before it), float64 (N - order + 1,), of a row of tokens (N,)."""
        windows = _windows(tokens, self.order, self.size)
        found = np.full(len(windows), 1 / self.size)
        for n, counted in zip(range(1, self.order + 1), reversed(self._orders), strict=True):
            found = self._mixed(windows % self.size**n, counted, found)
        return found

    def _mixed(self, keys: np.ndarray, counted: _Order, lower: np.ndarray) -> np.ndarray:
        """max(c - D, 0) / total + D followers / total x the lower order; the lower order alone after an unseen context."""
        count = _lookup(counted.keys, counted.counts, keys)
        context = keys // self.size
        total = _lookup(counted.contexts, counted.totals, context)
        followers = _lookup(counted.contexts, counted.followers, context)
        seen = np.maximum(total, 1)
        mixed = np.maximum(count - counted.discount, 0) / seen + counted.discount * followers / seen * lower
        return np.where(total > 0, mixed, lower)

    def bits(self, tokens: np.ndarray) -> float:
        """Mean bits for each token that has a whole context."""
        return float(-np.log2(self.probabilities(tokens)).mean())


def _windows(tokens: np.ndarray, order: int, size: int) -> np.ndarray:
    """Every n-gram as one integer, its last token in the lowest place: (N - order + 1,) int64."""
    tokens = tokens.astype(np.int64)
    keys = np.zeros(len(tokens) - order + 1, np.int64)
    for i in range(order):
        keys = keys * size + tokens[i : len(tokens) - order + 1 + i]
    return keys


def _counted(keys: np.ndarray, counts: np.ndarray, size: int) -> _Order:
    contexts, start, followers = np.unique(keys // size, return_index=True, return_counts=True)
    once, twice = (counts == 1).sum(), (counts == 2).sum()
    discount = once / (once + 2 * twice) if once and twice else 0.75
    return _Order(keys, counts, contexts, np.add.reduceat(counts, start), followers, float(discount))


def _lookup(keys: np.ndarray, values: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    place = np.searchsorted(keys, wanted).clip(max=len(keys) - 1)
    return np.where(keys[place] == wanted, values[place], 0)
