"""Muon against torch's own, against a slow twin of the description, and against the decomposition that it stands for."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from core.nn.muon import MOMENTUM, NEWTON_SCHULZ, WEIGHT_DECAY, Muon, orthogonal

pytestmark = pytest.mark.usefixtures("one_thread")

JORDAN = (3.4445, -4.7750, 2.0315)  # of the description
SHAPES = [(24, 8), (8, 24), (12, 12), (24, 8), (1, 7), (12, 12), (9, 1)]


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def matrices(seed: int, dtype: torch.dtype = torch.float32) -> list[nn.Parameter]:
    generator = seeded(seed)
    return [nn.Parameter(torch.randn(shape, generator=generator).to(dtype)) for shape in SHAPES]


def with_gradients(parameters: list[nn.Parameter], step: int) -> list[nn.Parameter]:
    generator = seeded(1_000 + step)
    for parameter in parameters:
        parameter.grad = torch.randn(parameter.shape, generator=generator).to(parameter.dtype) * 10.0 ** (step - 2)
    return parameters


def slow_orthogonal(matrix: torch.Tensor) -> torch.Tensor:
    """The quintic on the singular values themselves: a product U p(S) V^T is all that the iteration does."""
    u, s, vt = torch.linalg.svd(matrix.double(), full_matrices=False)
    s = s / (s.square().sum().sqrt() + 1e-7)  # what guards a matrix of zeros
    for a, b, c in NEWTON_SCHULZ:
        s = a * s + b * s**3 + c * s**5
    return u @ torch.diag(s) @ vt


# The orthogonal matrix --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(3, 16, 16), (2, 40, 10), (2, 10, 40), (1, 1, 5), (1, 96, 288)])
def test_singular_values_come_out_near_one_and_the_directions_stay(shape):
    x = torch.randn(shape, generator=seeded())
    for before, after in zip(x, orthogonal(x), strict=True):
        u, s, vt = torch.linalg.svd(before, full_matrices=False)
        turned = u.T @ after @ vt.T  # diagonal, if the singular vectors are still the same
        values = turned.diagonal()
        torch.testing.assert_close(turned, torch.diag(values), rtol=0, atol=2e-4)
        large = s > s.square().sum().sqrt() / 100
        assert large.sum() >= len(s) - 1 and ((values[large] > 0.7) & (values[large] < 1.3)).all()


def test_it_is_the_polynomial_of_the_singular_values():
    for i, shape in enumerate(SHAPES):
        x = torch.randn(shape, generator=seeded(i), dtype=torch.float64)
        torch.testing.assert_close(orthogonal(x[None])[0], slow_orthogonal(x), rtol=0, atol=1e-6)


def test_the_interval_that_the_docstring_names():
    sizes = torch.cat([torch.logspace(-2, 0, 400, dtype=torch.float64), torch.tensor([0.0])])
    for s in (torch.tensor([x, (1 - x * x).clamp(min=0).sqrt()]) for x in sizes[:-1]):
        out = torch.linalg.svdvals(orthogonal(torch.diag(s)[None])[0])[: 1 + bool(s[1] > 0)]
        assert out.min() > 0.72 and out.max() < 1.28
    assert orthogonal(torch.zeros(1, 3, 4)).abs().max() == 0, "nothing to turn, and no division by nothing"


def nearest_to_one(low: float, high: float) -> tuple[float, float, float]:
    """The odd quintic that is nearest to 1 on [low, high]: by Remez, it misses 1 by as much at four places, in turns."""
    inner = np.array([0.75 * low + 0.25 * high, 0.25 * low + 0.75 * high])
    for _ in range(50):
        places = np.array([low, *inner, high])
        powers = np.stack([places, places**3, places**5, [1, -1, 1, -1]], axis=1)
        a, b, c, _ = np.linalg.solve(powers, np.ones(4))
        inner = np.sqrt((-3 * b + np.array([-1, 1]) * np.sqrt(9 * b * b - 20 * a * c)) / (10 * c))  # where it turns
    return a, b, c


def test_each_quintic_is_the_best_for_what_the_one_before_it_leaves():
    low, high = 0.01, 1.0
    for a, b, c in NEWTON_SCHULZ:
        np.testing.assert_allclose((a, b, c), nearest_to_one(low, high), rtol=1e-3)
        low = a * low + b * low**3 + c * low**5
        high = 2 - low


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e6])
def test_the_size_of_the_matrix_does_not_matter(scale):
    x = torch.randn(2, 8, 12, generator=seeded())
    torch.testing.assert_close(orthogonal(x * scale), orthogonal(x), rtol=0, atol=2e-4)


# The step ---------------------------------------------------------------------------------------------------------


def test_steps_are_those_of_a_slow_twin_one_matrix_after_the_other():
    """Jordan et al. 2024: Nesterov momentum, orthogonalised, scaled by sqrt(max(1, rows / columns)); decoupled decay."""
    parameters = matrices(0, torch.float64)
    twins, buffers = [p.detach().clone() for p in parameters], [torch.zeros_like(p) for p in parameters]
    optimiser = Muon(parameters, 0.02)
    for step, rate in enumerate((0.02, 0.05, 0.01, 0.03)):
        for group in optimiser.param_groups:
            group["lr"] = rate
        with_gradients(parameters, step)
        for i, parameter in enumerate(parameters):
            gradient = parameter.grad.clone()
            buffers[i] = MOMENTUM * buffers[i] + (1 - MOMENTUM) * gradient
            nesterov = MOMENTUM * buffers[i] + (1 - MOMENTUM) * gradient
            rows, columns = parameter.shape
            scale = max(1, rows / columns) ** 0.5
            twins[i] = twins[i] * (1 - rate * WEIGHT_DECAY) - rate * scale * slow_orthogonal(nesterov)
        optimiser.step()
        for parameter, twin in zip(parameters, twins, strict=True):
            torch.testing.assert_close(parameter.detach(), twin, rtol=0, atol=1e-6)


@pytest.mark.skipif(not hasattr(torch.optim, "Muon"), reason="torch has its own Muon from 2.9 on")
def test_steps_are_those_of_torch_up_to_its_half_precision():
    """torch multiplies in bfloat16, which has 8 bits: a step of rate 0.02 may differ by some hundredths of it. It takes the
    description's quintic five times, so this Muon does here, too."""
    ours, theirs = matrices(0), matrices(0)
    optimisers = (
        Muon(ours, 0.02, quintics=(JORDAN,) * 5),
        torch.optim.Muon(theirs, lr=0.02, momentum=MOMENTUM, weight_decay=WEIGHT_DECAY, ns_coefficients=JORDAN),
    )
    for step in range(4):
        before = [p.detach().clone() for p in ours]
        for side, optimiser in zip((ours, theirs), optimisers, strict=True):
            with_gradients(side, step)
            optimiser.step()
        for a, b, old in zip(ours, theirs, before, strict=True):
            moved = (a - old).norm()
            assert (a - b).norm() < 0.05 * (step + 1) * moved, "and the differences of the steps add up"


