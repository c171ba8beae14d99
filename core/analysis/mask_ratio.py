"""The curve "how much to hide", read from points: means over seeds with intervals, the best share, and which others equal it.

A point is one training: {"kind", "ratio", "seed", "metrics": {name: value, name_choosing: value}, ...}. Seeds are compared pair by pair: with
the same seed all shares begin with the same weights and see the same batches. An interval is Student's over seeds; with three of them it is wide, as
it should be. The best share is chosen on one half of the held-out examples; all that is printed is of the other half.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Point = Mapping[str, Any]
LOWER_IS_BETTER = ("held_out_loss",)
# The 97.5% quantile of Student's t with 1, 2, ... degrees of freedom.
STUDENT = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201)


@dataclass(frozen=True)
class Mean:
    """A mean over `count` seeds with its 95% interval; of a single seed low and high are the value itself."""

    value: float
    low: float
    high: float
    count: int

    @property
    def interval(self) -> list[float]:
        return [self.low, self.high]


def mean(values: Sequence[float]) -> Mean:
    """Of the values of several seeds. Raises ValueError where there is none."""
    if not values:
        raise ValueError("a mean needs a value")
    middle = sum(values) / len(values)
    if len(values) == 1:
        return Mean(middle, middle, middle, 1)
    spread = math.sqrt(sum((v - middle) ** 2 for v in values) / (len(values) - 1))
    half = STUDENT[min(len(values) - 2, len(STUDENT) - 1)] * spread / math.sqrt(len(values))
    return Mean(middle, middle - half, middle + half, len(values))


@dataclass(frozen=True)
class Curve:
    """One measure of one kind of data over the shares that were trained.

    means: of each share, ascending. best: the share that the choosing half prefers. gaps: of each other share how much worse it is than the
    best, paired by seed; above zero is worse, whichever way the measure runs. same: the shares whose gap does not exclude zero, the best among them.
    """

    kind: str
    measure: str
    means: dict[float, Mean]
    best: float
    gaps: dict[float, Mean]
    same: tuple[float, ...]

    @property
    def certain(self) -> bool:
        """Whether the best share is told apart from all others."""
        return self.same == (self.best,)


def curve(points: Iterable[Point], kind: str, measure: str) -> Curve | None:
    """The curve of these points; None where fewer than two shares have been trained. Only seeds that all shares have are compared."""
    by_ratio: dict[float, dict[int, Point]] = {}
    for point in points:
        if point["kind"] == kind and measure in point["metrics"]:
            by_ratio.setdefault(float(point["ratio"]), {})[int(point["seed"])] = point
    if len(by_ratio) < 2:
        return None
    ratios = sorted(by_ratio)
    means = {r: mean([p["metrics"][measure] for p in by_ratio[r].values()]) for r in ratios}
    sign = 1.0 if measure in LOWER_IS_BETTER else -1.0
    choosing = {r: mean([p["metrics"][f"{measure}_choosing"] for p in by_ratio[r].values()]).value for r in ratios}
    best = min(ratios, key=lambda r: sign * choosing[r])
    gaps = {}
    for ratio in ratios:
        shared = sorted(by_ratio[ratio].keys() & by_ratio[best].keys())
        if ratio != best and shared:
            gaps[ratio] = mean(
                [sign * (_of(by_ratio, ratio, s, measure) - _of(by_ratio, best, s, measure)) for s in shared]
            )
    same = tuple(r for r in ratios if r == best or r not in gaps or gaps[r].count < 2 or gaps[r].low <= 0)
    return Curve(kind, measure, means, best, gaps, same)


def _of(by_ratio: Mapping[float, Mapping[int, Point]], ratio: float, seed: int, measure: str) -> float:
    return by_ratio[ratio][seed]["metrics"][measure]


def verdict(found: Curve) -> str:
    """Where the optimum of a curve is, as far as the seeds can tell."""
    percent = [f"{100 * r:.0f}%" for r in found.same]
    if max(one.count for one in found.means.values()) < 2:
        return f"with a single seed the best mean is at **{100 * found.best:.0f}%**, and nothing says how much of that is chance"
    if any(one.count > 1 and one.high < 0 for one in found.gaps.values()):
        return "the two halves of the held-out examples do not agree on a best share"
    if found.certain:
        return f"the best share is **{percent[0]}**, and every other one is worse for certain"
    if len(found.same) == len(found.means):
        return "no share is told apart from the best within the seeds"
    if _adjoin(found.same, tuple(found.means)):
        return f"anything from **{percent[0]} to {percent[-1]}** is the same within the seeds"
    return f"**{', '.join(percent[:-1])} and {percent[-1]}** are the same within the seeds"


def _adjoin(some: Sequence[float], every: Sequence[float]) -> bool:
    """Whether these shares are neighbours in the list of all of them."""
    places = [every.index(r) for r in some]
    return places == list(range(places[0], places[-1] + 1))


def range_of(found: Curve) -> float:
    """How much the measure changes over the curve: its largest mean less its smallest."""
    values = [m.value for m in found.means.values()]
    return max(values) - min(values)
