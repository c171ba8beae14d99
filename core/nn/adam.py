"""Adam (Kingma & Ba 2015, algorithm 1) for what a page's own server climbs.

`torch.optim.Adam` is the same, step for step, but its first use imports torch's compiler: three seconds in which the
server answers nobody, and 60 MB. Trainings, in their own process, use torch's.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch
from torch import Tensor


class Adam:
    """Moves `parameters` against their gradients. rate: of a step; betas: how much of the two means stays."""

    def __init__(self, parameters: Iterable[Tensor], rate: float, betas: tuple[float, float] = (0.9, 0.999)) -> None:
        self.parameters, self.rate, self.betas, self.steps = list(parameters), rate, betas, 0
        self._means = [(torch.zeros_like(one), torch.zeros_like(one)) for one in self.parameters]

    def clear(self) -> None:
        """Forget the gradients."""
        for one in self.parameters:
            one.grad = None

    @torch.no_grad()
    def step(self) -> None:
        """One step; what has no gradient stays."""
        self.steps += 1
        first, second = (1 - beta**self.steps for beta in self.betas)
        for one, (mean, square) in zip(self.parameters, self._means, strict=True):
            if one.grad is None:
                continue
            mean.lerp_(one.grad, 1 - self.betas[0])
            square.mul_(self.betas[1]).addcmul_(one.grad, one.grad, value=1 - self.betas[1])
            one.addcdiv_(mean, (square.sqrt() / math.sqrt(second)).add_(1e-8), value=-self.rate / first)
