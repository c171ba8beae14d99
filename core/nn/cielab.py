"""Colours as CIE 1976 L*a*b*, and back: lightness L from 0 (black) to 100 (white), a from green to red, b from blue to yellow.

sRGB as IEC 61966-2-1 defines it, seen under the daylight D65 by the observer of 2 degrees. The digits of the matrix and of the white are
those of scikit-image, with which the tests compare.
"""

from __future__ import annotations

import torch
from torch import Tensor

XYZ_OF_RGB = ((0.412453, 0.357580, 0.180423), (0.212671, 0.715160, 0.072169), (0.019334, 0.119193, 0.950227))
WHITE = (0.95047, 1.0, 1.08883)  # X, Y, Z of D65
DARK, SLOPE, SHIFT = 0.008856, 7.787, 16 / 116  # below DARK the cube root goes on as a line, SLOPE t + SHIFT


def rgb_to_lab(rgb: Tensor) -> Tensor:
    """Lab (..., 3, H, W) of sRGB colours (..., 3, H, W) in [0, 1]. L is in [0, 100]; a and b lie between -108 and 99."""
    linear = torch.where(rgb > 0.04045, ((rgb.clamp_min(0.04045) + 0.055) / 1.055) ** 2.4, rgb / 12.92)
    t = torch.einsum("ij,...jhw->...ihw", _on(_scaled(), rgb), linear)
    f = torch.where(t > DARK, t.clamp_min(DARK) ** (1 / 3), SLOPE * t + SHIFT)
    x, y, z = f.unbind(-3)
    return torch.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], dim=-3)


def lab_to_rgb(lab: Tensor, clip: bool = True) -> Tensor:
    """sRGB (..., 3, H, W) of Lab colours (..., 3, H, W). clip: bring colours that no screen shows back into [0, 1]."""
    lightness, a, b = lab.unbind(-3)
    y = (lightness + 16) / 116
    f = torch.stack([y + a / 500, y, (y - b / 200).clamp_min(0)], dim=-3)
    edge = DARK ** (1 / 3)
    t = torch.where(f > edge, f.clamp_min(edge) ** 3, (f - SHIFT) / SLOPE)
    linear = torch.einsum("ij,...jhw->...ihw", _on(torch.linalg.inv(_scaled()), lab), t)
    rgb = torch.where(linear > 0.0031308, 1.055 * linear.clamp_min(0.0031308) ** (1 / 2.4) - 0.055, 12.92 * linear)
    return rgb.clamp(0, 1) if clip else rgb


def chroma(ab: Tensor) -> Tensor:
    """How saturated colours (..., 2, H, W) are: their distance from gray in the plane of a and b, (..., H, W)."""
    return ab.norm(dim=-3)


def _scaled() -> Tensor:
    """float64 (3, 3) on the CPU: linear RGB -> X, Y, Z as shares of the white's."""
    return torch.tensor(XYZ_OF_RGB, dtype=torch.float64) / torch.tensor(WHITE, dtype=torch.float64)[:, None]


def _on(matrix: Tensor, like: Tensor) -> Tensor:
    """In the type and on the device of `like`; first the type, since not every device has float64."""
    return matrix.to(like.dtype).to(like.device)
