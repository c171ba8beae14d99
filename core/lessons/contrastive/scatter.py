"""Small still maps as pictures: many points in one image, quick to draw and to send."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.charts.theme import HUES

SIDE = 640  # pixels; shown at half of it, so that edges are smooth
DOT, RING = 5.0, 13.0  # radii


def scatter(
    points: np.ndarray, groups: np.ndarray, dark: bool, rings: Sequence[int] = (), side: int = SIDE
) -> np.ndarray:
    """Points (N, 2) in the colours of their groups (N,) -> uint8 (side, side, 4) on a transparent ground.

    rings: indices of points that are circled. Two axes of equal units; y grows upwards.
    """
    hues = np.array([_rgb(hue) for hue in HUES], np.uint8)
    image = np.zeros((side, side, 4), np.uint8)
    places = _places(np.asarray(points, np.float64), side)
    order = np.random.default_rng(0).permutation(len(places))  # no class lies on top of all others
    radius = DOT if len(points) > 300 else 1.6 * DOT
    colours = hues[np.asarray(groups, int)[order] % len(hues)]
    for dy, dx in _disc(0, radius):
        y, x = places[order, 1] + dy, places[order, 0] + dx
        image[y, x, :3], image[y, x, 3] = colours, 235
    ink = (236, 234, 228) if dark else (29, 33, 38)
    for index in rings:
        for dy, dx in _disc(RING - 4, RING):
            y, x = places[index, 1] + dy, places[index, 0] + dx
            image[y, x] = (*ink, 255)
    return image


def _places(points: np.ndarray, side: int) -> np.ndarray:
    """Whole pixels (N, 2) that leave room for a ring at each edge."""
    room = int(RING) + 2
    low, high = points.min(axis=0), points.max(axis=0)
    scale = (side - 2 * room) / max(float((high - low).max()), 1e-12)
    moved = (points - (low + high) / 2) * (scale, -scale) + side / 2
    return np.rint(moved).astype(int).clip(room, side - 1 - room)


def _disc(inner: float, outer: float) -> list[tuple[int, int]]:
    reach = int(outer) + 1
    return [
        (dy, dx)
        for dy in range(-reach, reach + 1)
        for dx in range(-reach, reach + 1)
        if inner <= np.hypot(dy, dx) <= outer
    ]


def _rgb(hue: str) -> tuple[int, int, int]:
    return int(hue[1:3], 16), int(hue[3:5], 16), int(hue[5:7], 16)
