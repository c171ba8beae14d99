"""Ways to spoil a picture, as in Vincent et al. 2008 (section 2.3) and 2010 (section 3.3)."""

from __future__ import annotations

import torch
from torch import Tensor

KINDS = ("gaussian", "salt-and-pepper", "masking")


def corrupt(x: Tensor, kind: str, level: float, generator: torch.Generator | None = None) -> Tensor:
    """The pictures spoiled pixel by pixel; x float (B, C, H, W) in [0, 1], the same shape back.

    gaussian:        normal noise with the standard deviation `level` is added; not clipped, as in the paper.
    salt-and-pepper: a share `level` of the pixels becomes 0 or 1, at even odds.
    masking:         a share `level` of the pixels becomes 0.

    All colours of a pixel are hit together by the latter two. Raises ValueError for another kind.
    """
    if kind == "gaussian":
        return x + level * torch.randn(x.shape, generator=generator).to(x.device)
    if kind not in KINDS:
        raise ValueError(f"no corruption {kind!r}; there are {', '.join(KINDS)}")
    B, _, H, W = x.shape
    draw = torch.rand(B, 1, H, W, generator=generator).to(x.device)
    if kind == "masking":
        return torch.where(draw < level, 0.0, x)
    return torch.where(draw < level / 2, 0.0, torch.where(draw < level, 1.0, x))
