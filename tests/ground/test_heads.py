"""Scores of attention heads: heads that do one known thing, and slow loops for the rest."""

from __future__ import annotations

import math

import pytest
import torch

from core.analysis import heads

TOKENS = torch.tensor([3, 1, 4, 1, 5, 3, 1, 4, 1])
T = len(TOKENS)


def looks_at(where) -> torch.Tensor:
    """Weights (T, T) of a head that looks at `where(query)` alone; at the first token where that is None."""
    weights = torch.zeros(T, T)
    for query in range(T):
        key = where(query)
        weights[query, 0 if key is None else key] = 1
    return weights


def last(query: int, wanted) -> int | None:
    return max((key for key in range(query) if wanted(key)), default=None)


HEADS = {
    "previous": looks_at(lambda q: max(q - 1, 0)),
    "first": looks_at(lambda q: 0),
    "same": looks_at(lambda q: last(q, lambda k: TOKENS[k] == TOKENS[q])),
    "induction": looks_at(lambda q: last(q, lambda k: k > 0 and TOKENS[k - 1] == TOKENS[q])),
    "itself": looks_at(lambda q: q),
}


@pytest.mark.parametrize("kind", HEADS)
def test_a_head_that_does_one_thing_is_found(kind):
    found = heads.scores(HEADS[kind], TOKENS)
    assert float(found[kind]) == pytest.approx(1)
    assert heads.label({name: float(score) for name, score in found.items()}) == kind


@pytest.mark.parametrize("causal", [True, False])
def test_scores_are_those_of_a_slow_loop(causal):
    weights = torch.rand(2, 3, T, T, generator=torch.Generator().manual_seed(0))
    weights = weights.tril() if causal else weights
    weights = weights / weights.sum(dim=-1, keepdim=True)
    rules = {
        "previous": lambda q, k: k == q - 1,
        "first": lambda q, k: k == 0 and q > 0,
        "same": lambda q, k: k < q and TOKENS[k] == TOKENS[q],
        "induction": lambda q, k: 0 < k < q and TOKENS[k - 1] == TOKENS[q],
        "itself": lambda q, k: k == q,
    }
    ahead = {"next": lambda q, k: k == q + 1, "last": lambda q, k: k == T - 1 and q < k}
    rules |= {} if causal else ahead
    found = heads.scores(weights, TOKENS, causal)
    assert set(found) == set(rules) == set(heads.KINDS) - (set(ahead) if causal else set())
    assert set(ahead) == set(heads.LOOKING_AHEAD)
    for kind, rule in rules.items():
        rows = [[k for k in range(T) if rule(q, k)] for q in range(T)]
        each = [weights[..., q, keys].sum(dim=-1) for q, keys in enumerate(rows) if keys]
        torch.testing.assert_close(found[kind], torch.stack(each).mean(dim=0))


def test_a_text_without_repeats_has_no_same_and_no_induction():
    found = heads.scores(torch.full((1, 4, 4), 0.25), torch.arange(4))
    assert float(found["same"]) == float(found["induction"]) == 0
    assert heads.label({name: float(score) for name, score in found.items()}) is None


def test_entropy_and_distance_in_closed_form():
    even = torch.full((T, T), 1 / T)
    assert float(heads.entropy(even)) == pytest.approx(math.log2(T), abs=1e-5)
    assert float(heads.entropy(HEADS["first"])) == pytest.approx(0, abs=1e-5)
    assert float(heads.distance(HEADS["itself"])) == 0
    assert float(heads.distance(HEADS["previous"])) == pytest.approx((T - 1) / T)
    assert float(heads.distance(HEADS["first"])) == pytest.approx((T - 1) / 2)
