"""S networks of one shape, trained as one: their weights lie stacked in one tensor, and one product serves all.

A step of a small network is mostly the cost of starting its operations; stacked, eight networks share that cost.
Each is independent of the others: no output of one depends on a weight of another. `which` picks some of the S for a
call, so that a page that needs one network does not compute eight.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

ALL = slice(None)


class StackedLinear(nn.Module):
    """S linear layers: (S, B, inputs) -> (S, B, outputs); x of shape (B, inputs) is given to all of them."""

    def __init__(self, count: int, inputs: int, outputs: int):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(count, inputs, outputs))
        self.bias = nn.Parameter(torch.zeros(count, 1, outputs))

    def forward(self, x: Tensor, which: slice = ALL) -> Tensor:
        weight, bias = self.weight[which], self.bias[which]
        if x.ndim == 2:
            x = x.expand(len(weight), -1, -1)
        return torch.baddbmm(bias, x, weight)


class StackedConv(nn.Module):
    """S convolutions with 4 x 4 kernels that halve the side (or, `up`, transposed ones that double it).

    (B, S * inputs, H, W) -> (B, S * outputs, H / 2, W / 2); with `shared`, one input (B, inputs, H, W) for all S.
    """

    def __init__(self, count: int, inputs: int, outputs: int, up: bool = False, shared: bool = False):
        super().__init__()
        self.up, self.shared = up, shared
        # The layouts that PyTorch's (transposed) convolution takes once the networks are folded into channels.
        channels = (inputs, outputs) if up else (outputs, inputs)
        self.weight = nn.Parameter(torch.zeros(count, *channels, 4, 4))
        self.bias = nn.Parameter(torch.zeros(count, outputs))

    def forward(self, x: Tensor, which: slice = ALL) -> Tensor:
        weight, bias = self.weight[which], self.bias[which].flatten()
        groups = 1 if self.shared else len(weight)
        convolve = F.conv_transpose2d if self.up else F.conv2d
        return convolve(x, weight.flatten(0, 1), bias, stride=2, padding=1, groups=groups)


class Codes(nn.Module):
    """The narrow places of S networks, each of its own size m: features (S, B, F) -> codes (B, m) -> (S, B, F).

    Sizes differ, so these weights do not stack; they lie one after the other, (sum of sizes, F), and nothing is padded.
    """

    def __init__(self, sizes: tuple[int, ...], features: int):
        super().__init__()
        self.sizes = sizes
        self.encode_weight = nn.Parameter(torch.zeros(sum(sizes), features))
        self.encode_bias = nn.Parameter(torch.zeros(sum(sizes)))
        self.decode_weight = nn.Parameter(torch.zeros(sum(sizes), features))
        self.decode_bias = nn.Parameter(torch.zeros(len(sizes), 1, features))

    def encode(self, features: Tensor, which: slice = ALL) -> list[Tensor]:
        weights, biases = self._split(self.encode_weight, which), self._split(self.encode_bias, which)
        return [torch.addmm(b, h, w.T) for h, w, b in zip(features, weights, biases, strict=True)]

    def decode(self, codes: list[Tensor], which: slice = ALL) -> Tensor:
        products = [z @ w for z, w in zip(codes, self._split(self.decode_weight, which), strict=True)]
        return torch.stack(products) + self.decode_bias[which]

    def _split(self, weight: Tensor, which: slice) -> tuple[Tensor, ...]:
        return weight.split(self.sizes)[which]


def fold(x: Tensor) -> Tensor:
    """(S, B, C, H, W) -> (B, S * C, H, W): the networks become groups of channels."""
    S, B, C, H, W = x.shape
    return x.permute(1, 3, 4, 0, 2).reshape(B, H, W, S * C).permute(0, 3, 1, 2)  # channels last in memory


def unfold(x: Tensor, count: int) -> Tensor:
    """(B, S * C, H, W) -> (S, B, C, H, W), the inverse of `fold`."""
    return x.unflatten(1, (count, -1)).transpose(0, 1)


def init(weight: Tensor, fan_in: int, fan_out: int, generator: torch.Generator | None) -> None:
    """Glorot and Bengio 2010, equation 16: uniform, with the variance 2 / (fan_in + fan_out)."""
    bound = math.sqrt(6 / (fan_in + fan_out))
    with torch.no_grad():
        weight.uniform_(-bound, bound, generator=generator)
