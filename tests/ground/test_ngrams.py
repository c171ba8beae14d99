"""Kneser-Ney n-grams against a slow twin with dictionaries, written from the paper."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
import pytest

from core.analysis.ngrams import KneserNey


def twin(tokens: list[int], size: int, order: int):
    """p(token | context) of interpolated Kneser-Ney, one dictionary an order."""
    tables = []
    grams = Counter(tuple(tokens[i : i + order]) for i in range(len(tokens) - order + 1))
    for _ in range(order):
        tables.append(grams)
        grams = Counter(gram[1:] for gram in grams)  # in how many different contexts
    discounts, totals, followers = [], [], []
    for table in tables:
        once, twice = (sum(count == n for count in table.values()) for n in (1, 2))
        discounts.append(once / (once + 2 * twice) if once and twice else 0.75)
        total, different = defaultdict(int), defaultdict(int)
        for gram, count in table.items():
            total[gram[:-1]] += count
            different[gram[:-1]] += 1
        totals.append(total)
        followers.append(different)

    def probability(context: tuple[int, ...], token: int) -> float:
        level = order - 1 - len(context)
        lower = probability(context[1:], token) if context else 1 / size
        total = totals[level][context]
        if not total:
            return lower
        count = tables[level][(*context, token)]
        return max(count - discounts[level], 0) / total + discounts[level] * followers[level][context] / total * lower

    return probability


@pytest.fixture
def tokens() -> np.ndarray:
    random = np.random.default_rng(0)
    share = 1 / np.arange(1, 13)
    found = random.choice(12, 600, p=share / share.sum())
    found[1::3] = (found[::3][: len(found[1::3])] + 1) % 12  # some pairs that go together
    return found.astype(np.int32)


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_probabilities_are_those_of_the_slow_twin(tokens, order):
    model, slow = KneserNey(tokens[:500], 12, order), twin(tokens[:500].tolist(), 12, order)
    held_out = tokens[500:]
    windows = [tuple(held_out[i : i + order].tolist()) for i in range(len(held_out) - order + 1)]
    expected = [slow(window[:-1], window[-1]) for window in windows]
    np.testing.assert_allclose(model.probabilities(held_out), expected, rtol=1e-10)
    assert model.bits(held_out) == pytest.approx(-np.mean(np.log2(expected)))


@pytest.mark.parametrize("context", [[0, 1], [11, 11], [3, 0]])
def test_all_that_may_follow_sums_to_one(tokens, context):
    model = KneserNey(tokens, 12, 3)
    total = sum(model.probabilities(np.array([*context, token]))[0] for token in range(12))
    assert total == pytest.approx(1)


def test_a_token_that_never_was_is_not_impossible(tokens):
    model = KneserNey(tokens, 13, 3)
    assert 0 < model.probabilities(np.array([0, 1, 12]))[0] < 0.05


def test_more_context_says_more_where_there_is_something_to_say(tokens):
    bits = [KneserNey(tokens[:500], 12, order).bits(tokens[500:]) for order in (1, 2)]
    assert bits[1] < bits[0]


@pytest.mark.parametrize(("count", "order"), [(2, 2), (0, 1), (5, 0)])
def test_what_cannot_be_counted_is_refused(count, order):
    with pytest.raises(ValueError):
        KneserNey(np.zeros(count, np.int32), 4, order)


def test_orders_whose_numbers_would_not_fit_are_refused():
    with pytest.raises(ValueError):
        KneserNey(np.zeros(100, np.int32), 50_000, 5)
