"""Shapes: pictures whose factors are known, drawn by this project in torch, the same from the same seed on any machine.

Each 32 x 32 picture holds one figure on black, with a shape, a colour, a size, a place and a rotation, drawn
independently of each other. That is what real data never tell: which number of a code stands for what.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from core.data.kinds import Entry, Raw, Source
from core.rng import generator

SIDE = 32
TRAIN, TEST = 10_000, 2_000
SHAPES = ("disc", "square", "triangle", "cross", "ring", "star")
COLOURS = {
    "red": (0.90, 0.25, 0.20), "green": (0.20, 0.70, 0.35), "blue": (0.25, 0.45, 0.95), "yellow": (0.95, 0.85, 0.25),
    "violet": (0.65, 0.35, 0.80), "white": (0.95, 0.95, 0.95),
}  # fmt: skip
FACTORS = ("shape", "colour", "size", "x", "y", "rotation")


def draw_factors(count: int, g: torch.Generator) -> dict[str, Tensor]:
    """Independent factors of `count` pictures, each (count,): shape and colour as indices, size as the radius and x, y
    as the centre in units of half the picture (-1 left or top, 1 right or bottom), rotation in radians."""

    def between(low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand(count, generator=g)

    return {
        "shape": torch.randint(len(SHAPES), (count,), generator=g),
        "colour": torch.randint(len(COLOURS), (count,), generator=g),
        "size": between(0.25, 0.55),
        "x": between(-0.4, 0.4),
        "y": between(-0.4, 0.4),
        "rotation": between(0, 2 * math.pi),
    }


def render(factors: dict[str, Tensor]) -> Tensor:
    """Pictures (count, 3, SIDE, SIDE) in [0, 1]: signed distances to each outline, softened over one pixel."""
    # In double precision, so that the last digit of a sine, which processors differ in, cannot move a byte.
    factors = {name: f.double() if f.is_floating_point() else f for name, f in factors.items()}
    axis = (torch.arange(SIDE, dtype=torch.float64) + 0.5) / SIDE * 2 - 1
    down, across = torch.meshgrid(axis, axis, indexing="ij")
    radius = factors["size"].view(-1, 1, 1)
    x = (across - factors["x"].view(-1, 1, 1)) / radius
    y = (down - factors["y"].view(-1, 1, 1)) / radius
    cosine, sine = (f(factors["rotation"]).view(-1, 1, 1) for f in (torch.cos, torch.sin))
    x, y = cosine * x + sine * y, cosine * y - sine * x
    inside = torch.empty_like(x)  # above zero inside; one unit is the figure's radius
    for shape, figure in enumerate((_disc, _square, _triangle, _cross, _ring, _star)):
        these = factors["shape"] == shape
        inside[these] = figure(x[these], y[these])
    cover = (inside * radius * SIDE / 2 + 0.5).clamp(0, 1).float()
    colours = torch.tensor(list(COLOURS.values()))[factors["colour"]]
    return cover[:, None] * colours[:, :, None, None]


def caption(shape: int, colour: int, size: float, x: float, y: float) -> str:
    """ "a small red triangle at the top left"."""
    extent = _third(size, 0.35, 0.45, ("small", "medium", "large"))
    row = _third(y, -0.13, 0.13, ("top", "", "bottom"))
    column = _third(x, -0.13, 0.13, ("left", "", "right"))
    place = " ".join(filter(None, (row, column)))
    where = f"at the {place}" if place else "in the middle"
    return f"a {extent} {list(COLOURS)[colour]} {SHAPES[shape]} {where}"


def _third(value: float, low: float, high: float, names: tuple[str, str, str]) -> str:
    """The name of the third that a value lies in: below `low`, between, above `high`."""
    if value < low:
        return names[0]
    return names[2] if value > high else names[1]


def known_factors(part: str) -> dict[str, Tensor]:
    """The factors behind the pictures of `part` ("train" or "test"), in their order; see `draw_factors`."""
    return draw_factors({"train": TRAIN, "test": TEST}[part], generator(0, f"shapes {part}"))


def read() -> Raw:
    """Training and held-out pictures from one seed; the label is the shape."""
    parts, captions = [], []
    for name, count in (("train", TRAIN), ("test", TEST)):
        factors = known_factors(name)
        pictures = torch.cat([render({n: f[i : i + 500] for n, f in factors.items()}) for i in range(0, count, 500)])
        parts += [(pictures * 255).round().to(torch.uint8), factors["shape"]]
        captions += [caption(*row) for row in zip(*(factors[n].tolist() for n in FACTORS[:5]), strict=True)]
    source = Source("Shapes with known factors", "program itself", "that of this program", "")
    return Raw(*parts, classes=SHAPES, source=source, captions=tuple(captions))


def _disc(x: Tensor, y: Tensor) -> Tensor:
    return 1 - (x**2 + y**2).sqrt()


def _square(x: Tensor, y: Tensor) -> Tensor:
    return 0.8 - torch.maximum(x.abs(), y.abs())


def _triangle(x: Tensor, y: Tensor) -> Tensor:
    """Equilateral, corners on the unit circle: inside all three edges."""
    edges = [0.5 - (x * math.cos(a) + y * math.sin(a)) for a in (math.pi / 2, math.pi * 7 / 6, math.pi * 11 / 6)]
    return torch.stack(edges).amin(dim=0)


def _cross(x: Tensor, y: Tensor) -> Tensor:
    bar = torch.minimum(1 - x.abs(), 1 / 3 - y.abs())
    other = torch.minimum(1 - y.abs(), 1 / 3 - x.abs())
    return torch.maximum(bar, other)


def _ring(x: Tensor, y: Tensor) -> Tensor:
    return 0.22 - ((x**2 + y**2).sqrt() - 0.78).abs()


def _star(x: Tensor, y: Tensor) -> Tensor:
    """Five points: the radius of the outline swings between 0.45 and 1."""
    angle = torch.atan2(y, x)
    outline = 0.72 + 0.28 * torch.cos(5 * angle)
    return (outline - (x**2 + y**2).sqrt()) * 0.7


ENTRY = Entry("Shapes with known factors", read, lambda: True, "It is part of this program.", version=2)
