"""EfficientNet-lite0 (Tan and Le 2019): a convolutional network with weights that others trained on ImageNet.

    network = Lite0.from_state(data.efficientnet.load())
    logits = network(x)                                # x (B, 3, S, S) in [0, 1] -> (B, 1000)
    maps = network.activations(x, "stage 5")           # (B, 672, S / 16, S / 16), before the ReLU6

A stem, 16 blocks in seven stages, a head. A block is MobileNetV2's (Sandler et al. 2018, "MobileNetV2: Inverted residuals and
linear bottlenecks"): a 1 x 1 convolution widens the channels, a depthwise one looks around, a 1 x 1 convolution narrows
them. Batch norms are folded into the convolutions before them: the network only ever runs in eval mode.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

CLASSES, COLOURS, STEM, HEAD = 1000, 3, 32, 1280
EPS = 1e-3  # of the batch norms


class Stage(NamedTuple):
    """`depth` blocks in a row, the first of which has the stride. expand: how many times wider a block is inside."""

    kernel: int
    stride: int
    expand: int
    width: int
    depth: int


STAGES = (
    Stage(3, 1, 1, 16, 1), Stage(3, 2, 6, 24, 2), Stage(5, 2, 6, 40, 2), Stage(3, 2, 6, 80, 3), Stage(5, 1, 6, 112, 3),
    Stage(5, 2, 6, 192, 4), Stage(3, 1, 6, 320, 1),
)  # fmt: skip


class BlockSizes(NamedTuple):
    """One block. width: channels that come in; inner: inside; out: that go out."""

    kernel: int
    stride: int
    width: int
    inner: int
    out: int


def _blocks() -> Iterator[BlockSizes]:
    width = STEM
    for stage in STAGES:
        for i in range(stage.depth):
            yield BlockSizes(stage.kernel, 1 if i else stage.stride, width, stage.expand * width, stage.width)
            width = stage.width


BLOCKS = tuple(_blocks())
# Layers whose units can be looked at, and how many units each has: the stem, the first convolution of the last block of a stage
# (after which comes a ReLU6; what a block hands on has none), the head. Of stages 4 and 5, whose maps have one size, the later.
LAST_BLOCKS = {"stage 2": 2, "stage 3": 4, "stage 5": 10, "stage 6": 14}
LAYERS = {"stem": STEM, **{name: BLOCKS[i].inner for name, i in LAST_BLOCKS.items()}, "head": HEAD}


class Conv(nn.Module):
    """A convolution with bias, padded as TensorFlow's "SAME" does. Depthwise where a filter has one channel.

    weight: (out, in, k, k), or (out, 1, k, k) where each channel has a filter of its own; bias: (out,).
    """

    def __init__(self, weight: Tensor, bias: Tensor, stride: int = 1):
        super().__init__()
        self.weight, self.bias, self.stride = nn.Parameter(weight), nn.Parameter(bias), stride
        self.groups = len(weight) if weight.shape[1] == 1 else 1

    def forward(self, x: Tensor) -> Tensor:
        """(B, in, h, w) -> (B, out, h / stride, w / stride), rounded up."""
        kernel = self.weight.shape[-1]
        if self.stride == 1:
            return F.conv2d(x, self.weight, self.bias, padding=kernel // 2, groups=self.groups)
        (top, bottom), (left, right) = (padding(size, kernel, self.stride) for size in x.shape[-2:])
        return F.conv2d(F.pad(x, (left, right, top, bottom)), self.weight, self.bias, self.stride, groups=self.groups)


def padding(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """Zeros before and after a side of `size` pixels, for ceil(size / stride) positions; the odd one comes after."""
    whole = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return whole // 2, whole - whole // 2


class Block(nn.Module):
    """Widen, look around, narrow; what comes in is added where it has the shape of what goes out."""

    def __init__(self, expand: Conv | None, depthwise: Conv, project: Conv, residual: bool):
        super().__init__()
        self.expand, self.depthwise, self.project, self.residual = expand, depthwise, project, residual

    def forward(self, x: Tensor) -> Tensor:
        """(B, width, h, w) -> (B, out, h / stride, w / stride)."""
        wide = x if self.expand is None else F.relu6(self.expand(x))
        out = self.project(F.relu6(self.depthwise(wide)))
        return x + out if self.residual else out


class Lite0(nn.Module):
    """The network; `from_state` makes one."""

    def __init__(self, stem: Conv, blocks: list[Block], head: Conv, classify: tuple[Tensor, Tensor]):
        super().__init__()
        self.stem, self.blocks, self.head = stem, nn.ModuleList(blocks), head
        self.weight, self.bias = (nn.Parameter(value) for value in classify)

    @classmethod
    def from_state(cls, state: Mapping[str, Tensor]) -> Lite0:
        """The network with published weights, in eval mode and without gradients of its own.

        Raises ValueError where a weight is missing, unknown or of another shape.
        """
        _check(state)
        blocks = []
        for i, sizes in enumerate(BLOCKS):
            name = f"_blocks.{i}."
            blocks.append(
                Block(
                    folded(state, name + "_expand_conv", name + "_bn0") if sizes.inner != sizes.width else None,
                    folded(state, name + "_depthwise_conv", name + "_bn1", sizes.stride),
                    folded(state, name + "_project_conv", name + "_bn2"),
                    residual=sizes.stride == 1 and sizes.width == sizes.out,
                )
            )
        stem, head = folded(state, "_conv_stem", "_bn0", 2), folded(state, "_conv_head", "_bn1")
        network = cls(stem, blocks, head, (state["_fc.weight"].float(), state["_fc.bias"].float()))
        # Channels last: in this order of memory depthwise convolutions take a third to a half of the time on a processor.
        return network.eval().requires_grad_(False).to(memory_format=torch.channels_last)

    def forward(self, x: Tensor) -> Tensor:
        """Logits (B, 1000) of ImageNet's classes, for pictures (B, 3, S, S) in [0, 1]; it was trained with S = 224."""
        return F.linear(F.relu6(self.activations(x, "head")).mean(dim=(2, 3)), self.weight, self.bias)

    def activations(self, x: Tensor, layer: str) -> Tensor:
        """What the units of a layer say before their ReLU6, (B, LAYERS[layer], h, w), of pictures (B, 3, S, S) in [0, 1].

        Nothing above the layer is computed. Raises KeyError for a name that is not in `LAYERS`.
        """
        last = _last_block(layer)
        x = self.stem((255 * x - 127) / 128)  # the scale of its training
        if layer == "stem":
            return x
        x = F.relu6(x)
        for block in self.blocks[:last]:
            x = block(x)
        return self.head(x) if layer == "head" else self.blocks[last].expand(x)


