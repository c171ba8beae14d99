"""Clips cut into cubes of space and time, cubes put together, and which of them to hide.

Axis letters beside those of the repository: T frames, S slots of time, n places a side of one slot, V visible and H hidden cubes.
Cubes are numbered slot by slot, in a slot row by row: cube = (slot * n + row) * n + column.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from core.nn.masks import hidden_count

KINDS = ("agnostic", "space", "time", "block")


def cubify(x: Tensor, frames: int, size: int) -> Tensor:
    """(B, C, T, H, W) -> (B, N, frames*size*size*C): within a cube frame by frame, pixel by pixel, channels last.

    The inverse of `uncubify`. Raises ValueError where the clip is no whole number of cubes.
    """
    B, C, T, H, W = x.shape
    if T % frames or H % size or W % size:
        raise ValueError(f"a clip of {T} x {H} x {W} cannot be cut into cubes of {frames} x {size} x {size}")
    x = x.reshape(B, C, T // frames, frames, H // size, size, W // size, size)
    return x.permute(0, 2, 4, 6, 3, 5, 7, 1).reshape(B, (T // frames) * (H // size) * (W // size), -1)


def uncubify(cubes: Tensor, frames: int, size: int, channels: int, n: int) -> Tensor:
    """(B, N, frames*size*size*C) -> (B, C, T, n*size, n*size); the inverse of `cubify`."""
    B, N, _ = cubes.shape
    S = N // n**2
    x = cubes.reshape(B, S, n, n, frames, size, size, channels)
    return x.permute(0, 7, 1, 4, 2, 5, 3, 6).reshape(B, channels, S * frames, n * size, n * size)


def mask_to_voxels(hidden: Tensor, frames: int, size: int, n: int) -> Tensor:
    """(B, N) bool, True where hidden -> (B, 1, T, H, W) bool, one value a voxel."""
    x = hidden.reshape(len(hidden), 1, -1, n, n)
    return x.repeat_interleave(frames, 2).repeat_interleave(size, 3).repeat_interleave(size, 4)


def hide_cubes(kind: str, ratio: float, batch: int, shape: tuple[int, int], generator: torch.Generator) -> Tensor:
    """(batch, S*n*n) bool masks, True where hidden; every row hides the same number of cubes. shape: (S, n).

    agnostic: any cubes, space and time alike (Feichtenhofer et al. 2022, figure 3a).
    space:    tubes: the same places in every slot (3b; "tube masking" of Tong et al. 2022).
    time:     whole slots (3c).
    block:    a cuboid of space-time (3d): its outermost layer is hidden in part, so that the number is exact.

    Raises ValueError for another kind.
    """
    S, n = shape
    if kind == "agnostic":
        return _lowest(torch.rand(batch, S * n * n, generator=generator), ratio)
    if kind == "space":
        places = _lowest(torch.rand(batch, n * n, generator=generator), ratio)
        return places[:, None].expand(-1, S, -1).reshape(batch, -1)
    if kind == "time":
        slots = _lowest(torch.rand(batch, S, generator=generator), ratio)
        return slots[:, :, None].expand(-1, -1, n * n).reshape(batch, -1)
    if kind == "block":
        slot, row, column = torch.meshgrid(*(torch.arange(k, dtype=torch.float32) for k in (S, n, n)), indexing="ij")
        centre = torch.rand(batch, 3, 1, generator=generator) * torch.tensor([S - 1.0, n - 1.0, n - 1.0])[:, None]
        across = torch.stack([part.reshape(1, -1) for part in (slot * n / S, row, column)], dim=1)
        centre[:, 0] *= n / S
        far = (across - centre).abs().amax(dim=1)  # (batch, N): how large a cuboid around the centre reaches the cube
        return _lowest(far + 1e-3 * torch.rand(batch, S * n * n, generator=generator), ratio)
    raise ValueError(f"kind of mask {kind!r} is unknown; allowed: {', '.join(KINDS)}")


def _lowest(scores: Tensor, ratio: float) -> Tensor:
    """(B, K) bool: True at the lowest scores, exactly `hidden_count` of them in each row."""
    chosen = scores.argsort(dim=1)[:, : hidden_count(ratio, scores.shape[1])]
    return torch.zeros(scores.shape, dtype=torch.bool).scatter_(1, chosen, True)


def exact_share(kind: str, ratio: float, shape: tuple[int, int]) -> float:
    """The share that `hide_cubes` hides: a kind whose unit is a place or a slot cannot hide every share. shape: (S, n)."""
    S, n = shape
    units = {"agnostic": S * n * n, "block": S * n * n, "space": n * n, "time": S}[kind]
    return hidden_count(ratio, units) / units


def indices(chosen: Tensor) -> Tensor:
    """(B, K): where the rows of a mask (B, N) are True, ascending; each row has K of them."""
    return chosen.nonzero()[:, 1].view(len(chosen), -1)


def take(tokens: Tensor, which: Tensor) -> Tensor:
    """(B, K, D): the tokens (B, N, D) of these indices (B, K)."""
    return tokens.gather(1, which[..., None].expand(-1, -1, tokens.shape[-1]))


def cube_positions(width: int, slots: int, n: int) -> Tensor:
    """Fixed sine-cosine positions (slots*n*n, width): a quarter of the numbers each code row and column, half code the time.

    Separable, as in Feichtenhofer et al. 2022, section 3. Of a few slots and places the usual wave lengths, up to 10000, tell next to
    nothing apart; here they lie between 4 and 32 cubes. `width` must be a multiple of 8.
    """

    def code(count: int, numbers: int) -> Tensor:
        angle = torch.arange(count)[:, None] * torch.linspace(math.pi / 16, math.pi / 2, numbers // 2)
        return torch.cat([angle.sin(), angle.cos()], dim=1)  # (count, numbers)

    slot, row, column = torch.meshgrid(torch.arange(slots), torch.arange(n), torch.arange(n), indexing="ij")
    time, place = code(slots, width // 2), code(n, width // 4)
    return torch.cat([place[column.flatten()], place[row.flatten()], time[slot.flatten()]], dim=1)
