"""Whether two methods differ: an interval for the mean of paired differences, and what may be said of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

DRAWS = 4_000
LEVEL = 0.95
STRETCHES = 50


@dataclass(frozen=True)
class Interval:
    """A mean with the bounds between which it lies, as far as a sample can tell."""

    mean: float
    low: float
    high: float

    @property
    def verdict(self) -> Literal["more", "less", "alike"]:
        """Whether all of the interval lies above zero, below zero, or neither."""
        if self.low > 0:
            return "more"
        return "less" if self.high < 0 else "alike"


def bootstrap(differences: np.ndarray, draws: int = DRAWS, level: float = LEVEL, seed: int = 0) -> Interval:
    """The interval of the mean of differences (N,) between pairs: percentiles of the means of samples with replacement.

    The same differences and seed give the same interval. Raises ValueError without any difference.

    Efron 1979, "Bootstrap methods: another look at the jackknife"; for paired tests Koehn 2004, "Statistical significance
    tests for machine translation evaluation".
    """
    values = np.asarray(differences, np.float64)
    if values.ndim != 1 or not len(values):
        raise ValueError("an interval needs a row of differences")
    picks = np.random.default_rng(seed).integers(len(values), size=(draws, len(values)))
    low, high = np.quantile(values[picks].mean(1), [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(values.mean()), float(low), float(high))


def stretches(values: np.ndarray, count: int = STRETCHES) -> np.ndarray:
    """The means (C,) of `count` stretches, as equal in length as can be, of a row of values (N,); of each value where N is less.

    Neighbours in a text resemble each other, so that its tokens are no independent sample; long stretches nearly are.
    """
    values = np.asarray(values, np.float64)
    return np.array([part.mean() for part in np.array_split(values, min(count, len(values)))])
