"""Intervals of paired differences: against the closed form, and how often they hold what they should."""

from __future__ import annotations

import numpy as np
import pytest

from core.analysis.paired import Interval, bootstrap, stretches


def test_the_interval_is_that_of_the_normal_law_where_that_holds():
    values = np.random.default_rng(0).normal(0.3, 2.0, 400)
    found, error = bootstrap(values), values.std() / 20
    assert found.mean == pytest.approx(values.mean())
    assert found.low == pytest.approx(values.mean() - 1.96 * error, abs=0.15 * error)
    assert found.high == pytest.approx(values.mean() + 1.96 * error, abs=0.15 * error)
    assert found == bootstrap(values) != bootstrap(values, seed=1)


def test_it_holds_the_truth_about_nineteen_times_in_twenty():
    random = np.random.default_rng(1)
    held = [bootstrap(random.normal(0, 1, 60), draws=400, seed=i) for i in range(200)]
    assert 0.89 <= np.mean([found.verdict == "alike" for found in held]) <= 0.99


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(0.1, 0.3, "more"), (-0.3, -0.1, "less"), (-0.1, 0.1, "alike"), (0.0, 0.1, "alike"), (0.0, 0.0, "alike")],
)
def test_more_or_less_is_said_only_where_zero_is_excluded(low, high, verdict):
    assert Interval((low + high) / 2, low, high).verdict == verdict


def test_equal_values_have_an_interval_without_width():
    assert bootstrap(np.full(9, 0.25)) == Interval(0.25, 0.25, 0.25)


@pytest.mark.parametrize("values", [[], [[1.0, 2.0]]])
def test_nothing_has_no_interval(values):
    with pytest.raises(ValueError):
        bootstrap(np.array(values))


def test_stretches_hold_each_value_once():
    values = np.arange(103.0)
    parts = stretches(values, 10)
    assert len(parts) == 10 and parts[0] == values[:11].mean() and parts[-1] == values[-10:].mean()
    assert stretches(np.arange(3.0), 10).tolist() == [0, 1, 2]
