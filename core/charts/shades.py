"""Tables of numbers as pictures: a colour a number."""

from __future__ import annotations

import numpy as np

from core.charts.theme import CIVIDIS, DARK, LIGHT


def heat(values: np.ndarray, top: float) -> np.ndarray:
    """float (H, W) from 0 to `top` -> uint8 (H, W, 3) in cividis, which reads the same for every kind of colour vision."""
    t = np.clip(values / max(top, 1e-12), 0, 1)[..., None] * (len(_CIVIDIS) - 1)
    low = np.floor(t).astype(int)
    high = np.minimum(low + 1, len(_CIVIDIS) - 1)
    mixed = _CIVIDIS[low[..., 0]] * (1 - (t - low)) + _CIVIDIS[high[..., 0]] * (t - low)
    return mixed.round().astype(np.uint8)


def signed(values: np.ndarray, top: float, dark: bool = False) -> np.ndarray:
    """float (H, W) from -top to top -> uint8 (H, W, 3): orange below zero, the ground of the page at it, blue above."""
    t = np.clip(values / max(top, 1e-12), -1, 1)[..., None]
    below, zero, above = _DARK if dark else _LIGHT
    mixed = zero + np.where(t < 0, -t * (below - zero), t * (above - zero))
    return mixed.round().astype(np.uint8)


def _rgb(*hues: str) -> np.ndarray:
    """(n, 3) float64 of colours as "#RRGGBB"."""
    return np.array([list(bytes.fromhex(hue[1:])) for hue in hues], np.float64)


_LIGHT, _DARK = _rgb("#B34D00", LIGHT.ground, "#00538C"), _rgb("#F5954A", DARK.ground, "#62B5EC")
_CIVIDIS = _rgb(*CIVIDIS)  # (10, 3)
