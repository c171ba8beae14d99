"""Patches and masks: what holds for every size, ratio, kind of sampling and seed."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import label

from core.nn.masks import SAMPLINGS, bayer, hidden_count, hide, scores
from core.nn.patches import grid_positions, mask_to_pixels, patchify, unpatchify

seeds = st.integers(0, 2**31)
sides = st.integers(2, 9)
ratios = st.floats(0, 1)
quick = settings(max_examples=40, deadline=None)


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@quick
@given(st.integers(1, 3), st.integers(1, 3), st.integers(1, 5), st.integers(1, 5), seeds)
def test_patches_and_pictures_are_inverse_both_ways(batch, channels, n, size, seed):
    x = torch.rand(batch, channels, n * size, n * size, generator=seeded(seed))
    assert torch.equal(unpatchify(patchify(x, size), size, channels), x)
    patches = torch.rand(batch, n * n, size * size * channels, generator=seeded(seed))
    assert torch.equal(patchify(unpatchify(patches, size, channels), size), patches)


@quick
@given(st.integers(1, 3), st.integers(1, 4), st.integers(1, 4), st.integers(1, 4), seeds)
def test_a_patch_holds_its_pixels_row_by_row_channels_last(channels, rows, columns, size, seed):
    x = torch.rand(1, channels, rows * size, columns * size, generator=seeded(seed))
    patches = patchify(x, size)
    assert patches.shape == (1, rows * columns, size * size * channels)
    for p in range(rows * columns):
        top, left = p // columns * size, p % columns * size
        pixels = [x[0, c, top + i, left + j] for i in range(size) for j in range(size) for c in range(channels)]
        assert patches[0, p].tolist() == [float(v) for v in pixels]


@quick
@given(sides, st.integers(1, 4), ratios, seeds)
def test_a_mask_of_pixels_covers_whole_patches(n, size, ratio, seed):
    hidden = hide("random", ratio, 2, n, seeded(seed))
    pixels = mask_to_pixels(hidden, size)
    assert pixels.shape == (2, 1, n * size, n * size)
    assert torch.equal(patchify(pixels.float(), size), hidden.float()[..., None].expand(-1, -1, size * size))


@quick
@given(st.sampled_from(SAMPLINGS), ratios, sides, st.integers(1, 4), seeds)
def test_every_kind_of_sampling_hides_exactly_the_count(sampling, ratio, n, batch, seed):
    hidden = hide(sampling, ratio, batch, n, seeded(seed))
    count = hidden_count(ratio, n * n)
    assert hidden.shape == (batch, n * n) and hidden.sum(dim=1).tolist() == [count] * batch
    assert 1 <= count <= n * n - 1 and (abs(count - ratio * n * n) <= 0.5 or count in (1, n * n - 1))


@quick
@given(st.sampled_from(SAMPLINGS), ratios, sides, seeds)
def test_the_lowest_scores_are_hidden_and_the_seed_decides(sampling, ratio, n, seed):
    hidden, again = (hide(sampling, ratio, 3, n, seeded(seed)) for _ in range(2))
    assert torch.equal(hidden, again)
    s = scores(sampling, 3, n, seeded(seed))
    assert s.shape == (3, n * n)
    for row, away in zip(s, hidden, strict=True):
        assert row[away].max() <= row[~away].min()


@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_other_seeds_and_other_pictures_get_other_masks(sampling):
    first, other = (hide(sampling, 0.6, 8, 8, seeded(seed)) for seed in (0, 1))
    assert not torch.equal(first, other)
    assert len({tuple(row.tolist()) for row in first}) > 1


@settings(max_examples=25, deadline=None, derandomize=True)  # two sides of a block may tie, once in thousands
@given(st.floats(0.05, 0.95), st.integers(4, 9), seeds)
def test_a_block_fills_its_bounding_box_and_hangs_together(ratio, n, seed):
    for row in hide("block", ratio, 4, n, seeded(seed)):
        block = row.view(n, n)
        where = block.nonzero()
        height, width = (where.max(dim=0).values - where.min(dim=0).values + 1).tolist()
        assert int(block.sum()) / (height * width) >= 0.5
        assert label(block)[1] == 1, "one piece, by the four neighbours"


@quick
@given(st.sampled_from([2, 4, 6, 8, 10]), seeds)
def test_a_grid_at_three_quarters_leaves_one_patch_of_each_two_by_two(n, seed):
    hidden = hide("grid", 0.75, 4, n, seeded(seed)).view(4, n // 2, 2, n // 2, 2)
    assert (hidden.sum(dim=(2, 4)) == 3).all()


@pytest.mark.parametrize("n", [1, 2, 7, 8])
def test_bayer_is_the_ordered_dither_matrix(n):
    matrix = bayer(n)
    side = len(matrix)
    assert side > n and sorted(matrix.flatten().tolist()) == list(range(side * side))
    row, column = torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij")
    assert torch.equal(matrix < side * side // 2, (row + column) % 2 == 0), "its first half is a chessboard"
    for k in (2, 4):  # its first quarter of the order touches each 2 x 2, its first sixteenth each 4 x 4
        if side >= k:
            first = (matrix < side * side // (k * k)).view(side // k, k, side // k, k)
            assert (first.sum(dim=(1, 3)) == 1).all()


def test_at_random_every_patch_is_hidden_equally_often():
    often = hide("random", 0.75, 8000, 4, seeded(0)).float().mean(dim=0)
    assert (often - 0.75).abs().max() < 4 * math.sqrt(0.75 * 0.25 / 8000)


def test_at_random_patches_are_hidden_independently_up_to_the_count():
    hidden = hide("random", 0.5, 8000, 4, seeded(1)).float()
    together = hidden.T @ hidden / 8000
    off = together[~torch.eye(16, dtype=torch.bool)]
    assert (off - 0.5 * 7 / 15).abs().max() < 0.03  # without replacement: 8 of 16, then 7 of 15


@pytest.mark.parametrize(("width", "n"), [(4, 2), (32, 7), (48, 8)])
def test_positions_are_those_of_the_mae_repository_written_as_loops(width, n):
    """util/pos_embed.py, get_2d_sincos_pos_embed: `np.meshgrid(grid_w, grid_h)  # here w goes first`."""
    got = grid_positions(width, n)
    quarter = width // 4
    for row in range(n):
        for column in range(n):
            expected = []
            for position in (column, row):
                angles = [position / 10000 ** (i / quarter) for i in range(quarter)]
                expected += [math.sin(a) for a in angles] + [math.cos(a) for a in angles]
            torch.testing.assert_close(got[row * n + column], torch.tensor(expected), rtol=0, atol=1e-6)


def test_errors_name_the_numbers():
    with pytest.raises(ValueError, match="10 x 12 cannot be cut into patches of 4 x 4"):
        patchify(torch.zeros(1, 1, 10, 12), 4)
    with pytest.raises(ValueError, match="12 x 10 cannot be cut"):
        patchify(torch.zeros(1, 1, 12, 10), 4)
    with pytest.raises(ValueError, match="6 patches make no square grid"):
        unpatchify(torch.zeros(1, 6, 16), 4, 1)
    with pytest.raises(ValueError, match="width 30 is not a multiple of 4"):
        grid_positions(30, 7)
    with pytest.raises(ValueError, match="'rings' is unknown; allowed: random, block, grid"):
        scores("rings", 1, 4, seeded(0))
