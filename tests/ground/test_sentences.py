"""A text as sentences of whole words."""

from __future__ import annotations

import numpy as np
import pytest

from core.data import texts
from core.data.sentences import END, MASK, SPECIAL, START, UNK, pieces, rows_of, sentence_text, vocabulary
from core.data.tokens import split
from core.data.words import sentences

STORY = "\n\n".join(
    f"The king number{i % 3} sees a dragon. The dragon flies, and the king's men follow it! Nobody{i} asks why."
    for i in range(40)
)


@pytest.fixture
def own(lab_cache):
    return texts.keep(STORY)


def test_the_vocabulary_is_of_the_words_to_learn_from_that_occur_twice(own):
    words = vocabulary(own, 1000)
    assert words.words[: len(SPECIAL)] == SPECIAL and words.words[4] == "the"
    learned, held = split(texts.load(own).passages)
    assert "nobody0" not in words.index and not {"[UNK]", "[MASK]"} & set(words.index)
    assert words.encode(["the", "nobody0", "king's"]) == [4, UNK, words.index["king's"]]
    assert words.split("The KING’s men, [MASK] <b>") == ["the", "king's", "men", "mask", "b"]
    assert len(vocabulary(own, 1000).words) > len(vocabulary(own, 5).words) == 9
    assert learned and held and words.digest == vocabulary(own, 1000).digest != vocabulary(own, 5).digest


def test_rows_are_the_sentences_between_their_ends(own):
    text = sentence_text(own, 1000, 64)
    _, held = split(texts.load(own).passages)
    expected = [[START, *text.words.encode(s), END] for s in sentences(held.split("\n"))]
    assert [text.held_out.row(i).tolist() for i in range(len(text.held_out))] == expected
    assert text.held_out_words == sum(map(len, expected)) - 2 * len(expected)
    assert text.unknown == pytest.approx(sum(row.count(UNK) for row in expected) / text.held_out_words)
    assert set(text.train.tokens.tolist()) >= {UNK, START, END} and MASK not in text.train.tokens


@pytest.mark.parametrize(("words", "longest"), [(1, 8), (6, 8), (7, 8), (29, 8), (200, 16)])
def test_long_sentences_are_cut_into_nearly_equal_rows(words, longest):
    ids = list(range(10, 10 + words))
    found = list(pieces(ids, longest))
    assert np.concatenate(found).tolist() == [START, *ids, END]
    lengths = [len(part) for part in found]
    assert max(lengths) <= longest and max(lengths) - min(lengths) <= 1 and len(found) == -(-(words + 2) // longest)


def test_rows_know_where_they_stand_and_some_can_be_taken():
    rows = rows_of([np.array([2, 5, 3]), np.array([2, 6, 7, 3]), np.array([2, 8, 3])])
    assert rows.of_row.tolist() == [0, 0, 0, 1, 1, 1, 1, 2, 2, 2]
    some = rows.some(np.array([True, False, True]))
    assert [some.row(i).tolist() for i in range(len(some))] == [[2, 5, 3], [2, 8, 3]]
    assert len(rows_of([])) == 0 and rows_of([]).tokens.shape == (0,)
