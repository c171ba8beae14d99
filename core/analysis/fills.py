"""Two fills that learned nothing: what a masked auto-encoder has to beat."""

from __future__ import annotations

import torch
from torch import Tensor

from core.nn.patches import mask_to_pixels


def mean_fill(x: Tensor, hidden: Tensor, size: int) -> Tensor:
    """Hidden pixels become the mean of the visible ones of the same picture and channel.

    x: (B, C, H, W); hidden: (B, N) bool. A picture with nothing visible becomes middle gray.
    """
    holes = mask_to_pixels(hidden, size)
    visible = (~holes).to(x.dtype)
    count = visible.sum(dim=(2, 3), keepdim=True)
    mean = torch.where(count > 0, (x * visible).sum(dim=(2, 3), keepdim=True) / count.clamp(min=1), 0.5)
    return torch.where(holes, mean, x)


def neighbour_fill(x: Tensor, hidden: Tensor, size: int, iterations: int = 200) -> Tensor:
    """Hidden pixels become the smoothest surface through the visible ones: each is the mean of its four neighbours.

    That is the discrete Laplace equation with the visible pixels as boundary values, the classic inpainting without
    learning (Bertalmio et al. 2000 start from it), solved for the whole batch by conjugate gradients. Pixels at the
    picture's border have fewer neighbours. x: (B, C, H, W) in [0, 1]; hidden: (B, N) bool. A picture with nothing
    visible becomes middle gray.
    """
    holes = mask_to_pixels(hidden, size).expand_as(x)
    start = mean_fill(x, hidden, size)
    nothing = hidden.all(dim=1).view(-1, 1, 1, 1)
    holes = holes & ~nothing

    def laplacian(u: Tensor) -> Tensor:
        """Sum over the neighbours inside the picture of (u - neighbour)."""
        down, across = u[..., 1:, :] - u[..., :-1, :], u[..., 1:] - u[..., :-1]
        out = torch.zeros_like(u)
        out[..., 1:, :] += down
        out[..., :-1, :] -= down
        out[..., 1:] += across
        out[..., :-1] -= across
        return out

    zero = torch.zeros((), dtype=x.dtype, device=x.device)

    def dot(a: Tensor, b: Tensor) -> Tensor:
        return (a * b).sum(dim=(2, 3), keepdim=True)

    u = start
    residual = torch.where(holes, -laplacian(u), zero)
    direction = residual
    size_now = dot(residual, residual)
    for _ in range(iterations):
        if size_now.max() < 1e-9:
            break
        moved = torch.where(holes, laplacian(direction), zero)
        step = size_now / dot(direction, moved).clamp(min=1e-20)
        u = u + step * direction
        residual = residual - step * moved
        size_next = dot(residual, residual)
        direction = residual + size_next / size_now.clamp(min=1e-20) * direction
        size_now = size_next
    return u.clamp(0, 1)


def masked_mse(x: Tensor, filled: Tensor, hidden: Tensor, size: int) -> Tensor:
    """Mean squared error over the hidden pixels alone, one value a picture, (B,); NaN where nothing is hidden."""
    holes = mask_to_pixels(hidden, size).expand_as(x)
    error = ((x - filled) ** 2 * holes).sum(dim=(1, 2, 3))
    return error / holes.sum(dim=(1, 2, 3))