def _last_block(layer: str) -> int:
    """How many blocks come before a layer. Raises KeyError."""
    return {"stem": 0, **LAST_BLOCKS, "head": len(BLOCKS)}[layer]


class Field(NamedTuple):
    """What the positions of a layer see: position (r, c) of its maps sees the `side` x `side` pixels of the picture whose top
    left corner is (start + r * step, start + c * step); some of them may lie outside of the picture, where all is zero."""

    side: int
    step: int
    start: int


def receptive_field(layer: str, side: int) -> Field:
    """The receptive field of a layer's units, in pixels of pictures of side x side. Raises KeyError."""
    last = _last_block(layer)
    field, size = Field(1, 1, 0), side
    for kernel, stride in [(3, 2), *((sizes.kernel, sizes.stride) for sizes in BLOCKS[:last])][: 1 + last]:
        before, _ = padding(size, kernel, stride)
        field = Field(field.side + (kernel - 1) * field.step, field.step * stride, field.start - before * field.step)
        size = -(-size // stride)
    return field


def folded(state: Mapping[str, Tensor], conv: str, norm: str, stride: int = 1) -> Conv:
    """A convolution of the published weights with the batch norm after it (Ioffe and Szegedy 2015, algorithm 2, line 11)."""
    part = {name: state[f"{norm}.{name}"].float() for name in _NORM}
    scale = part["weight"] / (part["running_var"] + EPS).sqrt()
    weight = state[f"{conv}.weight"].float() * scale[:, None, None, None]
    return Conv(weight, part["bias"] - part["running_mean"] * scale, stride)


_NORM = ("weight", "bias", "running_mean", "running_var")


def shapes() -> dict[str, tuple[int, ...]]:
    """The published weights that are read, and their shapes."""
    convs = [("_conv_stem", "_bn0", (STEM, COLOURS, 3, 3)), ("_conv_head", "_bn1", (HEAD, BLOCKS[-1].out, 1, 1))]
    for i, (kernel, _, width, inner, out) in enumerate(BLOCKS):
        if inner != width:
            convs.append((f"_blocks.{i}._expand_conv", f"_blocks.{i}._bn0", (inner, width, 1, 1)))
        convs.append((f"_blocks.{i}._depthwise_conv", f"_blocks.{i}._bn1", (inner, 1, kernel, kernel)))
        convs.append((f"_blocks.{i}._project_conv", f"_blocks.{i}._bn2", (out, inner, 1, 1)))
    found = {f"{conv}.weight": shape for conv, _, shape in convs}
    found |= {f"{norm}.{name}": shape[:1] for _, norm, shape in convs for name in _NORM}
    return found | {"_fc.weight": (CLASSES, HEAD), "_fc.bias": (CLASSES,)}


def _check(state: Mapping[str, Tensor]) -> None:
    """Raises ValueError unless these are the published weights, whatever their values."""
    there = {name: tuple(value.shape) for name, value in state.items() if not name.endswith("num_batches_tracked")}
    if wrong := dict(shapes().items() ^ there.items()):
        raise ValueError(f"weights are missing, unknown or of another shape: {', '.join(sorted(wrong)[:5])}")
