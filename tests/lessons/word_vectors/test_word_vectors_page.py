"""The lesson "Word vectors" in AppTest: all that it shows is computed once more here, from the vectors as they are stored."""

from __future__ import annotations

import json
import random
import re
from dataclasses import replace
from functools import lru_cache
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr
from streamlit.testing.v1 import AppTest

from core import background, data, lab
from core.data import glove, questions, relations, texts
from core.data.words import corpus
from core.experiment import get
from core.lessons.word_vectors import batch, seeing, truth
from core.lessons.word_vectors.products import lengths
from core.lessons.word_vectors.shown import Shown
from core.maps.methods import METHODS
from core.queue import View
from core.store import artefacts
from core.store.record import MODEL, PREVIEWS
from core.training.drive import as_float32
from core.training.jobs import Board
from core.ui import lesson, maps
from tests.helpers.pages import (
    PATIENCE,
    as_text,
    buttons,
    drawn,
    fine,
    open_page,
    pick,
    press,
    put,
    settle,
    tables,
    with_another_byte,
    words,
)

pytestmark = pytest.mark.usefixtures("lab_cache", "quiet")

needs_glove = pytest.mark.skipif(not glove.available(), reason="the GloVe vectors are not on this machine")
needs_kjv = pytest.mark.skipif(not data.available("kjv"), reason="the King James Bible is not on this machine")
SMALL = 10_000  # words of GloVe, in tests that need no more


@pytest.fixture(scope="module", autouse=True)
def patient():
    """AppTest lets no time pass, so a page does not ask again: on a busy machine its questions would be given up."""
    queue = background._service.queue
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(queue, "rules", replace(queue.rules, silence=PATIENCE))
        yield


@pytest.fixture
def quiet():
    """No work of a test goes on in the background after its end."""
    yield
    settle()


def page(source: str = "glove", **query: str) -> AppTest:
    """The lesson at a link without the prefix; the set of analogies is not asked unless the link says so."""
    told = (
        {"from": source, "test": "similarity", "guess": "-"}
        | ({"words": str(SMALL)} if source == "glove" else {})
        | query
    )
    return open_page("word_vectors", **{f"wv_{name}": value for name, value in told.items()})


def box(at: AppTest) -> dict[str, Any]:
    """What the box was given: expression, rows, error, suggestions..."""
    [element] = [e for e in at.get("bidi_component") if e.key == "wv_box"]
    data = json.loads(element.proto.json)
    return data | data["held"]["value"] | {"puts": data["held"]["puts"]}


def typed(at: AppTest, expression: str, stamp: str = "hand-1") -> AppTest:
    """What the browser sends when somebody has typed."""
    message = {"value": {"expression": expression}, "puts": box(at)["puts"], "stamp": stamp}
    at.session_state["wv_box"] = {"held": message}
    return fine(at.run())


def rows(at: AppTest) -> list[tuple[str, float]]:
    return [(word, score) for word, score, _ in box(at)["rows"]]


def middled(chart: pd.DataFrame) -> pd.DataFrame:
    """x and y about their mean: where the middle of a map lies says nothing."""
    return chart[["x", "y"]] - chart[["x", "y"]].mean()


class Space:
    """Word vectors once more, in NumPy and float64."""

    def __init__(self, words: tuple[str, ...], raw: np.ndarray):
        self.words, self.raw = words, np.asarray(raw, np.float64)
        self.index = {word: i for i, word in enumerate(words)}
        self.unit = self.raw / np.linalg.norm(self.raw, axis=1, keepdims=True)

    def __getitem__(self, word: str) -> np.ndarray:
        return self.unit[self.index[word]]

    def nearest(self, scores: np.ndarray, count: int, without: tuple[str, ...] = ()) -> list[tuple[str, float]]:
        order = [i for i in np.argsort(-scores, kind="stable")[: count + len(without)] if self.words[i] not in without]
        return [(self.words[i], float(scores[i])) for i in order[:count]]

    def sum(self, terms: dict[str, float]) -> np.ndarray:
        query = sum(weight * self[word] for word, weight in terms.items())
        return self.unit @ query / np.linalg.norm(query)


@lru_cache(maxsize=3)
def glove_space(size: int = SMALL) -> Space:
    return Space(*glove.load(size))


def trained(**config: Any) -> artefacts.Record:
    shown = lab.view("word2vec", get("word2vec").lenient(config)[0], 0)
    if not isinstance(shown, lab.Ready):
        pytest.skip(f"word2vec with {config} is not in assets/trained")
    return shown.record


def learned_space(record: artefacts.Record) -> Space:
    state = as_float32(artefacts.load_state(artefacts.find(record.name, record.key).root, record))
    return Space(corpus(record.config["data"], record.config["min_count"]).words, state["vectors"].numpy())


def same_rows(shown: list[tuple[str, float]], expected: list[tuple[str, float]]) -> None:
    assert [word for word, _ in shown] == [word for word, _ in expected]
    assert [score for _, score in shown] == pytest.approx([score for _, score in expected], abs=2e-5)


# The page opens --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", ["glove", "kjv", "wordnet", "own"])
def test_the_page_opens_on_every_source(source):
    if source != "own" and not (glove.available() if source == "glove" else data.available(source)):
        pytest.skip(f"{source} is not on this machine")
    at = fine(page(source))
    assert len(at.title) == 1 and not at.error
    assert at.session_state["wv_from"] == source
    if source == "own":
        assert at.file_uploader(key="wv_file") and at.text_area(key="wv_pasted")
        assert not at.info and {part.key for part in at.get("bidi_component")} == {"wv_tools"}
    elif source == "glove":
        assert len(rows(at)) == 10 and not at.info
    else:
        assert "wv_train" in buttons(at)
        ready = isinstance(lab.view("word2vec", get("word2vec").lenient({"data": source})[0], 0), lab.Ready)
        assert [e.value for e in at.info if "not been trained yet" in e.value] == [] if ready else at.info
        assert not ready or len(rows(at)) == 10


