"""Sets of analogies, answered in batches: against gensim, against one question at a time, and the known figures."""

from __future__ import annotations

import numpy as np
import pytest

from core.analysis import analogies
from core.analysis.analogies import Rules, answer_all
from core.analysis.vectors import WordVectors, best, cos_add, cos_mul
from core.data import glove, questions

WITH_GLOVE = pytest.mark.skipif(not glove.available(), reason=glove.HOW_TO_GET)

WORDS = tuple(f"w{i}" for i in range(300))


pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def numbers() -> np.ndarray:
    """300 words that are sums of 17 x 18 steps and noise, so that a part of the analogies holds."""
    random = np.random.default_rng(0)
    first, second = random.normal(size=(17, 12)), random.normal(size=(18, 12))
    grid = (first[:, None] + second[None]).reshape(-1, 12)[:300]
    return (grid + 0.6 * random.normal(size=grid.shape)).astype(np.float32)


@pytest.fixture(scope="module")
def vectors(numbers) -> WordVectors:
    return WordVectors(WORDS, numbers)


@pytest.fixture(scope="module")
def categories() -> dict[str, list[tuple[str, ...]]]:
    """500 questions: parallelograms of the grid, among them some with a word twice and some with unknown words."""
    random = np.random.default_rng(1)
    made: dict[str, list[tuple[str, ...]]] = {"first": [], "second": [], "unknown": []}
    while len(made["first"]) + len(made["second"]) < 490:
        (i, k), (j, m) = random.integers(0, 17, 2), random.integers(0, 18, 2)
        rows = (i * 18 + j, i * 18 + m, k * 18 + j, k * 18 + m)
        if max(rows) < 300 and i != k:
            made["first" if len(made["first"]) < 200 else "second"].append(tuple(WORDS[row] for row in rows))
    made["unknown"] = [("w1", "w2", "w3", "nowhere")] * 10
    return made


def gensim_says(words, numbers, categories, vocabulary, folder) -> dict[str, set[tuple[str, ...]]]:
    """The questions that gensim answers right, by category, in lower case."""
    from gensim.models import KeyedVectors

    file = folder / "questions.txt"
    lines = (line for name, rows in categories.items() for line in (f": {name}", *map(" ".join, rows)))
    file.write_text("\n".join(lines), encoding="utf-8")
    keyed = KeyedVectors(numbers.shape[1])
    keyed.add_vectors(list(words), numbers)
    _, sections = keyed.evaluate_word_analogies(str(file), restrict_vocab=vocabulary)
    return {
        one["section"]: [[tuple(word.lower() for word in row) for row in one[key]] for key in ("correct", "incorrect")]
        for one in sections[:-1]
    }


def ours(result: analogies.AnalogyResult, name: str) -> list[list[tuple[str, ...]]]:
    of = [answer for answer in result.answers if answer.category == name]
    return [[(x.a, x.b, x.c, x.expected) for x in of if x.right is right] for right in (True, False)]


@pytest.mark.twin("core/analysis/analogies.py", "core/analysis/vectors.py")
@pytest.mark.parametrize("vocabulary", [300, 120])
def test_every_question_as_gensim_answers_it(vectors, numbers, categories, vocabulary, tmp_path):
    result = answer_all(vectors, categories, Rules(vocabulary))
    twin = gensim_says(WORDS, numbers, categories, vocabulary, tmp_path)
    for name, rows in categories.items():
        assert ours(result, name) == twin[name]
        right, asked = len(twin[name][0]), len(twin[name][0]) + len(twin[name][1])
        assert result.categories[name] == (right, asked, len(rows) - asked)
    assert 0.1 < result.total.accuracy < 0.9, "a test on questions that are all right or all wrong shows little"
    assert result.total.asked + result.total.skipped == 500
    assert (result.total.skipped == 10) is (vocabulary == 300)


@pytest.mark.parametrize("keep_query", [False, True])
@pytest.mark.parametrize("method", ["add", "mul"])
def test_every_answer_as_one_question_at_a_time_has_it(vectors, categories, method, keep_query):
    result = answer_all(vectors, categories, Rules(keep_query=keep_query, method=method), batch=64)
    for answer in result.answers:
        a, b, c = answer.a, answer.b, answer.c
        terms: dict[str, float] = {}
        for word, weight in ((a, -1.0), (b, 1.0), (c, 1.0)):
            terms[word] = terms.get(word, 0) + weight
        if method == "mul" and len(terms) < 3:
            continue  # one word twice: the slow way adds its weights up
        scores = (cos_add if method == "add" else cos_mul)(vectors, terms)
        assert answer.given == best(vectors, scores, 1, [] if keep_query else [a, b, c])[0].word
    assert [(x.a, x.b, x.c, x.expected) for x in result.answers] == [*categories["first"], *categories["second"]]


