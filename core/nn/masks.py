"""Which patches to hide: at random, as one block, or on a regular grid.

Each kind is a score a patch; the patches with the lowest scores are hidden. That keeps the number of hidden patches
exact, so a batch stays one tensor, and lets the training loop and the painter's buttons draw from the same code.
"""

from __future__ import annotations

import torch
from torch import Tensor

SAMPLINGS = ("random", "block", "grid")


def hidden_count(ratio: float, patches: int) -> int:
    """How many patches a ratio hides: rounded, and at least one visible and one hidden."""
    return min(max(round(ratio * patches), 1), patches - 1)


def scores(sampling: str, batch: int, n: int, generator: torch.Generator) -> Tensor:
    """(batch, n*n) scores; hide the lowest. Raises ValueError for an unknown kind of sampling.

    random: independent noise (He et al. 2021, section 3).
    block:  distance from a random rectangle's centre, so that the hidden patches hang together.
    grid:   the order of a Bayer matrix, shifted at random; at 75 % it leaves one patch of every 2 x 2 (MAE, fig. 6).
    """
    noise = torch.rand(batch, n * n, generator=generator)
    if sampling == "random":
        return noise
    if sampling == "block":
        row, column = torch.meshgrid(torch.arange(n), torch.arange(n), indexing="ij")
        centre = torch.rand(batch, 2, 1, generator=generator) * (n - 1)
        # Aspect ratios from 0.3 to 1/0.3, as in BEiT (Bao et al. 2021, algorithm 1).
        aspect = 0.3 ** (torch.rand(batch, 1, generator=generator) - 0.5)
        down = (row.reshape(1, -1) - centre[:, 0]).abs() * aspect
        across = (column.reshape(1, -1) - centre[:, 1]).abs() / aspect
        return torch.maximum(down, across) + 1e-3 * noise  # the noise decides between equals
    if sampling == "grid":
        order = bayer(n)
        shift = torch.randint(0, 2, (batch, 2), generator=generator)
        index = torch.arange(n)
        row = (index[None, :, None] + shift[:, :1, None]) % order.shape[0]
        column = (index[None, None, :] + shift[:, 1:, None]) % order.shape[0]
        return (order[row, column] + 1e-3 * noise.view(batch, n, n)).flatten(1)
    raise ValueError(f"sampling {sampling!r} is unknown; allowed: {', '.join(SAMPLINGS)}")


def bayer(n: int) -> Tensor:
    """The ordered-dither matrix of side 2^k >= n + 1: each prefix of its order is spread evenly."""
    matrix = torch.zeros(1, 1)
    while matrix.shape[0] < n + 1:
        matrix = torch.cat(
            [torch.cat([4 * matrix, 4 * matrix + 2], 1), torch.cat([4 * matrix + 3, 4 * matrix + 1], 1)], 0
        )
    return matrix


def hide(sampling: str, ratio: float, batch: int, n: int, generator: torch.Generator) -> Tensor:
    """(batch, n*n) bool masks, True where hidden; every row hides the same number of patches."""
    s = scores(sampling, batch, n, generator)
    hidden = torch.zeros(batch, n * n, dtype=torch.bool)
    return hidden.scatter_(1, s.argsort(dim=1)[:, : hidden_count(ratio, n * n)], True)