@needs_glove
def test_the_first_paint_is_the_stage_and_the_rest_follows(monkeypatch):
    monkeypatch.setattr(lesson, "first_paint", lambda prefix: True)
    at = fine(page(see="nowhere"))
    first = rows(at)
    assert len(first) == 10 and box(at)["examples"]
    assert not at.get("vega_lite_chart") and not at.header
    monkeypatch.setattr(lesson, "first_paint", lambda prefix: False)
    fine(at.run())
    assert rows(at) == first
    assert [header.value for header in at.header][:3] == ["Is it true?", "See it", "What is a cosine made of?"]
    assert len(at.get("vega_lite_chart")) == 5
    assert len(at.info) == 1 and "Look at them: the link asks for a value" in at.info[0].value, (
        "what the link could not have"
    )


@needs_glove
def test_a_fresh_lesson_has_nothing_in_its_link():
    assert dict(fine(open_page("word_vectors", wv_test="similarity")).query_params) == {"wv_test": "similarity"}


def test_without_glove_the_page_opens_on_the_bible_and_says_what_to_install(monkeypatch):
    monkeypatch.setattr(glove, "available", lambda: False)
    at = fine(open_page("word_vectors", wv_test="similarity"))
    assert "GloVe is not on this machine" in words(at) and glove.HOW_TO_GET in words(at)
    assert at.session_state["wv_from"] == next(
        name for name in ("kjv", "wordnet", "own") if name == "own" or data.available(name)
    )
    asked = fine(page("glove"))
    assert len([e for e in asked.info if "the link asks for a value that is not available here" in e.value]) == 1


# The box ---------------------------------------------------------------------------------------------------------


@needs_glove
def test_the_default_answer_is_that_of_the_vectors():
    space = glove_space(50_000)
    at = fine(open_page("word_vectors", wv_test="similarity"))
    terms = {"king": 1, "man": -1, "woman": 1}
    same_rows(rows(at), space.nearest(space.sum(terms), 10, tuple(terms)))
    assert rows(at)[0][0] == "queen" and f"{rows(at)[0][1]:.3f}" == "0.852"
    assert box(at)["normal"] == "king − man + woman" and not box(at)["error"]
    [(word, score)] = space.nearest(space.sum(terms), 1)
    assert f"would be **{word}** itself ({score:.3f})" in words(at) and (word, f"{score:.3f}") == ("king", "0.885")

    places = drawn(at, "kind", "off").set_index("kind")
    man, king, woman, queen = (space[word] for word in ("man", "king", "woman", "queen"))
    x, y = np.linalg.qr(np.stack([king - man, woman - man], axis=1))[0].T
    off = queen - man - x * (x @ (queen - man)) - y * (y @ (queen - man))
    assert f"The answer lies {np.linalg.norm(off):.2f} off the plane" in words(at)
    corner = {kind: places.loc[kind, ["x", "y"]].to_numpy(float) for kind in ("start", "end", "base", "sum")}
    step = corner["end"] - corner["start"]
    assert corner["sum"] == pytest.approx(corner["base"] + step, abs=1e-4)
    assert step == pytest.approx([np.linalg.norm(king - man), 0], abs=1e-4)
    assert np.linalg.norm(corner["base"] - corner["start"]) == pytest.approx(np.linalg.norm(woman - man), abs=1e-4)


@needs_kjv
def test_the_bible_is_answered_from_its_own_vectors():
    space = learned_space(trained())
    at = fine(page("kjv", e="wine + bread"))
    same_rows(rows(at), space.nearest(space.sum({"wine": 1, "bread": 1}), 10, ("wine", "bread")))
    assert f"Skip-gram on King James Bible, {len(space.words):,} words" in words(at)
    assert len(space.words) == trained().metrics["vocabulary"]


@needs_kjv
@pytest.mark.parametrize("method", ["cbow", "ppmi-svd"])
def test_the_other_ways_to_learn_show_their_own_vectors(method):
    record = trained(method=method)
    at = fine(page("kjv", method=method, e="wine + bread"))
    space = learned_space(record)
    same_rows(rows(at), space.nearest(space.sum({"wine": 1, "bread": 1}), 10, ("wine", "bread")))
    assert f"<code>{record.key}</code>" in words(at)


def scores_by(space: Space, method: str) -> np.ndarray:
    """Scores of king − man + woman, from the definitions."""
    king, man, woman = space["king"], space["man"], space["woman"]
    if method == "add":
        return space.sum({"king": 1, "man": -1, "woman": 1})
    if method == "mul":
        by = [(1 + space.unit @ word) / 2 for word in (king, man, woman)]
        return by[0] * by[2] / (by[1] + 1e-3)
    step = space.unit - woman
    length = np.maximum(np.linalg.norm(step, axis=1), 1e-6)
    return step @ (king - man) / length / np.linalg.norm(king - man)


@needs_glove
@pytest.mark.parametrize("own", ["out", "in"])
@pytest.mark.parametrize("method", ["add", "mul", "direction"])
def test_the_three_scores_with_and_without_the_own_words(method, own):
    space, query = glove_space(), ("king", "man", "woman")
    scores = scores_by(space, method)
    at = fine(page(by=method, own=own))
    same_rows(rows(at), space.nearest(scores, 10, query if own == "out" else ()))
    assert [flag for *_, flag in box(at)["rows"]] == [word in query for word, _ in rows(at)]
    [(word, score)] = space.nearest(scores, 1)
    would = "is" if own == "in" else "would be"
    expected = f"{would} **{word}** itself ({score:.3f})" if word in query else f"**{word}** ({score:.3f}) is the first"
    assert expected in words(at), "the sentence speaks of the score that is shown"


@needs_glove
def test_one_word_and_one_with_a_minus():
    assert "The nearest words of *king* in GloVe, 10,000 words" in words(fine(page(e="king")))
    assert "that point away from *king*" in words(fine(page(e="-king")))


