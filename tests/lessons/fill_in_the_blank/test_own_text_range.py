"""Own texts at both ends of what the form takes: they train, and every act of the lesson is drawn."""

from __future__ import annotations

import random

import pytest

from core.data import texts
from core.data.read_text import LEAST_WORDS, read_pasted
from core.lessons.fill_in_the_blank.links import MOST
from tests.helpers.pages import fine, open_page, settle, words
from tests.helpers.shortest_text import shortest_text, widest_text
from tests.helpers.trained import trained

pytestmark = pytest.mark.usefixtures("lab_cache")
SMALL = {"words": "1000", "steps": "40", "depth": "1", "heads": "1", "width": "32", "context": "16"}
ACTS = ("Two sentences", "Both sides or one", "Measured: what the whole sentence is worth", "Try this")


def every_act_is_drawn(record, **query: str) -> None:
    knobs = {f"fb_{knob}": str(record.config[knob]) for knob in SMALL}
    at = fine(open_page("fill_in_the_blank", fb_from="own", fb_text=record.config["data"], **knobs, **query))
    settle()  # what is asked of all held-out words
    fine(at.run())
    assert not at.error and "could not be drawn" not in words(at) and f"<code>{record.key}</code>" in words(at)
    assert {*ACTS} <= {header.value for header in at.header}


@pytest.mark.parametrize("passages", [1, LEAST_WORDS // 10])
def test_the_shortest_text_trains_and_every_act_is_drawn(passages):
    every_act_is_drawn(trained("masked_lm", data=texts.keep(read_pasted(shortest_text(passages))), **SMALL))


def test_a_full_vocabulary_and_the_longest_sentence_are_drawn():
    """A text of several scripts with more words than are known, and 2,000 characters, most of them in words that nobody knows."""
    text = " ".join([widest_text(1_500)] * 2)  # a word is known where it was read twice
    record = trained("masked_lm", data=texts.keep(read_pasted(text)), **SMALL)
    every_act_is_drawn(record, fb_t=("ж🤖 " * MOST)[:MOST], fb_hide="1-2-999", fb_into="z" * 60)


def test_a_text_without_spaces_is_learned_word_by_word():
    said = "แมว สุนัข กิน ปลา ใน บ้าน ของ ฉัน และ เด็ก ชอบ เล่น กับ น้ำ ที่ โรงเรียน พระราชา ราชินี ผู้ชาย ผู้หญิง"
    known = said.split()
    draw, weights = random.Random(0), [1 / (i + 3) for i in range(len(known))]
    lines = ["".join(draw.choices(known, weights, k=8)) for _ in range(750)]
    record = trained("masked_lm", data=texts.keep(read_pasted("\n\n".join(lines))), **SMALL)
    every_act_is_drawn(record, fb_t=lines[0], fb_hide="2")
