"""A signed boundary score: whether a drawing shows more around its object than the picture did, or less.

The score is log2 of how much wider the object was in the picture than it is in the drawing: above 0 the drawing has more ground
around a smaller object (boundary extension, Intraub and Richardson 1989), below 0 less (contraction, Bainbridge and Baker 2020).
"""

from __future__ import annotations

import math

import numpy as np

KINDS = ("object", "scene")
GROUND = 0.12  # how far from the colour of the ground a pixel counts as the object's


def size(pixels: np.ndarray) -> float | None:
    """The edge of a square as large as the box around the object, as a share of the picture's edge; None for an empty picture.

    pixels: uint8 (side, side, C). The ground is the colour that most pixels of the edge have.
    """
    edge = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    colours, counts = np.unique(edge, axis=0, return_counts=True)
    ground = colours[counts.argmax()].astype(float)
    on = (np.abs(pixels - ground).max(axis=2) > 255 * GROUND).nonzero()
    if not len(on[0]):
        return None
    tall, wide = (np.ptp(axis) + 1 for axis in on)
    return math.sqrt(tall * wide) / pixels.shape[0]


def score(picture: np.ndarray, drawing: np.ndarray) -> float | None:
    """The score of a drawing of a picture, both uint8 (side, side, C); None where either is empty."""
    was, is_now = size(picture), size(drawing)
    return None if was is None or is_now is None else math.log2(was / is_now)


def summary(scores: dict[str, tuple[str, float]]) -> str:
    """The mean score of each kind of picture: "+0.29 over 1 object, −0.10 over 2 scenes". scores: picture -> (kind, score)."""
    parts = []
    for kind in KINDS:
        values = [value for one, value in scores.values() if one == kind]
        if values:
            parts.append(f"{sum(values) / len(values):+.2f} over {len(values)} {kind}{'s' if len(values) > 1 else ''}")
    return ", ".join(parts).replace("-", "−")


def said(value: float) -> str:
    """The score in words."""
    share = 2.0 ** abs(value)
    if share < 1.05:
        return "The object is as large as it was: neither extension nor contraction."
    if value > 0:
        return f"You drew the object {1 - 1 / share:.0%} smaller, with more ground around it than there was: **extension**."
    return f"You drew the object {share - 1:.0%} larger, with less ground around it than there was: **contraction**."
