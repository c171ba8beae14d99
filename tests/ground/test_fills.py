"""The two fills that learned nothing, each against a slow or exact twin."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import lil_matrix
from scipy.sparse.linalg import spsolve

from core.analysis.fills import masked_mse, mean_fill, neighbour_fill
from core.nn.masks import SAMPLINGS, hide

SIZE = 4


pytestmark = pytest.mark.usefixtures("one_thread")


def scene(sampling: str, ratio: float, batch: int, channels: int, n: int, seed: int = 0):
    """Random pictures (B, C, H, W) and masks (B, N)."""
    g = torch.Generator().manual_seed(seed)
    return torch.rand(batch, channels, n * SIZE, n * SIZE, generator=g), hide(sampling, ratio, batch, n, g)


def is_hidden(hidden: torch.Tensor, b: int, row: int, column: int, n: int) -> bool:
    return bool(hidden[b, row // SIZE * n + column // SIZE])


def exact_fill(picture: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """The Laplace equation on the hidden pixels of one channel (H, W), visible ones as boundary, solved directly."""
    number = {place: i for i, place in enumerate(zip(*np.nonzero(hole), strict=True))}
    matrix, right = lil_matrix((len(number), len(number))), np.zeros(len(number))
    for (row, column), i in number.items():
        for near in ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)):
            if not (0 <= near[0] < hole.shape[0] and 0 <= near[1] < hole.shape[1]):
                continue  # nothing flows through the picture's border
            matrix[i, i] += 1
            if near in number:
                matrix[i, number[near]] -= 1
            else:
                right[i] += picture[near]
    out = picture.copy()
    out[hole] = spsolve(matrix.tocsr(), right)
    return out


def distance_from_exact(x: torch.Tensor, hidden: torch.Tensor, n: int, **options: int) -> float:
    filled = neighbour_fill(x, hidden, SIZE, **options)
    furthest = 0.0
    for b in range(len(x)):
        hole = hidden[b].view(n, n).numpy().repeat(SIZE, 0).repeat(SIZE, 1)
        for c in range(x.shape[1]):
            exact = exact_fill(x[b, c].double().numpy(), hole)
            furthest = max(furthest, float(np.abs(filled[b, c].numpy() - exact).max()))
    return furthest


@pytest.mark.parametrize("sampling", SAMPLINGS)
@pytest.mark.parametrize(("channels", "n"), [(1, 7), (3, 8)])
@pytest.mark.parametrize("ratio", [0.25, 0.75, 0.98])
def test_neighbour_fill_solves_the_laplace_equation(sampling, channels, n, ratio):
    x, hidden = scene(sampling, ratio, 2, channels, n)
    assert distance_from_exact(x, hidden, n, iterations=200) < 1e-4


@pytest.mark.parametrize(
    ("sampling", "ratio"),
    [
        ("random", 0.75),
        ("grid", 0.75),
        ("block", 0.75),
        ("random", 0.98),
        ("block", 0.98),
        ("grid", 0.98),
    ],
)
def test_neighbour_fill_has_converged_when_it_stops(sampling, ratio):
    x, hidden = scene(sampling, ratio, 2, 3, 8)
    assert distance_from_exact(x, hidden, 8) < 1e-3


def test_an_easy_picture_is_filled_the_same_beside_a_hard_one():
    x, hard = scene("block", 0.98, 2, 1, 8)
    hidden = torch.stack([scene("grid", 0.1, 1, 1, 8)[1][0], hard[1]])
    both = neighbour_fill(x, hidden, SIZE)
    alone = neighbour_fill(x[:1], hidden[:1], SIZE)
    torch.testing.assert_close(both[:1], alone, rtol=0, atol=1e-3)


def test_a_ramp_is_filled_without_error():
    ramp = torch.linspace(0, 1, 28).expand(1, 1, 28, 28)
    hidden = torch.zeros(1, 49, dtype=torch.bool)
    hidden[0, [16, 17, 24, 31]] = True  # away from the border: there the surface may not bend
    torch.testing.assert_close(neighbour_fill(ramp, hidden, SIZE), ramp, rtol=0, atol=1e-4)


def test_mean_fill_is_the_mean_of_the_visible_pixels_of_each_channel():
    n = 3
    x, hidden = scene("random", 0.5, 2, 3, n)
    filled = mean_fill(x, hidden, SIZE)
    for b in range(2):
        places = [(r, c, is_hidden(hidden, b, r, c, n)) for r in range(n * SIZE) for c in range(n * SIZE)]
        for channel in range(3):
            visible = [float(x[b, channel, r, c]) for r, c, away in places if not away]
            mean = sum(visible) / len(visible)
            for r, c, away in places:
                expected = mean if away else float(x[b, channel, r, c])
                assert float(filled[b, channel, r, c]) == pytest.approx(expected, abs=1e-6)


def test_masked_mse_is_the_mean_over_hidden_pixels():
    n = 3
    x, hidden = scene("random", 0.4, 2, 3, n)
    other = torch.rand(x.shape, generator=torch.Generator().manual_seed(9))
    got = masked_mse(x, other, hidden, SIZE)
    for b in range(2):
        errors = [
            float(x[b, channel, r, c] - other[b, channel, r, c]) ** 2
            for channel in range(3)
            for r in range(n * SIZE)
            for c in range(n * SIZE)
            if is_hidden(hidden, b, r, c, n)
        ]
        assert float(got[b]) == pytest.approx(sum(errors) / len(errors), rel=1e-5)


@pytest.mark.parametrize("fill", [mean_fill, neighbour_fill])
def test_nothing_visible_becomes_middle_gray_and_nothing_hidden_stays(fill):
    x, _ = scene("random", 0.5, 3, 3, 2)
    hidden = torch.zeros(3, 4, dtype=torch.bool)
    hidden[0] = True
    hidden[2, 1] = True
    filled = fill(x, hidden, SIZE)
    assert torch.equal(filled[0], torch.full_like(x[0], 0.5))
    assert torch.equal(filled[1], x[1])
    assert not torch.equal(filled[2], x[2])


def test_masked_mse_of_nothing_hidden_is_not_a_number():
    x, _ = scene("random", 0.5, 2, 1, 2)
    hidden = torch.tensor([[False] * 4, [True] * 4])
    got = masked_mse(x, torch.zeros_like(x), hidden, SIZE)
    assert math.isnan(got[0]) and float(got[1]) == pytest.approx(float(x[1].square().mean()), rel=1e-5)


masks = st.lists(st.booleans(), min_size=9, max_size=9).filter(lambda m: not all(m))


@settings(max_examples=40, deadline=None)
@given(masks, st.integers(0, 2**31), st.integers(1, 3), st.floats(0, 0.9), st.floats(0.01, 1))
def test_fills_stay_between_the_darkest_and_the_brightest_visible_pixel(mask, seed, channels, low, spread):
    g = torch.Generator().manual_seed(seed)
    x = low + (1 - low) * spread * torch.rand(1, channels, 12, 12, generator=g)
    hidden = torch.tensor([mask])
    visible = ~hidden.view(3, 3).repeat_interleave(SIZE, 0).repeat_interleave(SIZE, 1)
    x[0, :, ~visible] = torch.rand(channels, int((~visible).sum()), generator=g)  # what is hidden may be anything
    for fill in (mean_fill, neighbour_fill):
        filled = fill(x, hidden, SIZE)[0]
        assert torch.equal(filled[:, visible], x[0][:, visible])
        least, most = x[0][:, visible].amin(dim=1), x[0][:, visible].amax(dim=1)
        assert (filled >= least[:, None, None] - 1e-3).all() and (filled <= most[:, None, None] + 1e-3).all()
