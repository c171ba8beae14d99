"""Attention and the language model: what holds for every shape, every mask of heads and every token."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.analysis.held_out import spread, windows
from core.experiments.language_model import LanguageModel
from core.nn.attention import SelfAttention, attend, hidden_from_view

seeds = st.integers(0, 2**31)
quick = settings(max_examples=40, deadline=None)
shapes = st.tuples(st.integers(1, 3), st.integers(1, 4), st.integers(1, 12), st.integers(1, 6))  # B, H, T, D/H
V = 13

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def one_thread():
    """On small tensors a second thread only waits."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def of_shape(shape: tuple[int, ...], seed: int, scale: float = 1.0) -> tuple[torch.Tensor, ...]:
    return tuple((scale * torch.randn(3, *shape, generator=seeded(seed))).unbind())


def model_of(heads: int, depth: int, share: int, context: int, seed: int) -> LanguageModel:
    model, generator = LanguageModel(V, heads * share, depth, heads, context), seeded(seed)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.4, generator=generator)
    return model.eval().requires_grad_(False)


models = st.builds(
    model_of, st.integers(1, 4), st.integers(1, 3), st.integers(1, 5), st.integers(2, 12), st.integers(0, 999)
)


# Attention --------------------------------------------------------------------------------------------------------


@quick
@given(shapes, st.booleans(), st.sampled_from([0.01, 1.0, 5.0, 30.0]), seeds)
def test_both_paths_agree_and_rows_are_shares(shape, causal, scale, seed):
    q, k, v = of_shape(shape, seed, scale)
    trace = []
    explicit = attend(q, k, v, causal, trace)
    off = 1e-5 * max(
        1, scale**3 / 10
    )  # rounding of a score, which grows with scale², moves shares of values of this scale
    torch.testing.assert_close(explicit, attend(q, k, v, causal), rtol=1e-5, atol=off)
    (seen,) = trace
    T = shape[2]
    assert (seen.weights >= 0).all()
    torch.testing.assert_close(seen.weights.sum(-1), torch.ones(shape[:3]), rtol=0, atol=1e-5)
    assert not causal or (seen.weights[..., hidden_from_view(T)] == 0).all()
    torch.testing.assert_close(seen.weights @ v, explicit, rtol=0, atol=1e-5 * max(1, scale))
    assert torch.equal(seen.q, q) and torch.equal(seen.k, k) and torch.equal(seen.v, v)


@quick
@given(shapes, seeds)
def test_without_a_mask_the_order_of_what_is_looked_at_does_not_matter(shape, seed):
    q, k, v = of_shape(shape, seed)
    order = torch.randperm(shape[2], generator=seeded(seed))
    torch.testing.assert_close(attend(q, k[..., order, :], v[..., order, :]), attend(q, k, v), rtol=0, atol=1e-5)


@quick
@given(shapes, seeds)
def test_a_causal_row_is_attention_to_the_text_up_to_there(shape, seed):
    q, k, v = of_shape(shape, seed)
    whole = attend(q, k, v, causal=True)
    for t in range(shape[2]):
        alone = attend(q[..., t : t + 1, :], k[..., : t + 1, :], v[..., : t + 1, :])
        torch.testing.assert_close(whole[..., t : t + 1, :], alone, rtol=0, atol=1e-5)


@quick
@given(st.integers(1, 4), st.integers(1, 5), st.integers(1, 8), st.booleans(), seeds)
def test_the_output_is_the_sum_of_what_each_head_says(heads, share, T, causal, seed):
    layer = SelfAttention(heads * share, heads, causal)
    for parameter in layer.parameters():
        torch.nn.init.normal_(parameter, generator=seeded(seed))
    x = torch.randn(2, T, heads * share, generator=seeded(seed))
    with torch.no_grad():
        nothing = layer(x, heads_on=torch.zeros(heads))
        alone = [layer(x, heads_on=one) - nothing for one in torch.eye(heads)]
        torch.testing.assert_close(nothing + sum(alone), layer(x), rtol=1e-4, atol=1e-4)


