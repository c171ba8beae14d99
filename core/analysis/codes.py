"""The space of codes of one bottleneck size: where pictures lie in it, and what the decoder draws at any place of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch import Tensor, nn

from core.data.pixels import as_bytes, gray_or_colour


class Coder(Protocol):
    """Auto-encoders of several bottleneck sizes, and the PCA of the same pictures; pictures are (B, C, side, side) in [0, 1]."""

    def at(self, size: int) -> slice:
        """What `encode` and `decode` take as `which` to compute one size alone. Raises ValueError for another size."""

    def encode(self, x: Tensor, which: slice) -> list[Tensor]:
        """One code (B, m) a size."""

    def decode(self, codes: list[Tensor], which: slice) -> Tensor:
        """Pictures (S, B, C, side, side) in [0, 1] from one code (B, m) a size."""

    def linear(self, x: Tensor, size: int) -> Tensor:
        """What PCA makes of pictures with `size` numbers each, (B, C, side, side), not clipped."""

    def parameters(self) -> Iterator[nn.Parameter]: ...


@dataclass(frozen=True, eq=False)
class CodeSpace:
    """Codes of training and held-out pictures, on the CPU.

    train, test: (N, m) float32.
    mean, std:   (m,), of the training codes.
    origin:      (m,), and axes (2, m), orthonormal rows: the plane that is drawn. For m = 2 it is the space itself, for
                 more the plane of the largest variance (PCA of the codes) through their mean; for m = 1 the second axis
                 is empty.
    """

    train: Tensor
    test: Tensor
    mean: Tensor
    std: Tensor
    origin: Tensor
    axes: Tensor

    @property
    def size(self) -> int:
        return self.train.shape[1]

    def place(self, codes: Tensor) -> Tensor:
        """Codes (N, m) -> places in the plane (N, 2)."""
        return (codes - self.origin) @ self.axes.T

    def moved(self, code: Tensor, place: tuple[float, float]) -> Tensor:
        """The code (m,) moved within the plane's directions to `place`; its other directions stay."""
        step = torch.tensor(place) - self.place(code[None])[0]
        return code + step @ self.axes

    def extent(self) -> tuple[float, float, float, float]:
        """(x0, x1, y0, y1) around all but the outermost half percent of the held-out places on each side."""
        places = self.place(self.test)
        edges = []
        for axis in range(2):
            low, high = torch.quantile(places[:, axis], torch.tensor([0.005, 0.995])).tolist()
            room = 0.06 * (high - low) or 1.0
            edges += [low - room, high + room]
        return tuple(edges)


def code_space(model: Coder, size: int, train_x: Tensor, test_x: Tensor) -> CodeSpace:
    """Encode pictures, uint8 (N, C, side, side), with the network of one size. Raises ValueError for another size."""
    train, test = encode(model, size, train_x), encode(model, size, test_x)
    mean, std = train.mean(dim=0), train.std(dim=0).clamp_min(1e-6)
    if size <= 2:
        axes = torch.eye(2)[:, :size]
        return CodeSpace(train, test, mean, std, torch.zeros(size), axes)
    _, _, directions = torch.linalg.svd(train - mean, full_matrices=False)
    axes = directions[:2]
    axes = axes * axes.gather(1, axes.abs().argmax(dim=1, keepdim=True)).sign()  # the same way round in every process
    return CodeSpace(train, test, mean, std, mean, axes)


@torch.no_grad()
def encode(model: Coder, size: int, x: Tensor) -> Tensor:
    """Codes (N, size) of pictures, uint8 (N, C, side, side)."""
    device, which = next(model.parameters()).device, model.at(size)
    return torch.cat([model.encode(part.to(device).float() / 255, which)[0].cpu() for part in x.split(500)])


@torch.no_grad()
def draw(model: Coder, codes: Tensor) -> np.ndarray:
    """What the decoder of the codes' size draws: (N, m) -> uint8 (N, side, side, C)."""
    device, which = next(model.parameters()).device, model.at(codes.shape[1])
    drawn = torch.cat([model.decode([part.to(device)], which)[0] for part in codes.split(500)])
    return as_bytes(drawn)


@torch.no_grad()
def draw_linear(model: Coder, x: Tensor, size: int) -> np.ndarray:
    """What PCA with `size` numbers makes of pictures, uint8 (N, C, side, side) -> uint8 (N, side, side, C)."""
    device = next(model.parameters()).device
    return as_bytes(model.linear(x.to(device).float() / 255, size))


def manifold(model: Coder, space: CodeSpace, extent: tuple[float, float, float, float], count: int) -> np.ndarray:
    """count x count pictures drawn over the plane as one uint8 picture (H, W) or (H, W, 3); its first row lies at y1.

    Each picture stands where its code lies: at the middle of its cell.
    """
    x0, x1, y0, y1 = extent
    middles = (torch.arange(count) + 0.5) / count
    y, x = torch.meshgrid(y1 - (y1 - y0) * middles, x0 + (x1 - x0) * middles, indexing="ij")
    codes = space.origin + torch.stack([x.flatten(), y.flatten()], dim=1) @ space.axes
    pictures = draw(model, codes)  # (count * count, h, w, c)
    _, h, w, c = pictures.shape
    rows = pictures.reshape(count, count, h, w, c).transpose(0, 2, 1, 3, 4).reshape(count * h, count * w, c)
    return gray_or_colour(rows)


def nearest(query: Tensor, points: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """Mean squared distances and indices, (Q, k) each, of the k points (N, D) nearest to each query (Q, D)."""
    # Not by |a|^2 + |b|^2 - 2ab, which is too coarse where all points lie on a line.
    distance = torch.cdist(query.float(), points.float(), compute_mode="donot_use_mm_for_euclid_dist")
    distance = distance.square() / points.shape[1]
    found = distance.topk(min(k, len(points)), dim=1, largest=False)
    return found.values, found.indices


def sample(space: CodeSpace, count: int, spread: float, generator: torch.Generator) -> Tensor:
    """`count` codes (count, m) from the normal distribution fitted to the training codes, its deviations x `spread`."""
    centred = (space.train - space.mean).double()
    covariance = centred.T @ centred / max(1, len(centred) - 1)
    room = 1e-6 * covariance.diagonal().mean() + 1e-12  # codes may be dead, or lie on a line
    root = torch.linalg.cholesky(covariance + room * torch.eye(space.size)).float()
    return space.mean + spread * torch.randn(count, space.size, generator=generator) @ root.T


def between(start: Tensor, end: Tensor, count: int) -> Tensor:
    """`count` points on the straight line from start to end, both included: (count, *shape)."""
    t = torch.linspace(0, 1, count).view(-1, *[1] * start.ndim)
    return start + t * (end - start)
