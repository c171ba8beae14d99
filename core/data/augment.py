"""Small changes that leave a picture what it is."""

from __future__ import annotations

import torch
from torch import Tensor


def shift_and_mirror(x: Tensor, generator: torch.Generator, mirror: bool) -> Tensor:
    """Each uint8 picture (B, C, H, W) shifted by up to 2 pixels, edges repeated, and with `mirror` half of them mirrored."""
    B, _, H, W = x.shape
    shift = torch.randint(-2, 3, (B, 2), generator=generator)
    rows = (torch.arange(H) + shift[:, :1]).clamp(0, H - 1)
    columns = (torch.arange(W) + shift[:, 1:]).clamp(0, W - 1)
    if mirror:
        mirrored = torch.rand(B, 1, generator=generator) < 0.5
        columns = torch.where(mirrored, columns.flip(1), columns)
    rows, columns = rows.to(x.device), columns.to(x.device)
    picture = torch.arange(B, device=x.device)[:, None, None]
    return x[picture, :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)  # (B, H, W, C) -> (B, C, H, W)