def test_with_the_query_words_in_fewer_are_right(vectors, categories):
    """Of four different words: a word that wins against all wins against fewer."""
    of = {"four words": [row for rows in categories.values() for row in rows if len(set(row)) == 4]}
    out, kept = (answer_all(vectors, of, Rules(keep_query=keep)) for keep in (False, True))
    assert kept.total.right < out.total.right
    assert {answer for answer in kept.answers if answer.right} < set(out.answers)
    assert any(answer.given in (answer.a, answer.b, answer.c) for answer in kept.answers)
    assert not any(answer.given in (answer.a, answer.b, answer.c) for answer in out.answers)


def test_batches_change_nothing_and_progress_is_told(vectors, categories, monkeypatch):
    whole = answer_all(vectors, categories, batch=1000)
    told = []
    assert answer_all(vectors, categories, batch=100, on_progress=lambda *at: told.append(at)) == whole
    assert told == [(100, 490), (200, 490), (300, 490), (400, 490), (490, 490)]
    monkeypatch.setattr(analogies, "SCORE_BYTES", 4 * 300 * 200)  # scores of 200 questions
    told.clear()
    assert answer_all(vectors, categories, on_progress=lambda *at: told.append(at)) == whole
    assert told == [(200, 490), (400, 490), (490, 490)]


def test_an_exception_from_the_listener_ends_the_work(vectors, categories):
    class Stop(Exception):
        pass

    def stop(done, asked):
        assert done == 10, "went on after it was stopped"
        raise Stop

    with pytest.raises(Stop):
        answer_all(vectors, categories, batch=10, on_progress=stop)


def test_an_exact_parallelogram_is_found_both_ways():
    words = ("man", "woman", "king", "queen", "bread")
    vectors = WordVectors(words, np.array([[1, 0, 0.1], [1, 1, 0.1], [0.2, 0, 1], [0.2, 1, 1], [-1, 0.1, -1]]))
    for method in ("add", "mul"):
        result = answer_all(vectors, {"family": [("man", "king", "woman", "queen")]}, Rules(method=method))
        assert result.answers == (("family", "man", "king", "woman", "queen", "queen"),) and result.answers[0].right


def test_nothing_to_ask_has_no_accuracy(vectors):
    for categories in ({}, {"a": []}, {"a": [("no", "such", "words", "here")]}):
        result = answer_all(vectors, categories)
        assert result.answers == () and result.total.accuracy is None
        assert result.total == (0, 0, sum(map(len, categories.values())))
    assert answer_all(vectors, {"a": [("w0", "w1", "w2", "w3")]}, Rules(10**9)).total.asked == 1


@pytest.mark.parametrize("wrong", [{"rules": {"vocabulary": 0}}, {"batch": 0}, {"rules": {"method": "pair"}}])
def test_settings_that_mean_nothing_are_refused(vectors, categories, wrong):
    with pytest.raises(ValueError):
        answer_all(vectors, categories, Rules(**wrong.get("rules", {})), batch=wrong.get("batch", 256))


# Real vectors -----------------------------------------------------------------------------------------------------


@pytest.mark.twin("core/analysis/analogies.py", "core/analysis/vectors.py")
@WITH_GLOVE
def test_glove_answers_the_google_set_as_it_is_known_to(tmp_path):
    """Exact on any machine: the two best words of a question are never nearer than 3e-5, rounding is 1e-7."""
    words, numbers = glove.load(30_000)
    vectors = WordVectors(words, numbers)
    google = questions.analogy_set("google").categories
    result = answer_all(vectors, google, Rules(30_000))
    assert result.total == (7393, 14_877, 4667)
    assert result.categories["capital-common-countries"] == (403, 506, 0)  # 79.6 %
    assert result.categories["family"] == (259, 342, 164)  # 75.7 %
    family = {"family": google["family"]}
    assert ours(result, "family") == gensim_says(words, np.array(numbers), family, 30_000, tmp_path)["family"]
