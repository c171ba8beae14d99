"""The lesson "Fill in the blank" in AppTest: the sentence on the stage, what is hidden in it, and the acts that follow it."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from core import data, lab
from core.analysis import both_sides
from core.data.sentences import END, MASK, SPECIAL, START, UNK
from core.experiment import get
from core.lessons.fill_in_the_blank import (
    both_or_one,
    card,
    choose,
    compare,
    links,
    measured,
    one_side,
    said,
    stage,
    subject,
)
from tests.helpers.pages import drawn, fine, open_page, press, put, settle, words

pytestmark = [
    pytest.mark.usefixtures("lab_cache"),
    pytest.mark.skipif(not data.available("kjv"), reason="no text on this machine"),
]


def page(**query: str) -> AppTest:
    return fine(open_page("fill_in_the_blank", **{f"fb_{name}": value for name, value in query.items()}))


def tiles(at: AppTest) -> dict:
    """What the tiles were sent."""
    [element] = [e for e in at.get("bidi_component") if e.key == links.TILES]
    return json.loads(element.proto.json)


def hide(at: AppTest, *places: int, stamp: str = "hand-1", about: str = "") -> AppTest:
    """What the tiles say after clicks."""
    held = tiles(at)["held"]
    value = {"about": about or held["value"]["about"], "places": list(places)}
    at.session_state[links.TILES] = {"held": {"value": value, "puts": held["puts"], "stamp": stamp}}
    return fine(at.run())


def headings(at: AppTest) -> str:
    return "\n".join(one.value for one in at.subheader)


@pytest.fixture(scope="module")
def record():
    view = lab.view("masked_lm", get("masked_lm").default(), 0)
    assert isinstance(view, lab.Ready)
    return view.record


@pytest.fixture(scope="module")
def on_stage(record):
    return subject.subject(record)


def slow_guess(record, on_stage, sentence: list[str], place: int) -> torch.Tensor:
    """p of all words at one hidden place, from the network itself."""
    ids = [START, *on_stage.words.encode(sentence), END]
    ids[place + 1] = MASK
    with torch.no_grad():
        logits = lab.model(record)(torch.tensor([ids]))[0, place + 1]
    logits[: len(SPECIAL)] = -math.inf
    return logits.softmax(-1)


# The stage --------------------------------------------------------------------------------------------------------


def test_the_page_opens_on_a_baked_model_with_a_word_hidden(record, on_stage):
    at = page()
    sent = tiles(at)
    opens = links.SENTENCE.lower().replace(",", "").split()
    assert [word["text"] for word in sent["words"]] == opens and sent["held"]["value"]["places"] == list(links.HIDDEN)
    assert "fb_hide" not in at.query_params and "fb_t" not in at.query_params
    p = slow_guess(record, on_stage, opens, links.HIDDEN[0])
    best = on_stage.words.words[int(p.argmax())]
    tile = sent["words"][links.HIDDEN[0]]
    assert (tile["fill"], tile["chance"]) == (best, said.percent(float(p.max())))
    assert f"“{best}” most of all, {tile['chance']}" in headings(at)
    true = on_stage.words.index[opens[links.HIDDEN[0]]]
    assert f"rank {1 + int((p > p[true]).sum())}" in headings(at) or int(p.argmax()) == true


def test_a_click_hides_a_word_and_several_are_guessed_by_themselves(record, on_stage):
    at = hide(page(), 2, 4)
    assert at.query_params["fb_hide"] == "3-5" and "2 blanks is guessed by itself" in words(at)
    assert words(at).count('class="ll-fbwords"') >= 2
    at = hide(at, stamp="hand-2")
    assert at.query_params["fb_hide"] == "none" and "Nothing is hidden yet" in words(at)
    press(at, "fb_reset")
    assert tiles(at)["held"]["value"]["places"] == list(links.HIDDEN) and "fb_hide" not in at.query_params


def test_a_link_hides_what_it_names_and_says_what_is_not_there():
    at = page(t="In the beginning God created the heaven", hide="1-4")
    assert tiles(at)["held"]["value"]["places"] == [0, 3] and at.query_params["fb_hide"] == "1-4"
    for raw in ("1-99", "0-1", "1-x", "1--"):
        at = page(hide=raw)
        assert tiles(at)["held"]["value"]["places"] == [0], raw
        assert "names a place that this sentence does not have" in words(at)
    assert tiles(page(hide="none"))["held"]["value"]["places"] == []


@pytest.mark.parametrize(
    "raw", [None, 3, [2], {"about": "x"}, {"about": 3, "places": []}, {"about": "x", "places": [3, 2]}, {"about": "x", "places": [-1]},
            {"about": "x", "places": [1, 1]}, {"about": "x", "places": [True]}, {"about": "x", "places": [64]}, {"about": "x" * 17, "places": []},
            {"about": "x", "places": [1], "more": 1}],
)  # fmt: skip
def test_a_message_that_is_no_choice_changes_nothing(raw):
    at = page()
    held = tiles(at)["held"]
    at.session_state[links.TILES] = {"held": {"value": raw, "puts": held["puts"], "stamp": "hand-1"}}
    assert tiles(fine(at.run()))["held"]["value"]["places"] == list(links.HIDDEN)


def test_a_choice_in_another_sentence_hides_nothing_here():
    at = hide(page(), 0, 1)
    at = put(at, "fb_t", "And God said, Let there be light")
    assert tiles(at)["held"]["value"]["places"] == [] and "fb_hide" not in at.query_params


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", "write a sentence above"), ("  …!?  ", "write a sentence above"), ("king", "Nothing is hidden yet"),
     ("and " * 1000, "words are left out: 40 are read"), ("Frobnicate the zyzzyva", "are not among the"), ("<b>*king*</b> & [link](x)", "Nothing is hidden yet"),
     ("王が来た", "not among the"), ("\x00\u202e king", "Nothing is hidden yet")],
)  # fmt: skip
def test_sentences_that_are_none_or_strange_get_a_word(text, expected):
    at = page(t=text, hide="1")
    at = page(t=text)
    assert expected in words(at), words(at)
    assert "could not be drawn" not in words(at)


def test_a_word_that_is_unknown_has_no_rank(on_stage):
    found = subject.expected(on_stage, ("the", "zyzzyva", "said"), (1,))
    assert found[0].rank is None and found[0].probability is None
    assert "“zyzzyva” is not among its words" in stage.headline(found[0], on_stage)
    assert on_stage.words.encode(["zyzzyva"]) == [UNK]


def test_probabilities_ranks_and_entropy_follow_from_the_network(record, on_stage):
    sentence = ["and", "the", "lord", "said", "unto", "moses"]
    [blank] = subject.expected(on_stage, tuple(sentence), (2,), 5)
    p = slow_guess(record, on_stage, sentence, 2).double()
    order = p.argsort(descending=True)
    assert [likely.word for likely in blank.top] == [on_stage.words.words[i] for i in order[:5]]
    assert [likely.probability for likely in blank.top] == pytest.approx(p[order[:5]].tolist(), rel=1e-4)
    number = on_stage.words.index["lord"]
    assert blank.probability == pytest.approx(float(p[number]), rel=1e-4) and blank.rank == 1 + int(
        (p > p[number]).sum()
    )
    entropy = -(p[p > 0] * p[p > 0].log()).sum()
    assert blank.as_many == pytest.approx(float(entropy.exp()), rel=1e-3)


# Two sentences ----------------------------------------------------------------------------------------------------


def test_one_changed_word_changes_the_blank(record, on_stage):
    at = page()
    table = drawn(at, "word", "difference", "said")
    opens = links.SENTENCE.lower().replace(",", "").split()
    other = ["she" if word == "he" else word for word in opens]
    before, after = (slow_guess(record, on_stage, one, links.HIDDEN[0]) for one in (opens, other))
    for row in table.to_dict("records"):
        i = on_stage.words.index[row["word"]]
        assert row["difference"] == pytest.approx(math.log(after[i] / before[i]), abs=1e-3)
    top = {on_stage.words.words[i] for p in (before, after) for i in p.topk(compare.TOP).indices.tolist()}
    assert set(table["word"]) == top
    assert table["difference"].is_monotonic_decreasing
    assert "“he” becomes “she”" in headings(at)


def test_what_cannot_be_compared_is_said():
    assert "Hide a word on the stage first" in words(page(hide="none"))
    assert "All words are hidden" in words(page(t="king", hide="1"))
    assert "Write one word" in words(page(into=""))
    assert "Write one word" in words(page(into="two words"))
    at = page(into="<b>zyzzyva</b>")
    assert "Write one word" in words(at)
    at = page(into="zyzzyva")
    assert "“zyzzyva” is not among its words" in words(at) and "<b>" not in headings(at)


# Both sides or one ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def left(record):
    other = both_or_one.language_model(record)
    if other is None:
        pytest.skip("no language model of this text")
    return both_or_one.one_side(other)


def test_the_probability_of_a_word_is_the_product_over_its_pieces(left):
    text = "And Moses said unto the"
    for word in ("people", "king", "lord"):
        total = 0.0
        for spelled in one_side.spellings(word):
            ids = left.tokens.encode(f"\n{text} {spelled}").tolist()
            head = len(left.tokens.encode(f"\n{text}"))
            with torch.no_grad():
                p = left.model(torch.tensor([ids]))[0].softmax(-1).double()
            chance = math.prod(float(p[i - 1, ids[i]]) for i in range(head, len(ids)))
            ends = sum(
                float(p[-1, i]) for i, piece in enumerate(left.tokens.pieces) if not one_side._in_word(piece[:1])
            )
            spaces = sum(float(p[head - 1, i]) for i, piece in enumerate(left.tokens.pieces) if piece[:1] == b" ")
            total += chance * ends / spaces
        [found] = left.log_probabilities(text, [word])
        assert found == pytest.approx(math.log(total), abs=1e-3)


def test_held_out_blanks_are_known_words_behind_a_space(on_stage):
    found = one_side.blanks("kjv", on_stage.words, 40)
    assert len(found) == 40 == len({one.left for one in found})
    for one in found:
        assert one.words[one.place] in on_stage.words.index and one.place > 0
        assert tuple(on_stage.words.split(one.left)) == one.words[: one.place]


def test_all_methods_are_asked_of_the_same_held_out_words(record, on_stage, monkeypatch):
    monkeypatch.setattr(both_or_one, "ASKED", 12)
    other = both_or_one.language_model(record)
    logs = both_or_one.held_out(on_stage, other, lambda *_: None)
    asked = one_side.blanks("kjv", on_stage.words, 12)
    for values in logs.values():
        assert len(values) == 12 and (values < 0).all()
    for i, one in enumerate(asked):
        p = slow_guess(record, on_stage, list(one.words), one.place)
        assert logs[both_or_one.MASKED][i] == pytest.approx(
            math.log(p[on_stage.words.index[one.words[one.place]]]), abs=1e-3
        )
    ids = np.array([START, *on_stage.words.encode(asked[0].words), END])
    at = both_sides.around(ids, np.array([asked[0].place + 1]))
    assert logs[both_or_one.COUNTS][0] == pytest.approx(-both_or_one.counts(record).losses(at)[0])
    rows = both_or_one.rows(logs)
    assert (
        rows[0]["nats"] == pytest.approx(-logs[both_or_one.MASKED].mean())
        and rows[0]["low"] < rows[0]["nats"] < rows[0]["high"]
    )


def test_the_headline_says_no_more_than_the_intervals():
    even = np.random.default_rng(0).normal(-3, 1, 400)
    logs = {both_or_one.MASKED: even, both_or_one.COUNTS: even[::-1], both_or_one.LEFT: even - 0.5}
    found = both_or_one.headline(logs)
    assert "0.50 nats more than the left-to-right model (0.50 to 0.50)" in found and "no certain difference" in found
    found = both_or_one.headline({both_or_one.MASKED: even, both_or_one.COUNTS: even + 1})
    assert found.startswith("counting both sides gives true words 1.00 nats more")


def test_every_act_is_drawn_and_follows_the_stage(record):
    at = page(t="And Moses said unto the people, Fear ye not", hide="2")
    settle()
    at = fine(at.run())
    settle()
    at = fine(at.run())
    text = words(at)
    assert "could not be drawn" not in text and "this network, both sides" in text
    assert "Word 2 of the stage" in text and "held-out sentences" in text
    assert "compared on the held-out text of the King James Bible (docs/LOG.md)" in text
    assert drawn(at, "method", "nats", "low", "high") is not None


def test_without_a_left_to_right_model_the_others_are_compared(record, on_stage, monkeypatch):
    monkeypatch.setattr(both_or_one, "language_model", lambda record: None)
    monkeypatch.setattr(both_or_one, "ASKED", 8)
    at = page(hide="5")
    settle()
    at = fine(at.run())
    settle()
    text = words(fine(at.run()))
    assert "no left-to-right model of this text yet" in text and "counting, both sides" in text
    assert "left-to-right model</h4>" not in text


def test_an_own_text_is_asked_for():
    at = page(**{"from": "own"})
    assert "Or paste a text" in "\n".join(area.label for area in at.text_area)
    assert not at.get("vega_lite_chart")


# Measured ---------------------------------------------------------------------------------------------------------


def test_what_is_measured_is_the_records(record, on_stage):
    found = record.metrics
    assert found["masked_cross_entropy"] < found["bigram_cross_entropy"] < found["unigram_cross_entropy"]
    rows = measured.method_rows(found)
    assert [row["nats"] for row in rows] == [found[f"{name}_cross_entropy"] for name in ("masked", "bigram", "unigram")]
    assert all(row["low"] < row["nats"] < row["high"] for row in rows)
    assert "saves" in measured.verdict(found)
    others = measured.alike(record)
    assert [measured.title(one) for one in others] == ["15% hidden, 80/10/10", "40% hidden, [MASK] alone"]
    shares = measured.share_rows([record, *others])
    assert (
        len(shares) == 15 and shares[5]["nats"] == others[0].metrics["masked_cross_entropy"] and not shares[5]["ours"]
    )
    for other in others:
        difference = other.metrics["masked_cross_entropy"] - found["masked_cross_entropy"]
        assert f"{abs(difference):.2f}" in measured.compared(record, other)


def test_the_verdict_follows_the_interval():
    base = {"below_bigram": 0.1}
    assert "saves 0.10" in measured.verdict(base | {"below_bigram_interval": [0.05, 0.15]})
    assert "level" in measured.verdict(base | {"below_bigram_interval": [-0.05, 0.15]})
    assert "ahead of this network by 0.10" in measured.verdict(
        {"below_bigram": -0.1, "below_bigram_interval": [-0.2, -0.05]}
    )


# The rest ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", range(4))
def test_cards_of_try_this_set_all_that_they_need(case):
    at = page(t="Something else", hide="2", into="priest", change="1")
    at = press(at, f"fb_try{case}")
    sent = tiles(at)
    hidden = [word["text"] for place, word in enumerate(sent["words"]) if place in sent["held"]["value"]["places"]]
    assert hidden == (["his"], ["in"], ["sons", "egypt"], ["and", "he", "said", "unto", "them"])[case]
    if case == 0:
        assert "“king” becomes “queen”" in headings(at)


def test_previews_are_sentences_with_what_is_filled_in(record):
    found = lab.previews(record)
    words_ = subject.subject(record).words.words
    html = choose.filled({name: np.asarray(part) for name, part in found[-1].arrays.items()}, words_)
    assert html.startswith('<p class="ll-fblive"') and html.count('class="blank"') == len(found[-1].arrays["places"])
    escaped = choose.filled(
        {"sentence": np.array([2, 4, 3]), "places": np.array([1]), "guesses": np.array([[4, 4, 4]])},
        ("", "", "", "", "<b>"),
    )
    assert "<b><" not in escaped and "&lt;b&gt;" in escaped


def test_the_card_shows_what_the_network_expects(on_stage):
    [blank] = subject.expected(on_stage, tuple(on_stage.words.split(links.SENTENCE)), links.HIDDEN)
    assert blank.top[0].word in card.words() and "____" in card.words()


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0%"),
        (1, "100%"),
        (0.9999, ">99%"),
        (0.42, "42%"),
        (0.0123, "1.2%"),
        (0.000345, "0.034%"),
        (1e-7, "<0.001%"),
    ],
)
def test_percent(share, text):
    assert said.percent(share) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (1.0, "Hardly a doubt"),
        (1.5, "One word is likely, a second possible"),
        (6.2, "About 6 words are likely"),
        (1234, "About 1,200 words are likely"),
    ],
)
def test_as_many(count, text):
    assert said.as_many(count) == text
