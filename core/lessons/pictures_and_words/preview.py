"""What the panel shows while the encoders learn: the similarities of a training batch."""

from __future__ import annotations

import numpy as np

from core import lab
from core.charts.shades import heat
from core.ui.gallery import gallery

CELL = 4  # pixels


def draw(job: lab.JobView) -> None:
    """The matrix as it was at first and as it is now."""
    first, now = (as_picture(one.arrays["trained"][0, :, :, 0])[None] for one in (job.previews[0], job.preview))
    rows = [("At the first step", first), (f"At step {job.preview.i:,}", now)]
    gallery(rows, about="Cosines of pictures and captions of a training batch")


def as_picture(similarities: np.ndarray) -> np.ndarray:
    """The matrix uint8 (n, n) of a preview as a picture uint8 (CELL n, CELL n, 3)."""
    cosines = similarities.astype(np.float64) / 127.5 - 1
    return heat((cosines + 0.5).clip(0), 1.5).repeat(CELL, 0).repeat(CELL, 1)