# The language model -----------------------------------------------------------------------------------------------


def text_for(model: LanguageModel, share: float, seed: int) -> torch.Tensor:
    """Between 1 token and a whole context."""
    return torch.randint(V, (2, 1 + round(share * (model.context - 1))), generator=seeded(seed))


@quick
@given(models, st.floats(0, 1), seeds)
def test_the_model_says_the_same_on_both_paths_and_looks_back_alone(model, share, seed):
    ids = text_for(model, share, seed)
    trace = []
    torch.testing.assert_close(model(ids, trace), model(ids), rtol=1e-5, atol=1e-4)
    for seen in trace:
        assert (seen.weights[..., hidden_from_view(ids.shape[1])] == 0).all()
        torch.testing.assert_close(seen.weights.sum(-1), torch.ones(seen.weights.shape[:3]), rtol=0, atol=1e-5)


@quick
@given(models, st.floats(0, 1), st.floats(0, 1), st.booleans(), seeds)
def test_what_comes_later_changes_nothing_before(model, share, where, explicit, seed):
    ids = text_for(model, share, seed)
    T = ids.shape[1]
    place = round(where * (T - 1))
    changed = ids.clone()
    changed[:, place:] = (changed[:, place:] + 1 + torch.randint(V - 1, (2, T - place), generator=seeded(seed))) % V
    before, after = (model(these, [] if explicit else None) for these in (ids, changed))
    assert (changed[:, place:] != ids[:, place:]).all()
    torch.testing.assert_close(after[:, :place], before[:, :place], rtol=0, atol=1e-5)
    if model.heads * len(model.blocks) and model.norm.normalized_shape[0] > 2:
        assert not torch.allclose(after[:, place], before[:, place], atol=1e-6), "and something at that place"


@quick
@given(models, st.floats(0, 1), st.floats(0, 1), seeds)
def test_no_gradient_flows_from_what_comes_later(model, share, where, seed):
    """Exact: not small but 0."""
    ids = text_for(model, share, seed)[:1]
    place = round(where * (ids.shape[1] - 1))
    x = (model.tokens(ids) + model.positions.weight[: ids.shape[1]]).requires_grad_()
    for trace in (None, []):
        state = x
        for block in model.blocks:
            state = block(state, trace)
        (gradient,) = torch.autograd.grad(model.read_out(state)[0, place].square().sum(), x)
        assert (gradient[0, place + 1 :] == 0).all()


@quick
@given(models, st.floats(0, 1), seeds)
def test_the_beginning_of_a_text_is_read_as_a_text_of_its_own(model, share, seed):
    ids = text_for(model, share, seed)
    whole = model(ids)
    for end in range(1, ids.shape[1] + 1):
        torch.testing.assert_close(model(ids[:, :end]), whole[:, :end], rtol=1e-5, atol=1e-4)


# Windows over a long text -----------------------------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(st.integers(2, 600), st.integers(1, 64))
def test_each_token_but_the_first_is_predicted_once_with_half_a_context_before_it(count, context):
    rows, length = windows(count, context), min(context, count - 1)
    predicted = [start + 1 + place for start, skip in rows for place in range(skip, length)]
    assert predicted == list(range(1, count))
    for start, skip in rows:
        assert start >= 0 and start + length + 1 <= count and 0 <= skip < length
        assert start == 0 or skip >= length // 2


@settings(max_examples=150, deadline=None)
@given(st.integers(2, 600), st.integers(1, 64), st.integers(1, 40))
def test_a_sample_of_windows_is_even(count, context, most):
    rows = windows(count, context)
    some = spread(rows, most)
    assert len(some) == min(most, len(rows)) and some == sorted(set(some)) and set(some) <= set(rows)
    assert some[0] == rows[0] and (len(some) == 1 or some[-1] == rows[-1])
