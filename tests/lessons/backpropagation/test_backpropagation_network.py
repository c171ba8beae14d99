"""The network of the stage: torch by autograd is the truth, and the cases that the browser's engine plays are torch's."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from core.lessons.backpropagation.counting import Counts, counts, of_depth
from core.lessons.backpropagation.network import ACTIVATIONS, COUNT, STARTS, WIDTHS, forward, gradients_of, net, starts
from core.rng import generator

CASES = Path(__file__).resolve().parents[3] / "assets" / "components" / "forward_backward"
SIGMA = {"tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "relu": nn.ReLU}
NUMPY = {"tanh": np.tanh, "sigmoid": lambda z: 1 / (1 + np.exp(-z)), "relu": lambda z: np.maximum(z, 0)}


def numbers(seed: int) -> list[float]:
    g = generator(seed, "test of backpropagation")
    return [round(v, 3) for v in torch.randn(COUNT, generator=g).mul(0.8).tolist()]


def module(values: list[float], activation: str) -> nn.Sequential:
    """The same network as torch's own modules, float64."""
    layers: list[nn.Module] = []
    given = net(values)
    for (m, n), weight, bias in zip(pairwise(WIDTHS), given.weights, given.biases, strict=True):
        linear = nn.Linear(m, n, dtype=torch.float64)
        linear.load_state_dict({"weight": weight, "bias": bias})
        layers += [linear, SIGMA[activation]()]
    return nn.Sequential(*layers[:-1])


