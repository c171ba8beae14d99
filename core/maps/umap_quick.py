"""UMAP's graph and layout with a loop of our own: the same steps and as many of them, in a third of the time.

Only `umap_map.umap_2d` imports this, with the first map: numba's import and compilation take seconds. What differs from
umap-learn: the layout begins with PCA (as informative a start as the eigenvectors of the graph: Kobak and Linderman
2021), the two forces are read from tables instead of being raised to a power for each pair, and random numbers are
drawn from one sequence. The package itself, with its search for neighbours, is neither imported nor compiled.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from core.maps.umap_graph import LONGEST, NEGATIVES, curve, memberships

MANY = 10_000  # points; up to them UMAP takes 500 epochs, then 200
SIZE = 10.0  # of the start, along each axis
CODES = 1 << 15  # of the upper half of a float32 that is not negative: sign, exponent and 7 bits


def quick_layout(
    x: np.ndarray,
    neighbours: tuple[np.ndarray, np.ndarray],
    min_dist: float,
    seed: int,
    start: tuple[np.ndarray, float] | None,
) -> np.ndarray:
    """The map float32 (N, 2) of points (N, D).

    neighbours: indices and distances (N, k) of the nearest points, each itself first (`umap_graph.exact_neighbours`).
    start:      places (N, 2) where the points begin and the learning rate there, or None for PCA and the rate 1.
    McInnes, Healy, Melville 2018, algorithms 1 and 5.
    """
    indices, distances = neighbours
    head, tail, weight = fuzzy_union(indices, memberships(distances[:, 1:], distances.shape[1]))
    epochs = 500 if len(x) <= MANY else 200
    kept = weight >= weight.max() / epochs  # the others would not be drawn once
    edges = np.stack([head[kept], tail[kept]])
    every = (weight.max() / weight[kept]).astype(np.float32)
    random = np.random.default_rng(seed)
    if start is None:
        points, rate = spread(principal_plane(x, random), random), 1.0
    else:
        points, rate = np.array(start[0], dtype=np.float32, order="C"), np.float32(start[1])
    rates = (rate * (1 - np.arange(epochs) / epochs)).astype(np.float32)
    tables = np.stack(forces(*curve(min_dist)))
    _move(points, edges, every, tables, rates, np.uint32(random.integers(1, 2**32)))
    return points


def fuzzy_union(indices: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Edges (E,) from, to and their weights, in both directions: a + b - ab of the weights that either end gives.

    indices: (N, k) with each point itself first; weights: (N, k - 1), of the others.
    """
    from scipy.sparse import csr_matrix

    n, k = indices.shape
    rows = np.repeat(np.arange(n), k - 1)
    one = csr_matrix((weights.ravel(), (rows, indices[:, 1:].ravel())), shape=(n, n))
    other = one.T.tocsr()
    both = (one + other - one.multiply(other)).tocoo()
    return both.row.astype(np.int32), both.col.astype(np.int32), both.data


def principal_plane(x: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """About the two principal components of points (N, D), as (N, 2): block power iteration, quick for any D."""
    centred = x - x.mean(axis=0)
    basis = random.normal(size=(x.shape[1], min(10, x.shape[1])))
    for _ in range(8):
        basis = np.linalg.qr(centred.T @ (centred @ basis))[0]
    codes = centred @ basis
    _, turned = np.linalg.eigh(codes.T @ codes)
    plane = np.zeros((len(x), 2))
    largest = (codes @ turned[:, ::-1])[:, :2]
    plane[:, : largest.shape[1]] = largest
    return plane


def spread(points: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Points (N, 2) as float32 from 0 to SIZE along each axis, as UMAP begins.

    A little noise goes before, so that points at one place come apart, and an axis without extent is a random one.
    """
    points = points * (SIZE / (np.abs(points).max() or 1)) + random.normal(scale=1e-4, size=points.shape)
    return np.ascontiguousarray(SIZE * (points - points.min(axis=0)) / np.ptp(points, axis=0), dtype=np.float32)


def forces(a: float, b: float) -> tuple[np.ndarray, np.ndarray]:
    """What pulls and what pushes, per difference of two places, for each upper half of the squared distance's float32.

    Float32 (CODES,) both. Seven bits after the leading one put a squared distance within 0.4 % of its table's, and a
    force within some 1 %: less than the noise of its sampling, and a power for each of 200 million pairs is spared.
    """
    squared = ((np.arange(CODES, dtype=np.uint32) << 16) + (1 << 15)).view(np.float32)
    with np.errstate(all="ignore"):  # the last codes are no numbers
        squared = squared.astype(np.float64)
        power = squared**b
        pull = 2 * a * b * power / (squared * (1 + a * power))
        push = 2 * b / ((0.001 + squared) * (1 + a * power))
    pull[0] = push[0] = 0  # at one place there is no direction
    pull, push = np.where(np.isfinite(pull), pull, 0), np.where(np.isfinite(push), push, 0)
    return pull.astype(np.float32), push.astype(np.float32)


@njit("void(f4[:,::1],i4[:,::1],f4[::1],f4[:,::1],f4[::1],u4)", fastmath=True)
def _move(points, edges, every, tables, rates, state):
    """Algorithm 5 with the sampling of umap-learn: moves points (N, 2) in place.

    edges (2, E): the points from and to. Edge e pulls its ends together once in every[e] epochs; each time, NEGATIVES
    random points push its first end away. tables (2, CODES): the `forces`; rates (epochs,): the learning rate of each
    epoch; state: of the random numbers, not 0.
    """
    head, tail = edges[0], edges[1]
    pull, push = tables[0], tables[1]
    count = np.uint64(len(points))
    longest = np.float32(LONGEST)
    every_push = every / np.float32(NEGATIVES)
    next_pull, next_push = every.copy(), every_push.copy()
    for epoch in range(len(rates)):
        rate = rates[epoch]
        now = np.float32(epoch)
        for e in range(len(head)):
            if next_pull[e] > now:
                continue
            i, j = head[e], tail[e]
            x, y = points[i, 0], points[i, 1]
            right, up = x - points[j, 0], y - points[j, 1]
            force = pull[np.float32(right * right + up * up).view(np.int32) >> 16]
            right = min(longest, max(-longest, force * right)) * rate
            up = min(longest, max(-longest, force * up)) * rate
            x, y = x - right, y - up
            points[j, 0] += right
            points[j, 1] += up
            next_pull[e] += every[e]
            pushes = int((now - next_push[e]) / every_push[e])
            for _ in range(pushes):
                state ^= np.uint32(state << np.uint32(13))  # xorshift (Marsaglia 2003)
                state ^= np.uint32(state >> np.uint32(17))
                state ^= np.uint32(state << np.uint32(5))
                j = np.int32((np.uint64(state) * count) >> np.uint64(32))
                right, up = x - points[j, 0], y - points[j, 1]
                force = push[np.float32(right * right + up * up).view(np.int32) >> 16]
                x += min(longest, max(-longest, force * right)) * rate
                y += min(longest, max(-longest, force * up)) * rate
            next_push[e] += pushes * every_push[e]
            points[i, 0], points[i, 1] = x, y
