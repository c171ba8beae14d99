"""Pictures that are made to excite a unit: gradient ascent on the input (Erhan et al. 2009, "Visualizing higher-layer features of a
deep network"; settings after Olah, Mordvintsev and Schubert 2017, "Feature visualization").

A picture is written as a sum of waves, or as plain pixels; it is moved and turned a little before each look, so that what it shows
does not hang on single pixels; and it climbs. Several pictures climb at once, each for an objective of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.nn.adam import Adam

WAYS = ("waves", "pixels")  # in which a picture is written
SPREAD = 0.01  # standard deviation of the first numbers of a picture of waves
LEAK = 0.1  # slope below zero of the objective at first, none at last: a silent unit has a gradient, too
SETTLE = 0.75  # share of the ascent after which the picture is left still: what is measured is a picture at rest
EDGE = 0.02  # how near to black and white a given picture may be: beyond that a sigmoid has no slope
CONTRAST = 4.0  # lucid divides its waves by it, so that pictures begin gray


@dataclass(frozen=True)
class Recipe:
    """way: in which the picture is written. rate: of Adam. jitter: largest shift in pixels. degrees: largest turn."""

    way: str = "waves"
    steps: int = 512
    rate: float = 0.1
    jitter: float = 2.0
    degrees: float = 5.0


class Pictures(nn.Module):
    """`count` pictures (count, C, side, side) in (0, 1), as numbers that are free to move.

    waves: amplitudes of the two-dimensional Fourier transform, those of frequency f (cycles a pixel) times 1 / max(f, 1 / side): steps
    of one size change coarse shapes first. mixing: (C, C), by which the channels are mixed before the sigmoid, so that the numbers are not
    correlated although colours are (see `colour_mixing`). start: pictures to begin with (deep dream), in [0, 1]; without them, noise.
    """

    def __init__(
        self,
        shape: tuple[int, int, int, int],
        way: str = "waves",
        generator: torch.Generator | None = None,
        mixing: Tensor | None = None,
        start: Tensor | None = None,
    ) -> None:
        super().__init__()
        count, channels, side, _ = shape
        self.side, self.way = side, way
        self.register_buffer("mixing", torch.eye(channels) if mixing is None else mixing.clone())
        down, across = torch.fft.fftfreq(side)[:, None], torch.fft.rfftfreq(side)[None]
        self.register_buffer("scale", 1 / (down.square() + across.square()).sqrt().clamp(min=1 / side) / CONTRAST)
        if start is not None:
            self.free = nn.Parameter(self._numbers_of(start.cpu()))
        elif way == "waves":
            size = (count, channels, side, side // 2 + 1, 2)
            self.free = nn.Parameter(SPREAD * torch.randn(size, generator=generator))
        else:
            self.free = nn.Parameter(SPREAD * torch.randn(shape, generator=generator))

    def forward(self) -> Tensor:
        x = self.free
        if self.way == "waves":
            x = torch.fft.irfft2(torch.view_as_complex(x) * self.scale, s=(self.side, self.side), norm="ortho")
        return torch.einsum("dc,nchw->ndhw", self.mixing, x).sigmoid()

    def _numbers_of(self, start: Tensor) -> Tensor:
        """The numbers by which `forward` gives these pictures, as far as they are not black or white."""
        x = start.clamp(EDGE, 1 - EDGE).logit()
        x = torch.einsum("cd,ndhw->nchw", torch.linalg.inv(self.mixing), x)
        if self.way == "waves":
            x = torch.view_as_real(torch.fft.rfft2(x, norm="ortho") / self.scale)
        return x.contiguous()


def colour_mixing(x: Tensor) -> Tensor:
    """(C, C): a square root of the covariance of the channels of pictures uint8 (N, C, H, W), its largest row of length 1. One channel
    has nothing to mix."""
    if x.shape[1] == 1:
        return torch.eye(1)
    colours = x.permute(1, 0, 2, 3).flatten(1).float() / 255
    values, vectors = torch.linalg.eigh(torch.cov(colours))
    root = vectors * values.clamp(min=1e-8).sqrt()
    return root / root.norm(dim=1).max()


def moved(x: Tensor, jitter: float, degrees: float, generator: torch.Generator | None = None) -> Tensor:
    """Each picture (B, C, H, W) shifted by up to `jitter` pixels and turned by up to `degrees`, bilinear; the edge is repeated beyond it."""
    count, side = len(x), x.shape[-1]
    drawn = 2 * torch.rand(count, 3, generator=generator) - 1  # on the CPU: a seed means the same on every device
    angle = drawn[:, 0] * torch.pi * degrees / 180
    shift = drawn[:, 1:] * 2 * jitter / side
    cosine, sine = angle.cos(), angle.sin()
    matrix = torch.stack([cosine, -sine, shift[:, 0], sine, cosine, shift[:, 1]], dim=1).view(-1, 2, 3)
    grid = F.affine_grid(matrix.to(x.device), list(x.shape), align_corners=False)
    return F.grid_sample(x, grid, padding_mode="border", align_corners=False)


Objective = Callable[[Tensor, float], Tensor]


def everywhere(maps: Tensor, done: float = 1.0) -> Tensor:
    """(B, h, w) of a unit before its ReLU -> (B,): the mean of what it passes on over all places. At first what is below zero counts a
    tenth; done: the share of the ascent that is over, by which it counts less."""
    return F.leaky_relu(maps, LEAK * (1 - done)).flatten(1).mean(dim=1)


def in_the_middle(maps: Tensor, done: float = 1.0) -> Tensor:
    """(B, h, w) -> (B,): the value in the middle of the picture, before the ReLU."""
    return maps[:, maps.shape[1] // 2, maps.shape[2] // 2]


def ascend(
    pictures: Pictures,
    objective: Objective,
    recipe: Recipe,
    generator: torch.Generator | None = None,
) -> Iterator[tuple[int, Tensor]]:
    """Move the pictures uphill; before each step, and after the last one, the step's number and the objective (B,) of the moved pictures.

    objective: pictures (B, C, side, side) and the share of the ascent that is over -> (B,), each climbed for itself. Adam, whose steps do
    not hang on the scale of a unit. In the last quarter the pictures are not moved any more.
    """
    optimiser = Adam(pictures.parameters(), recipe.rate)
    for step in range(recipe.steps):
        done = step / recipe.steps
        with torch.enable_grad():
            x = pictures()
            if done < SETTLE and (recipe.jitter or recipe.degrees):
                x = moved(x, recipe.jitter, recipe.degrees, generator)
            values = objective(x, done)
            optimiser.clear()
            (-values.sum()).backward()
        yield step, values.detach()
        optimiser.step()
    with torch.no_grad():
        yield recipe.steps, objective(pictures(), 1.0)


def unlikeness(maps: Tensor) -> Tensor:
    """(B,): how unlike the textures of pictures are, 0 to 1; maps (B, C, h, w) of a layer.

    1 minus the mean cosine between a picture's Gram matrix and those of the others, the diversity term of Olah et al. 2017. 0 for one
    picture.
    """
    if len(maps) < 2:
        return maps.new_zeros(len(maps))
    flat = maps.flatten(2)
    gram = F.normalize((flat @ flat.transpose(1, 2)).flatten(1), dim=1)
    cosine = gram @ gram.T
    others = (cosine.sum(dim=1) - cosine.diagonal()) / (len(maps) - 1)
    return 1 - others
