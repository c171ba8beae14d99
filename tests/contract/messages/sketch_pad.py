"""The sketch pad: gray and coloured, with answers and without, and with a drawing of which no page named the picture."""

from __future__ import annotations

import numpy as np

from core.ui.components.sketch_pad import Answer, Paper, sketch_pad
from core.ui.components.tiles import Tile


def send() -> None:
    base = np.zeros((4, 4, 3), np.uint8)
    sketch_pad(Paper(base[..., 0]), Answer(), key="gray")
    answer = Answer([Tile("Cleaned", base, "an error of 0.1")], "first")
    sketch_pad(Paper(base, "cat", pens=("red", "blue")), answer, key="colour", drawing=base + 9)
