"""The loss of contrastive learning against equation 1 of the paper, lightly, and closed forms."""

from __future__ import annotations

import math

import pytest
import torch

from core.compat import torchvision
from core.nn.contrast import nt_xent, nt_xent_rows, partners, similarities

pytestmark = pytest.mark.usefixtures("one_thread")


def embeddings(batch: int = 7, numbers: int = 5, apart: float = 0.5) -> tuple[torch.Tensor, torch.Tensor]:
    """Two views each of `batch` pictures, float64, of lengths that differ; `apart`: how far the second is from the first."""
    g = torch.Generator().manual_seed(0)
    z = torch.randn(2, batch, numbers, generator=g, dtype=torch.float64)
    z[1] = z[0] + apart * z[1]
    return tuple(z * (0.2 + 3 * torch.rand(2, batch, 1, generator=g, dtype=torch.float64)))


def slow_rows(z1: torch.Tensor, z2: torch.Tensor, temperature: float) -> list[float]:
    """Chen et al. 2020, equation 1, for each view, in plain numbers; the views stand as in our rows."""
    z = [row.tolist() for row in (*z1, *z2)]
    count = len(z1)

    def sim(a: list[float], b: list[float]) -> float:
        return sum(p * q for p, q in zip(a, b, strict=True)) / math.hypot(*a) / math.hypot(*b)

    rows = []
    for i in range(2 * count):
        j = i + count if i < count else i - count
        below = sum(math.exp(sim(z[i], z[k]) / temperature) for k in range(2 * count) if k != i)
        rows.append(-math.log(math.exp(sim(z[i], z[j]) / temperature) / below))
    return rows


@pytest.fixture(scope="module")
def lightly_loss():
    """lightly's NTXentLoss."""
    torchvision()
    from lightly.loss import NTXentLoss

    return NTXentLoss


@pytest.mark.parametrize("temperature", [0.05, 0.2, 1.0])
@pytest.mark.parametrize("batch", [1, 2, 7])
def test_each_row_is_equation_1(temperature, batch):
    z1, z2 = embeddings(batch)
    expected = slow_rows(z1, z2, temperature)
    assert nt_xent_rows(z1, z2, temperature).tolist() == pytest.approx(expected, rel=1e-9, abs=1e-12)
    assert float(nt_xent(z1, z2, temperature)) == pytest.approx(sum(expected) / (2 * batch), rel=1e-9, abs=1e-12)


@pytest.mark.twin("core/nn/contrast.py")
@pytest.mark.parametrize("temperature", [0.05, 0.2, 1.0])
@pytest.mark.parametrize("batch", [2, 64])
def test_value_and_gradient_are_lightlys(lightly_loss, temperature, batch):
    found = []
    for loss in (lambda a, b: nt_xent(a, b, temperature), lightly_loss(temperature=temperature)):
        leaves = [z.float().requires_grad_() for z in embeddings(batch, 32, apart=6.0)]
        value = loss(*leaves)
        value.backward()
        found.append((value.detach(), *(z.grad for z in leaves)))
    for ours, theirs in zip(*found, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-5)
    assert found[0][1].abs().max() > 1e-3, "there is a gradient to compare"


def test_the_gradient_is_that_of_small_differences():
    z1, z2 = (z.requires_grad_() for z in embeddings(4, 3))
    assert torch.autograd.gradcheck(lambda a, b: nt_xent_rows(a, b, 0.3), (z1, z2))


@pytest.mark.parametrize("batch", [2, 5, 256])
@pytest.mark.parametrize("temperature", [0.05, 1.0])
def test_collapsed_embeddings_cost_the_logarithm_of_all_candidates_and_teach_nothing(batch, temperature):
    z1, z2 = (torch.full((batch, 6), 0.7, requires_grad=True) for _ in range(2))
    loss = nt_xent(z1, z2, temperature)
    loss.backward()
    assert float(loss.detach()) == pytest.approx(math.log(2 * batch - 1), abs=1e-5)
    assert max(float(z.grad.abs().max()) for z in (z1, z2)) < 1e-5


@pytest.mark.parametrize("temperature", [0.1, 0.5])
def test_perfect_embeddings_have_the_loss_of_their_angles(temperature):
    """B pictures at right angles to each other: 1 / t for the partner, 0 for the 2 B - 2 others."""
    z = torch.eye(6)
    expected = math.log(1 + 10 * math.exp(-1 / temperature))
    assert float(nt_xent(z, z, temperature)) == pytest.approx(expected, rel=1e-4, abs=1e-6)


def test_only_directions_count():
    z1, z2 = embeddings()
    scale = torch.linspace(0.01, 90, 7, dtype=torch.float64)[:, None]
    torch.testing.assert_close(nt_xent_rows(scale * z1, 5 * z2, 0.2), nt_xent_rows(z1, z2, 0.2))
    turn = torch.linalg.qr(torch.randn(5, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(3))).Q
    torch.testing.assert_close(nt_xent_rows(z1 @ turn, z2 @ turn, 0.2), nt_xent_rows(z1, z2, 0.2))
    leaf = z1.clone().requires_grad_()
    nt_xent(leaf, z2, 0.2).backward()
    assert (leaf.grad * z1).sum(dim=1).abs().max() < 1e-12, "no gradient along the length"


def test_neither_the_order_of_pictures_nor_of_views_matters():
    z1, z2 = embeddings()
    rows, order = nt_xent_rows(z1, z2, 0.2), torch.tensor([3, 0, 6, 2, 5, 1, 4])
    torch.testing.assert_close(nt_xent_rows(z1[order], z2[order], 0.2), rows.view(2, 7)[:, order].flatten())
    torch.testing.assert_close(nt_xent_rows(z2, z1, 0.2), rows.view(2, 7).flip(0).flatten())
    mixed = float(nt_xent(z1, z2[order], 0.2))
    assert mixed > float(nt_xent(z1, z2, 0.2)) + 0.1, "wrong partners cost more"


@pytest.mark.parametrize("temperature", [1e-3, 1e-2, 1e3])
def test_extreme_temperatures_stay_finite(temperature):
    z1, z2 = (z.float().requires_grad_() for z in embeddings(32, 8))
    loss = nt_xent(z1, z2, temperature)
    loss.backward()
    assert loss.isfinite() and z1.grad.isfinite().all() and z2.grad.isfinite().all()
    if temperature == 1e3:
        assert float(loss.detach()) == pytest.approx(math.log(63), abs=0.01), "all candidates look alike"
    else:  # the most similar candidate is all that is left
        similar = similarities(torch.cat([z1, z2]).detach()).fill_diagonal_(-1)
        gap = similar.amax(dim=1) - similar[torch.arange(64), partners(32)]
        assert float(loss.detach()) * temperature == pytest.approx(float(gap.mean()), abs=temperature * math.log(63))


def test_an_embedding_of_zeros_is_survived():
    z1, z2 = embeddings()
    z1 = (z1 * torch.arange(7)[:, None].sign()).requires_grad_()
    nt_xent(z1, z2, 0.2).backward()
    assert z1.grad.isfinite().all()


def test_partners_are_mutual():
    other = partners(5)
    assert other.tolist() == [5, 6, 7, 8, 9, 0, 1, 2, 3, 4] and torch.equal(other[other], torch.arange(10))
