"""Sounds and pictures: a sound is chosen, and a picture."""

from __future__ import annotations

import numpy as np

from core.lessons.sight_and_sound.hear_see import Chosen, Shown, hear_see


def send() -> None:
    shown = Shown(
        who="Annie", words=["one", "two"], names=["zero", "one", "two"], says=[1, 2], shows=[2, 1, 1], spectra=np.zeros((2, 4, 4, 3), np.uint8),
        pictures=np.zeros((3, 4, 4), np.uint8), waves=[np.arange(9, dtype=np.int16), np.zeros(1, np.int16)], rate=8000,
        similarity=np.array([[0.5, -0.25, 1.0], [0.0, 0.1, 0.2]]), result_id="a",
    )  # fmt: skip
    hear_see("sound", Chosen("sound", 1), shown)
    hear_see("picture", Chosen("picture", 2), shown)
