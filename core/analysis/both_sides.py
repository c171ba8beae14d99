"""What counting alone says of a hidden word: how often words stand beside its two neighbours, and between them.

Of a place with the words l and r around it:

    q(w | l, r)  ∝  p(w | l)^a  p(w | r)^b  p(w)^c                                  both bigrams, weighted (a = b = 1, c = -1 is Bayes'
                                                                                    rule where l and r are independent given w)
    p(w | l, r)  =  max(n(l, w, r) - D, 0) / n(l, ., r)  +  left(l, r) q(w | l, r)    what stood between them, with a discount

p(w | l) and p(w | r) are interpolated Kneser-Ney bigrams forwards and backwards (Kneser and Ney 1995; Chen and Goodman 1999,
section 2.7). The weights a, b, c and the discount D are chosen on validation rows that are not counted meanwhile; then all rows are
counted.

Axis letters: V words of the vocabulary, P places, N tokens.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import minimize

STRETCHES, EACH = 100, 10  # the rows are cut into so many stretches; each tenth is for validation
FITTED = 1000  # places of the validation rows
CHUNK = 256  # places at once: their distributions are dense
BAYES = (1.0, 1.0, -1.0)
DISCOUNTS = (0.3, 0.5, 0.7, 0.8, 0.9, 0.95)


@dataclass(frozen=True, eq=False)
class Places:
    """P hidden words: the word itself and its neighbours, all (P,) int64."""

    word: np.ndarray
    left: np.ndarray
    right: np.ndarray

    def __len__(self) -> int:
        return len(self.word)

    def __getitem__(self, chosen: slice | np.ndarray) -> Places:
        return Places(self.word[chosen], self.left[chosen], self.right[chosen])


def places(tokens: np.ndarray, of_row: np.ndarray, special: int) -> np.ndarray:
    """Where (K,) in a row of tokens (N,) a word can be asked for: it is known, and has both neighbours in its row.

    of_row: (N,), which sentence a token stands in. special: numbers below it are no words.
    """
    inner = (of_row[:-2] == of_row[1:-1]) & (of_row[1:-1] == of_row[2:])
    return np.flatnonzero(inner & (tokens[1:-1] >= special)) + 1


def around(tokens: np.ndarray, at: np.ndarray) -> Places:
    """The words at these places (P,) of a row of tokens (N,), with their neighbours."""
    tokens = tokens.astype(np.int64)
    return Places(tokens[at], tokens[at - 1], tokens[at + 1])


class Unigram:
    """How often each word occurs, plus one: probabilities (V,), 0 for the special ones."""

    def __init__(self, tokens: np.ndarray, size: int, special: int):
        counts = np.bincount(tokens, minlength=size) + 1.0
        counts[:special] = 0
        self.probabilities = counts / counts.sum()


class Bigram:
    """p(word | neighbour), interpolated Kneser-Ney, as a sparse part and a rest that follows the lower order."""

    def __init__(self, given: np.ndarray, word: np.ndarray, size: int, lowest: np.ndarray):
        """given, word: (M,), pairs of neighbours as they were seen. lowest: (V,), what the lowest order is mixed with."""
        pairs, counts = np.unique(given * size + word, return_counts=True)
        context, word = pairs // size, pairs % size
        once, twice = (counts == 1).sum(), (counts == 2).sum()
        discount = once / (once + 2 * twice) if once and twice else 0.75
        total = np.bincount(context, counts, size)
        followers = np.bincount(context, minlength=size)
        seen = np.maximum(total, 1)
        self.left = np.where(total > 0, discount * followers / seen, 1.0)  # (V,), of each context
        shares = np.maximum(counts - discount, 0) / seen[context]
        self.table = sparse.csr_matrix((shares, (context, word)), shape=(size, size))
        kinds = np.bincount(word, minlength=size).astype(float)  # in how many contexts: the lower order of Kneser-Ney
        rest = kinds.sum()
        self.lower = (
            (np.maximum(kinds - discount, 0) + discount * (kinds > 0).sum() * lowest) / rest if rest else lowest
        )

    def rows(self, given: np.ndarray) -> np.ndarray:
        """p(w | given) of all words: (P, V)."""
        return self.table[given].toarray() + self.left[given, None] * self.lower


class BothSides:
    """Counts of a row of tokens (N,) from a vocabulary of V words, of which the first `special` ones are no words."""

    def __init__(self, tokens: np.ndarray, of_row: np.ndarray, size: int, special: int):
        self.size, self.special = size, special
        self.weights, self.discount = BAYES, 0.8
        tokens = tokens.astype(np.int64)
        self.unigram = Unigram(tokens, size, special).probabilities
        beside = of_row[:-1] == of_row[1:]
        left, right = tokens[:-1][beside], tokens[1:][beside]
        words_right, words_left = right >= special, left >= special
        self.forwards = Bigram(left[words_right], right[words_right], size, self.unigram)
        self.backwards = Bigram(right[words_left], left[words_left], size, self.unigram)
        middle = around(tokens, places(tokens, of_row, special))
        pair = middle.left * size + middle.right
        self._pairs, number = np.unique(pair, return_inverse=True)
        triples, self._counts = np.unique(number * size + middle.word, return_counts=True)
        of_pair, self._triple_word = triples // size, triples % size
        self._first = np.searchsorted(of_pair, np.arange(len(self._pairs) + 1))
        self._total = np.bincount(of_pair, self._counts, len(self._pairs))

    def distributions(self, asked: Places) -> Iterator[np.ndarray]:
        """p(w | left, right) of all words, (chunk, V) float64, of one chunk of places after the other."""
        for start in range(0, len(asked), CHUNK):
            some = asked[start : start + CHUNK]
            found = self._both(some)
            self._mix_in(some, found)
            yield found

    def losses(self, asked: Places) -> np.ndarray:
        """- log p(word | left, right) in nats, (P,) float64."""
        return -np.log(self._mixed(asked, self._chances(asked)))

    def fit(self, asked: Places) -> None:
        """Choose the weights and the discount that predict these places best; they must not be among what was counted."""
        if not len(asked):
            return
        logs = self._logs(asked).astype(np.float32)
        rows, word = np.arange(len(asked)), asked.word - self.special

        def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
            p = _softmax(np.tensordot(weights.astype(np.float32), logs, 1))
            gradient = np.einsum("pw,kpw->k", p, logs) - logs[:, rows, word].sum(axis=1)
            return float(-np.log(p[rows, word]).mean()), gradient.astype(float) / len(rows)

        self.weights = tuple(minimize(loss, BAYES, jac=True, method="L-BFGS-B").x.tolist())
        chances, by_discount = self._chances(asked), {}
        for self.discount in DISCOUNTS:
            by_discount[self.discount] = -np.log(self._mixed(asked, chances)).mean()
        self.discount = min(by_discount, key=by_discount.get)

    def _logs(self, asked: Places) -> np.ndarray:
        """log p(w | left), log p(w | right) and log p(w) of all that are words: (3, P, V - special)."""
        words = slice(self.special, None)
        found = np.empty((3, len(asked), self.size - self.special))
        found[0] = np.log(self.forwards.rows(asked.left)[:, words])
        found[1] = np.log(self.backwards.rows(asked.right)[:, words])
        found[2] = np.log(self.unigram[words])
        return found

    def _both(self, asked: Places) -> np.ndarray:
        """q(w | left, right), (P, V)."""
        found = np.zeros((len(asked), self.size))
        found[:, self.special :] = _softmax(np.tensordot(self.weights, self._logs(asked), 1))
        return found

    def _chances(self, asked: Places) -> np.ndarray:
        """q(word | left, right) of the words themselves, (P,); the discount is not in it."""
        found = [np.zeros(0)]
        for start in range(0, len(asked), CHUNK):
            some = asked[start : start + CHUNK]
            found.append(self._both(some)[np.arange(len(some)), some.word])
        return np.concatenate(found)

    def _mixed(self, asked: Places, chances: np.ndarray) -> np.ndarray:
        """p(word | left, right) of the words themselves from their `_chances`, (P,)."""
        found = chances.copy()
        for row, inside, total in self._seen(asked):
            here = self._triple_word[inside] == asked.word[row]
            found[row] *= self.discount * len(here) / total
            found[row] += (self._counts[inside][here] - self.discount).sum() / total
        return found

    def _mix_in(self, asked: Places, found: np.ndarray) -> None:
        """Mix what stood between the two neighbours into distributions (P, V), in place."""
        for row, inside, total in self._seen(asked):
            found[row] *= self.discount * (inside.stop - inside.start) / total
            found[row, self._triple_word[inside]] += (self._counts[inside] - self.discount) / total

    def _seen(self, asked: Places) -> Iterator[tuple[int, slice, int]]:
        """The places between whose neighbours something stood: their rows, which triples those are, and how often it was."""
        keys = asked.left * self.size + asked.right
        place = np.searchsorted(self._pairs, keys).clip(max=max(len(self._pairs) - 1, 0))
        for row, (pair, key) in enumerate(zip(place, keys, strict=True)):
            if len(self._pairs) and self._pairs[pair] == key:
                yield row, slice(self._first[pair], self._first[pair + 1]), self._total[pair]


def _softmax(scores: np.ndarray) -> np.ndarray:
    """Of each row of scores (P, W)."""
    p = np.exp(scores - scores.max(axis=1, keepdims=True))
    return p / p.sum(axis=1, keepdims=True)


def fitted(tokens: np.ndarray, of_row: np.ndarray, size: int, special: int) -> BothSides:
    """Counts of all rows; their weights were chosen on a tenth of the rows, from all over the text, with the others counted.

    Too short a text, in which nothing is left to choose by, keeps Bayes' rule.
    """
    stretch = of_row * STRETCHES // max(int(of_row[-1]) + 1, 1) if len(of_row) else of_row
    if len(of_row) and of_row[-1] + 1 < STRETCHES:
        stretch = of_row
    held = stretch % EACH == EACH - 1
    whole = BothSides(tokens, of_row, size, special)
    if not held.any():
        return whole
    chosen = places(tokens[held], of_row[held], special)
    chosen = chosen[np.linspace(0, len(chosen) - 1, min(FITTED, len(chosen))).astype(int)] if len(chosen) else chosen
    counted = BothSides(tokens[~held], of_row[~held], size, special)
    counted.fit(around(tokens[held], chosen))
    whole.weights, whole.discount = counted.weights, counted.discount
    return whole