BAD = {
    "king - ": "at the end", "(king": 'A "(" is not closed', "king)": 'A ")" has no', "(" * 5000: "has 5,000 characters",
    "king + " * 800 + "man": "801 terms", "king man": '"king"', "2 × 3": "A number stands alone", "king / man": "divided by a word",
    "king - king": "cancel", "__import__('os').system('x')": "has no meaning", "king; drop table": "has no meaning",
}  # fmt: skip


@needs_glove
@pytest.mark.parametrize("expression", BAD)
def test_what_cannot_be_read_is_one_sentence_in_the_box(expression):
    """Written as a link, or typed; the next thing that is typed is answered again."""
    at = fine(page(e=expression))
    shown = box(at)
    assert shown["expression"] == expression and shown["rows"] == [] and shown["normal"] == ""
    assert BAD[expression] in shown["error"]
    assert not at.error and len([e for e in at.get("vega_lite_chart")]) == 4, "all else is there"
    typed(at, "king - man + woman")
    assert rows(at)[0][0] == "queen" and not box(at)["error"]


@needs_glove
def test_an_emptied_box_says_what_to_do():
    at = typed(fine(page()), "  ")
    assert "The expression is empty" in box(at)["error"] and box(at)["rows"] == []


@needs_glove
def test_unknown_words_are_named_with_their_nearest_spellings():
    at = typed(fine(page()), "kingg - man + wommen")
    shown = dict(box(at)["suggestions"])
    assert "king" in shown["kingg"] and shown["wommen"][0] in ("women", "woman")
    assert '"kingg"' in box(at)["error"] and '"wommen"' in box(at)["error"]
    for i, text in enumerate(("<script>alert(1)</script>", "שלום", "ملك + امرأة", "![x](http://e.vil/x.png)"), 2):
        typed(at, text, f"hand-{i}")
        assert box(at)["error"] and box(at)["expression"] == text
        assert not any(text in e.proto.body for e in at.get("html")), "it reaches the page as data, not as HTML"


@needs_glove
def test_messages_that_the_browser_cannot_have_sent_are_passed_over():
    at = fine(page())
    first = rows(at)
    for value, puts in (({"expression": "a + " * 10_000 + "a"}, 1), ({"expression": 7}, 1), ({"expression": "man"}, "1"),
                        ({"expression": "man"}, -1), ("man", 1), (None, 1)):  # fmt: skip
        at.session_state["wv_box"] = {"held": {"value": value, "puts": puts, "stamp": "h-1"}}
        fine(at.run())
        assert rows(at) == first


@needs_glove
def test_pair_direction_says_which_shape_it_needs():
    at = fine(page(by="direction", e="king + queen"))
    assert "a − b + c" in box(at)["error"] and box(at)["rows"] == []
    assert "a − b + c" in box(typed(at, "2 * king - man + woman"))["error"]


@needs_glove
@pytest.mark.parametrize(
    ("expression", "kinds"),
    [("king - man + woman", {"sum"}), ("(berlin + moscow) / 2", {"word"}), ("king - man + king", {"word"})],
)
def test_what_is_drawn_fits_the_expression(expression, kinds):
    assert kinds <= {*drawn(fine(page(e=expression)), "kind", "x", "y", "word", "label")["kind"]}


@needs_glove
def test_the_signs_of_a_vocabulary_and_of_a_link_are_no_markdown():
    hostile = "![x](http://e.vil/x.png) **b** $ <b>"
    at = fine(page(mine=f"{hostile} euro yen", listed=hostile, first="![x](http://e.vil/y.png)", near="$"))
    text = words(at).replace("<b>Start here.</b>", "")  # our own
    assert "](http://e" not in text and "<b>" not in text and "**b**" not in text
    assert "\\!\\[x\\]\\(http" in text, "it stands there letter by letter"
    assert re.search(r"(?<!\\)\$\S* 0\.\d\d", text) is None, "the neighbours of a dollar are no formula"


# Is it true? -----------------------------------------------------------------------------------------------------


def asked(at: AppTest) -> AppTest:
    """The page once all questions are answered."""
    settle()
    return fine(at.run())


@needs_glove
def test_the_share_of_right_answers_is_the_published_one():
    google = [one for one in questions.analogy_sets() if one.name == "google"]
    if not google:
        pytest.skip("the Google analogies are not on this machine")
    at = asked(fine(open_page("word_vectors", wv_guess="-")))
    assert "**49.7%** of 14,877 questions are answered right by GloVe, 50,000 words, among its first 30,000" in words(
        at
    )
    bars = drawn(at, "category", "kept_right").set_index("category")
    for category, share in (("capital-common-countries", 79.6), ("family", 75.7), ("all", 49.7)):
        assert 100 * bars.loc[category, "right"] / bars.loc[category, "count"] == pytest.approx(share, abs=0.3)
    assert dict(at.query_params) == {"wv_guess": "-"}


def test_nothing_is_asked_before_a_guess(monkeypatch):
    calls = []
    monkeypatch.setattr(background, "ask", lambda key, *_, **__: calls.append(key) or View("queued"))
    at = fine(page("kjv", test="analogies", guess=""))
    assert not calls and "Guess before they are asked" in words(at)
    [button] = [b for b in at.button if b.key == "wv_guess_50%"]
    at = fine(button.click().run())
    assert any(key.startswith("analogies/") for key in calls) and at.query_params["wv_guess"] == "50%"


def twin(space: Space, asked: list[tuple[str, ...]]) -> tuple[list[str], list[str]]:
    """The word found for each question, one after the other: without the question's own words, and with them."""
    out, kept_in = [], []
    for a, b, c, _ in asked:
        scores = space.sum({b: 1, a: -1, c: 1})
        kept_in.append(space.words[int(scores.argmax())])
        scores[[space.index[word] for word in (a, b, c)]] = -np.inf
        out.append(space.words[int(scores.argmax())])
    return out, kept_in


