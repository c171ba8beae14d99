"""Principal component analysis: the best linear bottleneck of each width, as a baseline and as a map."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor

BATCH_BYTES = 64 << 20  # of one batch in float64


@dataclass(frozen=True)
class PCA:
    """A fitted PCA; its tensors are float64 on the CPU.

    mean:               (D,)
    components:         (k, D), orthonormal rows, in order of variance; the largest entry of each row is positive.
    explained_variance: (k,), of the training points along each row (divided by N - 1), in squared units of x.
    """

    mean: Tensor
    components: Tensor
    explained_variance: Tensor

    def encode(self, x: Tensor) -> Tensor:
        """Points (N, D) of any real type, or pictures (N, ...) of D values each, to float32 codes (N, k)."""
        codes = [(batch - self.mean) @ self.components.T for batch in _batches(x)]
        return torch.cat(codes).float() if codes else torch.empty(0, len(self.components))

    def decode(self, z: Tensor) -> Tensor:
        """Codes (N, j), j <= k, to float32 points (N, D): the reconstruction from the first j components."""
        z = z.detach().to("cpu", torch.float64)
        return (self.mean + z @ self.components[: z.shape[1]]).float()


@torch.no_grad()
def pca(x: Tensor, k: int) -> PCA:
    """The first k principal components of points (N, D) or pictures (N, ...), of any real type; uint8 stays 0 to 255.

    Equal to scikit-learn's PCA, signs included. x is read in batches. Raises ValueError where k is not from 1 to
    min(N, D), where there are fewer than two points, or where a value is not finite.
    """
    n, d = len(x), x[:1].numel()
    if n < 2 or not 1 <= k <= min(n, d):
        raise ValueError(f"{k} components of {n} points with {d} values: allowed are 1 to min(N, D), and N from 2")
    mean = sum(batch.sum(dim=0) for batch in _batches(x)) / n
    if not mean.isfinite().all():
        raise ValueError("x has values that are not finite")
    if n < d:
        centred = torch.cat(list(_batches(x))) - mean
        _, lengths, rows = torch.linalg.svd(centred, full_matrices=False)
        variance, components = lengths[:k].square() / (n - 1), rows[:k]
    else:
        covariance = torch.zeros(d, d, dtype=torch.float64)
        for batch in _batches(x):
            batch = batch - mean
            covariance.addmm_(batch.T, batch, alpha=1 / (n - 1))
        variance, components = _largest(covariance, k)
    largest = components.gather(1, components.abs().argmax(dim=1, keepdim=True))
    return PCA(mean, (components * largest.sign()).contiguous(), variance.clamp(min=0))


@torch.no_grad()
def reconstruction_mse(fitted: PCA, x: Tensor, sizes: Iterable[int]) -> dict[int, float]:
    """For each number of components, the squared error of x (N, D) rebuilt from them, averaged over points and values.

    0 components stand for the mean alone. One pass over x: the rows are orthonormal, so each further component takes
    the square of its code off the error. Raises ValueError where a size is not from 0 to k, or x is empty.
    """
    sizes = [int(size) for size in sizes]
    k = len(fitted.components)
    if len(x) == 0 or not all(0 <= size <= k for size in sizes):
        raise ValueError(f"the error of {len(x)} points with {sizes} components: allowed are 0 to {k}, and N from 1")
    error = torch.zeros(k + 1, dtype=torch.float64)
    for batch in _batches(x):
        batch = batch - fitted.mean
        taken = (batch @ fitted.components.T).square().sum(dim=0).cumsum(dim=0)
        error += batch.square().sum()
        error[1:] -= taken
    mean = (error / (len(x) * len(fitted.mean))).clamp(min=0).tolist()
    return {size: mean[size] for size in sizes}


def _largest(symmetric: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """The k largest eigenvalues, descending, and their vectors as rows."""
    from scipy.linalg import eigh  # torch has all eigenvectors only: three times as long at D = 3,072

    d = len(symmetric)
    values, vectors = eigh(symmetric.numpy(), subset_by_index=(d - k, d - 1))
    return torch.from_numpy(values).flip(0), torch.from_numpy(vectors).T.flip(0)


def _batches(x: Tensor) -> Iterable[Tensor]:
    """x (N, ...) in float64 batches (B, D) on the CPU, so that no float64 copy of a whole data set is made."""
    if len(x) == 0:
        return
    x = x.detach().flatten(1)
    for batch in x.split(max(1, BATCH_BYTES // (8 * x.shape[1]))):
        yield batch.to("cpu", torch.float64)
