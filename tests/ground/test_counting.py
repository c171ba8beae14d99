"""Counting words and factoring the counts: against loops written from the papers, and against numpy's SVD."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import sparse

from core.analysis import counting
from core.analysis.counting import co_occurrences, factor, ppmi

WORDS = 12


@pytest.fixture(scope="module")
def text() -> tuple[np.ndarray, np.ndarray]:
    """200 tokens of 12 words in sentences of 1 to 9, the first words often."""
    random = np.random.default_rng(0)
    tokens = np.minimum(random.geometric(0.25, 200) - 1, WORDS - 1).astype(np.int32)
    return tokens, np.repeat(np.arange(60), random.integers(1, 10, 60))[:200].astype(np.int32)


def slow_counts(tokens, sentence, distance: int) -> np.ndarray:
    table = np.zeros((WORDS, WORDS))
    for i in range(len(tokens)):
        for j in range(len(tokens)):
            if abs(i - j) == distance and sentence[i] == sentence[j]:
                table[tokens[i], tokens[j]] += 1
    return table


def slow_ppmi(table: np.ndarray, negatives: float) -> np.ndarray:
    """max(0, log(p(w, c) / (p(w) p_a(c))) - log k), where p_a(c) = #(c)^0.75 / sum of #(c')^0.75: Levy, Goldberg, Dagan
    2015, equations 2, 3 and that of section 3.2."""
    total, result = table.sum(), np.zeros_like(table)
    smoothed = [sum(table[:, c]) ** 0.75 for c in range(len(table))]
    for w in range(len(table)):
        for c in range(len(table)):
            if table[w, c]:
                p_w, p_c = sum(table[w]) / total, smoothed[c] / sum(smoothed)
                result[w, c] = max(0.0, math.log(table[w, c] / total / (p_w * p_c)) - math.log(negatives))
    return result


@pytest.mark.parametrize("distance", [1, 2, 5, 8, 199, 200, 500])
def test_co_occurrences_are_those_of_a_double_loop(text, distance):
    table = co_occurrences(*text, WORDS, distance)
    assert np.array_equal(table.toarray(), slow_counts(*text, distance))
    assert (table.nnz > 0) == (distance <= 8), "sentences have nine words at most"
    np.testing.assert_allclose(co_occurrences(*text, WORDS, distance, 0.2).toarray(), 0.2 * table.toarray(), rtol=1e-6)


def test_a_pair_across_sentences_is_none():
    tokens, sentence = np.array([0, 1, 2], np.int32), np.array([0, 0, 4], np.int32)
    assert co_occurrences(tokens, sentence, 3, 1).toarray().tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 0]]


def test_a_word_beside_itself_counts_for_both():
    tokens = np.zeros(3, np.int32)
    assert co_occurrences(tokens, tokens, 1, 1).toarray().tolist() == [[4]]


def test_weights_do_not_wear_off_over_many_pairs():
    tokens = np.zeros(1_000_001, np.int32)
    assert co_occurrences(tokens, tokens, 1, 1, 0.1).toarray()[0, 0] == pytest.approx(200_000, rel=1e-6)


@pytest.mark.parametrize("negatives", [1.0, 1.2, 1.5])
def test_ppmi_is_the_formula(text, negatives):
    table = sum(co_occurrences(*text, WORDS, distance, 1 / distance) for distance in (1, 2, 3))
    expected = slow_ppmi(table.toarray().astype(float), negatives)
    found = ppmi(table, negatives)
    assert (expected > 0).any() and (expected == 0).any()
    np.testing.assert_allclose(found.toarray(), expected, rtol=1e-4, atol=1e-6)
    assert found.nnz == (expected > 1e-9).sum(), "what is zero is not kept"


def test_ppmi_by_hand():
    """Two words that meet each other alone: p(w, c) = 1/2, p(w) = p(c) = 1/2, so log 2."""
    table = sparse.csr_matrix(np.array([[0, 3], [3, 0]], np.float32))
    np.testing.assert_allclose(ppmi(table).toarray(), [[0, math.log(2)], [math.log(2), 0]], rtol=1e-6)
    assert ppmi(table, 2.1).nnz == 0


def truncated(table: np.ndarray, dimension: int) -> np.ndarray:
    u, s, vt = np.linalg.svd(table.astype(float))
    return (u[:, :dimension] * s[:dimension]) @ vt[:dimension]


@pytest.mark.parametrize("dense", [0, 1000], ids=["Lanczos", "dense"])
@pytest.mark.parametrize("dimension", [1, 5, 20])
def test_the_two_tables_multiply_to_the_truncated_svd(dense, dimension, monkeypatch):
    monkeypatch.setattr(counting, "DENSE", dense)
    table = sparse.random(150, 150, 0.1, random_state=1, dtype=np.float32, format="csr")
    words, contexts = factor(table, dimension)
    assert words.shape == contexts.shape == (150, dimension) and words.dtype == contexts.dtype == np.float32
    expected = truncated(table.toarray(), dimension)
    assert np.linalg.norm(words @ contexts.T - expected) < 1e-3 * np.linalg.norm(expected)
    lengths = (words**2).sum(axis=0)
    np.testing.assert_allclose(lengths, np.linalg.svd(table.toarray(), compute_uv=False)[:dimension], rtol=1e-3)
    np.testing.assert_allclose((contexts**2).sum(axis=0), lengths, rtol=1e-3)
    assert np.array_equal(words, factor(table, dimension)[0]), "the same table gives the same vectors"


@pytest.mark.parametrize("dimension", [11, 12, 13, 50])
def test_a_small_vocabulary_is_padded_with_zeros(dimension):
    table = sparse.csr_matrix(np.random.default_rng(0).random((WORDS, WORDS), dtype=np.float32))
    words, contexts = factor(table, dimension)
    assert words.shape == contexts.shape == (WORDS, dimension)
    assert not words[:, WORDS:].any() and not contexts[:, WORDS:].any()
    np.testing.assert_allclose(words @ contexts.T, truncated(table.toarray(), dimension), atol=1e-5)


@pytest.mark.parametrize(
    "table",
    [np.ones((40, 40)), np.eye(40), np.kron(np.eye(8), np.ones((5, 5))), np.roll(np.eye(40), 1, 0) + np.roll(np.eye(40), -1, 0)],
    ids=["one block", "words that meet themselves", "eight blocks", "a ring"],
)  # fmt: skip
def test_tables_of_few_or_of_equal_singular_values(table):
    sparsely = sparse.csr_matrix(table.astype(np.float32))
    for dimension in (5, 10):
        words, contexts = factor(sparsely, dimension)
        least = np.linalg.norm(np.linalg.svd(table, compute_uv=False)[dimension:])  # Eckart and Young 1936
        assert np.linalg.norm(table - words @ contexts.T) == pytest.approx(least, abs=1e-4)
        assert np.array_equal(words, factor(sparsely, dimension)[0]), "no chance is in it"


@pytest.mark.parametrize("dense", [0, 1000])
def test_where_no_two_words_meet_all_is_zero(dense, monkeypatch):
    monkeypatch.setattr(counting, "DENSE", dense)
    table = ppmi(sparse.csr_matrix((30, 30), dtype=np.float32))
    assert table.nnz == 0
    words, contexts = factor(table, 5)
    assert words.shape == contexts.shape == (30, 5) and not words.any() and not contexts.any()
