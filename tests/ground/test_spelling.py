"""The nearest spellings, against the distance written as a table."""

from __future__ import annotations

import random

import pytest

from core.analysis.spelling import LONGEST, nearest_spellings
from core.data import glove


def distance(a: str, b: str) -> int:
    """Optimal string alignment, cell by cell."""
    d = {(i, 0): i for i in range(len(a) + 1)} | {(0, j): j for j in range(len(b) + 1)}
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            d[i, j] = min(d[i - 1, j] + 1, d[i, j - 1] + 1, d[i - 1, j - 1] + (a[i - 1] != b[j - 1]))
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                d[i, j] = min(d[i, j], d[i - 2, j - 2] + 1)
    return d[len(a), len(b)]


@pytest.mark.parametrize("seed", range(5))
def test_nearest_first_and_then_the_more_frequent(seed):
    draw = random.Random(seed)
    words = list(dict.fromkeys("".join(draw.choices("abcd", k=draw.randint(1, 9))) for _ in range(400)))
    for length in (1, 3, 4, 7, 8, 9):
        word = "".join(draw.choices("abcd", k=length))
        far = 1 if length <= 3 else 2 if length <= 7 else 3
        near = sorted((distance(word, w), i) for i, w in enumerate(words) if 0 < distance(word, w) <= far)
        for count in (1, 3, 400):
            assert nearest_spellings(word, words, count) == [words[i] for _, i in near[:count]]


def test_the_word_itself_is_no_suggestion():
    assert nearest_spellings("king", ["king", "kings", "ring"]) == ["kings", "ring"]


def test_swapped_letters_and_a_wrong_first_letter_count_as_one():
    assert nearest_spellings("kign", ["kids", "king"], 1) == ["king"]
    assert nearest_spellings("xaris", ["oasis", "paris"], 1) == ["paris"]


@pytest.mark.parametrize("word", ["", "zzzzzz", "k" * (LONGEST + 1), "x" * 10**6])
def test_nothing_near_is_an_empty_list(word):
    assert nearest_spellings(word, ["king", "queen", "k" * LONGEST]) == []


def test_other_scripts():
    assert nearest_spellings("москав", ["москва", "россия"]) == ["москва"]


@pytest.mark.skipif(not glove.available(), reason="GloVe is not installed")
@pytest.mark.parametrize(
    ("typed", "meant"), [("kign", "king"), ("womon", "woman"), ("berln", "berlin"), ("lueen", "queen")]
)
def test_common_slips_with_glove(typed, meant):
    words, _ = glove.load()
    assert meant in nearest_spellings(typed, words)
