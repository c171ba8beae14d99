"""Units as tiles: gray and coloured, a dead one among them."""

from __future__ import annotations

import numpy as np

from core.lessons.features.unit_grid import Tiles, unit_grid


def send() -> None:
    unit_grid("gray", Tiles(np.zeros((3, 4, 4, 1), np.uint8), ["a", "b", "c"], [1], "first"), 2)
    unit_grid("colour", Tiles(np.zeros((1, 4, 4, 3), np.uint8), ["a"], [], "second"), 0)
