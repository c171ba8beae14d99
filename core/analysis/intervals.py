"""Intervals of means and of what follows from means: a paired bootstrap over held-out examples (Efron and Tibshirani 1993)."""

from __future__ import annotations

import torch
from torch import Tensor

RESAMPLES = 1000
LEVEL = 0.95
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
        one = torch.ones(count)
        for row in rows:
            row.scatter_add_(0, torch.randint(count, (count,), generator=g), one)
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
        """[low, high] that hold the middle 95 % of the samples (RESAMPLES,)."""
        edge = (1 - LEVEL) / 2
        return [round(float(q), 6) for q in samples.double().quantile(torch.tensor([edge, 1 - edge]).double())]

    def _rows(self, count: int) -> Tensor:
        g = torch.Generator().manual_seed(SEED_OF_REPETITIONS)
        rows = torch.zeros(RESAMPLES, count)
        rows.scatter_add_(1, torch.randint(count, (RESAMPLES, count), generator=g), torch.ones(RESAMPLES, count))
        return rows / count


def above(interval: list[float], cut: float = 0.0) -> bool:
    """Whether the whole interval lies above the cut."""
    return interval[0] > cut


def below(interval: list[float], cut: float = 0.0) -> bool:
    """Whether the whole interval lies below the cut."""
    return interval[1] < cut
