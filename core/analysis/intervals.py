"""Intervals of means and of what follows from means: a paired bootstrap over held-out examples (Efron and Tibshirani 1993)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

RESAMPLES = 1000
LEVEL = 0.95
PIECE = 1 << 16  # numbers that are drawn at once
SEED, SEED_OF_REPETITIONS = 1795176627002275260, 3367557955925981311  # of core.rng


class Resampled:
    """The same RESAMPLES resamples of `count` examples for all quantities: so what is compared is compared pair by pair.

        seen = Resampled(len(test_x))
        seen.interval(seen.means(right_of_one) - seen.means(right_of_other))

    The seed is fixed: the same measurements have the same interval.
    """

    def __init__(self, count: int) -> None:
        g = torch.Generator().manual_seed(SEED)
        rows = torch.zeros(RESAMPLES, count)
        for some in rows.split(
            max(1, PIECE // max(1, count))
        ):  # one by one they take ten times as long where examples are few
            some.scatter_add_(1, torch.randint(count, some.shape, generator=g), torch.ones(some.shape))
        self._shares = rows / count  # (RESAMPLES, N)

    def means(self, values: Tensor) -> Tensor:
        """(RESAMPLES,): the mean of values (N,) in each resample, or of values (R, N), where the R rows are drawn again, too.

        Rows are repetitions of a measurement: probes with other labelled pictures. Values of any real type, on any device.
        """
        means = self._shares @ values.to("cpu", torch.float32).reshape(-1, values.shape[-1]).T  # (RESAMPLES, R)
        if values.ndim == 1:
            return means.squeeze(1)
        return (means * self._rows(len(values))).sum(dim=1)

    def difference(self, values: Tensor, others: Tensor) -> list[float]:
        """[low, high] of mean(values) - mean(others), both (N,) or both (R, N) with the same repetitions."""
        return self.interval(self.means(values.float() - others.to(values.device).float()))

    def ratio(self, values: Tensor, others: Tensor) -> list[float]:
        """[low, high] of mean(values) / mean(others), both (N,)."""
        return self.interval(self.means(values) / self.means(others).clamp_min(1e-12))

    @staticmethod
    def interval(samples: Tensor) -> list[float]:
        """[low, high] that hold the middle 95% of the samples (RESAMPLES,)."""
        edge = (1 - LEVEL) / 2
        return [round(float(q), 6) for q in samples.double().quantile(torch.tensor([edge, 1 - edge]).double())]

    def _rows(self, count: int) -> Tensor:
        g = torch.Generator().manual_seed(SEED_OF_REPETITIONS)
        rows = torch.zeros(RESAMPLES, count)
        rows.scatter_add_(1, torch.randint(count, (RESAMPLES, count), generator=g), torch.ones(RESAMPLES, count))
        return rows / count


def above(interval: Sequence[float], cut: float = 0.0) -> bool:
    """Whether the whole interval lies above the cut."""
    return interval[0] > cut


def below(interval: Sequence[float], cut: float = 0.0) -> bool:
    """Whether the whole interval lies below the cut."""
    return interval[1] < cut


UNKNOWN = "This model was measured by an older version, without intervals: train it again to compare."


def in_points(difference: float, interval: list[float]) -> str:
    """A difference of shares with its interval: "1.4 points (95% interval 0.8 to 2.1)" of what gains, with signs where that is open."""
    said = _plain if above(interval) else _signed
    low, high = (said(100 * bound) for bound in interval)
    return f"**{said(100 * difference)} points** (95% interval {low} to {high})"


def gains(what: str, difference: float, interval: list[float]) -> str:
    """What a difference of shares says of `what`: that it gains or loses where the interval excludes zero, and else neither."""
    if above(interval):
        return f"{what} gains {in_points(difference, interval)}"
    if below(interval):
        return f"{what} loses {in_points(-difference, [-bound for bound in reversed(interval)])}"
    return f"{what} neither gains nor loses for certain: {in_points(difference, interval)}"


def as_factor(interval: list[float]) -> str:
    """ "0.97 to 1.01 ×"; a bound that two digits would put on 1 has three."""
    low, high = (f"{bound:.2f}" if f"{bound:.2f}" != "1.00" else f"{bound:.3f}" for bound in interval)
    return f"{low} to {high} ×"


def _plain(value: float) -> str:
    return f"{value:.1f}".replace("-", "−")


def _signed(value: float) -> str:
    text = f"{value:+.1f}".replace("-", "−")
    return "0.0" if text in ("+0.0", "−0.0") else text
