"""Small helpers for pictures on pages."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence

import numpy as np
from PIL import Image


def sheet(rows: Sequence[np.ndarray], scale: int = 4, gap: int = 2) -> np.ndarray:
    """Rows of pictures as one picture, each pixel `scale` wide. rows: uint8 (n, h, w, c); uint8 (H, W, 3) out."""
    lines = []
    for row in rows:
        colour = np.repeat(row, 3, axis=3) if row.shape[3] == 1 else row
        big = colour.repeat(scale, axis=1).repeat(scale, axis=2)
        padded = np.pad(big, ((0, 0), (gap * 2, gap * 2), (gap * 2, gap * 2), (0, 0)), constant_values=128)
        lines.append(np.concatenate(list(padded), axis=1))
    return np.concatenate(lines, axis=0)


def data_uri(pixels: np.ndarray) -> str:
    """uint8 pixels as a PNG that travels with the page itself."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