def loss_of(model: nn.Module, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return (model(x) - y).square().sum() / 2


def torchs(values: list[float], activation: str, rate: float) -> dict[str, Any]:
    """A case for the engine: torch's trace and gradients, and its weights after 100 steps of SGD."""
    model, given = module(values, activation), net(values)
    x, y = given.x.clone().requires_grad_(True), given.y.clone().requires_grad_(True)
    seen = [x]
    for layer in model:
        seen.append(layer(seen[-1]))
    loss = (seen[-1] - y).square().sum() / 2
    gradient = torch.autograd.grad(loss, [x, y, *model.parameters()])
    optimizer = torch.optim.SGD(model.parameters(), lr=rate)
    for _ in range(100):
        optimizer.zero_grad()
        loss_of(model, given.x, given.y).backward()
        optimizer.step()
    after = torch.cat([given.x, given.y[None], *(p.detach().flatten() for p in model.parameters())])
    return {
        "values": values,
        "activation": activation,
        "rate": rate,
        "pre": torch.cat(seen[1::2]).tolist(),
        "inputs": torch.cat(seen[:-1:2]).tolist(),
        "loss": loss.item(),
        "gradient": torch.cat([g.flatten() for g in gradient]).tolist(),
        "after": after.tolist(),
    }


def wanted_cases() -> list[dict[str, Any]]:
    found = [torchs(numbers(seed), activation, 0.03) for activation in ACTIVATIONS for seed in range(4)]
    return [*found, torchs(starts()[0], "relu", 0.1)]  # a layer that is dead


def near(one: Any, other: Any) -> bool:
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(near(one[k], other[k]) for k in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(near, one, other))
    return one == other if isinstance(one, str) else one == pytest.approx(other, abs=1e-9)


def test_the_cases_of_the_browsers_engine_are_torchs():
    """Written anew by `python -m tests.lessons.backpropagation.test_backpropagation_network`."""
    kept = json.loads((CASES / "engine.cases.json").read_text("utf-8"))
    assert near(kept, wanted_cases())
    assert all(abs(v) < 9 for case in kept for v in case["after"]), "no step was held at the limit"


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("seed", range(4))
def test_the_code_on_the_page_is_autograds_and_numpys(activation, seed):
    values = numbers(seed)
    given = net(values)
    trace = forward(given, activation)
    model = module(values, activation)
    loss_of(model, given.x, given.y).backward()
    for (weight, bias), linear in zip(gradients_of(given, trace), model[::2], strict=True):
        torch.testing.assert_close(weight, linear.weight.grad, atol=1e-10, rtol=0)
        torch.testing.assert_close(bias, linear.bias.grad, atol=1e-10, rtol=0)
    a = np.array(values[:2])
    for layer in range(3):
        z = given.weights[layer].numpy() @ a + given.biases[layer].numpy()
        np.testing.assert_allclose(trace.pre[layer].numpy(), z, atol=1e-12)
        a = NUMPY[activation](z)
    assert float(trace.loss) == pytest.approx((z[0] - values[2]) ** 2 / 2, abs=1e-12)


def test_the_first_weights_are_the_same_everywhere_and_can_be_read():
    found = starts()
    assert len(found) == STARTS and all(len(values) == COUNT for values in found)
    assert len({tuple(values) for values in found}) == STARTS
    assert all(v == round(v, 2) and abs(v) <= 3 for values in found for v in values)


# Counting ---------------------------------------------------------------------------------------------------------


class Counted(float):
    """A number that counts its products."""

    products = 0

    def __mul__(self, other: float) -> Counted:
        Counted.products += 1
        return Counted(float(self) * float(other))


def of(run: Any, *arguments: Any) -> tuple[Any, int]:
    Counted.products = 0
    return run(*arguments), Counted.products


Layers = list[list[list[Counted]]]


def down(delta: list[Counted], weight: list[list[Counted]], slope: list[Counted]) -> list[Counted]:
    below = [Counted(sum(d * row[j] for d, row in zip(delta, weight, strict=True))) for j in range(len(weight[0]))]
    return [g * s for g, s in zip(below, slope, strict=True)]


def outer(delta: list[Counted], a: list[Counted]) -> list[list[Counted]]:
    return [[d * x for x in a] for d in delta]


def with_reuse(weights: Layers, inputs: list[list[Counted]], slopes: list[list[Counted]], delta: list[Counted]) -> list:
    found = []
    for layer in reversed(range(len(weights))):
        found.append((outer(delta, inputs[layer]), delta))
        if layer:
            delta = down(delta, weights[layer], slopes[layer - 1])
    return found[::-1]


def chain_by_chain(weights: Layers, inputs: list, slopes: list, delta: list[Counted]) -> list:
    found = []
    for layer in range(len(weights)):
        d = delta
        for k in range(len(weights) - 1, layer, -1):
            d = down(d, weights[k], slopes[k - 1])
        found.append((outer(d, inputs[layer]), d))
    return found


def path_by_path(weights: Layers, inputs: list, slopes: list, delta: list[Counted]) -> list:
    def paths(layer: int, unit: int) -> list[list[Counted]]:
        """The factors of each path from this unit's z to the loss."""
        if layer == len(weights) - 1:
            return [[delta[unit]]]
        return [
            [*path, row[unit], slopes[layer][unit]]
            for above, row in enumerate(weights[layer + 1])
            for path in paths(layer + 1, above)
        ]

    def multiplied(factors: list[Counted]) -> Counted:
        product = factors[0]
        for factor in factors[1:]:
            product = product * factor
        return product

    found = []
    for layer, weight in enumerate(weights):
        rows, biases = [], []
        for i, row in enumerate(weight):
            rows.append([Counted(sum(multiplied([*p, inputs[layer][j]]) for p in paths(layer, i))) for j in range(len(row))])  # fmt: skip
            biases.append(Counted(sum(multiplied(p) for p in paths(layer, i))))
        found.append((rows, biases))
    return found


@pytest.mark.parametrize("widths", [(2, 3, 3, 1), (2, 1), (1, 1, 1), (2, 4, 1), (3, 2, 4, 2, 3), (2, 2, 2, 2, 2, 1)])
def test_products_are_counted_as_three_real_algorithms_do_them(widths):
    g = generator(0, "counting")
    draw = lambda *size: torch.randn(*size, generator=g).double()  # noqa: E731
    wrap = lambda rows: [[Counted(v) for v in row] for row in rows]  # noqa: E731
    weights = [wrap(draw(n, m).tolist()) for m, n in pairwise(widths)]
    inputs = wrap([draw(m).tolist() for m in widths[:-1]])
    slopes = wrap([draw(m).tolist() for m in widths[1:-1]])
    delta = [Counted(v) for v in draw(widths[-1]).tolist()]
    ways = (with_reuse, chain_by_chain, path_by_path)
    results, products = zip(*(of(way, weights, inputs, slopes, delta) for way in ways), strict=True)
    assert Counts(*products) == counts(widths)
    for other in results[1:]:
        for (weight, bias), (w, b) in zip(results[0], other, strict=True):
            np.testing.assert_allclose(np.array(w, float), np.array(weight, float), atol=1e-10)
            np.testing.assert_allclose(np.array(b, float), np.array(bias, float), atol=1e-10)


def test_the_formulas_of_the_page():
    """About 2 L n^2 with reuse, L^2 n^2 / 2 chain by chain, for many layers of many units."""
    for layers, units in ((60, 100), (100, 200)):
        found = counts(of_depth(layers, units))
        assert found.reuse == pytest.approx(2 * layers * units**2, rel=0.05)
        assert found.chains == pytest.approx(layers**2 * units**2 / 2, rel=0.05)
        assert found.chains / found.reuse == pytest.approx(layers / 4, rel=0.05)
    growth = counts(of_depth(13, 10)).paths / counts(of_depth(12, 10)).paths
    assert 10 < growth < 11.5, "ten times as many for each layer of ten units"


def wanted_counts() -> list[dict[str, Any]]:
    shapes = [
        (2, 3, 3, 1),
        (2, 1),
        (5, 4, 3, 2),
        *(of_depth(layers, units) for layers in (2, 5, 9) for units in (1, 3, 10)),
    ]
    return [{"widths": list(widths), **vars(counts(widths))} for widths in shapes]


def test_the_browser_counts_the_same():
    assert json.loads((CASES / "counting.cases.json").read_text("utf-8")) == wanted_counts()


if __name__ == "__main__":
    (CASES / "engine.cases.json").write_text(json.dumps(wanted_cases()) + "\n", "utf-8")
    (CASES / "counting.cases.json").write_text(json.dumps(wanted_counts()) + "\n", "utf-8")
