"""The patch painter: with nothing around it, and with attention, pictures and a kept patch."""

from __future__ import annotations

import numpy as np

from core.lessons.masked_images.patch_painter import Board, Painted, patch_painter
from core.ui.components.tiles import Answer, Tile


def send() -> None:
    image = np.zeros((6, 6), np.uint8)
    patch_painter(Board(image, 3), Painted(()), Answer(), key="plain")
    answer = Answer([Tile("Filled in", image, "an error of 0.1")], "first")
    patch_painter(Board(image, 3), Painted((1, 2), pinned=2), answer, key="full", attention=np.full((9, 9), 0.1))
