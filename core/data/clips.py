"""Short clips whose motion is known, rendered from pictures: a figure or a digit moves, turns back at the edges and meets another thing.

Each clip has 16 frames of 32 x 32 pixels on black. The main thing is one of the shapes (core.data.shapes) in a colour, or a digit of
MNIST; the other one is a smaller figure that passes before or behind it. Both have a speed of their own, which changes within
the clip. Held-out clips have held-out digits, and shapes of another draw.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from core.data import images, shapes
from core.data.kept import kept
from core.rng import generator

FRAMES, SIDE = 16, 32
SOURCES = ("shapes", "mnist")
HEADINGS = ("down right", "down left", "up right", "up left")
GRAY = 0.55  # of the thing that a digit meets
RENDERED = 100  # clips at a time


@dataclass(frozen=True, eq=False)
class Clips:
    """frames: uint8 (N, C, FRAMES, SIDE, SIDE). label: int64 (N,), the class of the main thing, into `classes`. heading: int64
    (N,), into HEADINGS, where it goes in the middle of the clip."""

    frames: Tensor
    label: Tensor
    heading: Tensor
    classes: tuple[str, ...]

    @property
    def channels(self) -> int:
        return self.frames.shape[1]

    def about(self, i: int) -> str:
        """ "a star, going up left"."""
        name = self.classes[int(self.label[i])]
        named = f"the digit {name}" if name.isdigit() else f"{'an' if name[0] in 'aeiou' else 'a'} {name}"
        return f"{named}, going {HEADINGS[int(self.heading[i])]}"


@kept("Clips")
def load(source: str, part: str, count: int) -> Clips:
    """The first `count` clips of `part` ("train" or "test"), the same from the same call. Raises data.Missing, ValueError for another source."""
    if source not in SOURCES:
        raise ValueError(f"clips of {source!r} are unknown; allowed: {', '.join(SOURCES)}")
    parts = [render(source, part, i) for i in range(-(-count // RENDERED))]
    joined = (torch.cat([getattr(one, name) for one in parts])[:count] for name in ("frames", "label", "heading"))
    return Clips(*joined, parts[0].classes)


def render(source: str, part: str, batch: int) -> Clips:
    """RENDERED clips, by their number of the batch, so that a longer set begins with a shorter one."""
    g = generator(0, f"clips {source} {part} {batch}")
    sprite, label, size, classes = _digits(part, batch, g) if source == "mnist" else _figures(g)
    other = _sprites(_between(RENDERED, 0.9, 0.9, g), g)[0]
    other_size = _between(RENDERED, 0.2, 0.3, g)
    hue, other_hue = _hues(source, g)
    turns = source == "shapes"
    at, way, _ = _path(1 - size, g)  # (RENDERED, FRAMES, 2)
    other_at, _, _ = _path(1 - other_size, g)
    cover = _moved(sprite, at, size / 0.9, _turning(g) if turns else torch.zeros(RENDERED, FRAMES))
    other_cover = _moved(other, other_at, other_size / 0.9, _turning(g))
    before = (torch.rand(RENDERED, generator=g) < 0.5)[:, None, None, None, None]  # whether the other one is in front
    one, two = (c[:, None] * h[:, :, None, None, None] for c, h in ((cover, hue), (other_cover, other_hue)))
    frames = torch.where(before, one * (1 - other_cover[:, None]) + two, two * (1 - cover[:, None]) + one)
    heading = 2 * (way[:, 1] < 0).long() + (way[:, 0] < 0).long()
    return Clips((frames * 255).round().to(torch.uint8), label, heading, classes)


def _between(count: int, low: float, high: float, g: torch.Generator) -> Tensor:
    return low + (high - low) * torch.rand(count, generator=g)


def _sprites(radius: Tensor, g: torch.Generator) -> tuple[Tensor, Tensor]:
    """Figures in the middle of a picture, (count, SIDE, SIDE) in [0, 1], and which shapes they are."""
    factors = shapes.draw_factors(len(radius), g)
    zero = torch.zeros(len(radius))
    factors |= {"size": radius, "x": zero, "y": zero, "colour": torch.full((len(radius),), len(shapes.COLOURS) - 1)}
    return shapes.render(factors)[:, 0] / shapes.COLOURS["white"][0], factors["shape"]


def _figures(g: torch.Generator) -> tuple[Tensor, Tensor, Tensor, tuple[str, ...]]:
    """Sprites (RENDERED, SIDE, SIDE), their classes, the radius at which each is drawn, and the names of the classes."""
    sprite, label = _sprites(_between(RENDERED, 0.9, 0.9, g), g)
    return sprite, label, _between(RENDERED, 0.36, 0.5, g), shapes.SHAPES


def _digits(part: str, batch: int, g: torch.Generator) -> tuple[Tensor, Tensor, Tensor, tuple[str, ...]]:
    """The same of digits: of the training pictures, or of the held-out ones, in their order."""
    found = images.load("mnist")
    x, y = (found.train_x, found.train_y) if part == "train" else (found.test_x, found.test_y)
    which = torch.arange(batch * RENDERED, (batch + 1) * RENDERED) % len(x)
    sprite = F.pad(
        x[which, 0].float() / 255, (2, 2, 2, 2)
    )  # 28 to 32; the ink fills 20 of them, so 0.625 of half the side
    sprite = F.interpolate(sprite[:, None, 5:27, 5:27], SIDE, mode="bilinear", align_corners=False)[:, 0]
    return sprite, y[which], _between(RENDERED, 0.45, 0.6, g), found.classes


def _hues(source: str, g: torch.Generator) -> tuple[Tensor, Tensor]:
    """Colours (RENDERED, C) of the main thing and of the other one, which differ."""
    if source == "mnist":
        return torch.ones(RENDERED, 1), torch.full((RENDERED, 1), GRAY)
    colours = torch.tensor(list(shapes.COLOURS.values()))
    which = torch.randint(len(colours), (RENDERED,), generator=g)
    further = torch.randint(1, len(colours), (RENDERED,), generator=g)
    return colours[which], colours[(which + further) % len(colours)]


def _path(room: Tensor, g: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Centres (RENDERED, FRAMES, 2) of things that may go `room` (RENDERED,) to each side, in units of half the picture; their
    direction (RENDERED, 2) and speed, units a frame (RENDERED,), in the middle of the clip. x is first.

    On the way s(t) = v ((t - m) + a (t - m)^2 / 2), m the middle, and back at the edges.
    """
    angle = _between(RENDERED, 0, 2 * math.pi, g)
    way = torch.stack([angle.cos(), angle.sin()], dim=1)
    speed, change = _between(RENDERED, 0.02, 0.1, g), _between(RENDERED, -0.1, 0.1, g)
    middle = (2 * torch.rand(RENDERED, 2, generator=g) - 1) * room[:, None]
    t = torch.arange(FRAMES) - (FRAMES - 1) / 2
    gone = speed[:, None] * (t + change[:, None] * t**2 / 2)  # (RENDERED, FRAMES)
    at = middle[:, None] + gone[..., None] * way[:, None]
    edge = room[:, None, None]
    return edge - ((at + edge) % (4 * edge) - 2 * edge).abs(), way, speed


