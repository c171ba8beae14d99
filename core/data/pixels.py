"""Pictures as tensors and as arrays: one order of axes each, and one way from the first to the second.

Networks and data sets hold (N, C, H, W); charts, components and files take (N, H, W, C) in bytes.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

PAPER = 0.08  # how far from the corner's colour a pixel counts as drawn


def as_input(pixels: np.ndarray) -> Tensor:
    """One picture uint8 (H, W, C), or several (N, H, W, C), as a network takes them: float (N, C, H, W) in [0, 1]."""
    x = torch.from_numpy(pixels.copy())
    return (x if x.ndim == 4 else x[None]).permute(0, 3, 1, 2).float() / 255


def as_bytes(x: Tensor) -> np.ndarray:
    """Pictures (N, C, H, W), float in [0, 1], on any device -> uint8 (N, H, W, C). Values outside of [0, 1] are clipped."""
    return (x.clamp(0, 1) * 255).round().to("cpu", torch.uint8).permute(0, 2, 3, 1).contiguous().numpy()


def in_batches(x: Tensor, size: int, device: torch.device | None = None) -> Iterator[Tensor]:
    """Pictures uint8 (N, C, H, W) as a network takes them: float (B, C, H, W) in [0, 1], at most `size` at a time.

    device: where each batch goes; None leaves it where x is.
    """
    for part in x.split(size):
        yield part.to(device).float() / 255


def gray_or_colour(pixels: np.ndarray) -> np.ndarray:
    """(H, W, 1) -> (H, W), as a gray picture travels to the browser; (H, W, 3) stays."""
    return pixels.squeeze(2) if pixels.shape[-1] == 1 else pixels


def silhouettes(x: Tensor) -> Tensor:
    """Which pixels, bool (N, H, W), of pictures uint8 (N, 3, H, W) differ from the ground, the colour of the top left corner."""
    x = x.float() / 255
    return (x - x[:, :, :1, :1]).abs().amax(dim=1) > PAPER
