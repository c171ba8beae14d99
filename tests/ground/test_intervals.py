"""The paired bootstrap against closed forms and scipy."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import stats

from core.analysis.intervals import RESAMPLES, Resampled, above, below


def answers(count: int, share: float, seed: int) -> torch.Tensor:
    return torch.rand(count, generator=torch.Generator().manual_seed(seed)) < share


def test_the_interval_of_a_difference_is_scipys():
    one, other = answers(800, 0.8, 0), answers(800, 0.75, 1)
    ours = Resampled(800).difference(one, other)
    theirs = stats.bootstrap(
        ((one.float() - other.float()).numpy(),), np.mean, n_resamples=3000, method="percentile", rng=0
    ).confidence_interval
    assert ours == pytest.approx([theirs.low, theirs.high], abs=0.006)
    assert ours[1] - ours[0] > 0.05


def test_pairs_make_it_narrower_than_two_samples():
    """The second reader is wrong where the first is, and in ten places more: all of the difference is one-sided."""
    one = answers(1000, 0.7, 0)
    other = one.clone()
    other[one.nonzero()[:10, 0]] = False
    low, high = Resampled(1000).difference(one, other)
    assert 0.003 < low < 0.01 < high < 0.018, "10 of 1,000, and not 7 of 10 twice"
    assert above([low, high]) and not below([low, high])


def test_equal_answers_have_no_difference():
    one = answers(100, 0.5, 0)
    assert Resampled(100).difference(one, one) == [0.0, 0.0]
    assert not above([0.0, 0.0]) and not below([0.0, 0.0])


def test_a_ratio_is_that_of_the_means():
    errors = torch.rand(500, generator=torch.Generator().manual_seed(0)) + 0.5
    low, high = Resampled(500).ratio(1.2 * errors, errors)
    assert low == pytest.approx(1.2, abs=1e-4) and high == pytest.approx(1.2, abs=1e-4), "errors that go together"
    apart = Resampled(500).ratio(1.2 * errors.flip(0), errors)
    assert apart[0] < 1.19 < 1.21 < apart[1]


def test_repetitions_add_their_own_spread():
    """Four repetitions that all say the same of 400 examples, and four that differ: the second interval is wider."""
    same = answers(400, 0.5, 0).float().expand(4, 400)
    differ = torch.stack([answers(400, share, 3) for share in (0.2, 0.4, 0.6, 0.8)]).float()
    seen = Resampled(400)
    narrow, wide = (high - low for low, high in (seen.interval(seen.means(x)) for x in (same, differ)))
    assert narrow == pytest.approx(2 * 1.96 * 0.5 / 400**0.5, rel=0.15)
    assert wide > 3 * narrow


def test_it_is_the_same_each_time():
    one, other = answers(50, 0.5, 0), answers(50, 0.4, 1)
    assert Resampled(50).difference(one, other) == Resampled(50).difference(one, other)
    assert Resampled(50).means(one).shape == (RESAMPLES,)
