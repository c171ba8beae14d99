"""What the training loops of several experiments share: small pieces that keep a loop flat and in sight."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Self

import torch
from torch import Tensor, nn

from core.events import Step
from core.experiment import Context
from core.nn.weights import stored


def steps(total: int, context: Context) -> Iterator[int]:
    """The steps of a training, 0 to `total` - 1; fewer, but one at least, where it is enough before."""
    for i in range(total):
        if i and context.enough():
            return
        yield i


class Ages:
    """Keeps younger selves of a model, one at the first step at which each of these shares (0 to 1) of the training is over.

    kept: (step, state) of them, oldest first, as `Outcome.checkpoints` takes them. Shares that one step passes together keep
    one self.
    """

    def __init__(self, shares: Iterable[float]) -> None:
        self.kept: list[tuple[int, Mapping[str, Tensor]]] = []
        self._left = sorted(shares)

    def keep(self, i: int, done: float, model: nn.Module) -> None:
        """Before step `i`, when the share `done` of the training is over."""
        if self._left and done >= self._left[0]:
            self.kept.append((i, stored(model)))
            self._left = [share for share in self._left if share > done]


class Meanwhile:
    """Lets a stage follow a training: the context is told of the weights at the first step at which each of these shares is over."""

    def __init__(self, context: Context, shares: Iterable[float] = (0.1, 0.3, 0.6)) -> None:
        self._tell, self._left = context.learned, sorted(shares)

    def look(self, i: int, done: float, model: nn.Module) -> None:
        """Before step `i`, when the share `done` of the training is over."""
        if self._left and done >= self._left[0]:
            self._left = [share for share in self._left if share > done]
            self._tell(i, stored(model), trained=False)


class Ration:
    """Lets what is not learning take at most this share of the time: `if ration.due(): with ration: ...`."""

    def __init__(self, share: float) -> None:
        self._share = share
        self._began = self._free = 0.0

    def due(self) -> bool:
        """Whether enough time has passed since the last one; the first one is due."""
        return time.perf_counter() >= self._free

    def __enter__(self) -> Self:
        self._began = time.perf_counter()
        return self

    def __exit__(self, *error: object) -> None:
        now = time.perf_counter()
        self._free = now + (now - self._began) / self._share


class Stages:
    """The progress of measuring: `total` stages, and within each any number of signs of life."""

    def __init__(self, total: int) -> None:
        self._done, self._total = 0, total

    def going(self) -> Step:
        """The stage is still running; a run can be stopped wherever this is yielded."""
        return Step(self._done, self._total, {}, phase="measuring")

    def over(self) -> Step:
        """A stage is over."""
        self._done += 1
        return self.going()


def adamw(model: nn.Module, rate: float, decay: float, betas: tuple[float, float] = (0.9, 0.999)) -> torch.optim.AdamW:
    """AdamW (Loshchilov and Hutter 2019) that decays the weights of linear and convolutional layers alone.

    Biases, norms, and tokens that are learned are left out, as is usual (He et al. 2021, appendix A.1; Chen et al. 2020,
    appendix B.6). The model is on its device already.
    """
    layers = {id(layer.weight) for layer in model.modules() if isinstance(layer, nn.Linear | nn.Conv2d)}
    decayed = [p for p in model.parameters() if id(p) in layers]
    plain = [p for p in model.parameters() if id(p) not in layers]
    groups = [{"params": decayed, "weight_decay": decay}, {"params": plain, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, rate, betas=betas, fused=can_fuse(decayed[0].device))


def can_fuse(device: torch.device) -> bool:
    """Whether an optimiser may take its step in one kernel on this device."""
    return device.type in ("cpu", "cuda")


def set_rate(optimiser: torch.optim.Optimizer, rate: float) -> None:
    """The learning rate of the next step, for all parameters."""
    for group in optimiser.param_groups:
        group["lr"] = rate
