"""From logits to a text: against Hugging Face's warpers, by hand, as frequencies, and one token after the other."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

from core.analysis.generation import Sampling, distribution, generate
from core.compat import torchvision

pytestmark = pytest.mark.usefixtures("one_thread")

V = 50
SETTINGS = [
    (1.0, 0, 1.0), (0.7, 0, 1.0), (2.5, 0, 1.0), (1.0, 1, 1.0), (1.0, 5, 1.0), (1.0, V, 1.0), (1.0, 3 * V, 1.0),
    (1.0, 0, 0.9), (1.0, 0, 0.3), (1.0, 0, 1e-6), (0.7, 5, 0.9), (1.8, 20, 0.6), (0.3, 2, 0.5), (1.0, 1, 0.1),
]  # fmt: skip


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def random_logits(rows: int = 8, seed: int = 0) -> torch.Tensor:
    return 3 * torch.randn(rows, V, generator=seeded(seed), dtype=torch.float64)


# The distribution -------------------------------------------------------------------------------------------------


@pytest.mark.twin("core/analysis/generation.py")
@pytest.mark.parametrize(("temperature", "top_k", "top_p"), SETTINGS)
def test_it_is_that_of_hugging_face(temperature, top_k, top_p):
    torchvision()  # transformers imports it and would stop beside a CPU build of torch
    from transformers import TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper

    logits = random_logits()
    warped = TemperatureLogitsWarper(temperature)(None, logits.clone())
    if top_k:
        warped = TopKLogitsWarper(top_k)(None, warped)
    if top_p < 1:
        warped = TopPLogitsWarper(top_p)(None, warped)
    ours = distribution(logits, Sampling(temperature, top_k, top_p))
    torch.testing.assert_close(ours, warped.softmax(-1), rtol=0, atol=1e-12)
    assert (warped.isinf() == (ours == 0)).all(), "what may not be drawn is exactly 0"


def test_without_settings_it_is_the_softmax():
    logits = random_logits()
    torch.testing.assert_close(distribution(logits), logits.softmax(-1), rtol=0, atol=1e-12)
    assert torch.equal(distribution(logits[0]), distribution(logits)[0]), "of one row as of many"


def test_the_nucleus_by_hand():
    p = torch.tensor([0.1, 0.5, 0.05, 0.25, 0.1], dtype=torch.float64)
    for top_p, kept in ((0.4, [1]), (0.51, [1, 3]), (0.76, [0, 1, 3]), (0.96, [0, 1, 2, 3, 4])):
        expected = torch.zeros_like(p)
        expected[kept] = p[kept] / p[kept].sum()
        torch.testing.assert_close(distribution(p.log(), Sampling(top_p=top_p)), expected)
    # First top-k, then top-p of what is left: 0.5 and 0.25 are 2/3 and 1/3, and 0.6 is less than 2/3.
    assert distribution(p.log(), Sampling(top_k=2, top_p=0.6)).tolist() == pytest.approx([0, 1, 0, 0, 0])
    # First the temperature: at 1/2 the likeliest has 0.25 / 0.335.
    assert distribution(p.log(), Sampling(0.5, top_p=0.7)).tolist() == pytest.approx([0, 1, 0, 0, 0])


def test_temperature_zero_takes_the_likeliest_and_shares_among_equals():
    logits = torch.tensor([[1.0, 3.0, 2.0], [2.0, -1.0, 2.0]])
    expected = [[0, 1, 0], [0.5, 0, 0.5]]
    assert distribution(logits, Sampling(0.0)).tolist() == expected
    for tiny in (1e-30, 1e-40, 1e-300):  # smaller than float32 can say, down to what is a zero there
        assert distribution(logits, Sampling(tiny)).tolist() == expected


def test_of_equal_logits_top_k_still_leaves_k():
    assert distribution(torch.zeros(6), Sampling(top_k=2)).tolist() == [0.5, 0.5, 0, 0, 0, 0]


def test_huge_logits_and_impossible_tokens_do_no_harm():
    found = distribution(torch.tensor([1e30, 0.0, float("-inf")]), Sampling(0.5, 2, 0.9))
    assert found.tolist() == [1, 0, 0]
    found = distribution(torch.tensor([0.0, 0.0, float("-inf")]), Sampling(5.0))
    assert found.tolist() == [0.5, 0.5, 0]


@pytest.mark.parametrize(
    "wrong",
    [{"temperature": -0.1}, {"temperature": float("inf")}, {"temperature": float("nan")}, {"top_k": -1}, {"top_p": 0.0},
     {"top_p": 1.1}, {"top_p": float("nan")}],
    ids=str,
)  # fmt: skip
def test_settings_out_of_range_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        distribution(torch.zeros(3), Sampling(**wrong))


@settings(max_examples=60, deadline=None)
@example([0.0, 0.0, 1.0, 3.339041972005482e-22], 1.0, 0, 0.5)
@example([0.0, 3.339041972005482e-22], 1.0, 1, 1.0)
@given(
    st.lists(st.floats(-30, 30, width=32, allow_subnormal=False), min_size=1, max_size=12), st.floats(0, 20), st.integers(0, 14),
    st.floats(0, 1, exclude_min=True),
)  # fmt: skip
def test_it_is_a_distribution_on_the_fewest_likeliest_tokens(logits, temperature, top_k, top_p):
    logits = torch.tensor(logits, dtype=torch.float64)
    p = distribution(logits, Sampling(temperature, top_k, top_p))
    assert (p >= 0).all() and float(p.sum()) == pytest.approx(1)
    kept = p > 0
    least = 1e-12  # what is lost beside the largest logit
    assert not (~kept).any() or logits[kept].min() >= logits[~kept].max() - least, (
        "none is skipped for a less likely one"
    )
    assert p[logits >= logits.max() - least].max() > 0
    if temperature >= 0.1:
        assert not top_k or kept.sum() <= top_k
        whole = distribution(logits, Sampling(temperature, top_k))
        assert float(whole[kept].sum()) >= top_p - 1e-9, "together they reach top_p"
        assert float(whole[kept].sum() - whole[kept].min()) < top_p + 1e-9, "and without the last they do not"


# One token after the other ----------------------------------------------------------------------------------------


class Table:
    """A model whose next token depends on the last one alone; it notes what it is shown."""

    def __init__(self, size: int = 6):
        self.logits = 2 * torch.randn(size, size, generator=seeded(3))
        self.shown: list[list[int]] = []

    def __call__(self, ids: torch.Tensor) -> torch.Tensor:
        assert ids.shape[0] == 1
        self.shown.append(ids[0].tolist())
        return self.logits[ids]


def test_the_model_sees_the_last_tokens_and_each_new_one():
    model, start = Table(), torch.tensor([0, 1, 2, 3, 4])
    said = list(generate(model, start, 9, seeded(), context=4))
    everything = [*start.tolist(), *said]
    assert len(said) == 9
    assert model.shown == [everything[max(0, n - 4) : n] for n in range(5, 14)]
    assert start.tolist() == [0, 1, 2, 3, 4], "what was given is not changed"


def test_a_short_beginning_grows_up_to_the_context():
    model = Table()
    said = list(generate(model, torch.tensor([5]), 5, seeded(), context=3))
    assert [len(shown) for shown in model.shown] == [1, 2, 3, 3, 3] and model.shown[-1] == said[1:4]


def test_tokens_are_drawn_as_often_as_the_distribution_says():
    model = Table()
    said = [3, *generate(model, torch.tensor([3]), 6_000, seeded(), context=1, sampling=Sampling(1.3, 4, 0.95))]
    for last in range(6):
        expected = distribution(model.logits[last], Sampling(1.3, 4, 0.95))
        after = torch.tensor([b for a, b in pairwise(said) if a == last])
        seen, possible = torch.bincount(after, minlength=6), expected > 0
        assert not seen[~possible].any(), "what was cut off never comes"
        shares = expected[possible].double()
        assert len(after) > 100 and chisquare(seen[possible], len(after) * shares / shares.sum()).pvalue > 1e-3


def test_the_generator_decides_and_greedy_needs_none():
    def said(seed: int, **how) -> list[int]:
        return list(generate(Table(), torch.tensor([0]), 30, seeded(seed), 8, Sampling(**how)))

    assert said(0) == said(0) != said(1)
    model = Table()
    greedy, last = [], 0
    for _ in range(30):
        last = int(model.logits[last].argmax())
        greedy.append(last)
    assert said(0, temperature=0.0) == said(1, temperature=0.0) == greedy == said(7, top_k=1)


def test_a_token_comes_as_soon_as_it_is_drawn():
    model = Table()
    stream = generate(model, torch.tensor([0]), 1_000_000, seeded(), 4)
    first = next(stream)
    assert 0 <= first < 6 and len(model.shown) == 1
    assert list(generate(model, torch.tensor([0]), 0, seeded(), 4)) == []
