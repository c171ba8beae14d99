"""What the lesson's card shows: some words, and what its default model holds to be near them."""

from __future__ import annotations

from core import lab
from core.data.words import corpus
from core.store.record import Record
from core.ui import cards

WORDS, NEAR = 5, 2  # lines, and words a line


def nearest() -> str | None:
    """HTML; None where there is no model, or not the text that its words come from."""
    return cards.of_default("word2vec", _nearest)


@lab.memo(label="Cards of lessons")
def _nearest(record: Record) -> str | None:
    """The words that were watched during the training, and their nearest ones at its end."""
    previews = lab.previews(record)
    if not previews:
        return None
    words = corpus(record.config["data"], record.config["min_count"]).words
    last = previews[-1].arrays
    watched = zip(last["watched"].tolist()[:WORDS], last["nearest"].tolist(), strict=False)
    return cards.said([(words[one], " · ".join(words[near] for near in nearest[:NEAR])) for one, nearest in watched])
