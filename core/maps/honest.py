"""What a map of the plane keeps of the space that it shows, and what it loses.

    T = trustworthiness(x, y)     # are neighbours on the map neighbours in truth?
    C = continuity(x, y)          # are true neighbours neighbours on the map?
    lie = near_and_far(x, y)      # the two that lie together here and far apart in truth

Points x (N, D) and their places y (N, 2), N >= 2. A rank of 1 is the nearest point. A true rank counts the points that
are strictly nearer, plus one, so that equal distances accuse no map. Distances are float64 and come in blocks: 10,000
points of 128 numbers take a few seconds and less than 200 MB.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch

Metric = Literal["euclidean", "cosine"]
BLOCK_BYTES = 16 << 20  # of one block of distances; three such are held at once


@dataclass(frozen=True)
class Pair:
    """Two points and how near the second is to the first, on the map and in the original space; ranks are from 1.

    first, second:      indices into x and y.
    map_rank, original_rank: the place of the second among the N - 1 others, by distance to the first.
    map_distance:       Euclidean, in the map's units; original_distance: in the metric that was asked for.
    """

    first: int
    second: int
    map_rank: int
    original_rank: int
    map_distance: float
    original_distance: float


def trustworthiness(x: np.ndarray, y: np.ndarray, k: int = 15, metric: Metric = "euclidean") -> float:
    """From 0 to 1, where each of the k nearest on the map is one of the k nearest in truth.

    1 - 2 / (N k (2 N - 3 k - 1)) * sum of (r(i, j) - k) over the j among i's k nearest on the map whose true rank r is
    above k. Venna and Kaski 2001, equation 1; equal to sklearn.manifold.trustworthiness. Raises ValueError where k is
    not from 1 to below N / 2, or x and y do not match.
    """
    x, y = _checked(x, y, k, metric, below_half=True)
    return _shortfall(_ranks(x, metric, _nearest(y, "euclidean", k)), k)


def continuity(x: np.ndarray, y: np.ndarray, k: int = 15, metric: Metric = "euclidean") -> float:
    """From 0 to 1, where each of the k true nearest is one of the k nearest on the map: trustworthiness the other way.

    Venna and Kaski 2001, equation 2. `metric` is that of x. Raises ValueError as `trustworthiness`.
    """
    x, y = _checked(x, y, k, metric, below_half=True)
    return _shortfall(_ranks(y, "euclidean", _nearest(x, metric, k)), k)


def neighbour_recall(
    x: np.ndarray, y: np.ndarray, k: int = 15, metric: Metric = "euclidean"
) -> tuple[float, np.ndarray]:
    """The share of the k true neighbours that are among the k on the map: the mean, and of each point, float64 (N,).

    k / (N - 1) is what a shuffled map has. Raises ValueError where k is not from 1 to N - 1, or x and y do not match.
    """
    x, y = _checked(x, y, k, metric)
    true, shown = _nearest(x, metric, k), _nearest(y, "euclidean", k)
    # Each row's indices are distinct, so what occurs twice among both is in both.
    both = np.sort(np.concatenate([true, shown], axis=1), axis=1)
    each = (both[:, 1:] == both[:, :-1]).sum(axis=1) / k
    return float(each.mean()), each


def near_and_far(x: np.ndarray, y: np.ndarray, k: int = 15, metric: Metric = "euclidean") -> Pair:
    """Of all pairs (i, j) with j among i's k nearest on the map, the one whose true rank is largest.

    Among equal ones that with the smaller rank on the map, then the smaller i. Raises ValueError as `neighbour_recall`.
    """
    x, y = _checked(x, y, k, metric)
    shown = _nearest(y, "euclidean", k)
    first, second, near, far = _worst(shown, _ranks(x, metric, shown))
    return Pair(first, second, near, far, _distance(y, "euclidean", first, second), _distance(x, metric, first, second))


def far_and_near(x: np.ndarray, y: np.ndarray, k: int = 15, metric: Metric = "euclidean") -> Pair:
    """Of all pairs (i, j) with j among i's k true nearest, the one whose rank on the map is largest; else as above."""
    x, y = _checked(x, y, k, metric)
    true = _nearest(x, metric, k)
    first, second, near, far = _worst(true, _ranks(y, "euclidean", true))
    return Pair(first, second, far, near, _distance(y, "euclidean", first, second), _distance(x, metric, first, second))


def structureless(n: int, d: int, generator: torch.Generator, like: Any = None) -> np.ndarray:
    """Gaussian noise, float32 (n, d): points without groups, to be mapped by the method whose map is to be believed.

    like: points (N, d), tensor or array, whose mean and variance of each number the noise has, or None for 0 and 1.
    Raises ValueError where `like` has another number of columns.
    """
    noise = torch.randn(n, d, generator=generator, dtype=torch.float64).numpy()
    if like is None:
        return noise.astype(np.float32)
    like = _array(like)
    if like.ndim != 2 or like.shape[1] != d or not len(like):
        raise ValueError(f"noise of {d} numbers cannot be like points of shape {like.shape}")
    return (like.mean(axis=0) + like.std(axis=0) * noise).astype(np.float32)


