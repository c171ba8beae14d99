"""What the lesson's card shows: a sentence with a blank, and the words that the lesson's own network expects there."""

from __future__ import annotations

from core import data, lab
from core.experiment import get
from core.lessons.fill_in_the_blank import links, subject
from core.lessons.fill_in_the_blank.said import percent
from core.store.record import Record
from core.ui import cards

SHOWN = 3


def words() -> str | None:
    """HTML; None where there is no model."""
    view = lab.view("masked_lm", get("masked_lm").default(), 0)
    if not isinstance(view, lab.Ready):
        return None
    try:
        return _words(view.record)
    except (lab.Damaged, data.Missing):
        return None


@lab.memo(label="Cards of lessons")
def _words(record: Record) -> str:
    found = subject.subject(record)
    words = tuple(found.words.split(links.SENTENCE))[:7]
    [blank] = subject.expected(found, tuple(found.words.split(links.SENTENCE)), links.HIDDEN, SHOWN)
    shown = " ".join("____" if place in links.HIDDEN else word for place, word in enumerate(words))
    return cards.said(((f"{shown} …", ""), *((likely.word, percent(likely.probability)) for likely in blank.top)))
