"""From passages to words: several languages, sentences, and counting against a slow twin."""

from __future__ import annotations

import unicodedata
from collections import Counter

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.data import Missing, texts
from core.data import words as words_module
from core.data.words import LARGEST, WORD, Corpus, corpus, count, sentences, words

PASSAGES = {
    "lower case": ("In the BEGINNING God", ["in", "the", "beginning", "god"]),
    "apostrophes": ("don't 'tis the kings' James's ''quoted''", ["don't", "tis", "the", "kings", "james's", "quoted"]),
    "typographic apostrophes": ("don’t ‘quoted’ l’été", ["don't", "quoted", "l'été"]),
    "one apostrophe joins, two do not": ("a'b'c a''b é''é", ["a'b'c", "a", "b", "é", "é"]),
    "digits and underscores": ("1769, x2 2x snake_case __init__ é_è 3.14", ["1769", "x2", "2x", "snake", "case", "init", "é", "è", "3", "14"]),
    "hyphens and dashes part": ("loving-kindness—grace–peace", ["loving", "kindness", "grace", "peace"]),
    "German": ("Die SCHÖNE Straße über Ärger", ["die", "schöne", "straße", "über", "ärger"]),
    "Greek, with the last sigma": ("ΟΔΟΣ σοφία", ["οδος"[:3] + "ς", "σοφία"]),
    "Russian": ("Чтобы — всё ЁЖ", ["чтобы", "всё", "ёж"]),
    "Hindi, vowel signs and all": ("राजा, रानी की कहानी।", ["राजा", "रानी", "की", "कहानी"]),
    "Hindi with a joiner": ("क्\u200dषत्रिय है", ["क्\u200dषत्रिय", "है"]),
    "Persian with a joiner": ("می\u200cخواهم، کتاب", ["می\u200cخواهم", "کتاب"]),
    "Arabic with vowels": ("كِتَابٌ جديد", ["كِتَابٌ", "جديد"]),
    "Hebrew with points": ("בְּרֵאשִׁית בָּרָא", [unicodedata.normalize("NFC", w) for w in ("בְּרֵאשִׁית", "בָּרָא")]),
    "Korean": ("왕과 여왕", ["왕과", "여왕"]),
    "Chinese, sign by sign": ("国王和王后。", ["国", "王", "和", "王", "后"]),
    "Japanese, sign by sign": ("人々はコーヒー・ガーデン「へ」", list("人々はコーヒーガーデンへ")),
    "signs beyond the first plane": ("𠮷野家", ["𠮷", "野", "家"]),
    "mixed": ("東京Tower2は tall、é字", ["東", "京", "tower2", "は", "tall", "é", "字"]),
    "emoji are no words": ("I ❤️ you 👩‍👩‍👧 1️⃣", ["i", "you", "1\ufe0f\u20e3"]),
    "a mark alone is no word": ("\u0301 \ufe0f a \u200d", ["a"]),
    "nothing": ("", []),
    "signs alone": ("... — !? _ ' ’", []),
}  # fmt: skip


@pytest.mark.parametrize("name", PASSAGES)
def test_words_of_a_passage(name):
    passage, expected = PASSAGES[name]
    assert words(passage) == expected


def test_words_are_composed_also_where_lower_case_takes_them_apart():
    for passage, expected in (("H̱", "ẖ"), ("J̌", "ǰ"), ("T̈W̊Y̊", "ẗẘẙ"), ("CAFÉ", "café"), ("cafe\u0301", "café")):
        assert words(passage) == [expected], "H with a line below is two signs, h with it is one"


@settings(deadline=None)
@given(st.text(max_size=60))
@example("İstanbul ẞ ŉ ﬁ")
@example("a\u0301'b\u0327\u0301")
def test_any_text_gives_clean_words(passage):
    for word in words(passage):
        assert word and word == unicodedata.normalize("NFC", word)
        assert not word.startswith("'") and not word.endswith("'")
        kinds = {unicodedata.category(sign)[0] for sign in word if sign not in "'\u200c\u200d"}
        assert kinds <= set("LMN") or word > "\u3400", (
            "letters, marks and numbers; young signs may be unknown to Python"
        )


@given(st.text(st.characters(max_codepoint=127), max_size=60))
def test_the_quick_way_for_english_is_the_same(passage):
    assert words(passage) == WORD.findall(passage.lower())


@given(st.lists(st.sampled_from(["राजा", "कहानी", "don't", "straße", "x2", "می\u200cخواهم", "왕과"]), max_size=9))
def test_words_joined_by_spaces_come_back(expected):
    assert words(" ".join(expected)) == expected


