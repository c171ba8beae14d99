"""Own texts at both ends of what the form takes: they train, and every act of the lesson is drawn."""

from __future__ import annotations

import pytest

from core.data import texts
from core.data.read_text import LEAST_WORDS, read_pasted
from core.data.words import LARGEST
from tests.helpers.pages import fine, open_page, words
from tests.helpers.shortest_text import shortest_text, widest_text
from tests.helpers.trained import trained

pytestmark = pytest.mark.usefixtures("lab_cache")
SMALL = {"epochs": "1", "dimension": "10"}


@pytest.mark.parametrize("passages", [1, LEAST_WORDS // 10])
def test_the_shortest_text_trains_and_every_act_is_drawn(passages):
    record = trained("word2vec", data=texts.keep(read_pasted(shortest_text(passages))), **SMALL)
    query = {f"wv_{knob}": value for knob, value in SMALL.items()}
    at = fine(open_page("word_vectors", wv_from="own", wv_text=record.config["data"], **query))
    assert not at.error and "could not be drawn" not in words(at) and f"<code>{record.key}</code>" in words(at)
    for heading in ("Is it true?", "See it", "What is a cosine made of?", "Try this"):
        assert heading in {header.value for header in at.header}


def test_the_largest_vocabulary_is_drawn_and_no_word_is_longer_than_any_word():
    """20 MB take minutes to train, and were tried by hand; what grows with them is the vocabulary."""
    small = {"epochs": "1", "dimension": "10", "min_count": "1", "window": "1", "negatives": "1"}
    record = trained("word2vec", data=texts.keep(read_pasted(widest_text(LARGEST + 500))), **small)
    assert record.metrics["vocabulary"] == LARGEST
    query = {f"wv_{knob}": value for knob, value in small.items()}
    at = fine(open_page("word_vectors", wv_from="own", wv_text=record.config["data"], wv_e="ποδαα - ααααβ", **query))
    assert not at.error and "could not be drawn" not in words(at) and f"<code>{record.key}</code>" in words(at)
    for heading in ("Is it true?", "See it", "What is a cosine made of?", "Try this"):
        assert heading in {header.value for header in at.header}
