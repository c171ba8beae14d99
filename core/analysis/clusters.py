"""Groups in a space without labels: k-means."""

from __future__ import annotations

import torch
from torch import Tensor


@torch.no_grad()
def k_means(x: Tensor, k: int, generator: torch.Generator | None = None, rounds: int = 30, starts: int = 4) -> Tensor:
    """The cluster, int64 (N,), of each point (N, D), numbered by falling size.

    Lloyd 1982, started as k-means++ (Arthur and Vassilvitskii 2007), the best of several starts. The generator is one of the
    CPU, wherever x lies. Raises ValueError where k is not from 1 to N.
    """
    if not 1 <= k <= len(x):
        raise ValueError(f"{k} clusters of {len(x)} points: allowed are 1 to N")
    x = x.float()
    runs = [_once(x, k, generator, rounds) for _ in range(starts)]
    groups = min(runs, key=lambda run: run[1])[0]
    order = torch.bincount(groups, minlength=k).argsort(descending=True, stable=True)
    return order.argsort()[groups]


def _once(x: Tensor, k: int, generator: torch.Generator | None, rounds: int) -> tuple[Tensor, float]:
    """Groups from one start, and the sum of squared distances to their centres."""
    centres = x[torch.randint(len(x), (1,), generator=generator)]
    for _ in range(k - 1):
        distance = torch.cdist(x, centres).amin(dim=1).square()
        weights = distance if float(distance.sum()) > 0 else torch.ones_like(distance)
        centres = torch.cat([centres, x[torch.multinomial(weights.cpu(), 1, generator=generator)]])
    groups = torch.full((len(x),), -1, device=x.device)
    for _ in range(rounds):
        now = torch.cdist(x, centres).argmin(dim=1)
        if torch.equal(now, groups):
            break
        groups = now
        counts = torch.bincount(groups, minlength=k)[:, None]
        moved = torch.zeros_like(centres).index_add_(0, groups, x) / counts.clamp(min=1)
        centres = torch.where(counts == 0, centres, moved)
    return groups, float((x - centres[groups]).square().sum())
