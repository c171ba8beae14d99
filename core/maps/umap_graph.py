"""The graph under both of the lab's UMAPs: exact neighbours, how much they belong, and the curve of nearness on the map.

McInnes, Healy, Melville 2018, https://arxiv.org/abs/1802.03426. Only numpy and, for `curve`, scipy.
"""

from __future__ import annotations

import numpy as np

CHUNK_BYTES = 64 << 20  # of one block of distances or of differences
HALVINGS = 64  # of the interval in which a scale is searched
SMALLEST_SCALE = 1e-3  # of the mean distance, as in umap-learn
NEGATIVES = 5  # points that push, for each that pulls
LONGEST = 4.0  # of a step along one axis, at the first epoch's rate


def exact_neighbours(x: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Indices int32 (N, k) and Euclidean distances float32 (N, k) of the k nearest points, each itself first."""
    x = np.asarray(x, dtype=np.float32)
    x = x - x.mean(axis=0)  # a common part costs digits in the products below
    squares = np.einsum("nd,nd->n", x, x)
    found, lengths = np.empty((len(x), k), np.int32), np.empty((len(x), k), np.float32)
    step = max(1, CHUNK_BYTES // (4 * max(len(x), k * x.shape[1])))
    for start in range(0, len(x), step):
        rows = np.arange(start, min(start + step, len(x)))
        squared = squares - 2 * (x[rows] @ x.T)  # up to each row's own square, which does not change the order
        squared[np.arange(len(rows)), rows] = -np.inf  # also where other points lie at the same place
        nearest = np.argpartition(squared, k - 1, axis=1)[:, :k]
        # The product rounds small distances; for the few that are left the difference gives all digits.
        distances = np.linalg.norm(x[rows, None] - x[nearest], axis=2)
        distances[nearest == rows[:, None]] = -1
        order = np.argsort(distances, axis=1, kind="stable")
        found[rows] = np.take_along_axis(nearest, order, axis=1)
        lengths[rows] = np.maximum(np.take_along_axis(distances, order, axis=1), 0)
    return found, lengths


def memberships(distances: np.ndarray, n_neighbors: int | None = None, connected: bool = True) -> np.ndarray:
    """How much each of k neighbours belongs to its point: exp(-(d - rho) / sigma), (N, k) from 0 to 1, float64.

    distances: (N, k), ascending, without the point itself. rho is the distance of the nearest neighbour that lies
    elsewhere, and sigma makes the row sum to log2(n_neighbors), by halving an interval; n_neighbors is k where it is
    not given. McInnes, Healy, Melville 2018, algorithms 2 and 3, equal to umap-learn's.
    Where not `connected`, rho is 0 and the nearest does not count in the sum: umap-learn's rule for new points.
    """
    distances = np.asarray(distances, dtype=np.float64)
    wanted = np.log2(distances.shape[1] if n_neighbors is None else n_neighbors)
    elsewhere = np.where(distances > 0, distances, np.inf).min(axis=1, keepdims=True)
    rho = np.where(np.isfinite(elsewhere), elsewhere, 0)
    beyond = np.maximum(distances - rho, 0) if connected else distances
    counted = beyond if connected else beyond[:, 1:]
    low, high, sigma = np.zeros_like(rho), np.full_like(rho, np.inf), np.ones_like(rho)
    for _ in range(HALVINGS):
        too_wide = np.exp(-counted / sigma).sum(axis=1, keepdims=True) > wanted
        low, high = np.where(too_wide, low, sigma), np.where(too_wide, sigma, high)
        with np.errstate(over="ignore"):
            sigma = np.where(np.isinf(high), np.minimum(sigma * 2, 1e100), (low + high) / 2)
    mean = np.where(rho > 0, distances.mean(axis=1, keepdims=True), distances.mean())
    return np.exp(-beyond / np.maximum(sigma, np.maximum(SMALLEST_SCALE * mean, 1e-300)))


def curve(min_dist: float) -> tuple[float, float]:
    """a and b of 1 / (1 + a d^(2 b)), the nearness on the map that is 1 up to min_dist and then falls as e^-d (section 4.2)."""
    from scipy.optimize import curve_fit

    d = np.linspace(0, 3, 300)
    wanted = np.where(d < min_dist, 1, np.exp(min_dist - d))
    a, b = curve_fit(lambda d, a, b: 1 / (1 + a * d ** (2 * b)), d, wanted)[0]
    return float(a), float(b)
