"""The latent map, both halves: with points, pictures and marks, and with nothing but a frame."""

from __future__ import annotations

import numpy as np

from core.lessons.bottleneck.latent_map import Place, Plane, Shown, latent_map
from core.ui.components.tiles import Tile


def send() -> None:
    image = np.zeros((4, 4), np.uint8)
    points = np.array([[0.1, 0.2], [0.3, 0.9], [7.0, 0.5]], np.float32)
    groups = np.array([0, 1, 1], np.uint8)
    full = Plane((0.0, 1.0, 0.0, 1.0), points, groups, ("a", "b"), image, np.zeros((4, 12), np.uint8), 3, "x", "y")
    shown = Shown(Place(0.5, 0.5), [Tile("Decoded", image, "from two numbers")], [(0.1, 0.2, "A")], "first")
    latent_map(full, shown, key="full")
    latent_map(Plane((0.0, 1.0, 0.0, 1.0)), Shown(), key="empty")
