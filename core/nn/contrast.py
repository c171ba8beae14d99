"""The loss of contrastive learning: each view must find the other view of its picture among all views of the batch."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def similarities(z: Tensor) -> Tensor:
    """Cosine similarities (N, N) of embeddings (N, D)."""
    z = F.normalize(z, dim=1)
    return z @ z.T


def partners(count: int) -> Tensor:
    """(2 count,): which row is the other view of each row, where row i + count is the second view of picture i."""
    return torch.arange(2 * count).roll(count)


def nt_xent_rows(z1: Tensor, z2: Tensor, temperature: float) -> Tensor:
    """The loss of each of the 2 B views, in nats; z1, z2: (B, D), the embeddings of two views of the same B pictures.

    Chen et al. 2020, equation 1: -log of exp(sim(i, j) / t) over the sum of exp(sim(i, k) / t) of all k other than i, where j
    is the other view of i. One cross-entropy a row: the positive pair is the right answer among 2 B - 1.
    """
    logits = similarities(torch.cat([z1, z2])) / temperature
    logits = logits.masked_fill(torch.eye(len(logits), dtype=torch.bool, device=logits.device), float("-inf"))
    return F.cross_entropy(logits, partners(len(z1)).to(logits.device), reduction="none")


def nt_xent(z1: Tensor, z2: Tensor, temperature: float) -> Tensor:
    """The normalised temperature-scaled cross-entropy, the mean of `nt_xent_rows`; log(2 B - 1) where all are the same."""
    return nt_xent_rows(z1, z2, temperature).mean()
