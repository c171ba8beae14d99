"""How much of a number that is known can be read off a representation: ridge regression, its penalty chosen on validation examples."""

from __future__ import annotations

import torch
from torch import Tensor

PENALTIES = (1e-4, 1e-3, 1e-2, 1e-1, 1.0)  # as shares of the mean variance of a feature


@torch.no_grad()
def ridge_errors(x: Tensor, target: Tensor) -> Tensor:
    """Squared errors on test examples as shares of their variance, (T,): 1 - mean is R^2, which may be below 0.

    x: float (N, D), target: (N,). The first half of the examples is learned from, the next fifth chooses the penalty, the rest is
    the test. scikit-learn's Ridge is the trusted twin. Raises ValueError for fewer than ten examples.
    """
    n = len(x)
    if n < 10:
        raise ValueError(f"{n} examples: ten or more are needed")
    x, target = x.cpu().double(), target.cpu().double()
    learn, choose, test = slice(n // 2), slice(n // 2, 7 * n // 10), slice(7 * n // 10, None)
    mean, middle = x[learn].mean(dim=0), target[learn].mean()
    x = x - mean
    square = x[learn].T @ x[learn] / (n // 2)
    side = x[learn].T @ (target[learn] - middle) / (n // 2)
    scale = square.diagonal().mean().clamp_min(1e-12)
    weights = [torch.linalg.solve(square + p * scale * torch.eye(len(square)).double(), side) for p in PENALTIES]
    best = min(weights, key=lambda w: float((x[choose] @ w + middle - target[choose]).square().mean()))
    error = (x[test] @ best + middle - target[test]).square()
    return error / target[test].var(correction=0).clamp_min(1e-12)
