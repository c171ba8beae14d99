"""What the lesson's card shows: three spoken words as spectrograms, and the pictures that are nearest to each."""

from __future__ import annotations

import numpy as np

from core import data, lab
from core.analysis.hearing import retrieved
from core.data.figures import data_uri
from core.lessons.sight_and_sound import subject
from core.store.record import Record
from core.ui import cards

SAID = (3, 7, 0)
FOUND = 5
ALT = "Spectrograms of the words three, seven and zero, and beside each the five pictures of digits that a network finds for it"


def picture() -> str | None:
    """HTML; None where there is no model."""
    return cards.of_default(
        "audio_visual", lambda record: f'<img class="ll-card" src="{_picture(record)}" alt="{ALT}">'
    )


@lab.memo(label="Cards of lessons")
def _picture(record: Record) -> str:
    found, where, digits = subject.heard(record), subject.codes(record, "paired"), data.load("mnist").test_x
    sounds = [subject.said_by(found, found.voices[0])[digit] for digit in SAID]
    near = retrieved(where.said[sounds], where.seen, FOUND)
    spectra = subject.coloured(subject.spectra(record)[sounds, 0].numpy())  # (3, 64, 64, 3)
    rows = []
    for one, pictures in zip(spectra, near.tolist(), strict=True):
        seen = (
            np.pad(digits[pictures, 0].numpy(), ((0, 0), (2, 2), (2, 2))).repeat(2, axis=1).repeat(2, axis=2)
        )  # (5, 64, 64)
        tiles = [one, *(np.repeat(x[..., None], 3, axis=2) for x in seen)]
        rows.append(np.concatenate([np.pad(t, ((1, 1), (1, 1), (0, 0)), constant_values=128) for t in tiles], axis=1))
    return data_uri(np.concatenate(rows))
