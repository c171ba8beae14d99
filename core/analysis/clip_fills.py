"""Fills of a masked clip that learned nothing: what a masked auto-encoder of clips has to beat."""

from __future__ import annotations

import torch
from torch import Tensor


def clip_mean_fill(x: Tensor, holes: Tensor) -> Tensor:
    """Hidden voxels become the mean of the visible ones of the same clip and channel; middle gray where nothing is visible.

    x: (B, C, T, H, W); holes: (B, 1, T, H, W) bool.
    """
    visible = (~holes).to(x.dtype)
    count = visible.sum(dim=(2, 3, 4), keepdim=True)
    mean = torch.where(count > 0, (x * visible).sum(dim=(2, 3, 4), keepdim=True) / count.clamp(min=1), 0.5)
    return torch.where(holes, mean, x)


def previous_frame(x: Tensor, holes: Tensor) -> Tensor:
    """Hidden voxels become the nearest earlier visible voxel of the same place; the nearest later one where none is earlier;
    the mean of the visible voxels where the place is never seen.

    x: (B, C, T, H, W); holes: (B, 1, T, H, W) bool.
    """
    filled = clip_mean_fill(x, holes)
    missing = holes.clone()
    for frames in (range(1, x.shape[2]), range(x.shape[2] - 2, -1, -1)):  # forwards, then backwards for what is left
        step = 1 if frames.step > 0 else -1
        for t in frames:
            copied = missing[:, :, t] & ~missing[:, :, t - step]
            filled[:, :, t] = torch.where(copied, filled[:, :, t - step], filled[:, :, t])
            missing[:, :, t] &= ~copied
    return filled


def hidden_mse(x: Tensor, filled: Tensor, holes: Tensor) -> Tensor:
    """Mean squared error over the hidden voxels alone, one value a clip, (B,); NaN where nothing is hidden."""
    error = ((x - filled).square() * holes).sum(dim=(1, 2, 3, 4))
    return error / (holes.sum(dim=(1, 2, 3, 4)) * x.shape[1])
