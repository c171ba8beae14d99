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
MOMENTUM, WEIGHT_DECAY = 0.95, 0.05


class Muon(torch.optim.Optimizer):
    """Matrices of equal shape are stepped as one stack: there are few shapes in a transformer, and many matrices.

    Raises ValueError where a parameter is no matrix.
    """

    def __init__(self, matrices: Iterable[Tensor], lr: float):
        matrices = list(matrices)
        if any(matrix.ndim != 2 for matrix in matrices):
            raise ValueError("Muon steps matrices only")
        shapes = dict.fromkeys(matrix.shape for matrix in matrices)
        super().__init__([{"params": [m for m in matrices if m.shape == shape]} for shape in shapes], {"lr": lr})

    @torch.no_grad()
    def step(self) -> None:
        """One step along the nearest orthogonal matrices of the Nesterov momenta."""
        for group in self.param_groups:
            matrices = group["params"]
            gradient = torch.stack([matrix.grad for matrix in matrices])  # (S, rows, columns)
            if "momentum" not in group:
                group["momentum"] = torch.zeros_like(gradient)
            momentum = group["momentum"].lerp_(gradient, 1 - MOMENTUM)
            update = orthogonal(gradient.lerp_(momentum, MOMENTUM))
            rows, columns = matrices[0].shape
            rate = group["lr"] * max(1.0, rows / columns) ** 0.5
            torch._foreach_mul_(matrices, 1 - group["lr"] * WEIGHT_DECAY)
            torch._foreach_add_(matrices, list(update.unbind()), alpha=-rate)


def orthogonal(x: Tensor) -> Tensor:
    """Nearly the orthogonal matrices nearest to x (S, rows, columns): singular values come out between 0.7 and 1.2.

    U V^T of the singular value decomposition x = U S V^T, by five Newton-Schulz steps, which are products alone.
    """
    tall = x.shape[1] > x.shape[2]
    x = x.mT if tall else x
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    a, b, c = NEWTON_SCHULZ
    for _ in range(5):
        square = torch.bmm(x, x.mT)
        x = torch.baddbmm(x, torch.baddbmm(square, square, square, beta=b, alpha=c), x, beta=a)
    return x.mT if tall else x
