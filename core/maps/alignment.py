"""Lay maps upon each other: a map may be turned, mirrored and moved without saying anything else."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def procrustes(points: np.ndarray, reference: np.ndarray, scale: bool = True) -> np.ndarray:
    """points (N, 2) moved, turned or mirrored, and with `scale` made larger or smaller, onto reference (N, 2).

    float64 (N, 2): the nearest to the reference in the sum of squared distances that keeps the shape of `points`. With
    centred A and B and the singular values of A'B = U S V', the rotation is U V' and the scale trace(S) / |A|^2 (Gower
    1975, section 2; equal to scipy.spatial.procrustes in the reference's units). A scale makes maps that have little in
    common smaller, down to a point. Raises ValueError where the shapes differ or a number is not finite.
    """
    points, reference = np.asarray(points, dtype=np.float64), np.asarray(reference, dtype=np.float64)
    if points.ndim != 2 or points.shape != reference.shape or not len(points):
        raise ValueError(f"points {points.shape} and reference {reference.shape} must be two tables of one shape")
    if not (np.isfinite(points).all() and np.isfinite(reference).all()):
        raise ValueError("points and reference must be finite numbers")
    centre = reference.mean(axis=0)
    points, reference = points - points.mean(axis=0), reference - centre
    # Products of very large or small numbers are spared; the rotation does not depend on the unit, the scale does.
    unit, wanted = np.abs(points).max(), np.abs(reference).max()
    if unit == 0:
        return np.broadcast_to(centre, points.shape).copy()
    points = points / unit
    left, lengths, right = np.linalg.svd(points.T @ (reference / (wanted or 1)))
    factor = wanted * lengths.sum() / np.square(points).sum() if scale else unit
    return points @ (left @ right) * factor + centre


def aligned(layouts: Sequence[np.ndarray], scale: bool = False) -> list[np.ndarray]:
    """Layouts (N, 2) of the same points, each laid onto the one after it, float64; the last one stays.

    For the ages of one training: from one to the next, points move rather than jump. Without `scale` by default: the
    best scale of an early map, which has little in common with the next, is a small one, and along the row they would
    multiply. Raises ValueError as `procrustes`.
    """
    moved = [np.array(layout, dtype=np.float64) for layout in layouts]
    for i in reversed(range(len(moved) - 1)):
        moved[i] = procrustes(moved[i], moved[i + 1], scale)
    return moved
