"""What a map keeps and loses, against scikit-learn and against slow twins written from the papers' definitions."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn import manifold
from sklearn.datasets import load_digits

from core.maps import honest
from core.maps.honest import (
    continuity,
    far_and_near,
    near_and_far,
    neighbour_recall,
    structureless,
    trustworthiness,
)

METRICS = ("euclidean", "cosine")


@pytest.fixture(scope="module")
def digits() -> np.ndarray:
    """Pictures with a little noise, so that no two distances are equal."""
    pictures = load_digits().data[:300] / 16
    return pictures + np.random.default_rng(0).normal(scale=0.01, size=pictures.shape)


@pytest.fixture(scope="module")
def plane(digits) -> np.ndarray:
    """Their two principal components: a map that keeps much and loses much."""
    centred = digits - digits.mean(axis=0)
    return centred @ np.linalg.svd(centred, full_matrices=False)[2][:2].T


def slow_distances(x: np.ndarray, metric: str) -> np.ndarray:
    if metric == "euclidean":
        return np.array([[np.sqrt(((a - b) ** 2).sum()) for b in x] for a in x])
    return np.array([[1 - a @ b / np.sqrt((a @ a) * (b @ b)) for b in x] for a in x])


def slow_ranks(x: np.ndarray, metric: str = "euclidean") -> np.ndarray:
    """r(i, j): 1 for the point that is nearest to i, and so on; 0 for i itself."""
    distances = slow_distances(x, metric)
    ranks = np.zeros(distances.shape, int)
    for i, row in enumerate(distances):
        others = sorted((j for j in range(len(x)) if j != i), key=row.__getitem__)
        for place, j in enumerate(others):
            ranks[i, j] = place + 1
    return ranks


def slow_share(inside: np.ndarray, judged: np.ndarray, k: int) -> float:
    """Venna and Kaski 2001: of those within k by `inside`, how far beyond k they are by `judged`."""
    n = len(inside)
    total = sum(
        judged[i, j] - k for i in range(n) for j in range(n) if i != j and inside[i, j] <= k and judged[i, j] > k
    )
    return 1 - 2 / (n * k * (2 * n - 3 * k - 1)) * total


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("k", [1, 7, 149])
def test_trustworthiness_is_scikit_learns(digits, plane, k, metric, monkeypatch):
    monkeypatch.setattr(honest, "BLOCK_BYTES", 8 * 300 * 70)  # several blocks, the last one short
    twin = manifold.trustworthiness(digits, plane, n_neighbors=k, metric=metric)
    assert trustworthiness(digits, plane, k, metric) == pytest.approx(twin, abs=1e-9)
    assert twin < 0.98, "the map loses something, or a constant would pass"


@pytest.mark.parametrize("metric", METRICS)
def test_all_measures_are_those_of_the_papers(digits, plane, metric):
    x, y, k = digits[:80], plane[:80], 6
    true, shown = slow_ranks(x, metric), slow_ranks(y)
    assert trustworthiness(x, y, k, metric) == pytest.approx(slow_share(shown, true, k), abs=1e-12)
    assert continuity(x, y, k, metric) == pytest.approx(slow_share(true, shown, k), abs=1e-12)
    assert trustworthiness(x, y, k, metric) != continuity(x, y, k, metric)

    mean, each = neighbour_recall(x, y, k, metric)
    slow = [len({j for j in range(80) if 0 < true[i, j] <= k} & {j for j in range(80) if 0 < shown[i, j] <= k}) / k
            for i in range(80)]  # fmt: skip
    assert each.tolist() == pytest.approx(slow) and mean == pytest.approx(np.mean(slow))

    lie, gap = near_and_far(x, y, k, metric), far_and_near(x, y, k, metric)
    pairs = [(i, j) for i in range(80) for j in range(80) if i != j]
    assert lie.original_rank == max(true[pair] for pair in pairs if shown[pair] <= k) > 40
    assert gap.map_rank == max(shown[pair] for pair in pairs if true[pair] <= k) > 20
    distances = slow_distances(x, metric)
    for pair in (lie, gap):
        at = (pair.first, pair.second)
        assert (pair.map_rank, pair.original_rank) == (shown[at], true[at])
        assert pair.original_distance == pytest.approx(distances[at])
        assert pair.map_distance == pytest.approx(np.linalg.norm(y[at[0]] - y[at[1]]))
    assert lie.map_rank <= k and gap.original_rank <= k


def test_a_perfect_map_loses_nothing_and_a_shuffled_one_everything(plane):
    same = 3 * plane @ np.array([[0, 1], [-1, 0]]) + 5
    assert trustworthiness(plane, same, 10) == continuity(plane, same, 10) == neighbour_recall(plane, same, 10)[0] == 1
    assert near_and_far(plane, same, 10).original_rank == 10
    shuffled = np.random.default_rng(0).permutation(plane)
    assert trustworthiness(plane, shuffled, 10) == pytest.approx(0.5, abs=0.05)
    assert neighbour_recall(plane, shuffled, 10)[0] == pytest.approx(10 / 299, abs=0.02)


def test_two_points_that_a_map_lays_together_are_found(plane):
    line = np.arange(20.0)[:, None]
    folded = np.concatenate([np.arange(10.0), np.arange(10.0)[::-1]])[:, None]  # the line's ends lie together
    pair = near_and_far(line, np.concatenate([folded, 0.01 * line], axis=1), 1)
    assert {pair.first, pair.second} == {0, 19} and pair.map_rank == 1 and pair.original_rank == 19
    torn = np.concatenate([line[:10], line[10:] + 100])
    ring = np.stack([np.cos(line[:, 0] * np.pi / 10), np.sin(line[:, 0] * np.pi / 10)], axis=1)
    pair = far_and_near(ring, torn, 2)
    assert {pair.first, pair.second} == {0, 19} and pair.map_rank == 19 and pair.original_rank <= 2


def test_equal_distances_accuse_no_map():
    x = np.ones((30, 4))
    y = np.random.default_rng(0).normal(size=(30, 2))
    assert trustworthiness(x, y, 5) == 1
    assert near_and_far(x, y, 5).original_rank == 1
    collapsed = continuity(y, np.zeros((30, 2)), 5)
    assert collapsed == 1 and 0 <= neighbour_recall(y, np.zeros((30, 2)), 5)[0] < 1


def test_a_common_part_costs_no_digits(digits, plane):
    assert trustworthiness(digits + 1e5, plane, 5) == pytest.approx(trustworthiness(digits, plane, 5), abs=1e-6)


def test_tensors_are_taken_too(digits, plane):
    assert trustworthiness(torch.tensor(digits), torch.tensor(plane), 5) == trustworthiness(digits, plane, 5)


def test_noise_has_the_mean_and_variance_of_each_number_and_nothing_else():
    x = np.random.default_rng(0).normal(size=(500, 1)) * np.array([[1.0, 5.0, 0.0]]) + np.array([[0.0, -7.0, 2.0]])
    noise = structureless(4000, 3, torch.Generator().manual_seed(0), like=x)
    assert noise.shape == (4000, 3) and noise.dtype == np.float32
    assert noise.mean(axis=0) == pytest.approx(x.mean(axis=0), abs=0.3)
    assert noise.std(axis=0) == pytest.approx(x.std(axis=0), rel=0.05, abs=1e-6)
    assert abs(np.corrcoef(x[:, 0], x[:, 1])[0, 1]) > 0.99 and abs(np.corrcoef(noise[:, 0], noise[:, 1])[0, 1]) < 0.1
    assert np.array_equal(noise, structureless(4000, 3, torch.Generator().manual_seed(0), like=torch.tensor(x)))
    assert not np.array_equal(noise, structureless(4000, 3, torch.Generator().manual_seed(1), like=x))
    plain = structureless(4000, 2, torch.Generator().manual_seed(0))
    assert plain.mean() == pytest.approx(0, abs=0.05) and plain.std() == pytest.approx(1, abs=0.05)
    with pytest.raises(ValueError, match="cannot be like"):
        structureless(10, 2, torch.Generator(), like=x)


def test_what_cannot_be_measured_is_refused(plane):
    for measure in (trustworthiness, continuity):
        with pytest.raises(ValueError, match="1 to 149"):
            measure(plane, plane, 150)
    for measure in (neighbour_recall, near_and_far, far_and_near):
        measure(plane[:4], plane[:4], 3)
        with pytest.raises(ValueError, match="1 to 3"):
            measure(plane[:4], plane[:4], 4)
    for x, y, options, words in (
        (plane, plane[:-1], {}, "as many rows"),
        (plane * np.nan, plane, {}, "finite"),
        (plane, plane, {"k": 0}, "k is 0"),
        (plane, plane, {"metric": "city"}, "allowed"),
    ):
        with pytest.raises(ValueError, match=words):
            neighbour_recall(x, y, **options)
