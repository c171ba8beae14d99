"""What the lesson's card shows: pictures that were made for units of the last convolution, on plain pictures and on noise."""

from __future__ import annotations

from core import lab
from core.data.figures import data_uri, sheet
from core.lessons.features import subject
from core.store.record import Record
from core.ui import cards

SHOWN = 6
ALT = "Pictures that were made for six units of a network, and for the same units of one that was trained on noise"


def picture() -> str | None:
    """HTML; None where there is no model."""
    return cards.of_default("features", lambda record: f'<img class="ll-card" src="{_picture(record)}" alt="{ALT}">')


@lab.memo(label="Cards of lessons")
def _picture(record: Record) -> str:
    """Four rows of three: the plain network's, and the same units of the other."""
    plain, noise = (subject.drawings(record, name, "conv4")[:SHOWN] for name in ("plain", "noise"))
    return data_uri(sheet([plain, noise], scale=1, gap=1))