@needs_kjv
@pytest.mark.parametrize("kept", ["out", "in"])
def test_every_count_of_the_analogies_is_that_of_a_slow_loop(kept):
    space = learned_space(trained())
    at = asked(fine(page("kjv", test="analogies", set="own", kept=kept, category="man → woman")))
    known = {
        one.title: [q for q in questions.analogy_set("own").categories[one.title] if all(w in space.index for w in q)]
        for one in relations.RELATIONS
    }
    bars = drawn(at, "category", "kept_right").set_index("category")
    right = {"out": 0, "in": 0}
    wrong = second = third = 0
    for category, each in known.items():
        if not each:
            assert category not in bars.index
            continue
        out, kept_in = twin(space, each)
        expected = [q[3] for q in each]
        counts = [sum(x == y for x, y in zip(found, expected, strict=True)) for found in (out, kept_in)]
        assert bars.loc[category, ["right", "kept_right", "count"]].tolist() == [*counts, len(each)]
        right = {"out": right["out"] + counts[0], "in": right["in"] + counts[1]}
        wrong += len(each) - counts[1]
        third += sum(x == q[2] for x, q in zip(kept_in, each, strict=True))
        second += sum(x == q[1] for x, q in zip(kept_in, each, strict=True))
        if category == "man → woman":
            answers = out if kept == "out" else kept_in
            misses = [(q, x) for q, x in zip(each, answers, strict=True) if x != q[3]]
            table = at.dataframe[0].value
            assert len(table) == min(len(misses), 400)
            (a, b, c, d), given = misses[0]
            assert table.iloc[0].tolist() == [f"{a} : {b} = {c} : ?", given, d]
    total = sum(map(len, known.values()))
    assert f"**{right['out'] / total:.1%}** of {total:,} questions" in words(at)
    assert f"it is **{right['in'] / total:.1%}**" in words(at)
    assert f"of its {wrong:,} wrong answers {third:,} are" in words(at) and f"and {second:,} its second" in words(at)


@needs_glove
def test_spearmans_correlation_is_scipys():
    space = glove_space()
    at = fine(page())
    for one in questions.similarity_sets():
        fine(at.selectbox(key="wv_judged").set_value(one.name).run())
        known = [(a, b, judged) for a, b, judged in one.rows if a in space.index and b in space.index]
        rho = spearmanr([judged for *_, judged in known], [space[a] @ space[b] for a, b, _ in known]).statistic
        assert f"**{rho:.3f}**, over {len(known)} pairs ({len(one.rows) - len(known)} have" in words(at)
        assert len(drawn(at, "judged", "cosine")) == len(known)


@needs_glove
def test_questions_that_fail_are_one_sentence(monkeypatch):
    monkeypatch.setattr(background, "ask", lambda *_, **__: View("failed", message="It broke."))
    at = fine(page(test="analogies"))
    assert [error.value for error in at.error] == ["It broke."]
    assert drawn(at, "coordinate", "product") is not None, "the rest of the page is there"


# See it ----------------------------------------------------------------------------------------------------------


@needs_glove
def test_the_map_of_groups_is_the_pca_of_their_words():
    space = glove_space()
    at = fine(page(groups="capitals-numbers", mine="tea COFFEE qqq", near="tea"))
    chart = drawn(at, "group", "x", "label")
    named = chart["word"].tolist()
    assert {"tea", "coffee", "one", "paris"} <= {*named} and "qqq" not in named
    points = np.stack([space[word] for word in named])
    spread = np.linalg.svd(points - points.mean(axis=0), compute_uv=False) ** 2
    assert f"{spread[:2].sum() / spread.sum():.0%} of it" in words(at)
    assert middled(chart).pow(2).sum().to_numpy() == pytest.approx(spread[:2], rel=1e-3)
    assert "Not among the words of GloVe, 10,000 words:" in words(at) and "qqq" in words(at)
    near = space.nearest(space.unit @ space["tea"], 8, ("tea",))
    assert " · ".join(f"{word} {cosine:.2f}" for word, cosine in near) in words(at).replace("\\", "")
    arrows = drawn(at, "x2", "dx", "group")
    pairs = [p for p in {g.name: g for g in relations.GROUPS}["capitals"].arrows if {*p} <= {*named}]
    assert len(arrows) == len(pairs)


@needs_glove
def test_the_groups_of_the_map_are_chosen():
    at = fine(page("glove"))
    fine(at.multiselect(key="wv_groups").set_value(["animals"]).run())
    shown = drawn(at, "group", "x", "label")["word"].tolist()
    animals = {group.name: group for group in relations.GROUPS}["animals"]
    assert shown == [word for word in animals.words if word in glove_space().index]
    assert at.query_params["wv_groups"] == "animals"


@needs_glove
@pytest.mark.parametrize("method", ["umap", "tsne"])
def test_a_map_that_takes_its_time(monkeypatch, method):
    """On its way, failed, and there; its settings are such as the method takes."""
    answer = {"now": View("running", message="The map is being computed.")}

    def projection(asked, x, *, key, retry=False, **settings):
        assert asked == method and METHODS[asked].compute
        assert settings.get("n_neighbors", 2) < len(x) and settings.get("perplexity", 2.0) < len(x)
        answer["x"] = x
        return answer["now"]

    monkeypatch.setattr(maps.service, "projection", projection)
    at = fine(page(project=method, groups="numbers"))
    assert [e for e in at.info if "The map is being computed." in e.value]
    answer["now"] = View("failed", message="The map could not be computed.")
    fine(at.run())
    assert [e.value for e in at.error] == ["The map could not be computed."]
    press(at, "wv_project_job_retry")
    points = np.random.default_rng(0).normal(size=(len(answer["x"]), 2)).astype(np.float32)
    answer["now"] = View("done", points)
    fine(at.run())
    chart = drawn(at, "group", "x", "label")
    assert middled(chart).to_numpy() == pytest.approx(points - points.mean(axis=0), abs=1e-5)
    space = glove_space()
    assert answer["x"].numpy() == pytest.approx(np.stack([space[w] for w in chart["word"]]), abs=1e-5)


