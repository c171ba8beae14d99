"""Pictures cut into patches, patches put together, and the fixed positions of a grid of patches."""

from __future__ import annotations

import torch
from torch import Tensor


def patchify(x: Tensor, size: int) -> Tensor:
    """(B, C, H, W) -> (B, N, size*size*C): patches row by row, within a patch pixel by pixel, channels last.

    The inverse of `unpatchify`. Raises ValueError where H or W is no multiple of `size`.
    """
    B, C, H, W = x.shape
    if H % size or W % size:
        raise ValueError(f"a picture of {H} x {W} cannot be cut into patches of {size} x {size}")
    x = x.reshape(B, C, H // size, size, W // size, size)
    return x.permute(0, 2, 4, 3, 5, 1).reshape(B, (H // size) * (W // size), size * size * C)


def unpatchify(patches: Tensor, size: int, channels: int) -> Tensor:
    """(B, N, size*size*C) -> (B, C, H, W) for a square grid of N patches; the inverse of `patchify`."""
    B, N, _ = patches.shape
    n = round(N**0.5)
    if n * n != N:
        raise ValueError(f"{N} patches make no square grid")
    x = patches.reshape(B, n, n, size, size, channels)
    return x.permute(0, 5, 1, 3, 2, 4).reshape(B, channels, n * size, n * size)


def mask_to_pixels(hidden: Tensor, size: int) -> Tensor:
    """(B, N) bool, True where hidden -> (B, 1, H, W) bool, one value a pixel."""
    B, N = hidden.shape
    n = round(N**0.5)
    pixels = hidden.view(B, 1, n, n)
    return pixels.repeat_interleave(size, dim=2).repeat_interleave(size, dim=3)


def grid_positions(width: int, n: int) -> Tensor:
    """Fixed 2-D sine-cosine positions of an n x n grid, (n*n, width): the first half codes the column, the other the row.

    He et al. 2021, appendix A.1 (after Vaswani et al. 2017); `width` must be a multiple of 4.
    """
    if width % 4:
        raise ValueError(f"width {width} is not a multiple of 4")
    frequency = 10000 ** -(torch.arange(width // 4, dtype=torch.float64) / (width / 4))
    row, column = torch.meshgrid(torch.arange(n), torch.arange(n), indexing="ij")

    def code(position: Tensor) -> Tensor:
        angle = position.reshape(-1, 1).double() * frequency
        return torch.cat([angle.sin(), angle.cos()], dim=1)

    return torch.cat([code(column), code(row)], dim=1).float()
