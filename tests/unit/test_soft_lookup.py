"""The soft dictionary against torch's own attention, and its two limits."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional as F

from core.analysis.soft_lookup import look_up


@pytest.fixture
def words():
    g = torch.Generator().manual_seed(0)
    return torch.randn(8, generator=g), torch.randn(5, 8, generator=g), torch.randn(5, 3, generator=g)


@pytest.mark.parametrize("temperature", [0.1, 1.0, 7.0])
def test_it_is_scaled_dot_product_attention(words, temperature):
    query, keys, values = words
    found = look_up(query, keys, values, temperature)
    expected = F.scaled_dot_product_attention(
        query[None], keys, values, scale=1 / (math.sqrt(8) * temperature)
    )  # one query of one head
    torch.testing.assert_close(found.merged, expected[0])
    torch.testing.assert_close(found.products, (keys * query).sum(dim=1))
    torch.testing.assert_close(found.scaled * math.sqrt(8), found.products)
    assert float(found.weights.sum()) == pytest.approx(1)


def test_cold_is_a_hard_look_up_and_hot_a_mean(words):
    query, keys, values = words
    best = int((keys @ query).argmax())
    for temperature in (0.0, 1e-6):
        torch.testing.assert_close(look_up(query, keys, values, temperature).merged, values[best])
    for temperature in (math.inf, 1e9):
        torch.testing.assert_close(look_up(query, keys, values, temperature).merged, values.mean(dim=0))


def test_keys_that_fit_equally_well_share(words):
    query, keys, values = words
    found = look_up(query, keys[[0, 1, 1]] if keys[0] @ query < keys[1] @ query else keys[[1, 0, 0]], values[:3], 0.0)
    torch.testing.assert_close(found.weights, torch.tensor([0.0, 0.5, 0.5]))


def test_huge_products_do_not_overflow(words):
    query, keys, values = words
    assert torch.isfinite(look_up(query * 1e18, keys * 1e18, values, 1e-3).merged).all()


@pytest.mark.parametrize("wrong", [-1.0, math.nan])
def test_an_impossible_temperature_is_refused(words, wrong):
    with pytest.raises(ValueError):
        look_up(*words, wrong)


def test_what_does_not_fit_is_refused(words):
    query, keys, values = words
    for wrong in ((query[:3], keys, values), (query, keys, values[:2]), (query, keys[:0], values[:0])):
        with pytest.raises(ValueError):
            look_up(*wrong)