@pytest.mark.parametrize("count", [3, 4, 11, 150])
@pytest.mark.parametrize("method", ["umap", "tsne"])
def test_the_settings_of_a_map_fit_any_number_of_words(method, count):
    settings = METHODS[method].check(**seeing._settings(method, count))
    assert settings.get("n_neighbors", 2) < count and settings.get("perplexity", 2.0) < count


@needs_glove
def test_words_on_an_axis_lie_where_their_shadows_fall():
    space = glove_space()
    at = fine(page(see="axis", axis="own", low="cold ice nosuchword", high="hot", placed="snow fire Tea nothere"))
    low, high = (space["cold"] + space["ice"]) / 2, space["hot"]
    values = drawn(at, "value", "word", "order")
    assert {*values["kind"]} == {"low", "high"}
    every = pd.concat(
        table for element in at.get("vega_lite_chart") for table in tables(element) if "left0" in table.columns
    )
    places = every[every["kind"] == "word"].set_index("word")["value"]
    for word in ("snow", "fire", "tea"):
        position = (space[word] - low) @ (high - low) / ((high - low) @ (high - low))
        assert places[word] == pytest.approx(2 * position - 1, abs=1e-4)
    assert "nosuchword, nothere" in words(at)
    assert "What this says and does not say" not in words(at)
    assert "What this says and does not say" in words(pick(at, "wv_axis", "gender"))


@needs_glove
@pytest.mark.parametrize(
    ("low", "high", "sentence"),
    [
        ("", "hot", "no known word at its low end"),
        ("cold", "qqqq", "no known word at its high end"),
        ("hot cold", "cold hot", "Both ends of the axis are the same"),
    ],
)
def test_ends_that_span_no_axis_are_one_sentence(low, high, sentence):
    at = fine(page(see="axis", axis="own", low=low, high=high))
    assert len(at.info) == 1 and sentence in at.info[0].value and not at.error
    put(at, "wv_low", "cold")
    put(at, "wv_high", "hot")
    assert not at.info and at.query_params["wv_low"] == "cold"


@needs_glove
def test_how_parallel_arrows_are_is_the_mean_over_all_pairs_of_them():
    space = glove_space()
    at = fine(page(see="parallel", relation="family"))
    bars = drawn(at, "relation", "mean", "random").set_index("relation")
    for one in relations.RELATIONS:
        steps = [space[b] - space[a] for a, b in one.pairs if a in space.index and b in space.index]
        if len(steps) < 4:
            assert one.title not in bars.index
            continue
        steps = [step / np.linalg.norm(step) for step in steps]
        mean = np.mean([x @ y for x, y in combinations(steps, 2)])
        assert bars.loc[one.title, "mean"] == pytest.approx(mean, abs=1e-4)
        assert bars.loc[one.title, "pairs"] == len(steps)
    top = (bars["mean"] - bars["random"]).idxmax()
    assert f"**{top}**, {bars.loc[top, 'mean']:.2f} against {bars.loc[top, 'random']:.2f}" in words(at)
    table = next(e.value for e in at.dataframe if "from" in e.value.columns)
    assert ("man", "woman") in set(zip(table["from"], table["to"], strict=True))


# Products --------------------------------------------------------------------------------------------------------


@needs_glove
def test_the_dot_product_and_the_cosine_of_two_words():
    space = glove_space()
    at = fine(page())
    king, queen = (space.raw[space.index[word]] for word in ("king", "queen"))
    cosine = king @ queen / np.linalg.norm(king) / np.linalg.norm(queen)
    said = words(at)
    assert f"**cosine {cosine:.3f}**" in said and "**cosine 0.784**" in said
    assert f"**dot product is {king @ queen:.2f}**" in said
    assert f"{np.linalg.norm(king):.2f} and {np.linalg.norm(queen):.2f}" in said
    bars = drawn(at, "coordinate", "product")
    assert bars["product"].sum() == pytest.approx(cosine, abs=1e-5)
    assert bars["product"].abs().is_monotonic_decreasing
    pick(at, "wv_order", "place")
    bars = drawn(at, "coordinate", "product")
    assert bars["coordinate"].tolist() == list(range(1, 51))
    assert bars["product"].to_numpy() == pytest.approx(space["king"] * space["queen"], abs=1e-6)


@needs_glove
def test_the_table_of_similarities():
    space = glove_space()
    at = fine(page(listed="king queen, Bread; bread nosuch"))
    table = drawn(at, "a", "b", "value", "row")
    assert len(table) == 9 and "nosuch" in words(at)
    for kind, value in (("cosine", lambda a, b: space[a] @ space[b]),
                        ("dot", lambda a, b: space.raw[space.index[a]] @ space.raw[space.index[b]])):  # fmt: skip
        table = drawn(pick(at, "wv_kind", kind), "a", "b", "value", "row")
        for a, b, shown in table[["a", "b", "value"]].itertuples(index=False):
            assert shown == pytest.approx(value(a, b), abs=1e-3 if kind == "dot" else 1e-5)


@needs_glove
def test_words_without_a_vector_have_no_products():
    at = fine(page(first="nosuchword", second="", listed="king"))
    assert len(at.info) == 2 and "nosuchword" in words(at)
    with pytest.raises(AssertionError):
        drawn(at, "coordinate", "product")
    put(at, "wv_first", "tea")
    put(at, "wv_second", "TEA")
    assert "**cosine 1.000**" in words(at)
    assert at.query_params["wv_second"] == "TEA"


# Many expressions ------------------------------------------------------------------------------------------------


def table_of_lines(at: AppTest) -> pd.DataFrame:
    return next(e.value for e in at.dataframe if "expression" in e.value.columns)


