"""Modified Kneser-Ney n-grams against a slow twin with dictionaries, written from Chen and Goodman 1999, section 3."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
import pytest

from core.analysis.ngrams import HIGHEST, ModifiedKneserNey, best_counts, discounts_of

SIZE = 12


def slow_discounts(counts: list[int]) -> dict[int, float]:
    """D1, D2 and D3+ by equation 26."""
    n = Counter(counts)
    if not n[1] or not n[2]:
        return {1: 0.75, 2: 0.75, 3: 0.75}
    y = n[1] / (n[1] + 2 * n[2])
    found = {1: 1 - 2 * y * n[2] / n[1]}
    found[2] = 2 - 3 * y * n[3] / n[2] if n[3] else 0.75
    found[3] = 3 - 4 * y * n[4] / n[3] if n[3] and n[4] else 0.75
    return {c: d if d > 0 else 0.75 for c, d in found.items()}


def twin(tokens: list[int], size: int, order: int):
    """p(token | context): raw counts for the highest order, different words before it for each lower one."""
    grams = {n: [tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1)] for n in range(1, order + 1)}
    tables = {order: Counter(grams[order])}
    for n in range(1, order):
        before = defaultdict(set)
        for gram in grams[n + 1]:
            before[gram[1:]].add(gram[0])
        tables[n] = Counter({gram: len(words) for gram, words in before.items()})
    discounts = {n: slow_discounts(list(table.values())) for n, table in tables.items()}

    def probability(context: tuple[int, ...], token: int) -> float:
        n = len(context) + 1
        lower = probability(context[1:], token) if context else 1 / size
        after = {gram[-1]: c for gram, c in tables[n].items() if gram[:-1] == context}
        if not after:
            return lower
        total = sum(after.values())
        count = after.get(token, 0)
        of = discounts[n]
        once, twice = (sum(c == k for c in after.values()) for k in (1, 2))
        left = (of[1] * once + of[2] * twice + of[3] * (len(after) - once - twice)) / total
        return (count - of[min(count, 3)] if count else 0) / total + left * lower

    return probability


@pytest.fixture
def tokens() -> np.ndarray:
    random = np.random.default_rng(0)
    share = 1 / np.arange(1, SIZE + 1)
    found = random.choice(SIZE, 600, p=share / share.sum())
    found[1::3] = (found[::3][: len(found[1::3])] + 1) % SIZE  # some pairs that go together
    return found.astype(np.int32)


@pytest.mark.parametrize("order", [1, 2, 3, 4, 7])
def test_probabilities_are_those_of_the_slow_twin(tokens, order):
    model, slow = ModifiedKneserNey(tokens[:500], SIZE, 7), twin(tokens[:500].tolist(), SIZE, order)
    held_out = tokens[500:540].tolist()
    expected = [slow(tuple(held_out[max(0, i - order + 1) : i]), held_out[i]) for i in range(len(held_out))]
    found = model.probabilities(np.array(held_out), order)
    # The first ones have a shorter context than the model: the twin's tables of that length are those of lower orders.
    np.testing.assert_allclose(found, expected, rtol=1e-10)
    np.testing.assert_allclose(model.bits(np.array(held_out))[order - 1], -np.log2(expected), rtol=1e-10)


@pytest.mark.parametrize("order", [1, 2, 3, 5])
@pytest.mark.parametrize("start", [0, 17, 400, 598])
def test_all_that_may_follow_sums_to_one(tokens, order, start):
    model = ModifiedKneserNey(tokens, SIZE + 1, 5)
    context = [*tokens[start : start + 4], 5][:4]
    total = sum(model.probabilities(np.array([*context, token]), order)[-1] for token in range(SIZE + 1))
    assert total == pytest.approx(1, abs=1e-12)


def test_a_token_that_never_was_is_not_impossible(tokens):
    model = ModifiedKneserNey(tokens, SIZE + 1, 3)
    assert 0 < model.probabilities(np.array([0, 1, SIZE]), 3)[-1] < 0.05


def test_discounts_are_those_of_the_equation_and_never_more_than_the_count():
    counts = np.repeat([1, 2, 3, 4, 9], [100, 40, 20, 10, 5])
    y = 100 / 180
    np.testing.assert_allclose(discounts_of(counts), [0, 1 - 2 * y * 0.4, 2 - 3 * y * 0.5, 3 - 4 * y * 0.5])
    for odd in ([1], [2, 2], [1, 2, 3, 3, 3, 3, 3, 3], [1, 2, 2, 2, 3, 4, 4, 4, 4, 4, 4, 4]):
        found = discounts_of(np.array(odd))
        assert found[0] == 0 and (found[1:] > 0).all() and (found[1:] < [1, 2, 3]).all()


def test_one_token_over_and_over_and_contexts_that_end_the_text():
    same = ModifiedKneserNey(np.zeros(50, np.int32), 3, 4)
    assert same.probabilities(np.zeros(5, np.int32), 4)[-1] > 0.9
    ending = ModifiedKneserNey(np.array([0, 1, 0, 1, 0, 2]), 3, 3)  # nothing ever followed the 2
    row = [ending.probabilities(np.array([0, 2, token]), 3)[-1] for token in range(3)]
    assert sum(row) == pytest.approx(1) and min(row) > 0


@pytest.mark.parametrize(("count", "most"), [(2, 2), (0, 1), (5, 0)])
def test_what_cannot_be_counted_is_refused(count, most):
    with pytest.raises(ValueError):
        ModifiedKneserNey(np.zeros(count, np.int32), 4, most)


def test_high_orders_of_a_large_vocabulary_fit():
    """512 to the power of 7 does not fit one integer; the numbers of n-grams do."""
    tokens = np.random.default_rng(1).integers(2048, size=3000)
    assert np.isfinite(ModifiedKneserNey(tokens, 2048, HIGHEST).bits(tokens[:100])).all()


def test_the_order_is_chosen_without_the_test_text():
    random = np.random.default_rng(2)
    chain = [0, 1]
    for _ in range(6000):  # what follows depends on the two before it
        chain.append(int((chain[-1] + 2 * chain[-2] + (random.random() < 0.15)) % 9))
    learned, test = np.array(chain[:5000]), np.array(chain[5000:])
    assert np.isfinite(ModifiedKneserNey(learned, 9, HIGHEST).bits(test)).all()
    found, other = best_counts(learned, test, 9), best_counts(learned, random.integers(9, size=200), 9)
    assert found.order == other.order == int(np.argmin(found.validation)) + 1 == 3
    assert found.validation == other.validation and len(found.bits) == len(test)
    np.testing.assert_allclose(found.bits, ModifiedKneserNey(learned, 9, 3).bits(test)[2])


def test_a_token_is_known_where_what_stands_before_it_was_read_in_that_order():
    random = np.random.default_rng(3)
    learned, test = random.integers(5, size=800), random.integers(5, size=300)
    found = best_counts(learned, test, 5)
    n = found.order - 1
    read = {tuple(learned[i : i + n]) for i in range(len(learned) - n + 1)}
    assert found.known.tolist() == [i >= n and tuple(test[i - n : i]) in read for i in range(len(test))]
    grams = {tuple(learned[i : i + k]) for k in range(1, n + 2) for i in range(len(learned) - k + 1)}
    assert found.counts == len(grams)