# Neighbours and ranks --------------------------------------------------------------------------------------------


def _nearest(x: np.ndarray, metric: Metric, k: int) -> np.ndarray:
    """(N, k), the k nearest others of each point, in order; equal ones by index."""
    found = np.empty((len(x), k), np.int64)
    for rows, unlike in _unlike(x, metric):
        nearest = np.sort(np.argpartition(unlike, k - 1, axis=1)[:, :k], axis=1)
        order = np.argsort(np.take_along_axis(unlike, nearest, axis=1), axis=1, kind="stable")
        found[rows] = np.take_along_axis(nearest, order, axis=1)
    return found


def _ranks(x: np.ndarray, metric: Metric, others: np.ndarray) -> np.ndarray:
    """(N, k), the place that each of others (N, k) has in x among all points, by distance to its row's point."""
    ranks = np.empty(others.shape, np.int64)
    for rows, unlike in _unlike(x, metric):
        wanted = np.take_along_axis(unlike, others[rows], axis=1)
        unlike.sort(axis=1)  # the point itself is last
        for row, ordered, values in zip(rows, unlike, wanted, strict=True):
            ranks[row] = np.searchsorted(ordered, values) + 1
    return ranks


def _unlike(x: np.ndarray, metric: Metric) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """(row numbers, (B, N) what grows with their distance to all points), block by block; inf to the point itself."""
    if metric == "cosine":
        lengths = np.linalg.norm(x, axis=1, keepdims=True)
        x = x / np.where(lengths > 0, lengths, 1)
    else:
        x = x - x.mean(axis=0)  # a common part costs digits in the products below
    squares = np.einsum("nd,nd->n", x, x)
    step = max(1, BLOCK_BYTES // (8 * len(x)))
    for start in range(0, len(x), step):
        rows = np.arange(start, min(start + step, len(x)))
        if metric == "cosine":
            unlike = -(x[rows] @ x.T)
        elif x.shape[1] <= 3:  # as quick, and exact: places on a map may be very near
            unlike = sum((x[rows, None, c] - x[:, c]) ** 2 for c in range(x.shape[1]))
        else:
            unlike = squares - 2 * (x[rows] @ x.T)  # up to each row's own square, which changes no order
        unlike[np.arange(len(rows)), rows] = np.inf
        yield rows, unlike


def _shortfall(ranks: np.ndarray, k: int) -> float:
    n = len(ranks)
    return 1 - 2 / (n * k * (2 * n - 3 * k - 1)) * float(np.maximum(ranks - k, 0).sum())


def _worst(others: np.ndarray, ranks: np.ndarray) -> tuple[int, int, int, int]:
    """(i, j, the place of j among `others` of i, its rank), the rank being the largest."""
    highest = ranks == ranks.max()
    near = int(highest.any(axis=0).argmax())
    first = int(highest[:, near].argmax())
    return first, int(others[first, near]), near + 1, int(ranks[first, near])


def _distance(x: np.ndarray, metric: Metric, first: int, second: int) -> float:
    if metric == "euclidean":
        return float(np.linalg.norm(x[first] - x[second]))
    lengths = np.linalg.norm(x[first]) * np.linalg.norm(x[second])
    return float(1 - x[first] @ x[second] / lengths) if lengths > 0 else 1.0


# What is asked for ---------------------------------------------------------------------------------------------------


def _checked(x: Any, y: Any, k: int, metric: Metric, below_half: bool = False) -> tuple[np.ndarray, np.ndarray]:
    x, y = _array(x), _array(y)
    if x.ndim != 2 or y.ndim != 2 or len(x) != len(y) or not x.shape[1] or not y.shape[1]:
        raise ValueError(f"points {x.shape} and places {y.shape} must be two tables with as many rows")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError("points and places must be finite numbers")
    most = (len(x) - 1) // 2 if below_half else len(x) - 1
    if not 1 <= k <= most:
        raise ValueError(f"k is {k}; of {len(x)} points, 1 to {most} neighbours can be asked for")
    if metric not in ("euclidean", "cosine"):
        raise ValueError(f"metric is {metric!r}; allowed: euclidean, cosine")
    return x, y


def _array(values: Any) -> np.ndarray:
    """A tensor or an array as float64 on the CPU."""
    if isinstance(values, torch.Tensor):
        values = values.detach().cpu().numpy()
    return np.asarray(values, dtype=np.float64)
