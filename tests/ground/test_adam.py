"""Our Adam is torch's, and does not import torch's compiler."""

from __future__ import annotations

import subprocess
import sys

import torch

from core.nn.adam import Adam


def test_each_step_equals_torchs_to_the_last_bit():
    ours, theirs = (
        [torch.linspace(-2, 3, 12).reshape(3, 4).requires_grad_(), torch.ones(5, requires_grad=True)] for _ in range(2)
    )
    idle = torch.ones(2, requires_grad=True)
    mine, reference = Adam([*ours, idle], 0.05), torch.optim.Adam(theirs, lr=0.05)
    for _ in range(30):
        mine.clear()
        reference.zero_grad()
        for a, b in (ours, theirs):
            ((a**2).sin().sum() + (b**3).sum() * a.mean()).backward()
        mine.step()
        reference.step()
        assert all(torch.equal(x, y) for x, y in zip(ours, theirs, strict=True))
    assert torch.equal(idle.detach(), torch.ones(2))


def test_what_a_server_computes_by_itself_does_not_import_the_compiler():
    code = (
        "import sys, torch\n"
        "from core.analysis.optimise import Pictures, Recipe, ascend\n"
        "from core.lessons.backpropagation import three_ways\n"
        "x = Pictures((1, 1, 8, 8), 'waves', torch.Generator().manual_seed(0), None, None)\n"
        "list(ascend(x, lambda p, done: p.flatten(1).mean(dim=1), Recipe('waves', 3)))\n"
        "three_ways.agreement(3, 0, torch.float32)\n"
        "assert 'torch._dynamo' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
