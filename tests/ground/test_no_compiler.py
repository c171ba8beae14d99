"""A training process takes torch's steps without torch's compiler, and the compiler is there for whoever wants it."""

from __future__ import annotations

import subprocess
import sys

import pytest

STEPS = """
import inspect, sys, torch
from core.nn import no_compiler
if {left_out}: no_compiler.leave_it_out()
torch.manual_seed(0)
net = torch.nn.Linear(3, 1)
ways = [lambda: torch.optim.AdamW(net.parameters(), lr=.1, fused=True), lambda: torch.optim.Adam(net.parameters()),
        lambda: torch.optim.SGD(net.parameters(), lr=.1), lambda: torch.optim.LBFGS(net.parameters(), max_iter=3)]
for way in ways:
    optimiser = way()
    def loss():
        optimiser.zero_grad()
        value = (net(torch.ones(2, 3)) - 1).square().sum()
        value.backward()
        return value
    optimiser.step(loss)
    optimiser.load_state_dict(optimiser.state_dict())
inspect.getmodule(no_compiler)  # looks through all modules
print(net.weight.tolist(), "torch._dynamo.eval_frame" in sys.modules)
import torch._dynamo.config
print(torch._dynamo.config.recompile_limit, torch._dynamo.is_compiling())
"""


@pytest.fixture(scope="module")
def printed() -> list[list[str]]:
    def run(left_out: bool) -> list[str]:
        done = subprocess.run([sys.executable, "-c", STEPS.format(left_out=left_out)], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    return [run(False), run(True)]


def test_the_same_weights_without_the_compiler(printed):
    usual, without = (lines[0].rsplit(" ", 1) for lines in printed)
    assert usual[0] == without[0]
    assert (usual[1], without[1]) == ("True", "False")


def test_who_asks_for_the_compiler_gets_it(printed):
    assert printed[0][1] == printed[1][1]