@needs_glove
def test_many_expressions_become_a_table_and_csv(monkeypatch):
    made = []
    monkeypatch.setattr(batch, "as_csv", lambda rows: made.append(rows) or "line")
    at = fine(page())
    lines = "king - man + woman\n# a remark\n\nparis - france + italy\nking +\nqqqq\n" + "king + " * 200 + "man"
    fine(at.text_area(key="wv_lines").set_value(lines).run())
    at = asked(at)
    table = table_of_lines(at)
    assert table["line"].tolist() == [1, 4, 5, 6, 7]
    assert table["word"].tolist()[:2] == ["queen", "rome"]
    space = glove_space()
    assert table["cosine"][0] == pytest.approx(
        space.sum({"king": 1, "man": -1, "woman": 1})[space.index["queen"]], abs=1e-5
    )
    assert table["error"].notna().sum() == 3 and "201 terms" in table["error"][4]
    assert [row["line"] for row in made[-1]] == table["line"].tolist() and "Download as CSV" in str(
        at.get("download_button")
    )

    pick(at, "wv_lines_count", 3)
    assert len(table_of_lines(asked(at))) == 3 + 3 + 3
    fine(at.text_area(key="wv_lines").set_value("king\n" * 1001).run())
    assert [e.value for e in asked(at).error] == ["There are 1,001 lines; at most 1,000: send them in parts."]


@needs_glove
def test_a_file_of_expressions_and_one_that_is_none():
    at = fine(page())
    at.file_uploader(key="wv_lines_file").set_value(
        ("lines.txt", "brother - man + woman".encode("utf-16"), "text/plain")
    )
    assert table_of_lines(asked(fine(at.run())))["word"].tolist() == ["daughter"]
    at.file_uploader(key="wv_lines_file").set_value(("lines.txt", b"\x00\x01\x02" * 999, "text/plain"))
    assert len(fine(at.run()).error) == 1


# Links, cards, reset ---------------------------------------------------------------------------------------------

LINKS = [
    ({"words": "50000", "e": "paris - france + italy"}, "rome"),
    ({"by": "mul", "own": "in"}, "**queen**"),
    ({"see": "axis", "axis": "own", "low": "war", "high": "peace", "placed": "sword dove"}, "one line"),
    ({"see": "axis", "axis": "size", "also_size": "planet"}, "one line"),
    ({"see": "parallel", "relation": "plural"}, "Most parallel here"),
    ({"groups": "body-numbers", "mine": "tea", "near": "eye", "project": "pca"}, "PCA of these words"),
    ({"first": "tea", "second": "coffee", "order": "place", "kind": "dot", "listed": "tea coffee"}, "products of *tea* and *coffee*"),
    ({"judged": "own"}, "A small set"),
    ({"e": "2 × (bread + wine) − 0.5 × \"water\""}, "own words"),
]  # fmt: skip


@needs_glove
@pytest.mark.parametrize(("link", "sign"), LINKS)
def test_a_link_shows_the_same_screen_and_keeps_all_of_itself(link, sign):
    at = fine(page(**link))
    kept = {name.removeprefix("wv_"): value for name, value in at.query_params.items()}
    assert link.items() <= kept.items() | {("words", "50000"), ("project", "pca"), ("judged", "wordsim353")}
    assert not at.info and sign in words(at) + json.dumps(rows(at))
    fine(at.run())
    other = fine(
        open_page(
            "word_vectors", **{f"wv_{n}": v for n, v in kept.items()} | {"wv_words": link.get("words", str(SMALL))}
        )
    )
    assert words(other) == words(at) and rows(other) == rows(at)


@needs_glove
def test_what_is_done_by_hand_is_in_the_link():
    at = typed(fine(page()), "tea + milk")
    pick(at, "wv_own", "in")
    pick(at, "wv_by", "mul")
    pick(at, "wv_see", "axis")
    put(at, "wv_also_gender", "robot")
    put(at, "wv_first", "tea")
    query = dict(at.query_params)
    assert query.items() >= {"wv_e": "tea + milk", "wv_own": "in", "wv_by": "mul", "wv_see": "axis", "wv_first": "tea",
                             "wv_also_gender": "robot"}.items()  # fmt: skip
    other = fine(open_page("word_vectors", **query))
    assert rows(other) == rows(at) and words(other) == words(at)


WIDGETS = (
    "from",
    "words",
    "by",
    "own",
    "see",
    "project",
    "groups",
    "axis",
    "near",
    "relation",
    "order",
    "kind",
    "test",
    "judged",
)
WRITTEN = ("e", "mine", "low", "high", "placed", "first", "second", "listed")
NAMES = (
    *WIDGETS,
    *WRITTEN,
    "method",
    "text",
    "also_gender",
    "set",
    "among",
    "kept",
    "category",
    "answers",
    "seed",
    "box",
    "lines",
    "pasted",
    "file",
    "train",
    "reset",
    *get("word2vec").knobs(),
)
GARBAGE = (
    "",
    "nan",
    "-1",
    "\0",
    "<script>alert(1)</script>",
    "../../../etc/passwd",
    "a" * 3000,
    "٣",
    "text-" + "0" * 16,
)


def calm(at: AppTest, value: str) -> None:
    """No exception, no error; each note once; what the link said is nowhere HTML or Markdown."""
    fine(at)
    assert not at.error and len(at.title) == 1
    notes = [e.value for e in at.info if "link" in e.value]
    assert len(notes) == len({*notes})
    assert not re.search(r"(?<!\\)<script", words(at))
    assert not any(value in note for note in notes if len(value) > 2)


@needs_glove
@pytest.mark.parametrize("name", [*WIDGETS, *WRITTEN])
def test_garbage_in_one_parameter_is_one_sentence_at_most(name):
    mode = {"axis": "axis", "low": "axis", "high": "axis", "placed": "axis", "relation": "parallel"}.get(name, "map")
    more = {"axis": "own"} if name in ("low", "high", "placed") else {}
    at = page(**({"see": mode} | more | {name: "<script>"}))
    calm(at, "<script>")
    notes = [e.value for e in at.info if "the link asks for a value that is not available here" in e.value]
    assert len(notes) == (name in WIDGETS), "said in the very run that opens the link"