def _turning(g: torch.Generator) -> Tensor:
    """Rotation in radians, (RENDERED, FRAMES): at a speed of its own, up to a fortieth of a turn a frame."""
    return _between(RENDERED, -math.pi / 20, math.pi / 20, g)[:, None] * torch.arange(FRAMES)


def _moved(sprite: Tensor, at: Tensor, scale: Tensor, angle: Tensor) -> Tensor:
    """Sprites (R, SIDE, SIDE) on their way: (R, FRAMES, SIDE, SIDE). at: (R, FRAMES, 2); scale: (R,); angle: (R, FRAMES)."""
    R, T, _ = at.shape
    cosine, sine = angle.cos() / scale[:, None], angle.sin() / scale[:, None]
    turn = torch.stack([torch.stack([cosine, sine], -1), torch.stack([-sine, cosine], -1)], dim=-2)  # (R, T, 2, 2)
    shift = -(turn @ at[..., None])
    theta = torch.cat([turn, shift], dim=-1).view(R * T, 2, 3)
    grid = F.affine_grid(theta, [R * T, 1, SIDE, SIDE], align_corners=False)
    source = sprite[:, None].expand(-1, T, -1, -1).reshape(R * T, 1, SIDE, SIDE)
    return F.grid_sample(source, grid, align_corners=False).view(R, T, SIDE, SIDE).clamp(0, 1)
