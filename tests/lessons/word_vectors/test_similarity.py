"""Spearman's correlation against scipy, and agreement with people's judgements against gensim."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import rankdata, spearmanr

from core.analysis.vectors import WordVectors
from core.lessons.word_vectors.similarity import agreement, average_ranks, spearman


@pytest.fixture(scope="module")
def numbers() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(60, 8)).astype(np.float32)


@pytest.fixture(scope="module")
def vectors(numbers) -> WordVectors:
    return WordVectors([f"w{i}" for i in range(60)], numbers)


@pytest.fixture(scope="module")
def rows() -> list[tuple[str, str, float]]:
    """80 pairs, many with equal judgements, a tenth of them with a word that has no vector."""
    random = np.random.default_rng(1)
    return [(f"w{a}", f"w{b}", float(s)) for a, b, s in random.integers((0, 0, 0), (60, 66, 11), size=(80, 3))]


@pytest.mark.parametrize("kinds", [3, 10, 1000])
def test_ranks_and_correlation_agree_with_scipy(kinds):
    random = np.random.default_rng(kinds)
    x, y = random.integers(0, kinds, 50) / 7, random.integers(0, kinds, 50) / 3
    assert average_ranks(x).tolist() == rankdata(x).tolist()
    assert spearman(x, y) == pytest.approx(spearmanr(x, y).statistic, abs=1e-12)


def test_closed_cases():
    assert average_ranks([10, 30, 20, 20]).tolist() == [1, 4, 2.5, 2.5]
    assert spearman([1, 2, 3, 4], [1, 8, 27, 1000]) == pytest.approx(1)
    assert spearman([1, 2, 3, 4], [4, 3, 2, 1]) == pytest.approx(-1)
    assert spearman([1, 2, 3], [5, 5, 5]) is None
    assert spearman([1], [2]) is None and spearman([], []) is None


@pytest.mark.twin("core/lessons/word_vectors/similarity.py", "core/analysis/vectors.py")
@pytest.mark.parametrize("vocabulary", [None, 40])
def test_agreement_is_what_gensim_says(vectors, numbers, rows, vocabulary, tmp_path):
    from gensim.models import KeyedVectors

    file = tmp_path / "pairs.tsv"
    file.write_text("".join(f"{a}\t{b}\t{score}\n" for a, b, score in rows))
    keyed = KeyedVectors(8)
    keyed.add_vectors(list(vectors.words), numbers)
    _, twin, unknown = keyed.evaluate_word_pairs(str(file), restrict_vocab=vocabulary or 60)
    result = agreement(vectors, rows, vocabulary)
    assert result.spearman == pytest.approx(twin.statistic, abs=1e-6)
    assert 100 * result.skipped / len(rows) == pytest.approx(unknown)
    assert len(result.compared) + result.skipped == len(rows) and result.skipped > 0


def test_rows_hold_both_values_and_both_ranks(vectors, numbers, rows):
    result = agreement(vectors, rows)
    known = [row for row in rows if row[1] in vectors]
    assert [row[:3] for row in result.compared] == known
    unit = numbers / np.linalg.norm(numbers, axis=1, keepdims=True)
    for row in result.compared:
        twin = float(unit[int(row.first[1:])] @ unit[int(row.second[1:])])
        assert row.cosine == pytest.approx(twin, abs=1e-6)
    assert [row.judged_rank for row in result.compared] == rankdata([row[2] for row in known]).tolist()
    assert [row.cosine_rank for row in result.compared] == rankdata([row.cosine for row in result.compared]).tolist()


def test_no_known_pair_has_no_correlation(vectors):
    result = agreement(vectors, [("w1", "nowhere", 3.0), ("no", "where", 4.0)])
    assert (result.spearman, result.compared, result.skipped) == (None, (), 2)
    assert agreement(vectors, []).spearman is None
    assert agreement(vectors, [("w1", "w2", 3.0)]).spearman is None
