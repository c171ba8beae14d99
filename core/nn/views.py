"""Random views of pictures, a whole batch at once: what SimCLR (Chen et al. 2020, appendix A) does to each picture alone.

Two thoughts make it cheap. All that moves pixels along rows and columns (crop and resize, mirror, blur) is linear and
separable, so a view is A @ x @ B with one small matrix a picture and side. All that mixes colours (brightness, contrast,
saturation, hue, gray) is an affine map of the three channels, so a view is one 3 x 3 matrix and an offset a picture.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional as F

LUMA = (0.299, 0.587, 0.114)  # how bright red, green and blue are (ITU-R BT.601), as in torchvision and kornia
JITTERED = 0.8  # share of the views whose colours change
BLURRED = 0.5
BLUR = 1.0 / 14  # largest standard deviation of a full blur, in sides of the picture: 2 pixels of 28


@dataclass(frozen=True)
class Augment:
    """What may happen to a picture; each field is a strength from 0 (never) to 1.

    crop:     the part that is kept has an area of 1 - 0.92 crop to 1 (torchvision's 0.08 at 1; less where a box is cut to the
              picture) and a ratio of sides from 3/4 to 4/3; it is resized to the whole picture.
    flip:     probability of twice its half: 1 mirrors every second view.
    colour:   SimCLR's s: brightness, contrast and saturation times 1 +- 0.8 s, hue turned by up to 0.2 s of the circle.
    gray:     probability of losing all colour (the paper's 0.2).
    blur:     every second view, with a Gaussian of up to `blur` times a fourteenth of the side.
    cutout:   the largest side of the square that is painted over with the picture's mean colour (DeVries and Taylor 2017),
              in halves of the picture's side.
    rotation: up to 90 degrees times it, to either side.
    noise:    standard deviation of the noise, in fifths.
    """

    crop: float = 0.0
    flip: float = 0.0
    colour: float = 0.0
    gray: float = 0.0
    blur: float = 0.0
    cutout: float = 0.0
    rotation: float = 0.0
    noise: float = 0.0

    def only(self, *names: str) -> Augment:
        """The same strengths, all others off."""
        return replace(Augment(), **{name: getattr(self, name) for name in names})


def views(x: Tensor, augment: Augment, generator: torch.Generator | None = None) -> Tensor:
    """One random view of each picture: float (B, C, H, W) in [0, 1], C = 1 or 3, the same shape back.

    Every draw comes from the CPU generator, so a seed means the same views on every device.
    """
    B, C, H, W = x.shape
    device = x.device
    if augment.rotation:
        x = rotated(x, augment.rotation * 90 * _signed(B, generator).to(device))
    if augment.crop or augment.flip or augment.blur:
        box = crop_boxes(B, augment.crop, generator)
        mirrored = torch.rand(B, generator=generator) < augment.flip / 2 if augment.flip else None
        rows, columns = resize_matrix(box[:, 0], box[:, 2], H), resize_matrix(box[:, 1], box[:, 3], W, mirrored)
        if augment.blur:
            sigma = torch.rand(B, generator=generator) * augment.blur * BLUR
            blurred = (torch.rand(B, generator=generator) < BLURRED).nonzero().squeeze(1)
            rows[blurred] = blur_matrix(sigma[blurred] * H, H) @ rows[blurred]
            columns[blurred] = blur_matrix(sigma[blurred] * W, W) @ columns[blurred]
        rows, columns = rows.to(device), columns.to(device)
        if C == 1:
            x = (rows @ x[:, 0] @ columns.transpose(1, 2))[:, None]
        else:
            x = rows[:, None] @ x @ columns.transpose(1, 2)[:, None]
    if augment.colour or (augment.gray and C == 3):
        matrix, offset = colour_maps(x.mean(dim=(2, 3)).cpu(), augment.colour, augment.gray, generator)
        flat = torch.baddbmm(offset[:, :, None].to(device), matrix.to(device), x.flatten(2))
        x = flat.clamp_(0, 1).view(B, C, H, W)
    if augment.cutout:
        side = torch.rand(B, generator=generator) * augment.cutout / 2
        place = torch.rand(B, 2, generator=generator)
        down, across = (_covered(place[:, i], side, size).to(device) for i, size in enumerate((H, W)))
        x = torch.where(down[:, None, :, None] & across[:, None, None, :], x.mean(dim=(2, 3), keepdim=True), x)
    if augment.noise:
        x = (x + augment.noise / 5 * torch.randn(B, C, H, W, generator=generator).to(device)).clamp_(0, 1)
    return x


# Along rows and columns ------------------------------------------------------------------------------------------


def crop_boxes(count: int, crop: float, generator: torch.Generator | None = None) -> Tensor:
    """(count, 4): top, left, height and width of what is kept, in sides of the picture.

    As torchvision's RandomResizedCrop draws them, but a box that is too wide or too high is cut to the picture at once, where
    torchvision draws up to ten times.
    """
    area = 1 - 0.92 * crop * torch.rand(count, generator=generator)
    ratio = torch.exp(math.log(4 / 3) * _signed(count, generator)) if crop else torch.ones(count)
    height, width = (area / ratio).sqrt().clamp(max=1), (area * ratio).sqrt().clamp(max=1)
    top, left = (
        (1 - height) * torch.rand(count, generator=generator),
        (1 - width) * torch.rand(count, generator=generator),
    )
    return torch.stack([top, left, height, width], dim=1)


def resize_matrix(start: Tensor, length: Tensor, size: int, mirrored: Tensor | None = None) -> Tensor:
    """(B, size, size): row i of each matrix has the weights by which `size` pixels give pixel i of the resized part.

    start, length: (B,), in sides of the picture. mirrored: (B,) bool, whose part is turned round. Bilinear, with the part's edge
    pixels repeated beyond it, as torch.nn.functional.interpolate(align_corners=False) does it: a part is never larger than the
    whole, so nothing needs smoothing.
    """
    pixels = torch.arange(size)
    first, extent = start[:, None] * size, length[:, None] * size
    wanted = (pixels + 0.5) / size * extent - 0.5
    wanted = first + wanted.clamp(min=0).minimum((extent - 1).clamp(min=0))
    if mirrored is not None:
        wanted = torch.where(mirrored[:, None], wanted.flip(1), wanted)
    return wanted[:, :, None].sub(pixels).abs_().neg_().add_(1).clamp_(min=0)


def blur_matrix(sigma: Tensor, size: int) -> Tensor:
    """(B, size, size): a Gaussian of standard deviation sigma (B,) in pixels along one side; each row sums to 1."""
    distance = torch.arange(size)
    falling = torch.exp(-distance.square() / (2 * sigma.clamp(min=1e-3).square())[:, None])  # (B, size): by distance
    weights = falling[:, (distance[:, None] - distance).abs()]
    return weights / weights.sum(dim=2, keepdim=True)


def rotated(x: Tensor, degrees: Tensor) -> Tensor:
    """Each picture (B, C, H, W) turned about its middle by degrees (B,), bilinear; what comes into view is the edge again."""
    angle = degrees * (math.pi / 180)
    cosine, sine, zero = angle.cos(), angle.sin(), torch.zeros_like(angle)
    turn = torch.stack([cosine, -sine, zero, sine, cosine, zero], dim=1).view(-1, 2, 3)
    grid = F.affine_grid(turn, list(x.shape), align_corners=False)
    return F.grid_sample(x, grid, padding_mode="border", align_corners=False)


def _covered(place: Tensor, side: Tensor, size: int) -> Tensor:
    """(B, size) bool: the pixels of a stretch of length `side` whose middle is at `place`, both in sides of the picture."""
    middle = (torch.arange(size) + 0.5) / size
    return (middle - place[:, None]).abs() < side[:, None] / 2


# Colours ---------------------------------------------------------------------------------------------------------


def colour_maps(
    mean: Tensor, colour: float, gray: float, generator: torch.Generator | None = None
) -> tuple[Tensor, Tensor]:
    """One affine map of the channels a picture: matrices (B, C, C) and offsets (B, C).

    mean: (B, C), the mean colour of each picture, towards whose gray the contrast pulls. Libraries put brightness, contrast,
    saturation and hue in a random order and clip to [0, 1] after each; clipped once, at the end, they commute, so there is
    no order to draw.
    """
    B, C = mean.shape
    matrix, offset = torch.eye(C).repeat(B, 1, 1), torch.zeros(B, C)
    if colour:
        factors = (1 + 0.8 * colour * _signed((B, 3), generator)).clamp(min=0)  # brightness, contrast, saturation
        turn = 2 * math.pi * 0.2 * colour * _signed(B, generator)
        untouched = torch.rand(B, generator=generator) >= JITTERED
        factors[untouched], turn[untouched] = 1.0, 0.0
        brightness, contrast, saturation = factors.T
        if C == 3:
            matrix = saturation_matrix(saturation) @ hue_matrix(turn)
        matrix = (brightness * contrast)[:, None, None] * matrix
        luma = torch.tensor(LUMA) if C == 3 else torch.ones(1)
        offset = ((1 - contrast) * brightness * (mean @ luma))[:, None].repeat(1, C)
    if gray and C == 3:
        lost = torch.rand(B, generator=generator) < gray
        to_gray = torch.where(lost[:, None, None], saturation_matrix(torch.zeros(B)), torch.eye(3))
        matrix, offset = to_gray @ matrix, (to_gray @ offset[:, :, None]).squeeze(2)
    return matrix, offset


def saturation_matrix(factor: Tensor) -> Tensor:
    """(B, 3, 3): factor (B,) of the way from the gray of the same brightness (0) to the colour (1), or beyond."""
    gray = torch.tensor(LUMA).expand(3, 3)
    return factor[:, None, None] * torch.eye(3) + (1 - factor[:, None, None]) * gray


# Brightness and two axes of colour (YIQ, NTSC 1953): the hue is the angle in their plane.
_YIQ = torch.tensor([LUMA, (0.5959, -0.2746, -0.3213), (0.2115, -0.5227, 0.3112)])
_FROM_YIQ = torch.linalg.inv(_YIQ)


def hue_matrix(angle: Tensor) -> Tensor:
    """(B, 3, 3): colours turned by angle (B,) in radians about the axis of grays; their brightness stays.

    Libraries turn in HSV instead, which is not linear: there a pure yellow keeps its largest channel and becomes a green
    twice as dark to the eye. That conversion is most of what their colour jitter costs.
    """
    cosine, sine, zero, one = angle.cos(), angle.sin(), torch.zeros_like(angle), torch.ones_like(angle)
    turn = torch.stack([one, zero, zero, zero, cosine, -sine, zero, sine, cosine], dim=1).view(-1, 3, 3)
    return _FROM_YIQ @ turn @ _YIQ


def _signed(shape: int | tuple[int, ...], generator: torch.Generator | None) -> Tensor:
    """Evenly from -1 to 1."""
    return 2 * torch.rand(shape, generator=generator) - 1
