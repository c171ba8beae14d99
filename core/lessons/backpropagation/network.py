"""The network of the stage, in torch: what the browser's engine is compared with, and what the page shows as its code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

from core.rng import generator

WIDTHS = (2, 3, 3, 1)
ACTIVATIONS = ("tanh", "sigmoid", "relu")
STARTS = 8  # sets of first weights
COUNT = WIDTHS[0] + 1 + sum(n * m + n for m, n in pairwise(WIDTHS))  # numbers a person can change: 28
_EXAMPLE = ((1.0, 0.5), 1.0)  # x and y


@dataclass(frozen=True)
class Net:
    """x (2,), y (), the weights (n, m) and biases (n,) of each layer; float64."""

    x: Tensor
    y: Tensor
    weights: tuple[Tensor, ...]
    biases: tuple[Tensor, ...]


@dataclass(frozen=True)
class Trace:
    """inputs: x, a1, a2; pre: z1, z2, z3; slopes: of the activation at z1 and z2; loss ()."""

    inputs: tuple[Tensor, ...]
    pre: tuple[Tensor, ...]
    slopes: tuple[Tensor, ...]
    loss: Tensor


def net(values: Sequence[float] | Tensor) -> Net:
    """The list of 28 numbers as matrices: x, y, then each layer's weights row by row and its biases."""
    flat = torch.as_tensor(values, dtype=torch.float64)
    parts = flat.split([WIDTHS[0], 1, *(size for m, n in pairwise(WIDTHS) for size in (n * m, n))])
    shaped = [part.reshape(n, -1) for part, n in zip(parts[2::2], WIDTHS[1:], strict=True)]
    return Net(parts[0], parts[1][0], tuple(shaped), tuple(parts[3::2]))


def forward(net: Net, activation: str) -> Trace:
    """Values flow forward: z = W a + b, then a = activation(z), and in the end L = (z - y)^2 / 2."""
    sigma, slope = FUNCTIONS[activation]
    inputs, pre, slopes = [net.x], [], []
    for weight, bias in zip(net.weights, net.biases, strict=True):
        z = weight @ inputs[-1] + bias  # (n, m) @ (m,)
        pre.append(z)
        inputs.append(sigma(z))
        slopes.append(slope(z))
    return Trace(tuple(inputs[:-1]), tuple(pre), tuple(slopes[:-1]), (pre[-1][0] - net.y) ** 2 / 2)


def gradients_of(net: Net, trace: Trace) -> list[tuple[Tensor, Tensor]]:
    """Gradients flow backward: dL/dW (n, m) and dL/db (n,) of each layer. Each delta is computed once, from the one behind it."""
    gradients = []
    delta = trace.pre[-1] - net.y  # dL/dz of the last layer
    for layer in reversed(range(len(net.weights))):
        gradients.append((torch.outer(delta, trace.inputs[layer]), delta))
        if layer:
            delta = (net.weights[layer].T @ delta) * trace.slopes[layer - 1]
    return gradients[::-1]


FUNCTIONS = {
    "tanh": (torch.tanh, lambda z: 1 - torch.tanh(z) ** 2),
    "sigmoid": (torch.sigmoid, lambda z: torch.sigmoid(z) * (1 - torch.sigmoid(z))),
    "relu": (torch.relu, lambda z: (z > 0).to(z.dtype)),
}


def starts() -> list[list[float]]:
    """The sets of first values: one example, and weights of scale 1 / sqrt(m), rounded to hundredths so that they can be read."""
    return [_start(seed) for seed in range(STARTS)]


def _start(seed: int) -> list[float]:
    g = generator(seed, "backpropagation")
    (x1, x2), y = _EXAMPLE
    found = [x1, x2, y]
    for m, n in pairwise(WIDTHS):
        weights = torch.randn(n * m, generator=g) * m**-0.5
        biases = 0.2 * torch.randn(n, generator=g)
        found += [round(v, 2) + 0.0 for v in [*weights.tolist(), *biases.tolist()]]
    return found
