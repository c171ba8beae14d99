"""The soft dictionary against torch's own attention, its two limits, and what is measured on it."""

from __future__ import annotations

import itertools
import math

import pytest
import torch
from torch.nn import functional as F

from core.analysis.soft_lookup import (
    TEMPERATURES,
    Disagreement,
    bits,
    disagreement,
    look_up,
    plane_along,
    plane_of,
    spread,
    sweep,
)


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


@pytest.mark.parametrize("scale", [True, False])
def test_the_division_by_the_root_can_be_left_out(words, scale):
    query, keys, values = (x.double() for x in words)
    found = look_up(query, keys, values, 0.5, scale)
    expected = F.scaled_dot_product_attention(
        query[None], keys, values, scale=1 / (0.5 * (math.sqrt(8) if scale else 1))
    )
    torch.testing.assert_close(found.merged, expected[0], rtol=0, atol=1e-12)
    torch.testing.assert_close(found.tempered * 0.5, found.scaled)
    torch.testing.assert_close(torch.softmax(found.tempered, 0), found.weights)
    assert torch.equal(found.scaled, found.products) != scale


def test_the_limits_divide_by_nothing_and_by_everything(words):
    assert look_up(*words, 0.0).tempered.isnan().all()
    assert not look_up(*words, math.inf).tempered.any()


def test_equal_keys_have_exactly_equal_products():
    """A product over the whole matrix may round equal rows differently: in a hard look-up one of them would win."""
    g = torch.Generator().manual_seed(1)
    for n in range(2, 9):
        query, key = (
            torch.randn(50, generator=g, dtype=torch.float64),
            torch.randn(50, generator=g, dtype=torch.float64),
        )
        weights = look_up(query, key.expand(n, 50).contiguous(), torch.eye(n, dtype=torch.float64), 0.0).weights
        assert torch.equal(weights, torch.full((n,), 1 / n, dtype=torch.float64))


def test_temperatures_go_from_hard_to_average_over_one():
    assert TEMPERATURES[0] == 0 and TEMPERATURES[-1] == math.inf and 1.0 in TEMPERATURES
    assert list(TEMPERATURES) == sorted(set(TEMPERATURES))
    assert all(float(f"{t:g}") == t for t in TEMPERATURES), "a link holds each of them exactly"
    ratios = [b / a for a, b in itertools.pairwise(TEMPERATURES[1:-1])]
    assert max(ratios) < 1.35 and min(ratios) > 1.15, "about ten steps a decade"


def test_entropy_counts_equal_keys():
    assert float(bits(torch.tensor([1.0, 0.0, 0.0]))) == 0
    assert bits(torch.full((2, 8), 1 / 8)).tolist() == pytest.approx([3, 3])
    assert float(bits(torch.tensor([0.5, 0.25, 0.25]))) == pytest.approx(1.5)


def test_a_sweep_is_one_look_up_after_the_other(words):
    temperatures = (0.0, 0.3, math.inf)
    weights, merged = sweep(*words, temperatures, scale=False)
    for i, t in enumerate(temperatures):
        found = look_up(*words, t, scale=False)
        assert torch.equal(weights[i], found.weights) and torch.equal(merged[i], found.merged)


def test_the_plane_keeps_what_two_numbers_can_keep(words):
    _, _, values = words
    flat, share = plane_of(values)
    s = torch.linalg.svdvals(values)
    assert share == pytest.approx(float(s[:2].square().sum() / s.square().sum()), rel=1e-5) and share < 1
    assert float(flat.square().sum() / values.square().sum()) == pytest.approx(share, rel=1e-5)
    assert flat[:, 0].sum() > 0 and flat[0, 1] > 0
    inside = values[:2]  # two vectors span a plane: lengths and angles stay
    flat, share = plane_of(inside)
    torch.testing.assert_close(flat @ flat.T, inside @ inside.T)
    assert share == pytest.approx(1)


def test_the_plane_along_a_query_keeps_its_products_and_the_most_of_the_rest(words):
    query, keys, _ = words
    at, flat, share = plane_along(query, keys)
    torch.testing.assert_close(flat @ at, keys @ query)
    assert float(at.norm()) == pytest.approx(float(query.norm())) and flat[0, 1] >= 0
    rest = keys - torch.outer(keys @ query, query) / query.square().sum()
    most = torch.linalg.svdvals(rest)[0].square()
    kept = (keys @ query / query.norm()).square().sum() + most + query.square().sum()
    assert share == pytest.approx(float(kept / (keys.square().sum() + query.square().sum())), rel=1e-5)


def test_the_plane_of_one_vector_and_of_none_that_has_a_length():
    flat, share = plane_of(torch.tensor([[3.0, 4.0, 0.0]]))
    torch.testing.assert_close(flat, torch.tensor([[5.0, 0.0]]))
    flat, share = plane_of(torch.zeros(2, 3))
    assert not flat.any() and share == 1


def test_products_of_random_vectors_spread_like_the_root_of_their_dimension():
    found = spread((1, 16, 256), seed=3)
    for one in found:
        assert one.deviation == pytest.approx(math.sqrt(one.dimension), rel=0.08)
    assert found[0].largest == found[0].largest_scaled, "the root of one is one"
    assert found[0].largest < found[1].largest < found[2].largest
    assert abs(found[2].largest_scaled - found[1].largest_scaled) < 0.05 < found[2].largest - found[1].largest
    assert found == spread((1, 16, 256), seed=3) != spread((1, 16, 256), seed=4)


def test_the_largest_product_is_the_nearest_key_where_all_are_equally_long():
    random = torch.randn(200, 8, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    one = random / random.norm(dim=1, keepdim=True)
    assert disagreement(one, 4, questions=500) == Disagreement(0.0, 0.0)
    long = random * torch.rand(200, 1, generator=torch.Generator().manual_seed(1), dtype=torch.float64) * 5
    found = disagreement(long, 4, questions=500)
    assert found.distance > 0.2 and found.cosine > 0.1 and found == disagreement(long, 4, questions=500)


def test_disagreement_counts_what_a_loop_counts():
    vectors = torch.randn(30, 3, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    g = torch.Generator().manual_seed(5)
    queries, keys = (torch.randint(30, (40, n), generator=g) for n in (1, 6))
    by_distance = by_cosine = 0
    for query, offered in zip(vectors[queries[:, 0]], vectors[keys], strict=True):
        largest = max(range(6), key=lambda i: float(query @ offered[i]))
        by_distance += largest != min(range(6), key=lambda i: float((query - offered[i]).norm()))
        by_cosine += largest != max(range(6), key=lambda i: float(query @ offered[i] / offered[i].norm()))
    assert disagreement(vectors, 6, seed=5, questions=40) == Disagreement(by_distance / 40, by_cosine / 40)
