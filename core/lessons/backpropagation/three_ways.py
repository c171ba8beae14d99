"""The gradient of one network in three ways: reverse mode, forward mode, finite differences. How well they agree, and their times."""

from __future__ import annotations

import os
import platform
import threading
import time
from dataclasses import dataclass

import torch
from torch import Tensor

from core.background import Progress
from core.rng import generator

WIDTH = 4
DEPTHS = (2, 4, 8, 12)
REPEATS = 7
STEPS = tuple(10.0**-e for e in range(1, 15))  # h of the finite differences
WAYS = ("reverse mode", "forward mode", "finite differences")
_ALONE = (
    threading.Lock()
)  # torch counts the levels of forward mode once for all threads: two at a time fail, or find wrong numbers


@dataclass(frozen=True)
class Agreement:
    """Relative distances |g - truth| / |truth|. differences: of the central differences, for each of STEPS."""

    forward: float
    reverse: float
    differences: tuple[float, ...]
    weights: int


@dataclass(frozen=True)
class Times:
    """Seconds for the whole gradient of a network of so many layers and weights: one number a repeat, for each of WAYS."""

    layers: int
    weights: int
    seconds: dict[str, tuple[float, ...]]


@dataclass(frozen=True)
class Loss:
    """The loss of a tanh network on one example, as a function of all its weights (P,) -> (), or of several networks' (B, P) -> (B,).

    sizes: (outputs, inputs) of each layer. constants: the example x (4,), what it should give (1,), and the 1/2 of the loss ().
    """

    sizes: tuple[tuple[int, int], ...]
    constants: tuple[Tensor, Tensor, Tensor]

    def __call__(self, weights: Tensor, constants: tuple[Tensor, Tensor, Tensor] | None = None) -> Tensor:
        a, y, half = constants or self.constants
        flat = weights.split([size for n, m in self.sizes for size in (n * m, n)], dim=-1)
        for k, (n, m) in enumerate(self.sizes):
            z = (flat[2 * k].unflatten(-1, (n, m)) @ a[..., None])[..., 0] + flat[2 * k + 1]
            a = torch.tanh(z) if k < len(self.sizes) - 1 else z
        return ((a - y) ** 2).sum(dim=-1) * half


def chain(layers: int, seed: int, dtype: torch.dtype = torch.float64) -> tuple[Loss, Tensor]:
    """The loss of a tanh network of `layers` layers of 4 units on one example, and its weights (P,)."""
    g = generator(seed, "three ways")
    sizes = (*[(WIDTH, WIDTH)] * (layers - 1), (1, WIDTH))
    x, y, half = torch.randn(WIDTH, generator=g).to(dtype), torch.ones(1, dtype=dtype), torch.tensor(0.5, dtype=dtype)
    count = sum(n * m + n for n, m in sizes)
    return Loss(sizes, (x, y, half)), torch.randn(count, generator=g).to(dtype) * WIDTH**-0.5


def reverse(loss: Loss, weights: Tensor) -> Tensor:
    """One pass backward gives all of the gradient (P,)."""
    leaf = weights.clone().requires_grad_(True)
    return torch.autograd.grad(loss(leaf), leaf)[0]


def forward_mode(loss: Loss, weights: Tensor) -> Tensor:
    """One pass for each weight: `torch.func.jvp` along its axis gives one number of the gradient (P,).

    What does not move has a direction of zeros: where it has none torch loads its compiler to find the shape of nothing, and the server
    answers nobody for seconds.
    """
    axes = torch.eye(len(weights), dtype=weights.dtype)
    still = tuple(map(torch.zeros_like, loss.constants))
    with _ALONE:
        return torch.stack([torch.func.jvp(loss, (weights, loss.constants), (axis, still))[1] for axis in axes])


def differences(loss: Loss, weights: Tensor, h: float) -> Tensor:
    """Two passes for each weight: (L(w + h) - L(w - h)) / 2h, one number of the gradient (P,) each."""
    axes = h * torch.eye(len(weights), dtype=weights.dtype)
    return torch.stack([(loss(weights + axis) - loss(weights - axis)) / (2 * h) for axis in axes])


def agreement(layers: int, seed: int, dtype: torch.dtype) -> Agreement:
    """How far each way lies from the gradient that reverse mode finds with 64 bits."""
    loss, weights = chain(layers, seed, dtype)
    exact, _ = chain(layers, seed)
    truth = reverse(exact, weights.double())

    def far(gradient: Tensor) -> float:
        return float((gradient.double() - truth).norm() / truth.norm())

    return Agreement(
        forward=far(forward_mode(loss, weights)),
        reverse=far(reverse(loss, weights)),
        differences=tuple(far(at_once(loss, weights, h)) for h in STEPS),
        weights=len(weights),
    )


def at_once(loss: Loss, weights: Tensor, h: float) -> Tensor:
    """`differences`, all passes as one batch: (P,)."""
    axes = h * torch.eye(len(weights), dtype=weights.dtype)
    return (loss(weights + axes) - loss(weights - axes)) / (2 * h)


def measured(progress: Progress = lambda done, total: None) -> tuple[Times, ...]:
    """Times of the three ways for each of DEPTHS."""
    found = []
    for i, layers in enumerate(DEPTHS):
        loss, weights = chain(layers, seed=0)
        seconds: dict[str, list[float]] = {way: [] for way in WAYS}
        for repeat in range(REPEATS + 1):
            progress(i * (REPEATS + 1) + repeat, len(DEPTHS) * (REPEATS + 1))
            for way, taken in _once_each(loss, weights).items():
                if repeat:  # the first time starts what is slow to start
                    seconds[way].append(taken)
        found.append(Times(layers, len(weights), {way: tuple(all_of) for way, all_of in seconds.items()}))
    return tuple(found)


def _once_each(loss: Loss, weights: Tensor) -> dict[str, float]:
    """Seconds of each way. They take turns, so that what else the machine does falls on all of them."""
    ways = (
        lambda: reverse(loss, weights),
        lambda: forward_mode(loss, weights),
        lambda: differences(loss, weights, 1e-5),
    )
    found = {}
    for way, run in zip(WAYS, ways, strict=True):
        began = time.perf_counter()
        run()
        found[way] = time.perf_counter() - began
    return found


def machine() -> str:
    """On what the times were measured."""
    threads = torch.get_num_threads()
    return f"the processor of this server ({platform.machine()}, {os.cpu_count()} cores, torch with {threads} thread{'s' if threads > 1 else ''})"
