"""The browser's learner once more, in torch. The tests compare both, step by step; the card and *How it works* use this one."""

from __future__ import annotations

import itertools
import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.rng import generator

ACTIVATIONS = {"linear": nn.Identity, "relu": nn.ReLU, "sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "gelu": nn.GELU}


def build(widths: tuple[int, ...], activation: str) -> nn.Sequential:
    """linear, activation, ..., linear. Its scores (N, classes) go through a softmax."""
    layers: list[nn.Module] = []
    for inputs, outputs in itertools.pairwise(widths):
        layers += [nn.Linear(inputs, outputs, dtype=torch.float64), ACTIVATIONS[activation]()]
    return nn.Sequential(*layers[:-1])


def loss(network: nn.Module, points: Tensor, classes: Tensor, l2: float = 0.0) -> Tensor:
    """Cross-entropy of points (N, 2) with classes (N,), and l2 / 2 times the sum of all squared weights."""
    weights = [p for p in network.parameters() if p.ndim == 2]
    return F.cross_entropy(network(points), classes) + l2 / 2 * sum((w**2).sum() for w in weights)


@torch.no_grad()
def steepest_step(network: nn.Module, rate: float, norm: str) -> None:
    """A step down the gradient: `sgd` along it, `spectral` along its polar factor.

    Of all changes of a matrix whose spectral norm is `rate`, the one that lowers the loss fastest is rate U Vᵀ, with
    the singular vectors of the gradient U S Vᵀ. Singular values that come from rounding are left out.
    """
    for p in network.parameters():
        direction = p.grad
        if norm == "spectral":
            u, s, vh = torch.linalg.svd(p.grad.reshape(len(p), -1), full_matrices=False)
            keep = s > 1e-9 * s.max()
            direction = (u[:, keep] @ vh[keep]).reshape(p.shape)
        p -= rate * direction


def moons(count: int, noise: float, seed: int) -> tuple[Tensor, Tensor]:
    """Two half circles that reach into each other: points (count, 2) and classes (count,)."""
    draw = generator(seed, "moons")
    classes = torch.arange(count) % 2
    angle = math.pi * torch.rand(count, generator=draw, dtype=torch.float64)
    sign = 1 - 2 * classes.double()
    places = torch.stack((-0.75 * sign + 1.5 * sign * angle.cos(), -0.35 * sign + 1.6 * sign * angle.sin()), 1)
    return places + noise * torch.randn(places.shape, generator=draw, dtype=torch.float64), classes


def train(points: Tensor, classes: Tensor, widths: tuple[int, ...], steps: int, seed: int) -> nn.Sequential:
    """A tanh network, trained on all points at once."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = build(widths, "tanh")
    for _ in range(steps):
        network.zero_grad()
        loss(network, points, classes).backward()
        steepest_step(network, 0.3, "sgd")
    return network


@torch.no_grad()
def planes(network: nn.Sequential, points: Tensor) -> list[Tensor]:
    """What every layer makes of the points, the points first and the probabilities last."""
    found = [points]
    for layer in network:
        found.append(layer(found[-1]))
    return [*found, found[-1].softmax(1)]
