"""What a picture of one figure shows, read by a rule and not by a network: shape, colour and size of a scene (`core.data.scenes`).

The rule knows how this program draws. It takes the brightest of the three channels as the cover of each pixel, moves the middle of the cover to
the middle of the picture, and asks which of some drawn figures (each shape in many sizes and angles) it overlaps best: that one's shape and size
are what it reads. The colour is that of HUES which is nearest to the mean colour under the cover. A picture that no drawn figure fits
(NOTHING) has no attributes, so that an empty page or a smear counts as wrong and not as a lucky guess.

Axis letters: N pictures, K drawn figures.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from core.data.kept import kept
from core.data.shapes import COLOURS, SHAPES, SIDE, render

NAMES = ("shape", "colour", "size")
PRODUCT = "product"  # all three of NAMES right
NOTHING = -1  # what is read of a picture that shows no figure
LEAST = 0.6  # overlap with the best drawn figure below which there is none
FAINT = 0.25  # share of the brightest below which a pixel is ground with a little noise on it
RADII = (0.26, 0.28, 0.30, 0.32, 0.34, 0.36, 0.42, 0.44, 0.46, 0.48, 0.50, 0.53)  # in half the picture
LARGE = 0.39  # between the largest small and the smallest large figure
ANGLES = 12  # of each figure, evenly over its symmetry
_TURN = {
    "disc": 0.0,
    "square": math.pi / 2,
    "triangle": 2 * math.pi / 3,
    "cross": math.pi / 2,
    "ring": 0.0,
    "star": 2 * math.pi / 5,
}


@kept("Drawn figures to compare with")
def _figures() -> tuple[Tensor, Tensor]:
    """Covers (K, SIDE * SIDE) of figures in the middle, and (K, 2): shape, and whether it is large."""
    rows = [
        (shape, radius, turn * angle / ANGLES)
        for shape, turn in enumerate(_TURN[name] for name in SHAPES)
        for radius in RADII
        for angle in range(ANGLES if turn else 1)
    ]
    shape, radius, angle = (torch.tensor(column) for column in zip(*rows, strict=True))
    nowhere = torch.zeros(len(rows))
    white = torch.full((len(rows),), list(COLOURS).index("white"))
    drawn = render({"shape": shape, "colour": white, "size": radius, "x": nowhere, "y": nowhere, "rotation": angle})
    told = torch.stack([shape, (radius > LARGE).long()], dim=1)
    return _cover(drawn).flatten(1), told


def _cover(x: Tensor) -> Tensor:
    """How much of each pixel (N, H, W) is drawn, 0 to 1: the brightest channel, as a share of the picture's own brightest; what is
    FAINT is ground."""
    bright = x.amax(dim=1)
    most = bright.flatten(1).quantile(0.98, dim=1).clamp_min(0.3)
    share = (bright / most[:, None, None]).clamp(0, 1)
    return torch.where(share < FAINT, 0, share)


def _centred(cover: Tensor) -> Tensor:
    """Each cover (N, H, W) moved so that its middle is in the middle of the picture."""
    axis = (torch.arange(SIDE) + 0.5) / SIDE * 2 - 1
    mass = cover.sum(dim=(1, 2)).clamp_min(1e-6)
    x, y = (cover.sum(dim=1) @ axis) / mass, (cover.sum(dim=2) @ axis) / mass
    move = torch.zeros(len(cover), 2, 3)
    move[:, 0, 0] = move[:, 1, 1] = 1
    move[:, 0, 2], move[:, 1, 2] = x, y
    grid = F.affine_grid(move, (len(cover), 1, SIDE, SIDE), align_corners=False)
    return F.grid_sample(cover[:, None], grid, align_corners=False)[:, 0]


def read(x: Tensor) -> Tensor:
    """(N, 3): shape, colour and size of pictures uint8 (N, 3, SIDE, SIDE) as numbers of NAMES; NOTHING where there is no figure."""
    figures, told = _figures()
    parts = []
    for part in x.cpu().split(500):
        pictures = part.float() / 255
        cover = _cover(pictures)
        flat = _centred(cover).flatten(1)
        both = flat @ figures.T
        overlap = both / (flat.square().sum(1)[:, None] + figures.square().sum(1) - both).clamp_min(1e-6)  # Tanimoto
        best, which = overlap.max(dim=1)
        weight = cover.square()[:, None]
        mean = (pictures * weight).sum(dim=(2, 3)) / weight.sum(dim=(2, 3)).clamp_min(1e-6)
        colour = torch.cdist(mean, torch.tensor(list(COLOURS.values()))).argmin(dim=1)
        found = torch.stack([told[which, 0], colour, told[which, 1]], dim=1)
        parts.append(torch.where((best >= LEAST)[:, None], found, NOTHING))
    return torch.cat(parts)


def right(read: Tensor, asked: Tensor) -> dict[str, Tensor]:
    """Which of the attributes read (N, 3) are those asked for (N, 3): bool (N,) for each of NAMES, and for all of them together.
    What was not asked for is NOTHING in `asked` and counts as right."""
    same = (read == asked) | (asked == NOTHING)
    same &= (read != NOTHING).all(dim=1, keepdim=True)
    return {**{name: same[:, i] for i, name in enumerate(NAMES)}, PRODUCT: same.all(dim=1)}
