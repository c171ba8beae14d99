"""Alignment, uniformity and the spread of embeddings, against slow loops, closed forms and lightly where it is installed."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional as F

from core.analysis import contrastive
from core.analysis.contrastive import alignment, embedding_std, even_uniformity, uniformity
from core.compat import torchvision

pytestmark = pytest.mark.usefixtures("one_thread")


def draw(n: int, d: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(n, d, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize("alpha", [1, 2, 3])
def test_alignment_is_the_papers(alpha):
    z1, z2 = draw(30, 5), draw(30, 5, 1)
    total = 0.0
    for a, b in zip(z1, z2, strict=True):
        total += float(((a / (a @ a).sqrt() - b / (b @ b).sqrt()) ** 2).sum()) ** (alpha / 2)
    assert alignment(z1, 7 * z2, alpha) == pytest.approx(total / 30)
    assert alignment(z1, 3 * z1, alpha) == pytest.approx(0, abs=1e-12)
    assert alignment(z1, -z1, alpha) == pytest.approx(2**alpha)


@pytest.mark.parametrize("t", [0.5, 2])
def test_uniformity_is_the_papers(t, monkeypatch):
    monkeypatch.setattr(contrastive, "ROWS", 7)  # several blocks, the last one short
    z = draw(40, 6)
    unit = z / z.norm(dim=1, keepdim=True)
    pairs = [math.exp(-t * float(((unit[i] - unit[j]) ** 2).sum())) for i in range(40) for j in range(i)]
    assert uniformity(5 * z, t) == pytest.approx(math.log(sum(pairs) / len(pairs)))
    reference = torch.pdist(unit).pow(2).mul(-t).exp().mean().log()  # appendix A, figure 6
    assert uniformity(z, t) == pytest.approx(float(reference))
    assert uniformity(z, t, most=9) == pytest.approx(uniformity(z[:9], t)) != uniformity(z, t)


def test_uniformity_from_collapse_to_an_even_spread():
    assert uniformity(torch.ones(10, 3)) == pytest.approx(0, abs=1e-12)
    assert uniformity(torch.tensor([[1.0, 0.0], [-2.0, 0.0]])) == pytest.approx(-8), "two opposite points: -4 t"
    assert uniformity(draw(1000, 512)) == pytest.approx(-4, abs=0.05), "of many dimensions: -2 t"
    assert uniformity(draw(500, 8) + 3) > uniformity(draw(500, 8)) + 1


def test_spread_of_embeddings():
    z = draw(4000, 64)
    assert embedding_std(z * torch.rand(4000, 1)) == pytest.approx(1 / math.sqrt(64), rel=0.01), (
        "isotropic: 1 / sqrt(D)"
    )
    assert embedding_std(draw(1, 64).expand(50, 64) * torch.arange(1, 51)[:, None]) == pytest.approx(0, abs=1e-9)
    few = z[:20]
    unit = F.normalize(few, dim=1)
    slow = [math.sqrt(sum((float(v) - float(column.mean())) ** 2 for v in column) / 19) for column in unit.T]
    assert embedding_std(few) == pytest.approx(sum(slow) / len(slow))


@pytest.mark.twin("core/analysis/contrastive.py")
def test_spread_is_lightlys():
    torchvision()  # which lightly imports
    from lightly.utils import debug

    z = draw(100, 16) + 1
    assert embedding_std(z) == pytest.approx(float(debug.std_of_l2_normalized(z)), rel=1e-6)


def test_what_cannot_be_measured_is_refused():
    with pytest.raises(ValueError, match="must be the same"):
        alignment(draw(4, 3), draw(5, 3))
    with pytest.raises(ValueError, match="two or more"):
        uniformity(draw(1, 3))
    with pytest.raises(ValueError, match="two or more"):
        embedding_std(draw(1, 3))


@pytest.mark.parametrize(("dimensions", "expected"), [(2, None), (10, -3.2465), (64, -3.8752)])
def test_even_uniformity_is_that_of_points_drawn_evenly(dimensions, expected):
    """Against 2,000 drawn points, and for two of them to four digits against the closed form elsewhere."""
    points = torch.randn(2000, dimensions, generator=torch.Generator().manual_seed(0))
    assert even_uniformity(dimensions) == pytest.approx(uniformity(points), abs=0.02)
    if expected is not None:
        assert even_uniformity(dimensions) == pytest.approx(expected, abs=1e-4)
    with pytest.raises(ValueError, match="1 dimensions"):
        even_uniformity(1)
