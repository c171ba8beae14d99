"""Losses of two encoders in one space: row i of the one belongs to row i of the other, and to no other row."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def symmetric(a: Tensor, b: Tensor, scale: Tensor | float, same: Tensor | None = None) -> Tensor:
    """The softmax loss both ways, in nats; a, b: (n, D) at unit length, scale: one over the temperature.

    Radford et al. 2021, figure 3: the mean of two cross-entropies, one over the rows of scale a b^T and one over its columns, whose
    right answers stand on the diagonal; log n where all are the same. same: bool (n, n), symmetric; pairs that are equal are not
    negatives of one another, and leave the sum. The diagonal always stays.
    """
    logits = without(scale * a @ b.T, same)
    right = torch.arange(len(a), device=a.device)
    return (F.cross_entropy(logits, right) + F.cross_entropy(logits.T, right)) / 2


def sigmoid_pairs(
    a: Tensor, b: Tensor, scale: Tensor | float, bias: Tensor | float, same: Tensor | None = None
) -> Tensor:
    """The sigmoid loss, in nats a row: each of the n^2 pairs is judged by itself, belongs together or not.

    Zhai et al. 2023, algorithm 1: -log sigmoid(z (scale a b^T + bias)), z = 1 on the diagonal and -1 elsewhere, summed and divided by n.
    same: as in `symmetric`; such pairs are not judged.
    """
    logits = scale * a @ b.T + bias
    signs = 2 * torch.eye(len(a), device=a.device) - 1
    each = -F.logsigmoid(signs * logits)
    if same is not None:
        each = each.masked_fill(others(same), 0.0)
    return each.sum() / len(a)


def without(logits: Tensor, same: Tensor | None) -> Tensor:
    """Logits (n, n) in which equal pairs off the diagonal take no part in a softmax."""
    return logits if same is None else logits.masked_fill(others(same), float("-inf"))


def others(same: Tensor) -> Tensor:
    """same (n, n) without its diagonal."""
    return same & ~torch.eye(len(same), dtype=torch.bool, device=same.device)
