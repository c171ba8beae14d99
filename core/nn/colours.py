"""Colours as classes: cells of the plane of a and b (see `core.nn.cielab`), what a distribution over them is, and the one colour it says.

After Zhang, Isola and Efros 2016, "Colorful image colorization", sections 2.2 and 2.3, with cells twice as wide as theirs: a picture of
32 x 32 pixels has fewer colours than a photograph.
"""

from __future__ import annotations

from functools import cache

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from core.nn.cielab import rgb_to_lab

SPACING = 20  # of the cells' centres, in a and in b
_ROWS = {  # b of a row of cells: its first and its last a. Each sRGB colour lies in one of them, and each holds one
    -100: (40, 80), -80: (20, 100), -60: (0, 100), -40: (-20, 100), -20: (-60, 100), 0: (-60, 80), 20: (-60, 80), 40: (-80, 80),
    60: (-80, 80), 80: (-80, 60), 100: (-40, 0),
}  # fmt: skip
COUNT = sum((last - first) // SPACING + 1 for first, last in _ROWS.values())
NEAREST, WIDTH = 5, SPACING / 2  # a colour is spread over so many cells, with a Gaussian of this standard deviation
_FAR = 135  # no colour, its hue turned or not, has a larger a or b
LEVELS = 101  # whole values of L
WARM = 0.38  # the temperature that the paper chose


@cache
def centres() -> Tensor:
    """(COUNT, 2): a and b of each cell's centre."""
    rows = ((a, b) for b, (first, last) in _ROWS.items() for a in range(first, last + 1, SPACING))
    return torch.tensor(list(rows), dtype=torch.float32)


def luminance_and_colour(x: Tensor) -> tuple[Tensor, Tensor]:
    """L (B, 1, H, W) and a, b (B, 2, H, W) of pictures (B, 3, H, W) in [0, 1]."""
    return rgb_to_lab(x).split([1, 2], dim=1)


def exact_spread(ab: Tensor) -> tuple[Tensor, Tensor]:
    """The soft labels of colours ab (N, 2): int64 cells (N, NEAREST), nearest first, and their shares (N, NEAREST), which sum to 1."""
    where = centres().to(ab)
    squares = (ab[:, None] - where).square().sum(dim=-1)  # (N, COUNT)
    near = squares.topk(NEAREST, dim=-1, largest=False)
    return near.indices, (-near.values / (2 * WIDTH**2)).softmax(dim=-1)


def spread(ab: Tensor) -> tuple[Tensor, Tensor]:
    """The soft label of each pixel of ab (B, 2, H, W), whose a and b are rounded to whole numbers first: int64 cells (B, NEAREST, H, W), nearest
    first, and their shares. Looked up in a table, since the search for the nearest cells would take longer than the network."""
    cells, shares = _table()
    a, b = (ab.round().clamp(-_FAR, _FAR).long() + _FAR).unbind(1)
    at = (a * (2 * _FAR + 1) + b).cpu()
    return cells[at].long().permute(0, 3, 1, 2).to(ab.device), shares[at].permute(0, 3, 1, 2).to(ab.device)


@cache
def _table() -> tuple[Tensor, Tensor]:
    """`exact_spread` of all whole a and b from -_FAR to _FAR, b the faster; cells as bytes."""
    axis = torch.arange(-_FAR, _FAR + 1, dtype=torch.float32)
    cells, shares = exact_spread(torch.cartesian_prod(axis, axis))
    return cells.to(torch.uint8), shares


def nearest(ab: Tensor) -> Tensor:
    """int64 (B, H, W): the cell in which each colour of ab (B, 2, H, W) lies."""
    return spread(ab)[0][:, 0]


def frequencies(ab: Tensor, drawn: Tensor) -> Tensor:
    """(COUNT,): how many of the drawn pixels (bool (B, H, W)) of ab (B, 2, H, W) each cell holds, by their soft labels."""
    cells, shares = (part.permute(0, 2, 3, 1)[drawn].flatten() for part in spread(ab))
    return torch.zeros(COUNT, device=ab.device).scatter_add_(0, cells, shares)


@cache
def possible() -> Tensor:
    """bool (LEVELS, COUNT): whether a cell holds an sRGB colour of this whole L, or of one beside it."""
    axis = torch.arange(0, 256, 3, dtype=torch.float32) / 255
    lightness, ab = luminance_and_colour(torch.cartesian_prod(axis, axis, axis).T[None, :, :, None])
    found = torch.zeros(LEVELS, COUNT)
    found[level_of(lightness).flatten(), nearest(ab).flatten()] = 1
    return F.max_pool1d(found.T, 3, stride=1, padding=1).T > 0


def struck_out(logits: Tensor, lightness: Tensor) -> Tensor:
    """The logits (B, COUNT, H, W) without the cells that hold no colour of a pixel's lightness (B, 1, H, W): white, for one, is never yellow."""
    here = possible().to(logits.device)[level_of(lightness)[:, 0]].permute(0, 3, 1, 2)
    return logits.masked_fill(~here, -torch.inf)


def level_of(lightness: Tensor) -> Tensor:
    """L as a whole number from 0 to 100, int64."""
    return lightness.round().clamp(0, LEVELS - 1).long()


def rebalancing(p: Tensor, mix: float) -> Tensor:
    """(COUNT,): the weight of each cell's colours in the loss, 1 / ((1 - mix) p + mix / COUNT), scaled so that a pixel weighs 1 on average.

    p: (COUNT,), how frequent each is. mix: 1 weighs all alike, 0 gives each colour the same say, however rare it is.
    """
    weight = 1 / ((1 - mix) * p + mix / len(p)).clamp_min(1e-6)
    return weight / (p * weight).sum()


def class_loss(logits: Tensor, ab: Tensor, weights: Tensor) -> Tensor:
    """Cross-entropy against the soft labels, each pixel weighed by the cell in which its colour lies; the mean over pixels.

    logits: (B, COUNT, H, W); ab: (B, 2, H, W); weights: (COUNT,). The paper's equation 2.
    """
    cells, shares = (part.permute(0, 2, 3, 1).flatten(0, 2) for part in spread(ab))  # (pixels, NEAREST)
    log_p = logits.permute(0, 2, 3, 1).flatten(0, 2).log_softmax(dim=1).gather(1, cells)
    return -(weights[cells[:, 0]] * (shares * log_p).sum(dim=1)).mean()


def regression_loss(predicted: Tensor, ab: Tensor) -> Tensor:
    """Half the squared distance between colours (B, 2, H, W) in units of 100, the mean over pixels. The paper's equation 1."""
    return 0.5 * ((predicted - ab) / 100).square().sum(dim=1).mean()


def annealed_mean(logits: Tensor, temperature: float) -> Tensor:
    """The colour (B, 2, H, W) that distributions (B, COUNT, H, W) say: their mean after log p / temperature went through a softmax.

    Temperature 1 is the mean, 0 the mode: the centre of the likeliest cell. The paper's equation 5.
    """
    where = centres().to(logits)
    if temperature <= 0:
        return where[logits.argmax(dim=1)].permute(0, 3, 1, 2)
    p = (logits.log_softmax(dim=1) / temperature).softmax(dim=1)
    return torch.einsum("bqhw,qc->bchw", p, where)


# Hints ---------------------------------------------------------------------------------------------------------------

MOST_HINTS, LARGEST_HINT = 10, 3


def random_hints(ab: Tensor, candidates: Tensor, counts: Tensor, generator: Generator) -> Tensor:
    """(B, 3, H, W): where a hint lies its colour (a and b in units of 100) and 1, elsewhere 0. After Zhang et al. 2017.

    ab: colours (B, 2, H, W). candidates: bool (B, H, W), pixels at which hints may lie; counts: int64 (B,), how many a picture gets, at
    most MOST_HINTS. Each is a square of 1 to LARGEST_HINT pixels a side with the mean of the colours below it.
    """
    B, _, H, W = ab.shape
    device = ab.device
    scores = torch.rand(B, H * W, generator=generator).to(device) + candidates.flatten(1)
    places = scores.topk(MOST_HINTS, dim=1).indices  # (B, MOST_HINTS)
    sizes = torch.randint(1, LARGEST_HINT + 1, (B, MOST_HINTS), generator=generator).to(device)
    given = torch.arange(MOST_HINTS, device=device) < counts.to(device)[:, None]
    out = torch.zeros(B, 3, H, W, device=device)
    for size in range(1, LARGEST_HINT + 1):
        chosen = (given & (sizes == size)).nonzero()  # (n, 2): picture, hint
        top, left = (
            (places[chosen[:, 0], chosen[:, 1]] // W).clamp(max=H - size),
            (places[chosen[:, 0], chosen[:, 1]] % W).clamp(max=W - size),
        )
        means = F.avg_pool2d(ab, size, stride=1)[chosen[:, 0], :, top, left] / 100  # (n, 2)
        for down in range(size):
            for right in range(size):
                out[chosen[:, 0], :2, top + down, left + right] = means
                out[chosen[:, 0], 2, top + down, left + right] = 1
    return out


def turned(ab: Tensor, lightness: Tensor, generator: Generator) -> Tensor:
    """Colours (B, 2, H, W) with their hues turned: by one random angle for pixels darker than a random lightness, by another for the others.

    lightness: (B, 1, H, W). What is gray stays gray. Hints then say what the gray cannot, so a network learns to listen to them.
    """
    B = len(ab)
    cut = 30 + 60 * torch.rand(B, 1, 1, 1, generator=generator).to(ab.device)
    angles = 2 * torch.pi * torch.rand(B, 2, generator=generator).to(ab.device)
    angle = torch.where(lightness < cut, angles[:, :1, None, None], angles[:, 1:, None, None])
    a, b = ab.split(1, dim=1)
    return torch.cat([angle.cos() * a - angle.sin() * b, angle.sin() * a + angle.cos() * b], dim=1)
