"""Where in a picture a network finds its answer: two ways of asking, which need not agree."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

PATCH, STRIDE = 7, 2  # of the gray square that hides a part, in pixels
GRAY = 0.5


@torch.no_grad()
def occlusion(
    classify: Callable[[Tensor], Tensor], x: Tensor, label: int, patch: int = PATCH, stride: int = STRIDE
) -> Tensor:
    """How much a class loses where a part is hidden (Zeiler and Fergus 2014, "Visualizing and understanding convolutional networks").

    classify: pictures (B, C, side, side) -> logits. x: one picture (C, side, side) in [0, 1]. A gray square is put at each place of a grid;
    (rows, columns) is the class's probability without it minus that with it: below zero the square helps.
    """
    side = x.shape[-1]
    starts = range(0, side - patch + 1, stride)
    hidden = x.repeat(len(starts) ** 2, 1, 1, 1)
    for i, top in enumerate(starts):
        for j, left in enumerate(starts):
            hidden[i * len(starts) + j, :, top : top + patch, left : left + patch] = GRAY
    whole = classify(x[None]).softmax(dim=1)[0, label]
    without = torch.cat([classify(part).softmax(dim=1)[:, label] for part in hidden.split(64)])
    return (whole - without).view(len(starts), len(starts))


def saliency(classify: Callable[[Tensor], Tensor], x: Tensor, label: int) -> Tensor:
    """How much a small change of each pixel would move a class's logit, (side, side): the largest |gradient| of its channels (Simonyan,
    Vedaldi and Zisserman 2014, "Deep inside convolutional networks"). x: one picture (C, side, side) in [0, 1]."""
    with torch.enable_grad():
        free = x[None].clone().requires_grad_(True)
        (gradient,) = torch.autograd.grad(classify(free)[0, label], free)
    return gradient[0].abs().amax(dim=0)
