"""Ridge regression against scikit-learn."""

from __future__ import annotations

import pytest
import torch
from sklearn.linear_model import Ridge

from core.analysis.regression import PENALTIES, ridge_errors


def made(noise: float) -> tuple[torch.Tensor, torch.Tensor]:
    g = torch.Generator().manual_seed(0)
    x = 3 * torch.randn(400, 6, generator=g) + 5
    return x, x @ torch.tensor([1.0, -2.0, 0.0, 0.5, 0.0, 0.0]) + noise * torch.randn(400, generator=g)


@pytest.mark.parametrize("noise", [0.1, 5.0])
def test_errors_are_those_of_scikit_learns_best_ridge(noise):
    x, target = made(noise)
    centred = x - x[:200].mean(dim=0)
    scale = float(centred[:200].square().mean(dim=0).mean())
    twins = [Ridge(alpha=200 * p * scale).fit(centred[:200].numpy(), target[:200].numpy()) for p in PENALTIES]
    best = max(twins, key=lambda twin: twin.score(centred[200:280].numpy(), target[200:280].numpy()))
    expected = best.score(centred[280:].numpy(), target[280:].numpy())
    assert 1 - float(ridge_errors(x, target).mean()) == pytest.approx(expected, abs=1e-4)


def test_what_is_not_there_is_not_found():
    x, _ = made(0.0)
    unrelated = torch.randn(400, generator=torch.Generator().manual_seed(9))
    assert float(ridge_errors(x, unrelated).mean()) > 0.9
    assert float(ridge_errors(torch.ones(400, 2), unrelated).mean()) == pytest.approx(1, abs=0.05)
    with pytest.raises(ValueError, match="9 examples"):
        ridge_errors(x[:9], unrelated[:9])
