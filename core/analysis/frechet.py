"""How far two clouds of vectors are from each other, as if both were normal distributions: the distance of Heusel et al. 2017."""

from __future__ import annotations

import torch
from torch import Tensor

from core.analysis.intervals import Resampled

RESAMPLES = 200


def frechet(one: Tensor, other: Tensor) -> float:
    """|m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)) of vectors (N, D) and (M, D): Heusel et al. 2017, equation 6. In double precision."""
    return between(*moments(one), *moments(other))


def moments(x: Tensor) -> tuple[Tensor, Tensor]:
    """Mean (D,) and covariance (D, D) of (N, D), in double precision."""
    x = x.double()
    return x.mean(dim=0), torch.cov(x.T)


def between(mean: Tensor, covariance: Tensor, mean_2: Tensor, covariance_2: Tensor) -> float:
    """The distance from means (D,) and covariances (D, D). The trace of the root is the sum of the roots of the eigenvalues of
    C1^(1/2) C2 C1^(1/2), which is symmetric."""
    root = square_root(covariance)
    inner = torch.linalg.eigvalsh(root @ covariance_2 @ root).clamp_min(0)
    apart = (mean - mean_2).square().sum()
    return float((apart + covariance.trace() + covariance_2.trace() - 2 * inner.sqrt().sum()).clamp_min(0))


def square_root(covariance: Tensor) -> Tensor:
    """The symmetric root of a covariance (D, D)."""
    values, vectors = torch.linalg.eigh(covariance)
    return (vectors * values.clamp_min(0).sqrt()) @ vectors.T


def differences(real: Tensor, clouds: dict[str, Tensor], than: str, seed: torch.Generator) -> dict[str, list[float]]:
    """For each cloud (N, D) but `than` [low, high] of its distance from `real` (N, D) minus that of `than`: pairs of rows are drawn again together,
    RESAMPLES times. Row i of each cloud answers the same question as row i of the others."""
    found: dict[str, list[float]] = {name: [] for name in clouds if name != than}
    for _ in range(RESAMPLES):
        rows = torch.randint(len(real), (len(real),), generator=seed)
        of_real = moments(real[rows])
        distance = {name: between(*of_real, *moments(cloud[rows])) for name, cloud in clouds.items()}
        for name in found:
            found[name].append(distance[name] - distance[than])
    return {name: Resampled.interval(torch.tensor(values)) for name, values in found.items()}
