"""What the lesson's card shows: gray pictures, their colours by both networks, and the truth."""

from __future__ import annotations

import torch

from core import lab
from core.data.figures import data_uri, sheet
from core.lessons.colour import subject
from core.nn.colours import WARM
from core.store.record import Record
from core.ui import cards

SHOWN = 5
ALT = "Five emoji in gray, as a network by regression and one by classification colour them, and as they are"


def picture() -> str | None:
    """HTML; None where there is no model."""
    return cards.of_default(
        "colorization", lambda record: f'<img class="ll-card" src="{_picture(record)}" alt="{ALT}">'
    )


@lab.memo(label="Cards of lessons")
def _picture(record: Record) -> str:
    """Gray, regression, classification, truth."""
    found, _ = subject.eight(record, 0)
    ways = (torch.zeros_like(found.truth), found.regression, found.at(WARM), found.truth)
    return data_uri(sheet([found.rgb(ab)[:SHOWN] for ab in ways], scale=1, gap=1))