def test_a_stack_of_equal_shapes_steps_as_each_matrix_alone():
    together, alone = matrices(3), matrices(3)
    one = Muon(together, 0.02)
    many = [Muon([p], 0.02) for p in alone]
    assert len(one.param_groups) == len(set(SHAPES))
    for step in range(3):
        with_gradients(together, step)
        with_gradients(alone, step)
        one.step()
        for optimiser in many:
            optimiser.step()
        for a, b in zip(together, alone, strict=True):
            torch.testing.assert_close(a, b, rtol=0, atol=1e-5)


def test_three_matrices_below_each_other_step_as_three():
    """Queries, keys and values in one parameter: (24, 8) is three of (8, 8), beside others of the same shape."""
    together = [nn.Parameter(torch.randn(24, 8, generator=seeded(i))) for i in range(3)]
    alone = [nn.Parameter(part.detach().clone()) for p in together[:2] for part in p.chunk(3)]
    whole = nn.Parameter(together[2].detach().clone())
    one, many, last = Muon(together[2:], 0.02, together[:2]), Muon(alone, 0.02), Muon([whole], 0.02)
    for step in range(3):
        with_gradients(together, step)
        for parameter, part in zip(alone, (part for p in together[:2] for part in p.grad.chunk(3)), strict=True):
            parameter.grad = part.clone()
        whole.grad = together[2].grad.clone()
        for optimiser in (one, many, last):
            optimiser.step()
    for i, parameter in enumerate(together[:2]):
        torch.testing.assert_close(parameter.detach(), torch.cat(alone[3 * i : 3 * i + 3]).detach(), rtol=0, atol=1e-5)
    torch.testing.assert_close(together[2], whole, rtol=0, atol=1e-5)


def test_what_is_no_matrix_is_refused():
    with pytest.raises(ValueError, match="matrices only"):
        Muon([nn.Parameter(torch.zeros(3))], 0.02)
    with pytest.raises(ValueError, match="matrices only"):
        Muon([nn.Parameter(torch.zeros(3, 3)), nn.Parameter(torch.zeros(2, 3, 3))], 0.02)
    with pytest.raises(ValueError, match="threes"):
        Muon([], 0.02, [nn.Parameter(torch.zeros(7, 3))])
