"""What the lesson's card shows: the same question asked of a dictionary and of attention, both really answered."""

from __future__ import annotations

from core import data, lab
from core.lessons.soft_lookup import linked
from core.lessons.soft_lookup.answering import find, python_says
from core.ui import cards


@lab.memo(label="Cards of lessons")
def answers() -> str | None:
    """HTML; None where GloVe is not on this machine."""
    asked = linked.start()
    try:
        found = find(asked, "glove", unit=False, scale=True, own_words=True)
    except data.Missing:
        return None
    rows = zip(found.entries, (row for row in found.answer.rows if row), strict=True)
    merged = " + ".join(f"{row.weight:.2f} {entry.value}" for entry, row in rows)
    hard = python_says(asked).splitlines()[-1]
    return cards.said(((f"dictionary[{asked.query!r}]", hard), (f"attention({asked.query!r})", merged)))
