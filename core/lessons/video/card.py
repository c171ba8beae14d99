"""What the lesson's card shows: frames of a clip, what the network sees of them, and the frames filled in."""

from __future__ import annotations

import numpy as np

from core import lab
from core.data.figures import data_uri, sheet
from core.experiments.video_mae import holes_of
from core.lessons.video import links, subject
from core.store.record import Record
from core.ui import cards

SHOWN = slice(0, None, 3)
ALT = "Six frames of a clip, the same with most cubes hidden, and as a network fills them in"


def picture() -> str | None:
    """HTML; None where there is no model."""
    return cards.of_default("video_mae", lambda record: f'<img class="ll-card" src="{_picture(record)}" alt="{ALT}">')


@lab.memo(label="Cards of lessons")
def _picture(record: Record) -> str:
    """Original, masked, filled in."""
    x, _ = subject.clip(record.config["data"], 0)
    found = subject.fill_drawn(record, 0, links.HIDE.default, links.SHARE.default, 0)
    holes = holes_of(subject.drawn(links.HIDE.default, links.SHARE.default, 0))[0, 0, ..., None].numpy()
    original = subject.frames_of(x)
    masked = np.where(holes, np.uint8(128), original)
    return data_uri(sheet([rows[SHOWN] for rows in (original, masked, found.frames)], scale=1, gap=1))
