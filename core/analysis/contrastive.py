"""What contrastive learning wants of an embedding, as two numbers, and a third that shows its collapse.

Embeddings (N, D) are scaled to length 1 first: only their directions count, as in the loss.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

MOST = 2_000  # points of which all pairs are looked at
ROWS = 256  # of one block of pairs


@torch.no_grad()
def alignment(z1: Tensor, z2: Tensor, alpha: float = 2.0) -> float:
    """The mean of |z1 - z2|^alpha over N pairs (N, D) of views of the same pictures: 0 where both views are one.

    Wang and Isola 2020, section 4.1.1. From 0 to 2^alpha; smaller is better. Raises ValueError where the shapes differ.
    """
    if z1.ndim != 2 or z1.shape != z2.shape or not len(z1):
        raise ValueError(
            f"the two views have the shapes {tuple(z1.shape)} and {tuple(z2.shape)}; they must be the same"
        )
    return float((_directions(z1) - _directions(z2)).norm(dim=1).pow(alpha).mean())


@torch.no_grad()
def uniformity(z: Tensor, t: float = 2.0, most: int = MOST) -> float:
    """log of the mean of exp(-t |a - b|^2) over all pairs of different points among the first `most` of z (N, D).

    Wang and Isola 2020, section 4.1.2. 0 where all are the same and no less than -4 t; smaller is more uniform. On a
    sphere of many dimensions, even spreading has about -2 t. Raises ValueError where there are fewer than two points.
    """
    z = _directions(z[:most])
    n = len(z)
    if n < 2:
        raise ValueError(f"uniformity of {n} points: two or more are needed")
    total = torch.zeros((), dtype=torch.float64, device=z.device)
    for start in range(0, n, ROWS):
        rows = z[start : start + ROWS]
        squared = (2 - 2 * (rows @ z.T)).clamp(min=0)
        total += (-t * squared).exp().triu(diagonal=start + 1).sum()
    return math.log(float(total) / (n * (n - 1) / 2))


def even_uniformity(dimensions: int, t: float = 2.0) -> float:
    """What `uniformity` of infinitely many points spread evenly over the unit sphere in so many dimensions is: −3.88 in 64.

    exp(-t |a - b|^2) = exp(-2 t) exp(2 t cos), whose mean over the sphere is a modified Bessel function (Mardia and Jupp 2000,
    "Directional statistics", 9.3.2). Raises ValueError for less than two dimensions.
    """
    from scipy.special import gammaln, ive

    if dimensions < 2:
        raise ValueError(f"a sphere in {dimensions} dimensions: two or more are needed")
    order, k = dimensions / 2 - 1, 2 * t
    return float(-k + gammaln(dimensions / 2) + order * math.log(2 / k) + math.log(ive(order, k)) + k)


@torch.no_grad()
def embedding_std(z: Tensor) -> float:
    """The standard deviation of each number of the directions of z (N, D), averaged over the D numbers.

    0 where all point the same way: the network has collapsed. 1 / sqrt(D) is what an isotropic distribution has. Chen
    and He 2021 (SimSiam), section 4.1. Raises ValueError where there are fewer than two points.
    """
    if z.ndim != 2 or len(z) < 2:
        raise ValueError(f"the spread of embeddings of shape {tuple(z.shape)}: two or more points are needed")
    return float(_directions(z).std(dim=0).mean())


def _directions(z: Tensor) -> Tensor:
    return F.normalize(z.cpu().double(), dim=1)  # not every device has float64