@pytest.mark.parametrize("source", ["glove", "kjv", "own"])
@pytest.mark.parametrize("value", GARBAGE)
def test_every_parameter_at_once_can_be_garbage(source, value):
    calm(page(source, **({name: value for name in NAMES if name != "from"} | {"see": "axis", "axis": "own"})), value)


@needs_glove
@pytest.mark.parametrize(
    ("card", "expression", "own"),
    [(0, "king - man + woman", "in"), (1, "(berlin + moscow) / 2", "out"), (2, "good - bad + small", "out")],
)
def test_each_card_puts_its_case_on_the_stage(card, expression, own):
    at = typed(fine(page(own="in")), "tea + milk")
    puts = box(at)["puts"]
    press(at, f"wv_try{card}")
    assert box(at)["expression"] == expression and box(at)["puts"] > puts, "the browser follows"
    assert at.session_state["wv_own"] == own and len(rows(at)) == 10
    assert (rows(at)[0][0] == "king") == (card == 0)


@needs_kjv
def test_the_cards_of_the_bible_can_be_answered_by_it():
    trained()
    at = fine(page("kjv"))
    for card in range(3):
        press(at, f"wv_try{card}")
        assert len(rows(at)) == 10, box(at)["error"]


@needs_glove
def test_reset_puts_everything_back():
    fresh = fine(open_page("word_vectors", wv_test="similarity"))
    settle()
    at = typed(fine(page(see="axis", axis="own", low="war", mine="x y", first="tea", groups="numbers", kind="dot", by="mul",
                         e="tea")), "milk")  # fmt: skip
    fine(at.text_area(key="wv_lines").set_value("king").run())
    press(at, "wv_reset")
    assert dict(at.query_params) == {} and rows(at) == rows(fresh)
    pick(asked(at), "wv_test", "similarity")
    assert words(at) == words(fresh)
    assert box(at)["puts"] > 0 and at.text_area(key="wv_lines").value in ("", None)


# One's own text --------------------------------------------------------------------------------------------------


