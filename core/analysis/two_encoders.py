"""What a space of pictures and texts is good for, from the unit vectors of both alone.

Axis letters: N pictures, M texts, D width of the space, K candidates that a picture chooses among.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from core.analysis.intervals import Resampled

CANDIDATES = 8  # texts that a picture chooses among where "none of these" is measured


def ranks(similar: Tensor, right: Tensor | None = None) -> Tensor:
    """(N,): how many texts are nearer to each picture than its own. similar: (N, M); right: (N,) which is its own, else the diagonal."""
    right = torch.arange(len(similar), device=similar.device) if right is None else right
    own = similar.gather(1, right[:, None])
    return (similar > own).sum(dim=1)


def recalls(similar: Tensor, at: tuple[int, ...] = (1, 5, 10)) -> dict[str, float]:
    """The share of pictures whose own text is among the nearest 1, 5 and 10; similar: (N, N)."""
    found = ranks(similar)
    return {str(k): float((found < k).double().mean()) for k in at}


def gap(pictures: Tensor, texts: Tensor) -> float:
    """How far the mean picture (of (N, D)) lies from the mean text (of (M, D)): Liang et al. 2022, section 2; 2 at most."""
    return float((pictures.mean(dim=0) - texts.mean(dim=0)).norm())


def told_apart(pictures: Tensor, texts: Tensor) -> float:
    """The share of points on their own side of the plane halfway between the two means; (N, D) and (M, D)."""
    one, other = pictures.mean(dim=0), texts.mean(dim=0)
    side = one - other
    middle = (one + other) @ side / 2
    return float(torch.cat([pictures @ side > middle, texts @ side < middle]).double().mean())


# None of these ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Trials:
    """Cosines of pictures and K candidates: with their own text among them, which stands first, and without it; (N, K) each."""

    with_own: Tensor
    without_own: Tensor


def trials(similar: Tensor, right: Tensor, wrong: Tensor, g: torch.Generator, candidates: int = CANDIDATES) -> Trials:
    """similar: (N, M); right: (N,) each picture's own text; wrong: bool (N, M), which texts are not true of it. Drawn from `g`."""
    chance = torch.rand(similar.shape, generator=g).masked_fill(~wrong.cpu(), 2.0)
    drawn = chance.argsort(dim=1)[:, :candidates].to(similar.device)
    others = similar.gather(1, drawn)
    return Trials(torch.cat([similar.gather(1, right[:, None]), others[:, 1:]], dim=1), others)


def surest(cosines: Tensor, scale: float | None = None) -> Tensor:
    """(N,): the highest cosine of (N, K); with a scale, the highest probability of the softmax instead."""
    return (cosines if scale is None else (scale * cosines).softmax(dim=1)).amax(dim=1)


def threshold(there: Tensor, absent: Tensor) -> float:
    """The score from which on a picture counts as named: where the mean of the shares that are right is highest, of scores (N,)
    with the own text among the candidates and (N,) without. Halfway between two scores, and the middle one of equals."""
    values = torch.cat([there, absent]).double().unique()
    cuts = torch.cat([values[:1] - 1e-6, (values[1:] + values[:-1]) / 2])
    kept = 1 - torch.searchsorted(there.double().sort().values, cuts).double() / len(there)
    refused = torch.searchsorted(absent.double().sort().values, cuts).double() / len(absent)
    best = ((kept + refused) == (kept + refused).max()).nonzero()[:, 0]
    return float(cuts[best[len(best) // 2]])


def none_of_these(choosing: Trials, tested: Trials, scale: float) -> dict[str, Any]:
    """The threshold of each score, chosen on the one, and how often it is right on the other, JSON-ready."""
    found: dict[str, Any] = {"candidates": choosing.with_own.shape[1], "tested": len(tested.with_own)}
    found["nearest"] = float((tested.with_own.argmax(dim=1) == 0).double().mean())
    seen, each = Resampled(len(tested.with_own)), {}
    for name, by in (("cosine", None), ("softmax", scale)):
        cut = threshold(surest(choosing.with_own, by), surest(choosing.without_own, by))
        kept, refused = surest(tested.with_own, by) >= cut, surest(tested.without_own, by) < cut
        each[name] = (kept.float() + refused.float()) / 2
        found[name] = {
            "threshold": cut,
            "kept": float(kept.double().mean()),
            "refused": float(refused.double().mean()),
            "balanced": float(each[name].double().mean()),
            "interval": seen.interval(seen.means(each[name])),
        }
    found["cosine_over_softmax"] = seen.difference(each["cosine"], each["softmax"])
    return found


def calibrated(choosing: Trials) -> tuple[float, float]:
    """(slope, intercept) of sigmoid(slope * cosine + intercept), the chance that a text belongs to a picture, where own and other
    texts come equally often: logistic regression on both (Platt 1999), by Newton's method."""
    x = torch.cat([choosing.with_own[:, 0], choosing.without_own[:, 0]]).double().cpu()
    y = torch.cat([torch.ones(len(choosing.with_own)), torch.zeros(len(choosing.without_own))]).double()
    design = torch.stack([x, torch.ones_like(x)], dim=1)
    weights = torch.zeros(2, dtype=torch.float64)
    ridge = torch.diag(torch.tensor([1e-3, 1e-9], dtype=torch.float64))
    for _ in range(50):
        p = (design @ weights).sigmoid()
        slope = design.T @ (p - y) + ridge @ weights
        curvature = (design * (p * (1 - p))[:, None]).T @ design + ridge
        step = torch.linalg.solve(curvature, slope)
        weights = weights - step * min(1.0, 5.0 / float(step.abs().max().clamp_min(1e-12)))
    return float(weights[0]), float(weights[1])


# Sums of pictures and words ---------------------------------------------------------------------------------------


def moved(pictures: Tensor, minus: Tensor, plus: Tensor) -> Tensor:
    """Unit vectors (N, D) of pictures - a text + another one, each (N, D) or (D,)."""
    return F.normalize(pictures - minus + plus, dim=1)
