"""Muon: an optimiser for the weight matrices inside a network.

Jordan et al. 2024, "Muon: An optimizer for hidden layers in neural networks" (kellerjordan.github.io/posts/muon): the
momentum of each matrix is replaced by the orthogonal matrix nearest to it, so that no direction of the step is small.
On a CPU a small transformer then needs about half as many steps as with AdamW (docs/LOG.md).
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)  # of the quintic that pushes singular values towards 1, five times
STEPS = 5
MOMENTUM, WEIGHT_DECAY = 0.95, 0.05


class Muon(torch.optim.Optimizer):
    """Steps the `matrices`, and `threes` too: matrices that hold three of their own below each other, such as those of
    queries, keys and values, each of which is stepped by itself.

    Matrices of equal shape are stepped as one stack: there are few shapes in a transformer, and many matrices.
    Raises ValueError where a parameter is no matrix, or has not three equal parts.
    """

    def __init__(self, matrices: Iterable[Tensor], lr: float, threes: Iterable[Tensor] = ()):
        parts = [(matrix, 1) for matrix in matrices] + [(matrix, 3) for matrix in threes]
        if any(matrix.ndim != 2 or len(matrix) % count for matrix, count in parts):
            raise ValueError("Muon steps matrices only, and threes of as many rows each")
        kinds = dict.fromkeys((matrix.shape, count) for matrix, count in parts)
        groups = [{"params": [m for m, count in parts if (m.shape, count) == kind], "parts": kind[1]} for kind in kinds]
        super().__init__(groups, {"lr": lr})

    @torch.no_grad()
    def step(self) -> None:
        """One step along the nearest orthogonal matrices of the Nesterov momenta."""
        for group in self.param_groups:
            matrices, parts = group["params"], group["parts"]
            gradient = torch.stack([matrix.grad for matrix in matrices])  # (S, rows, columns)
            if "momentum" not in group:
                group["momentum"] = torch.zeros_like(gradient)
            momentum = group["momentum"].lerp_(gradient, 1 - MOMENTUM)
            towards = gradient.lerp_(momentum, MOMENTUM)
            S, rows, columns = towards.shape
            update = orthogonal(towards.view(S * parts, rows // parts, columns)).reshape(S, rows, columns)
            rate = group["lr"] * max(1.0, rows / parts / columns) ** 0.5
            torch._foreach_mul_(matrices, 1 - group["lr"] * WEIGHT_DECAY)
            torch._foreach_add_(matrices, list(update.unbind()), alpha=-rate)


def orthogonal(x: Tensor) -> Tensor:
    """Nearly the orthogonal matrices nearest to x (S, rows, columns): singular values come out between 0.68 and 1.21,
    but for those below a 500th of the norm.

    U V^T of the singular value decomposition x = U S V^T, by five Newton-Schulz steps x <- (a + b x x^T + c (x x^T)^2) x,
    which are products alone. Where x is longer than wide, the factors are gathered in the small matrix x x^T first.
    """
    tall = x.shape[1] > x.shape[2]
    x = x.mT if tall else x
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    x = _by_small_squares(x) if 2 * x.shape[1] <= x.shape[2] else _step_by_step(x)
    return x.mT if tall else x


def _step_by_step(x: Tensor) -> Tensor:
    a, b, c = NEWTON_SCHULZ
    for _ in range(STEPS):
        square = torch.bmm(x, x.mT)
        x = torch.baddbmm(x, torch.baddbmm(square, square, square, beta=b, alpha=c), x, beta=a)
    return x


def _by_small_squares(x: Tensor) -> Tensor:
    """The same: all factors are polynomials of x x^T, so they can be multiplied with each other before they meet x."""
    a, b, c = NEWTON_SCHULZ
    square, product = torch.bmm(x, x.mT), None
    for step in range(STEPS):
        factor = torch.baddbmm(square, square, square, beta=b, alpha=c)
        factor.diagonal(dim1=1, dim2=2).add_(a)
        product = factor if product is None else torch.bmm(factor, product)
        if step < STEPS - 1:
            square = torch.bmm(factor, torch.bmm(factor, square))
    return torch.bmm(product, x)
