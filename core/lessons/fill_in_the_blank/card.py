"""What the lesson's card shows: a sentence with a blank, and the words that the lesson's own network expects there."""

from __future__ import annotations

from core import lab
from core.lessons.fill_in_the_blank import links, subject
from core.lessons.fill_in_the_blank.said import percent
from core.store.record import Record
from core.ui import cards

SHOWN = 3


def words() -> str | None:
    """HTML; None where there is no model."""
    return cards.of_default("masked_lm", _words)


@lab.memo(label="Cards of lessons")
def _words(record: Record) -> str:
    found = subject.subject(record)
    words = tuple(found.words.split(links.SENTENCE))[:7]
    [blank] = subject.expected(found, tuple(found.words.split(links.SENTENCE)), links.HIDDEN, SHOWN)
    shown = " ".join("____" if place in links.HIDDEN else word for place, word in enumerate(words))
    return cards.said(((f"{shown} …", ""), *((likely.word, percent(likely.probability)) for likely in blank.top)))