def text_of_words(written: str, count: int = 4000) -> str:
    names, draw = written.split(), random.Random(0)
    lines = [" ".join(draw.choices(names, k=8)) + "." for _ in range(count // 8)]
    return "\n\n".join(" ".join(lines[i : i + 10]) for i in range(0, len(lines), 10))


GERMAN = """der könig und die königin gehen im garten bei nacht mit brot wein wasser feuer sohn tochter vater mutter haus tür
straße fluss größe süß schön alt jung gut böse tag licht kind frau mann bruder schwester pferd hund katze vogel baum
stein berg meer schiff krieg frieden wort buch hand auge herz"""
HINDI = """राजा रानी और घर में पानी दिन रात नदी पहाड़ पेड़ फूल बच्चा माता पिता भाई बहन लड़का लड़की पुस्तक हाथ आँख मन सूर्य चंद्रमा
आकाश धरती अग्नि वायु जल भोजन रोटी दूध चावल गाँव नगर मार्ग मित्र शत्रु युद्ध शांति प्रेम क्रोध सत्य झूठ धर्म कर्म ज्ञान विद्या गुरु शिष्य
वन पशु पक्षी मछली"""

UNREADABLE = {
    "empty": (b"", "empty"),
    "small": (b"Ein kurzer Text. " * 9, "kB"),
    "one word": (b"hello " * 3000, "one word again and again"),
    "binary": (bytes(range(256)) * 64, "not plain text"),
    "latin-1": ("größe süß könig schön ".encode("latin-1") * 500, "not in UTF-8"),
    "a picture": (b"\x89PNG" + b"x" * 9000, "a picture"),
    "few words": (b"one two three four " * 900, "different words"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_a_text_that_cannot_teach_is_one_sentence(case):
    content, sentence = UNREADABLE[case]
    at = fine(page("own"))
    at.file_uploader(key="wv_file").set_value(("text.txt", content, "text/plain"))
    fine(at.run())
    assert len(at.error) == 1 and sentence in at.error[0].value
    assert "wv_text" not in at.query_params
    assert len(fine(at.run()).error) == 1, "it stays until there is another text"
    at.file_uploader(key="wv_file").set_value(("good.txt", text_of_words(GERMAN).encode(), "text/plain"))
    fine(at.run())
    assert not at.error and re.fullmatch(texts.OWN, at.query_params["wv_text"])
    assert "wv_train" in buttons(at) and "Skip-gram on your text" in words(at)


def test_a_paste_that_cannot_teach_is_one_sentence():
    at = fine(page("own"))
    press(at, "wv_paste")
    assert [e.value for e in at.error] == ["The text is empty: choose a file with text in it, or paste some."]
    fine(at.text_area(key="wv_pasted").set_value("<b>too short</b>").run())
    press(at, "wv_paste")
    assert len(at.error) == 1 and "kB" in at.error[0].value and "<b>" not in at.error[0].value


@pytest.mark.parametrize("name", ["../../../../etc/passwd", "text-..%2f..%2fetc", "text-" + "0" * 32, "kjv", "text-ABCDEF0123456789", "/etc/passwd"])  # fmt: skip
def test_a_link_to_a_text_that_is_not_there_is_one_sentence(name):
    at = fine(page("own", text=name))
    assert [e.value for e in at.info] == ["The text of this link is no longer on this server: bring it again."]
    assert not at.error and at.file_uploader(key="wv_file")


def test_a_damaged_text_is_as_good_as_gone(lab_cache):
    folder = lab_cache / "data" / "own"
    folder.mkdir(parents=True)
    (folder / f"text-{'1' * 32}.txt").write_text("something else " * 900)
    at = fine(page("own", text="text-" + "1" * 32))
    assert len(at.info) == 1 and "no longer on this server" in at.info[0].value


def test_a_text_that_cannot_be_kept_is_one_sentence(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LATENT_LAB_CACHE", str(tmp_path / "file" / "cache"))
    at = fine(page("own"))
    fine(at.text_area(key="wv_pasted").set_value(text_of_words(GERMAN)).run())
    press(at, "wv_paste")
    assert [e.value for e in at.error] == [
        "The server's folder cannot be written, so it cannot learn from a text of yours."
    ]


def test_a_text_in_hindi_is_learned_shown_and_then_gone(lab_cache, monkeypatch):
    """In the real training process. Its vocabulary is so small that few of the lesson's own words are anywhere in it."""
    monkeypatch.setattr(lab, "_board", Board(devices=("cpu",), grace=PATIENCE))
    at = fine(page("own", epochs="1", dimension="10"))
    at.file_uploader(key="wv_file").set_value(("hindi.txt", text_of_words(HINDI).encode(), "text/plain"))
    fine(at.run())
    assert not at.error
    name = at.query_params["wv_text"]
    config = get("word2vec").strict({"data": name, "epochs": 1, "dimension": 10})
    press(at, "wv_train")
    done = lab.board().wait(get("word2vec").key(config, 0), PATIENCE)
    assert done.state == "done", done.message
    for _ in range(3):
        fine(at.run())
    [found] = [lab.view("word2vec", config, 0)]
    space = learned_space(found.record)
    assert {*space.words} == {*HINDI.split()} and len(space.words) < 60
    typed(at, "राजा - पिता + माता")
    terms = {"राजा": 1, "पिता": -1, "माता": 1}
    same_rows(rows(at), space.nearest(space.sum(terms), 10, tuple(terms)))
    assert drawn(at, "watched", "rank") is not None and drawn(at, "coordinate", "product") is not None
    put(at, "wv_mine", "राजा रानी घर नदी")
    assert drawn(at, "group", "x", "label")["word"].tolist() == ["राजा", "रानी", "घर", "नदी"]
    for mode in ("axis", "parallel"):
        pick(at, "wv_see", mode)
    assert not at.error
    link = dict(at.query_params)

    (lab_cache / "data" / "own" / f"{name}.txt").unlink()
    other = fine(open_page("word_vectors", **link))
    assert len(other.info) == 1 and "no longer on this server" in other.info[0].value and not other.error


# Training, and what is broken ------------------------------------------------------------------------------------


@needs_kjv
def test_how_the_neighbours_settled_is_that_of_the_stored_previews():
    record = trained()
    at = fine(page("kjv"))
    chart = drawn(at, "watched", "step", "rank", "word")
    found = artefacts.find(record.name, record.key)
    previews = artefacts.load_previews(found.root, found.record)
    vocabulary = corpus("kjv", 5).words
    assert {*chart["step"]} <= {preview.i for preview in previews}
    last = max(chart["step"])
    [preview] = [p for p in previews if p.i == last]
    for row, watched in enumerate(preview.arrays["watched"][:6].tolist()):
        shown = chart[(chart["watched"] == vocabulary[watched]) & (chart["step"] == last)].sort_values("rank")
        assert shown["word"].tolist() == [vocabulary[i] for i in preview.arrays["nearest"][row].tolist()]


@needs_kjv
@pytest.mark.parametrize("file", [MODEL, PREVIEWS])
def test_a_damaged_model_is_one_sentence(baked, file):
    record = trained()
    with_another_byte(baked / "word2vec" / record.key / file)
    lab._previews.cache_clear()
    at = fine(page("kjv"))
    assert len(at.error) == 1 and ("cannot be used" in at.error[0].value or "checksum" in at.error[0].value)
    fine(at.run())


@needs_kjv
def test_a_model_without_a_record_can_be_trained_again(baked):
    record = trained()
    as_text(baked / "word2vec" / record.key / "record.json")
    at = fine(page("kjv"))
    assert words(at).count("comes with the program cannot be used") == 1 and "wv_train" in buttons(at)


@needs_kjv
def test_a_setting_without_a_model_says_so_and_offers_the_training():
    at = fine(page("kjv", window="10", seed="4242"))
    assert len(at.info) == 1 and "not been trained yet" in at.info[0].value and not at.error
    assert not at.button(key="wv_train").disabled
    press(at, "wv_quick")
    assert at.selectbox(key="wv_epochs").value == 1 and at.selectbox(key="wv_dimension").value == 50


# What lengths have to do with frequency --------------------------------------------------------------------------


@needs_glove
def test_the_caption_on_lengths_is_computed_from_the_vectors_on_the_page():
    at = fine(page(words="50000", kind="dot"))
    raw = glove_space(50_000).raw
    rho = spearmanr(np.linalg.norm(raw, axis=1), np.arange(len(raw))).statistic
    said = next(caption.value for caption in at.caption if "Dot products grow" in caption.value)
    assert "hardly anything of how often a word occurs" in said and f"50,000 words: {rho:.2f}".replace("-", "−") in said


def test_lengths_of_skip_gram_on_the_bible_follow_frequency():
    raw = learned_space(trained(data="kjv")).raw
    rho = spearmanr(np.linalg.norm(raw, axis=1), np.arange(len(raw))).statistic
    at = fine(page("kjv", kind="dot", test="similarity"))
    said = next(caption.value for caption in at.caption if "Dot products grow" in caption.value)
    assert rho < -0.8 and "mostly frequent words are long" in said and f"{rho:.2f}".replace("-", "−") in said


@pytest.mark.parametrize(
    ("rho", "said"),
    [
        (None, "equally long"),
        (0.0, "hardly"),
        (-0.4, "rather frequent"),
        (0.25, "hardly"),
        (0.7, "mostly rare"),
        (-0.9, "mostly frequent"),
    ],
)
def test_what_is_said_of_lengths_follows_the_correlation(rho, said):
    assert said in lengths(rho, 10)


def test_that_settings_were_chosen_by_these_questions_is_said_of_own_vectors_alone():
    record = trained(data="kjv")
    own = Shown("kjv", "the Bible", lab.word_vectors(record), record)
    assert "compared by these questions" in truth.chosen_by(own)
    assert truth.chosen_by(replace(own, record=None)) == ""
