"""The browser's learner against torch: the same first weights and batches lead to the same network, step by step."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from core.lessons.layers import learner, links

COMPONENTS = Path(__file__).resolve().parents[3] / "assets" / "components"
TRACE = COMPONENTS / "nn" / "trace.testing.js"
NODE = shutil.which("node")
SETTING = {"kind": "moons", "noise": 0.2, "activation": "relu", "depth": 2, "width": 3, "optimiser": "sgd", "rate": 0.1, "l2": 0, "batch": 16, "seed": 0, "steps": 100}  # fmt: skip

pytestmark = pytest.mark.skipif(NODE is None, reason="there is no node on this machine")


def traced(**changes: Any) -> dict[str, Any]:
    """What the learner did, as its own code says."""
    setting = json.dumps(SETTING | changes)
    done = subprocess.run([NODE, str(TRACE), setting], capture_output=True, text=True, check=True, timeout=60)
    return json.loads(done.stdout)


@torch.no_grad()
def torch_network(first: list[dict[str, list[float]]], activation: str) -> nn.Sequential:
    """Layers of torch with these weights, in double precision."""
    network = learner.build((2, *(len(one["biases"]) for one in first)), activation)
    linear = [layer for layer in network if isinstance(layer, nn.Linear)]
    for layer, one in zip(linear, first, strict=True):
        layer.weight.copy_(torch.tensor(one["weights"], dtype=torch.float64).reshape(layer.weight.shape))
        layer.bias.copy_(torch.tensor(one["biases"], dtype=torch.float64))
    return network


def descend(network: nn.Sequential, found: dict[str, Any], setting: dict[str, Any]) -> None:
    """Train on the learner's own batches with torch's optimisers."""
    named, rate = setting["optimiser"], setting["rate"]
    kinds = {
        "sgd": lambda: torch.optim.SGD(network.parameters(), rate),
        "momentum": lambda: torch.optim.SGD(network.parameters(), rate, momentum=0.9),
        "adam": lambda: torch.optim.Adam(network.parameters(), rate),
    }
    optimiser = kinds[named]() if named in kinds else None
    for batch in found["batches"]:
        x = torch.tensor(batch["inputs"], dtype=torch.float64).reshape(-1, 2)
        network.zero_grad()
        learner.loss(network, x, torch.tensor(batch["classes"]), setting["l2"]).backward()
        if optimiser is None:
            learner.steepest_step(network, rate, named)
        else:
            optimiser.step()


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"optimiser": "spectral", "rate": 0.03},
        {"optimiser": "spectral", "rate": 0.03, "activation": "tanh", "kind": "blobs4", "width": 6},
        {"optimiser": "momentum", "activation": "gelu", "rate": 0.03, "l2": 0.01},
        {"optimiser": "adam", "activation": "sigmoid", "rate": 0.03, "kind": "blobs3", "batch": 0},
        {"activation": "tanh", "kind": "spirals", "width": 8, "depth": 4, "l2": 0.003},
        {"activation": "linear", "kind": "xor", "depth": 1, "batch": 1},
    ],
    ids=str,
)
def test_the_learner_is_torch_after_100_steps(changes):
    setting = SETTING | changes
    found = traced(**changes)
    assert len(found["batches"]) == 100
    network = torch_network(found["first"], setting["activation"])
    start = [p.clone() for p in network.parameters()]
    descend(network, found, setting)
    linear = [layer for layer in network if isinstance(layer, nn.Linear)]
    for layer, last in zip(linear, found["last"], strict=True):
        np.testing.assert_allclose(last["weights"], layer.weight.detach().numpy().ravel(), atol=1e-5)
        np.testing.assert_allclose(last["biases"], layer.bias.detach().numpy(), atol=1e-5)
    moved = max(float((p - q).detach().abs().max()) for p, q in zip(network.parameters(), start, strict=True))
    assert moved > 0.05, "there was something to agree on"


@pytest.mark.parametrize("activation", sorted(learner.ACTIVATIONS))
def test_every_plane_is_what_torch_computes(activation):
    found = traced(activation=activation, steps=20, kind="blobs3", width=4)
    network = torch_network(found["last"], activation)
    x = torch.tensor(found["test"]["inputs"], dtype=torch.float64).reshape(-1, 2)
    classes = torch.tensor(found["test"]["classes"])
    planes = [x]
    for layer in [*network, nn.Softmax(dim=1)]:
        planes.append(layer(planes[-1]).detach())
    assert len(found["planes"]) == len(planes) == 7
    for plane, expected in zip(found["planes"], planes, strict=True):
        np.testing.assert_allclose(np.reshape(plane["values"], expected.shape), expected.numpy(), atol=1e-12)
    scores = planes[-2]
    assert found["loss"]["test"] == pytest.approx(float(nn.functional.cross_entropy(scores, classes)), abs=1e-12)
    assert found["accuracy"] == pytest.approx(float((scores.argmax(1) == classes).double().mean()), abs=1e-12)


@pytest.mark.parametrize(
    "names", [[name] for name in links.FUNCTIONS] + [["linear", "relu", "linear", "softmax"]], ids="-".join
)
def test_functions_of_one_number_are_torch_s(names):
    numbers = [-3.0, -1.25, -0.1, 0.0, 0.4, 1.0, 2.75]
    script = COMPONENTS / "one_dimension" / "values.testing.js"
    asked = json.dumps({"names": names, "numbers": numbers})
    done = subprocess.run([NODE, str(script), asked], capture_output=True, text=True, check=True, timeout=60)
    x = torch.tensor(numbers, dtype=torch.float64)
    zero = torch.zeros_like(x)
    of = {
        "identity": lambda v: v,
        "linear": lambda v: 2 * v - 1,
        "relu": torch.relu,
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "gelu": nn.functional.gelu,
        "softmax": lambda v: torch.stack((v, zero), 1).softmax(1)[:, 0],
        "norm": lambda v: nn.functional.layer_norm(torch.stack((v, zero, zero + 1), 1), (3,))[:, 0],
    }
    expected = [x]
    for name in names:
        expected.append(of[name](expected[-1]))
    np.testing.assert_allclose(json.loads(done.stdout), torch.stack(expected, 1).numpy(), atol=1e-12)
