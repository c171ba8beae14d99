"""Counting from both sides of a word: bigrams against dictionaries, the mixture against its formula, and what is fitted."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from core.analysis.both_sides import BothSides, Places, around, fitted, places

SPECIAL, V = 4, 14


def rows(count: int = 60, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Sentences between 2 and 3, in which a word often follows from the one before: (tokens, which sentence)."""
    random = np.random.default_rng(seed)
    tokens, of_row = [], []
    for row in range(count):
        words = [int(random.integers(SPECIAL, V))]
        for _ in range(random.integers(1, 8)):
            near = SPECIAL + (words[-1] * 3 + 1) % (V - SPECIAL)
            words.append(near if random.random() < 0.6 else int(random.choice([0, *range(SPECIAL, V)])))
        tokens += [2, *words, 3]
        of_row += [row] * (len(words) + 2)
    return np.array(tokens), np.array(of_row)


@pytest.fixture(scope="module")
def counted() -> BothSides:
    return BothSides(*rows(), V, SPECIAL)


def test_places_are_known_words_with_both_neighbours_in_their_row():
    tokens, of_row = np.array([2, 5, 0, 6, 3, 7, 8, 9, 2, 4, 3]), np.array([0] * 5 + [1] * 3 + [2] * 3)
    assert places(tokens, of_row, SPECIAL).tolist() == [1, 3, 6, 9]
    found = around(tokens, np.array([1, 6]))
    assert (found.word.tolist(), found.left.tolist(), found.right.tolist()) == ([5, 8], [2, 7], [0, 9])


def slow_bigram(pairs: list[tuple[int, int]], lowest: np.ndarray) -> np.ndarray:
    """p(word | given) by dictionaries: (V, V)."""
    counts = Counter(pairs)
    once, twice = (sum(c == n for c in counts.values()) for n in (1, 2))
    d = once / (once + 2 * twice)
    kinds = Counter(word for _, word in counts)
    rest = sum(kinds.values())
    lower = [(max(kinds[w] - d, 0) + d * len(kinds) * lowest[w]) / rest for w in range(V)]
    found = np.zeros((V, V))
    for given in range(V):
        followers = {word: c for (g, word), c in counts.items() if g == given}
        total = sum(followers.values())
        for word in range(V):
            if total:
                found[given, word] = (
                    max(followers.get(word, 0) - d, 0) / total + d * len(followers) / total * lower[word]
                )
            else:
                found[given, word] = lower[word]
    return found


def test_bigrams_of_both_directions_are_those_of_dictionaries(counted):
    tokens, of_row = rows()
    beside = [(int(a), int(b)) for a, b, x, y in zip(tokens, tokens[1:], of_row, of_row[1:], strict=False) if x == y]
    everything = np.arange(V)
    forwards = slow_bigram([(a, b) for a, b in beside if b >= SPECIAL], counted.unigram)
    backwards = slow_bigram([(b, a) for a, b in beside if a >= SPECIAL], counted.unigram)
    np.testing.assert_allclose(counted.forwards.rows(everything), forwards, atol=1e-12)
    np.testing.assert_allclose(counted.backwards.rows(everything), backwards, atol=1e-12)
    np.testing.assert_allclose(counted.forwards.rows(everything).sum(axis=1), 1)


def test_the_distribution_is_the_formula(counted):
    tokens, of_row = rows()
    between = Counter(
        (int(a), int(b), int(c))
        for a, b, c, x, y in zip(tokens, tokens[1:], tokens[2:], of_row, of_row[2:], strict=False)
        if x == y and b >= SPECIAL
    )
    model = BothSides(tokens, of_row, V, SPECIAL)
    model.weights, model.discount = (0.9, 0.7, -0.5), 0.6
    at = places(tokens, of_row, SPECIAL)[:40]
    asked = around(tokens, at)
    unseen = Places(np.array([5]), np.array([3]), np.array([2]))  # nothing stands behind an end
    for some in (asked, unseen):
        found = np.concatenate(list(model.distributions(some)))
        for row, left, right in zip(found, some.left.tolist(), some.right.tolist(), strict=True):
            q = np.array([
                0.0 if w < SPECIAL else
                model.forwards.rows(np.array([left]))[0, w] ** 0.9 * model.backwards.rows(np.array([right]))[0, w] ** 0.7 * model.unigram[w] ** -0.5
                for w in range(V)
            ])  # fmt: skip
            q /= q.sum()
            total = sum(c for (a, _, b), c in between.items() if (a, b) == (left, right))
            kinds = sum((a, b) == (left, right) for a, _, b in between)
            expected = q if not total else np.array([
                max(between[left, w, right] - 0.6, 0) / total + 0.6 * kinds / total * q[w] for w in range(V)
            ])  # fmt: skip
            np.testing.assert_allclose(row, expected, atol=1e-12)
            assert row.sum() == pytest.approx(1) and not row[:SPECIAL].any()


def test_losses_are_those_of_the_distributions_and_chunks_change_nothing(counted, monkeypatch):
    tokens, of_row = rows(seed=1)
    asked = around(tokens, places(tokens, of_row, SPECIAL))
    found = counted.losses(asked)
    whole = np.concatenate(list(counted.distributions(asked)))
    np.testing.assert_allclose(found, -np.log(whole[np.arange(len(asked)), asked.word]))
    monkeypatch.setattr("core.analysis.both_sides.CHUNK", 7)
    np.testing.assert_allclose(counted.losses(asked), found)
    assert counted.losses(asked[:0]).shape == (0,)


def test_what_is_fitted_predicts_validation_places_better_than_bayes_rule():
    tokens, of_row = rows(400, seed=2)
    asked = around(*(lambda t, r: (t, places(t, r, SPECIAL)))(*rows(80, seed=3)))
    model = BothSides(tokens, of_row, V, SPECIAL)
    before = model.losses(asked).mean()
    model.fit(asked)
    assert model.losses(asked).mean() < before
    a, b, c = model.weights
    for nudged in ((a + 0.05, b, c), (a, b - 0.05, c), (a, b, c + 0.05)):
        other = BothSides(tokens, of_row, V, SPECIAL)
        other.weights = nudged
        logs = [np.concatenate([m._both(asked)]) for m in (model, other)]
        at = np.arange(len(asked)), asked.word
        assert -np.log(logs[0][at]).mean() <= -np.log(logs[1][at]).mean() + 1e-6


def test_weights_are_chosen_without_the_held_out_rows_and_all_rows_are_counted():
    tokens, of_row = rows(400, seed=2)
    whole = fitted(tokens, of_row, V, SPECIAL)
    plain = BothSides(tokens, of_row, V, SPECIAL)
    np.testing.assert_array_equal(whole.unigram, plain.unigram)
    assert whole.weights != plain.weights
    test = around(*(lambda t, r: (t, places(t, r, SPECIAL)))(*rows(100, seed=5)))
    assert whole.losses(test).mean() < plain.losses(test).mean() < -np.log(plain.unigram[test.word]).mean()


def test_a_text_of_two_sentences_keeps_bayes_rule():
    tokens, of_row = rows(2)
    assert fitted(tokens, of_row, V, SPECIAL).weights == (1.0, 1.0, -1.0)
