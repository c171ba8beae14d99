"""UMAP's map of points in the plane. Only numpy at import time: umap and numba take seconds, and a server wants neither."""

from __future__ import annotations

import warnings

import numpy as np

CHUNK_BYTES = 64 << 20  # of one block of distances or of differences
SPECTRAL_FROM = 10  # points; with fewer, UMAP's spectral start has no eigenvectors to take


def check_settings(n_neighbors: int = 15, min_dist: float = 0.1, seed: int = 0) -> dict[str, int | float]:
    """UMAP's settings, complete and of plain types. Raises ValueError where one is out of range."""
    n_neighbors, min_dist, seed = int(n_neighbors), float(min_dist), int(seed)
    if not 2 <= n_neighbors <= 200:
        raise ValueError(f"n_neighbors is {n_neighbors}; allowed: 2 to 200")
    if not 0 <= min_dist < 1:
        raise ValueError(f"min_dist is {min_dist}; allowed: 0 to below 1")
    if not 0 <= seed < 2**32:
        raise ValueError(f"seed is {seed}; allowed: 0 to 2^32 - 1")
    return {"n_neighbors": n_neighbors, "min_dist": min_dist, "seed": seed}


def umap_2d(x: np.ndarray, n_neighbors: int = 15, min_dist: float = 0.1, seed: int = 0) -> np.ndarray:
    """Points (N, D) of finite numbers, N >= 3, to float32 (N, 2); the same seed gives the same map.

    n_neighbors counts the point itself, as UMAP does; it is N - 1 where there are fewer points. The neighbours are
    exact Euclidean ones, which up to some 20,000 points is quicker than UMAP's approximate search with its compilation.
    Raises ValueError where the settings or x are out of range.
    """
    settings = check_settings(n_neighbors, min_dist, seed)
    x = np.asarray(x, dtype=np.float32)
    if x.ndim != 2 or len(x) < 3 or not np.isfinite(x).all():
        raise ValueError(f"x must be three or more points of finite numbers, not of shape {x.shape}")
    x = x / (np.abs(x).max() or np.float32(1))  # the map does not depend on the unit, and squares cannot overflow
    k = min(settings["n_neighbors"], len(x) - 1)
    indices, distances = exact_neighbours(x, k)

    import umap

    reducer = umap.UMAP(
        n_neighbors=k,
        min_dist=settings["min_dist"],
        random_state=settings["seed"],
        n_jobs=1,  # what a fixed seed asks for
        init="spectral" if len(x) >= SPECTRAL_FROM else "random",
        precomputed_knn=(indices, distances, None),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that new points cannot be added later: nobody does
        return np.ascontiguousarray(reducer.fit_transform(x), dtype=np.float32)


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
