"""A small convolutional network that tells classes of pictures apart, and whose every layer can be looked into."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional as F


@dataclass(frozen=True)
class Layer:
    """kernel, stride: of the convolution; width: its units, which are its channels. Padding is half of the kernel."""

    name: str
    kernel: int
    stride: int
    width: int


CONVOLUTIONS = (Layer("conv1", 5, 1, 12), Layer("conv2", 3, 2, 24), Layer("conv3", 3, 1, 24), Layer("conv4", 3, 2, 48))
CLASSES = "classes"
GRID = 3
LAYERS = (*(layer.name for layer in CONVOLUTIONS), CLASSES)
UNITS = sum(layer.width for layer in CONVOLUTIONS)


class Seeing(nn.Module):
    """Four convolutions with ReLU, their means over GRID x GRID parts of the picture, and one linear layer. Pictures float (B, C, side, side) in
    [0, 1]."""

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        widths = (channels, *(layer.width for layer in CONVOLUTIONS))
        self.convolutions = nn.ModuleList(
            nn.Conv2d(narrow, layer.width, layer.kernel, layer.stride, layer.kernel // 2)
            for narrow, layer in zip(widths, CONVOLUTIONS, strict=False)
        )
        self.head = nn.Linear(widths[-1] * GRID**2, classes)
        self.to(memory_format=torch.channels_last)  # a third quicker

    def forward(self, x: Tensor) -> Tensor:
        """Logits (B, classes)."""
        return self.maps(x, CLASSES).flatten(1)

    def maps(self, x: Tensor, layer: str) -> Tensor:
        """What the units of a layer compute before their ReLU: (B, units, h, w). A class is a unit with one place and without ReLU.

        Raises KeyError for a layer that is none.
        """
        if layer not in LAYERS:
            raise KeyError(layer)
        x = x.contiguous(memory_format=torch.channels_last)
        for convolution, known in zip(self.convolutions, CONVOLUTIONS, strict=True):
            x = convolution(x - 0.5 if known is CONVOLUTIONS[0] else F.relu(x))
            if known.name == layer:
                return x
        return self.head(F.adaptive_avg_pool2d(F.relu(x), GRID).flatten(1))[:, :, None, None]

    def start(self, generator: Generator | None) -> None:
        """Weights as He et al. 2015 draw them before a ReLU; biases are zero."""
        for module in (*self.convolutions, self.head):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu", generator=generator)
            nn.init.zeros_(module.bias)


def widths(classes: int) -> dict[str, int]:
    """Units of each layer."""
    return {layer.name: layer.width for layer in CONVOLUTIONS} | {CLASSES: classes}


def field(layer: str, row: int, column: int, side: int) -> tuple[int, int, int, int]:
    """The pixels that a place of a layer sees: top, left, bottom and right, the last two exclusive, cut to the picture.

    The receptive field grows by (kernel - 1) times the product of the strides before it (Araujo, Norris and Sim 2019, "Computing receptive
    fields of convolutional neural networks"). A class sees all.
    """
    if layer == CLASSES:
        return 0, 0, side, side
    size, step, first = 1, 1, 0
    for known in CONVOLUTIONS:
        first -= known.kernel // 2 * step
        size += (known.kernel - 1) * step
        step *= known.stride
        if known.name == layer:
            break
    top, left = first + row * step, first + column * step
    return max(top, 0), max(left, 0), min(top + size, side), min(left + size, side)