@pytest.mark.parametrize(
    ("passages", "expected"),
    [
        (["One two. Three! Four? Five… six"], ["one two", "three", "four", "five", "six"]),
        (['He said, "Come." And "Go!" (It is.) So.'], ["he said come", "and go", "it is", "so"]),
        (["Chapter 3.14 is short.", "", " . ", "Next"], ["chapter 3 14 is short", "next"]),
        (["no end", "no end"], ["no end", "no end"]),
        (["Semicolons; and: commas, do not end."], ["semicolons and commas do not end"]),
        (["国王。王后！好？"], ["国 王", "王 后", "好"]),
        (["वह राजा है। वह रानी है॥ अंत"], ["वह राजा है", "वह रानी है", "अंत"]),
        (["ما هذا؟ كتاب"], ["ما هذا", "كتاب"]),
        ([], []),
    ],
)
def test_sentences(passages, expected):
    assert [" ".join(sentence) for sentence in sentences(passages)] == expected


# Counting ---------------------------------------------------------------------------------------------------------


def slow_count(found: list[list[str]], min_count: int) -> Corpus:
    counter = Counter()
    for sentence in found:
        for word in sentence:
            counter[word] += 1
    order = sorted(counter)  # by alphabet
    order.sort(key=counter.__getitem__, reverse=True)  # and, which keeps that among equals, by frequency
    vocabulary = [word for word in order if counter[word] >= min_count]
    tokens, where = [], []
    for number, sentence in enumerate(found):
        for word in sentence:
            if word in vocabulary:
                tokens.append(vocabulary.index(word))
                where.append(number)
    return Corpus(tuple(vocabulary), [counter[w] for w in vocabulary], tokens, where, sum(map(len, found)))


def assert_same(ours: Corpus, twin: Corpus) -> None:
    assert ours.words == twin.words and ours.size == twin.size
    for name in ("counts", "tokens", "sentence"):
        assert getattr(ours, name).tolist() == list(getattr(twin, name)), name


@settings(deadline=None)
@given(
    st.lists(st.lists(st.sampled_from([*"abcdeézä王"]), max_size=6), max_size=12),
    st.integers(1, 4),
)
def test_count_is_its_slow_twin(found, min_count):
    assert_same(count(found, min_count), slow_count(found, min_count))


def test_count_by_hand():
    found = [["b", "a", "rare"], [], ["rarer"], ["c", "a", "b", "z", "z", "z"]]
    made = count(found, 2)
    assert made.words == ("z", "a", "b") and made.index == {"z": 0, "a": 1, "b": 2}
    assert made.counts.tolist() == [3, 2, 2] and made.size == 10
    assert made.tokens.tolist() == [2, 1, 1, 2, 0, 0, 0], "rare words are left out, their neighbours move together"
    assert made.sentence.tolist() == [0, 0, 3, 3, 3, 3, 3]
    assert (made.counts.dtype, made.tokens.dtype, made.sentence.dtype) == (np.int64, np.int32, np.int32)
    assert len(count([], 1).words) == len(count([], 1).tokens) == 0


def test_the_vocabulary_is_capped_at_the_most_frequent(monkeypatch):
    assert LARGEST == 50_000
    found = [[f"w{i}"] * (1 + i % 7) for i in range(100)]
    everything = count(found, 1)
    monkeypatch.setattr(words_module, "LARGEST", 20)
    made = count(found, 1)
    assert made.words == everything.words[:20] and made.counts.tolist() == everything.counts[:20].tolist()
    assert made.tokens.max() == 19 and len(made.tokens) == made.counts.sum() and made.size == everything.size


def test_the_corpus_of_an_own_text_is_shared(tmp_path, monkeypatch):
    monkeypatch.setenv("LATENT_LAB_CACHE", str(tmp_path))
    name = texts.keep("The king. The queen!\n\nA king")
    made = corpus(name, 1)
    assert made is corpus(name, 1) and made is not corpus(name, 2)
    assert made.words == ("king", "the", "a", "queen") and made.sentence.tolist() == [0, 0, 1, 1, 2, 2]
    with pytest.raises(Missing):
        corpus("text-0000000000000000", 1)


def test_the_bible_as_numbers():
    if not texts.available("kjv"):
        pytest.skip(texts.how_to_get("kjv"))
    made = corpus("kjv", 5)
    assert made.words[:3] == ("the", "and", "of") and made.counts.min() == 5 and (np.diff(made.counts) <= 0).all()
    assert np.array_equal(np.bincount(made.tokens), made.counts) and (np.diff(made.sentence) >= 0).all()
    assert {"king", "queen", "walked", "looked", "lord's"} <= set(made.words)
    assert "selah" in made.index and 5_000 < len(made.words) < 6_000 and 780_000 < made.size < 800_000
