"""Muon: an optimiser for the weight matrices inside a network.

Jordan et al. 2024, "Muon: An optimizer for hidden layers in neural networks" (kellerjordan.github.io/posts/muon): the
momentum of each matrix is replaced by the orthogonal matrix nearest to it, so that no direction of the step is small.
On a CPU a small transformer then needs about half as many steps as with AdamW (docs/LOG.md).

How that matrix is found is a choice: the description takes one quintic five times, here it is three different ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

Quintic = tuple[float, float, float]  # its factors a, b and c
# Quintics a x + b x^3 + c x^5, one after the other, that bring all singular values of [0.01, 1] as near to 1 as three of them
# can: each is the best one for what the one before it leaves (Amsel et al. 2025, "The Polar Express", theorem 3.1). Smaller
# values, of which a momentum has few but for noise, stay below 1. Five of the description's reach further down and cost more.
NEWTON_SCHULZ = ((8.0934, -23.6204, 17.4462), (3.6366, -2.7219, 0.5365), (2.6613, -1.9772, 0.4526))
MOMENTUM, WEIGHT_DECAY = 0.95, 0.05


class Muon(torch.optim.Optimizer):
    """Steps the `matrices`, and `threes` too: matrices that hold three of their own below each other, such as those of
    queries, keys and values, each of which is stepped by itself.

    Matrices of equal shape are stepped as one stack: there are few shapes in a transformer, and many matrices.
    Raises ValueError where a parameter is no matrix, or has not three equal parts.
    """

    def __init__(
        self,
        matrices: Iterable[Tensor],
        lr: float,
        threes: Iterable[Tensor] = (),
        quintics: Sequence[Quintic] = NEWTON_SCHULZ,
    ):
        parts = [(matrix, 1) for matrix in matrices] + [(matrix, 3) for matrix in threes]
        if any(matrix.ndim != 2 or len(matrix) % count for matrix, count in parts):
            raise ValueError("Muon steps matrices only, and threes of as many rows each")
        kinds = dict.fromkeys((matrix.shape, count) for matrix, count in parts)
        groups = [{"params": [m for m, count in parts if (m.shape, count) == kind], "parts": kind[1]} for kind in kinds]
        super().__init__(groups, {"lr": lr})
        self.quintics = quintics

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
            update = orthogonal(towards.view(S * parts, rows // parts, columns), self.quintics).reshape(gradient.shape)
            rate = group["lr"] * max(1.0, rows / parts / columns) ** 0.5
            torch._foreach_mul_(matrices, 1 - group["lr"] * WEIGHT_DECAY)
            torch._foreach_add_(matrices, list(update.unbind()), alpha=-rate)


def orthogonal(x: Tensor, quintics: Sequence[Quintic] = NEWTON_SCHULZ) -> Tensor:
    """Nearly the orthogonal matrices nearest to x (S, rows, columns): singular values come out between 0.72 and 1.28, but for
    those below a 100th of the norm.

    U V^T of the singular value decomposition x = U S V^T, by Newton-Schulz steps x <- (a + b x x^T + c (x x^T)^2) x, which are
    products alone. Where x is longer than wide, the factors are gathered in the small matrix x x^T first.
    """
    tall = x.shape[1] > x.shape[2]
    x = x.mT if tall else x
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    x = _by_small_squares(x, quintics) if 2 * x.shape[1] <= x.shape[2] else _step_by_step(x, quintics)
    return x.mT if tall else x


def _step_by_step(x: Tensor, quintics: Sequence[Quintic]) -> Tensor:
    for a, b, c in quintics:
        square = torch.bmm(x, x.mT)
        x = torch.baddbmm(x, torch.baddbmm(square, square, square, beta=b, alpha=c), x, beta=a)
    return x


def _by_small_squares(x: Tensor, quintics: Sequence[Quintic]) -> Tensor:
    """The same: all factors are polynomials of x x^T, so they can be multiplied with each other before they meet x."""
    square, product = torch.bmm(x, x.mT), None
    for step, (a, b, c) in enumerate(quintics, 1):
        factor = torch.baddbmm(square, square, square, beta=b, alpha=c)
        factor.diagonal(dim1=1, dim2=2).add_(a)
        product = factor if product is None else torch.bmm(factor, product)
        if step < len(quintics):
            square = torch.bmm(factor, torch.bmm(factor, square))
    return torch.bmm(product, x)
