"""Own texts at both ends of what the form takes: they train, and every act of the lesson is drawn."""

from __future__ import annotations

import pytest

from core.data import texts
from core.data.read_text import LEAST_WORDS, read_pasted
from core.lessons.attention.links import MOST
from tests.helpers.pages import fine, open_page, words
from tests.helpers.shortest_text import shortest_text, widest_text
from tests.helpers.trained import trained

pytestmark = pytest.mark.usefixtures("lab_cache")
SMALL = {"steps": "40", "depth": "2", "width": "32", "context": "64"}


@pytest.mark.parametrize("passages", [1, LEAST_WORDS // 10])
def test_the_shortest_text_trains_and_every_act_is_drawn(passages):
    record = trained("language_model", data=texts.keep(read_pasted(shortest_text(passages))), **SMALL)
    query = {f"a_{knob}": value for knob, value in SMALL.items()}
    at = fine(open_page("attention", a_from="own", a_text=record.config["data"], **query))
    assert not at.error and "could not be drawn" not in words(at) and f"<code>{record.key}</code>" in words(at)
    for heading in ("What does a head do?", "What comes next?", "Try this"):
        assert heading in {header.value for header in at.header}


def test_a_text_of_all_tokens_and_the_longest_sentence_are_drawn():
    """All 2,048 subwords of a text of several scripts, and 4,000 characters of which no token is plain ASCII."""
    small = SMALL | {"tokens": "bpe-2048", "context": "256"}
    record = trained("language_model", data=texts.keep(read_pasted(widest_text(9_000))), **small)
    query = {f"a_{knob}": value for knob, value in small.items()}
    sentence = ("🤖ж" * MOST)[:MOST]
    at = fine(
        open_page("attention", a_from="own", a_text=record.config["data"], a_t=sentence, a_t2=sentence[::-1], **query)
    )
    assert not at.error and "could not be drawn" not in words(at) and f"<code>{record.key}</code>" in words(at)
    for heading in ("What does a head do?", "What comes next?", "Try this"):
        assert heading in {header.value for header in at.header}
