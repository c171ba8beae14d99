"""UMAP's map of points in the plane. Only numpy at import time: umap and numba take seconds, and a server wants neither."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

from core.maps import compiled, umap_graph
from core.maps.umap_graph import LONGEST, NEGATIVES, curve, exact_neighbours, memberships

SPECTRAL_FROM = 10  # points; with fewer, UMAP's spectral start has no eigenvectors to take
START_RATE = 0.1  # UMAP's learning rate where the points begin on another map; 1 would forget it
EXTENTS = (0.01, 1_000)  # from end to end, of a map from which another may start
SETTLE_RATE = 0.25  # of the first epoch when new points are placed, as in umap-learn


def check_settings(
    n_neighbors: int = 15, min_dist: float = 0.1, seed: int = 0, quick: bool = False
) -> dict[str, int | float]:
    """UMAP's settings, complete and of plain types. Raises ValueError where one is out of range.

    `quick` is among them only where it is asked for: the names of the maps that ship with the lab come of the others.
    """
    n_neighbors, min_dist, seed = int(n_neighbors), float(min_dist), int(seed)
    if not 2 <= n_neighbors <= 200:
        raise ValueError(f"n_neighbors is {n_neighbors}; allowed: 2 to 200")
    if not 0 <= min_dist < 1:
        raise ValueError(f"min_dist is {min_dist}; allowed: 0 to below 1")
    if not 0 <= seed < 2**32:
        raise ValueError(f"seed is {seed}; allowed: 0 to 2^32 - 1")
    settings = {"n_neighbors": n_neighbors, "min_dist": min_dist, "seed": seed}
    return settings | {"quick": True} if quick else settings


def umap_2d(
    x: np.ndarray,
    n_neighbors: int = 15,
    min_dist: float = 0.1,
    seed: int = 0,
    quick: bool = False,
    start: np.ndarray | None = None,
) -> np.ndarray:
    """Points (N, D) of finite numbers, N >= 3, to float32 (N, 2); the same seed gives the same map.

    n_neighbors counts the point itself, as UMAP does; it is N - 1 where there are fewer points. The neighbours are
    exact Euclidean ones, which up to some 20,000 points is quicker than UMAP's approximate search with its compilation.
    quick:   lays out by our own loop (`umap_quick`): another map, as trustworthy, several times as soon.
    start:   (N, 2), a map of the same points at another age, from which this one grows with a tenth of UMAP's learning
             rate: groups stay where they were, and the map is as trustworthy. In UMAP's own unit, as its maps are.
    Raises ValueError where the settings, x or start are out of range.
    """
    settings = check_settings(n_neighbors, min_dist, seed, quick)
    x = np.asarray(x, dtype=np.float32)
    if x.ndim != 2 or len(x) < 3 or not np.isfinite(x).all():
        raise ValueError(f"x must be three or more points of finite numbers, not of shape {x.shape}")
    if start is not None:
        start = np.array(start, dtype=np.float32)
        if start.shape != (len(x), 2) or not np.isfinite(start).all() or not np.ptp(start, axis=0).all():
            raise ValueError(f"start must be {len(x)} finite places that are not all on one line along an axis")
        if not EXTENTS[0] <= np.ptp(start, axis=0).max() <= EXTENTS[1]:
            raise ValueError(f"start must be a map in UMAP's unit, {EXTENTS[0]:g} to {EXTENTS[1]:,} from end to end")
    x = x / (np.abs(x).max() or np.float32(1))  # the map does not depend on the unit, and squares cannot overflow
    k = min(settings["n_neighbors"], len(x) - 1)
    neighbours = exact_neighbours(x, k)
    compiled.keep()
    if quick:
        from core.maps.umap_quick import quick_layout

        first = None if start is None else (start, START_RATE)
        return quick_layout(x, neighbours, settings["min_dist"], settings["seed"], first)

    import umap

    own = "spectral" if len(x) >= SPECTRAL_FROM else "random"
    reducer = umap.UMAP(
        n_neighbors=k,
        min_dist=settings["min_dist"],
        random_state=settings["seed"],
        n_jobs=1,  # what a fixed seed asks for
        init=own if start is None else start,
        learning_rate=1.0 if start is None else START_RATE,
        precomputed_knn=(*neighbours, None),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that its `transform` cannot add points later: `place` does
        return np.ascontiguousarray(reducer.fit_transform(x), dtype=np.float32)


@dataclass(frozen=True)
class Settling:
    """How new points settle among those of a map: so many epochs of being pulled and pushed by them.

    100 epochs are what umap-learn's `transform` does. min_dist is that of the map; the seed is of the random pushes.
    """

    epochs: int = 100
    min_dist: float = 0.1
    seed: int = 0


def place(
    new: np.ndarray, x: np.ndarray, points: np.ndarray, n_neighbors: int = 15, settling: Settling | None = None
) -> np.ndarray:
    """Where new points (M, D) belong on the map `points` (N, 2) of x (N, D), as float32 (M, 2); the map stays as it is.

    The mean of the places of their exact nearest neighbours, weighted by `memberships`. What is equal to a mapped point
    lies where that one does.
    settling: what follows. On 400 digits it lies half as far from UMAP's own places after 100 epochs as without (0.07 and
              0.13 of the map's radius; two seeds of `transform`: 0.06), and the class on the map is found no more often.
    Raises ValueError where the shapes do not match or a number is not finite or not in range.
    """
    new, x = np.asarray(new, dtype=np.float64), np.asarray(x, dtype=np.float64)
    points = np.asarray(points, dtype=np.float64)
    if x.ndim != 2 or new.ndim != 2 or not len(x) or new.shape[1:] != x.shape[1:] or points.shape != (len(x), 2):
        raise ValueError(f"new {new.shape}, x {x.shape} and points {points.shape} must be (M, D), (N, D) and (N, 2)")
    if n_neighbors < 1 or not all(np.isfinite(values).all() for values in (new, x, points)):
        raise ValueError("every value must be a finite number, and n_neighbors 1 or more")
    mean = x.mean(axis=0)
    scale = np.abs(x - mean).max() or 1.0  # squares cannot overflow
    new, x = (new - mean) / scale, (x - mean) / scale
    k = min(int(n_neighbors), len(x))
    squares = np.einsum("nd,nd->n", x, x)
    places = np.empty((len(new), 2))
    still = None if settling is None else _Still(points, settling)
    step = max(1, umap_graph.CHUNK_BYTES // (8 * max(len(x), k * x.shape[1])))
    for start in range(0, len(new), step):
        rows = new[start : start + step]
        nearest = np.argpartition(squares - 2 * (rows @ x.T), k - 1, axis=1)[:, :k]
        distances = np.linalg.norm(rows[:, None] - x[nearest], axis=2)
        order = np.argsort(distances, axis=1, kind="stable")
        nearest, distances = (np.take_along_axis(values, order, axis=1) for values in (nearest, distances))
        same = distances == 0
        weights = np.where(same.any(axis=1, keepdims=True), same, memberships(distances))
        shares = weights / weights.sum(axis=1, keepdims=True)
        first = np.einsum("mk,mkc->mc", shares, points[nearest])
        settled = first if still is None else still.settled(first, nearest, memberships(distances, connected=False))
        places[start : start + step] = np.where(same.any(axis=1, keepdims=True), first, settled)
    return places.astype(np.float32)


class _Still:
    """A map at rest, points (N, 2), that moves the new points among its own. Raises ValueError where epochs are below 0."""

    def __init__(self, points: np.ndarray, settling: Settling) -> None:
        if settling.epochs < 0:
            raise ValueError(f"there are {settling.epochs} epochs; they must be a finite number, 0 or more")
        self._points, self._epochs = points, settling.epochs
        self._a, self._b = curve(settling.min_dist)
        self._random = np.random.default_rng(settling.seed)

    def settled(self, places: np.ndarray, nearest: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """places (M, 2) after all epochs. nearest (M, k): indices of the neighbours; weights (M, k): how often they pull.

        For each pull NEGATIVES random points push. McInnes, Healy, Melville 2018, algorithm 5 with one side at rest; all
        places move at once.
        """
        a, b, points, random = self._a, self._b, self._points, self._random
        for epoch in range(self._epochs):
            rate = SETTLE_RATE * (1 - epoch / self._epochs)
            pulls = random.random(weights.shape) < weights
            pushes = NEGATIVES * pulls.sum(axis=1, keepdims=True)
            strangers = random.integers(len(points), size=(len(places), pushes.max(initial=0)))
            away = places[:, None] - points[nearest]  # (M, k, 2)
            squared = np.maximum(np.square(away).sum(axis=2), 1e-12)
            pull = pulls * (2 * a * b * squared ** (b - 1) / (1 + a * squared**b))
            move = -np.clip(pull[:, :, None] * away, -LONGEST, LONGEST).sum(axis=1)
            away = places[:, None] - points[strangers]
            squared = np.square(away).sum(axis=2)
            push = (np.arange(strangers.shape[1]) < pushes) * (2 * b / ((0.001 + squared) * (1 + a * squared**b)))
            move += np.clip(push[:, :, None] * away, -LONGEST, LONGEST).sum(axis=1)
            places = places + rate * move
        return places
