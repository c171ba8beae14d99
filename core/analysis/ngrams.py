"""What counting alone can predict: n-grams with Kneser-Ney smoothing, with one discount an order or with three.

Kneser and Ney 1995, "Improved backing-off for M-gram language modeling", in the interpolated form of Chen and Goodman
1999, "An empirical study of smoothing techniques for language modeling", section 2.7 (one discount an order) and section
3 ("modified": discounts of their own for what was seen once, twice, and more often).

Axis letters: N tokens, K different n-grams of one order, C different contexts of them, V tokens of the vocabulary.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

HIGHEST = 7  # the longest n-grams that are tried
STRETCHES, EACH = 100, 10  # the text to learn from is cut into so many; each tenth is the validation text


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


@dataclass(frozen=True)
class _Grams:
    """The n-grams of one order, numbered from 0 in the order of their keys.

    keys:     (K,) number of the n-gram without its first token, times V, plus the first token; sorted.
    contexts: (K,) number of the n-gram without its last token, among those of the order below.
    counts:   (K,) how often it was seen.
    """

    keys: np.ndarray
    contexts: np.ndarray
    counts: np.ndarray


@dataclass(frozen=True)
class _Smoothed:
    """What an order says by itself: of an n-gram (K,), and of a context (C,) how much is left to the order below."""

    shares: np.ndarray
    left: np.ndarray


class ModifiedKneserNey:
    """Interpolated modified Kneser-Ney models of all orders up to `most` of a row of tokens (N,) from a vocabulary of V.

    The highest order of a model counts n-grams; each lower one counts in how many different contexts they stand. The
    lowest is mixed with 1 / V, so no token is impossible. n-grams are numbered order by order, so that any order fits one
    integer. Raises ValueError where there are fewer tokens than the highest order needs.
    """

    def __init__(self, tokens: np.ndarray, size: int, most: int):
        if most < 1 or len(tokens) <= most:
            raise ValueError(f"{len(tokens)} tokens are too few for an order of {most}")
        self.size, self.most = size, most
        self._grams: list[_Grams] = []
        below = np.zeros(
            len(tokens) + 1, np.int64
        )  # the number of the (n - 1)-gram that ends here; of order 0 there is one
        for n in range(1, most + 1):
            found = below[1:] * size + tokens[: len(tokens) - n + 1]
            keys, numbers, counts = np.unique(found, return_inverse=True, return_counts=True)
            contexts = np.empty(len(keys), np.int64)
            contexts[numbers] = below[:-1]  # the same wherever the n-gram stands
            self._grams.append(_Grams(keys, contexts, counts))
            below = numbers
        self._top = [self._smoothed(n, gram.counts) for n, gram in enumerate(self._grams)]
        # In how many different contexts: an n-gram is what is left of so many longer ones without their first token.
        kinds = [np.bincount(longer.keys // size, minlength=len(gram.keys)) for gram, longer in self._pairs()]
        self._lower = [self._smoothed(n, different) for n, different in enumerate(kinds)]

    def _pairs(self):
        return zip(self._grams, self._grams[1:], strict=False)

    def _smoothed(self, n: int, counts: np.ndarray) -> _Smoothed:
        """(c - D(c)) / total of each n-gram, and (D1 N1 + D2 N2 + D3 N3+) / total of each context (equation 27)."""
        contexts = self._grams[n].contexts
        size = len(self._grams[n - 1].keys) if n else 1
        discounts = discounts_of(counts)[np.minimum(counts, 3)]
        total = np.maximum(np.bincount(contexts, counts, size), 1)
        left = np.bincount(contexts, discounts, size) / total
        left[np.bincount(contexts, counts, size) == 0] = 1.0  # a context that nothing followed says nothing
        return _Smoothed((counts - discounts) / total[contexts], left)

    def probabilities(self, tokens: np.ndarray, order: int) -> np.ndarray:
        """p(token | the order - 1 before it), float64 (M,), of a row of tokens (M,); the first ones have fewer before them."""
        return self._of(self.numbered(tokens), order)

    @property
    def count(self) -> int:
        """How many different n-grams were counted, of all orders."""
        return sum(len(grams.keys) for grams in self._grams)

    def bits(self, tokens: np.ndarray) -> np.ndarray:
        """-log2 p of each token by each order, float64 (most, M)."""
        numbered = self.numbered(tokens)
        return np.stack([-np.log2(self._of(numbered, order)) for order in range(1, self.most + 1)])

    def _of(self, numbered: list[np.ndarray], order: int) -> np.ndarray:
        found = np.full(len(numbered[0]), 1 / self.size)
        for n in range(order):
            said = self._top[n] if n == order - 1 else self._lower[n]
            gram, context = numbered[n + 1], np.concatenate([[-1 if n else 0], numbered[n][:-1]])
            left = np.where(context >= 0, said.left[context], 1.0)
            found = np.where(gram >= 0, said.shares[gram], 0.0) + left * found
        return found

    def numbered(self, tokens: np.ndarray) -> list[np.ndarray]:
        """The number of the n-gram that ends at each token (M,), for n from 0; -1 where it was never seen or has no room."""
        numbered = [np.zeros(len(tokens), np.int64)]
        for n, gram in enumerate(self._grams, 1):
            below, found = numbered[-1], np.full(len(tokens), -1)
            wanted = np.where(below[n - 1 :] >= 0, below[n - 1 :] * self.size + tokens[: len(tokens) - n + 1], -1)
            place = np.searchsorted(gram.keys, wanted).clip(max=len(gram.keys) - 1)
            found[n - 1 :] = np.where(gram.keys[place] == wanted, place, -1)
            numbered.append(found)
        return numbered


@dataclass(frozen=True)
class BestCounts:
    """The order of modified Kneser-Ney that is best on validation text, and what it says of the test text.

    validation: mean bits a token on the validation text, of each order from 1.
    bits:       -log2 p of each token of the test text (M,), counted on all of the text to learn from.
    known:      whether the order - 1 tokens before it stand together in the text to learn from (M,), bool.
    counts:     how many different n-grams were counted, of all orders up to this one.
    """

    order: int
    validation: tuple[float, ...]
    bits: np.ndarray
    known: np.ndarray
    counts: int


def best_counts(learned: np.ndarray, test: np.ndarray, size: int, most: int = HIGHEST) -> BestCounts:
    """Choose the order on a tenth of the text to learn from (N,), in stretches from all over it; then count all of that."""
    parts = np.array_split(learned, min(STRETCHES, len(learned) // (most + 1)))
    validation = np.concatenate(parts[EACH - 1 :: EACH])
    counted = np.concatenate([part for i, part in enumerate(parts) if i % EACH != EACH - 1])
    means = ModifiedKneserNey(counted, size, most).bits(validation).mean(axis=1)
    order = int(means.argmin()) + 1
    chosen = ModifiedKneserNey(learned, size, order)
    known = np.concatenate([[order == 1], chosen.numbered(test)[order - 1][:-1] >= 0])
    return BestCounts(order, tuple(means.tolist()), -np.log2(chosen.probabilities(test, order)), known, chosen.count)


def discounts_of(counts: np.ndarray) -> np.ndarray:
    """What is taken from an n-gram that was counted 0, 1, 2, and 3 times or more: float64 (4,), from counts (K,) of counts.

    D(c) = c - (c + 1) Y n(c+1) / n(c) with Y = n1 / (n1 + 2 n2) (Chen and Goodman 1999, equation 26). Where a text is too
    small for that, or what comes out is not above 0, it is 0.75: no probability is negative, and none is 0.
    """
    seen = np.bincount(np.minimum(counts, 5), minlength=6)[:5].astype(float)
    found = np.array([0.0, 0.75, 0.75, 0.75])
    if seen[1] and seen[2]:
        shrink = seen[1] / (seen[1] + 2 * seen[2])
        for count in (1, 2, 3):
            estimate = count - (count + 1) * shrink * seen[count + 1] / max(seen[count], 1)
            if seen[count + 1] and seen[count] and estimate > 0:
                found[count] = estimate
    return found


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
