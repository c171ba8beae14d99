"""Do neighbours in a representation share their colours, or their shape? Measured without labels, on the pictures themselves."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from core.data.pixels import silhouettes

BINS = 4  # a colour channel
NEAREST = 10


def colour_histograms(x: Tensor) -> Tensor:
    """Shares of the drawn pixels in 4 x 4 x 4 colours, (N, 64), of pictures uint8 (N, 3, H, W): where they are is lost."""
    drawn = silhouettes(x)
    level = (x.long() * BINS) // 256
    colour = (level[:, 0] * BINS + level[:, 1]) * BINS + level[:, 2]
    counts = torch.zeros(len(x), BINS**3)
    counts.scatter_add_(1, colour.flatten(1), drawn.flatten(1).float())
    return counts / counts.sum(dim=1, keepdim=True).clamp(min=1)


def neighbours_ranks(codes: Tensor, x: Tensor, most: int = 2000) -> dict[str, Tensor]:
    """How near, in colour and in shape, the ten nearest neighbours of a representation are.

    codes: (N, D), x: uint8 (N, 3, H, W), the pictures that they stand for. For each picture all others are put in order by
    the similarity of their colour histograms (the overlap of shares, Swain and Ballard 1991) and of their silhouettes
    (intersection over union). `colour_rank` and `shape_rank`, (N, 10) each, are the places of the ten nearest codes (by
    cosine, centred) in these orders, as shares: 0 is the most similar one, 0.5 is chance.
    """
    codes, x = codes[:most].cpu().float(), x[:most].cpu()
    unit = F.normalize(codes - codes.mean(dim=0), dim=1)
    near = (unit @ unit.T).fill_diagonal_(-2).topk(min(NEAREST, len(x) - 1), dim=1).indices
    flat = silhouettes(x).flatten(1).float()
    both = flat @ flat.T
    union = flat.sum(dim=1)[:, None] + flat.sum(dim=1) - both
    histograms = colour_histograms(x)
    overlap = torch.cat([torch.minimum(part[:, None], histograms).sum(dim=2) for part in histograms.split(64)])
    return {
        "colour_rank": _ranks(overlap, near),
        "shape_rank": _ranks(both / union.clamp(min=1), near),
    }


def _ranks(similarity: Tensor, near: Tensor) -> Tensor:
    """The place, from 0 to 1, of each row's `near` (N, k) among all others by falling similarity; ties share a place."""
    similarity = similarity.clone().fill_diagonal_(float("nan"))
    others = len(similarity) - 1
    ranks = []
    for row, columns in zip(similarity, near, strict=True):
        ordered = row[~row.isnan()].sort().values
        values = row[columns].contiguous()
        above = others - torch.searchsorted(ordered, values, right=True)
        equal = torch.searchsorted(ordered, values, right=True) - torch.searchsorted(ordered, values)
        ranks.append((above + (equal - 1) / 2) / max(others - 1, 1))
    return torch.stack(ranks)
