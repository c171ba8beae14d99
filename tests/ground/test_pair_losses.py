"""The losses of two encoders, against loops that follow the papers."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from core.nn.pair_losses import sigmoid_pairs, symmetric
from core.rng import generator

N, D = 6, 5
SAME = torch.tensor([0, 1, 0, 2, 1, 0])[:, None] == torch.tensor(
    [0, 1, 0, 2, 1, 0]
)  # three things, two of them in several rows


def two() -> tuple[torch.Tensor, torch.Tensor]:
    g = generator(0, "pairs")
    return tuple(F.normalize(torch.randn(N, D, generator=g, dtype=torch.float64), dim=1) for _ in range(2))


def slow_symmetric(a: np.ndarray, b: np.ndarray, scale: float, same: np.ndarray) -> float:
    total = 0.0
    for one, other in ((a, b), (b, a)):
        for i in range(len(one)):
            allowed = [j for j in range(len(other)) if j == i or not same[i, j]]
            weights = [math.exp(scale * float(one[i] @ other[j])) for j in allowed]
            total -= math.log(math.exp(scale * float(one[i] @ other[i])) / sum(weights)) / len(one)
    return total / 2


def slow_sigmoid(a: np.ndarray, b: np.ndarray, scale: float, bias: float, same: np.ndarray) -> float:
    total = 0.0
    for i in range(len(a)):
        for j in range(len(b)):
            if i == j or not same[i, j]:
                z = 1 if i == j else -1
                total += math.log(1 + math.exp(-z * (scale * float(a[i] @ b[j]) + bias)))
    return total / len(a)


@pytest.mark.parametrize("same", [None, SAME])
@pytest.mark.parametrize("scale", [1.0, 14.0])
def test_both_losses_are_those_of_the_papers(same, scale):
    a, b = two()
    equal = np.zeros((N, N), bool) if same is None else same.numpy()
    assert symmetric(a, b, scale, same).item() == pytest.approx(slow_symmetric(a.numpy(), b.numpy(), scale, equal))
    assert sigmoid_pairs(a, b, scale, -3.0, same).item() == pytest.approx(
        slow_sigmoid(a.numpy(), b.numpy(), scale, -3.0, equal)
    )


def test_where_all_rows_are_the_same_the_loss_is_log_n():
    a = F.normalize(torch.ones(N, D), dim=1)
    assert symmetric(a, a, 10.0).item() == pytest.approx(math.log(N))
    assert symmetric(a, a, 10.0, torch.ones(N, N, dtype=torch.bool)).item() == pytest.approx(0.0)  # no negative is left


@pytest.mark.parametrize("same", [None, SAME])
def test_gradients(same):
    a, b = (x.requires_grad_() for x in two())
    scale, bias = (torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in (3.0, -2.0))
    assert torch.autograd.gradcheck(lambda *x: symmetric(*x, same), (a, b, scale))
    assert torch.autograd.gradcheck(lambda *x: sigmoid_pairs(*x, same), (a, b, scale, bias))


def test_an_equal_pair_does_not_push():
    a, b = (x.requires_grad_() for x in two())
    pushes = torch.autograd.grad(symmetric(a, b, 5.0, SAME), b)[0]
    b2 = b.detach().clone()
    # Row 3 is alone in its class; without its pairs with the others nothing but rows of other classes act on row 2.
    assert torch.isfinite(pushes).all() and not torch.equal(pushes, torch.autograd.grad(symmetric(a, b, 5.0), b)[0])
    only = torch.ones(N, N, dtype=torch.bool)
    assert torch.autograd.grad(symmetric(a, b2.requires_grad_(), 5.0, only), b2)[0].abs().max() < 1e-12
