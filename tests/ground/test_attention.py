"""Attention: the path that is looked at is the path that trains, and both are the textbook's."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from core.nn.attention import SelfAttention, hidden_from_view, rollout
from core.nn.blocks import Block


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture(params=[1, 2, 4])
def layer(request) -> SelfAttention:
    torch.manual_seed(request.param)
    layer = SelfAttention(16, request.param)
    nn.init.normal_(layer.qkv.bias)
    nn.init.normal_(layer.out.bias)
    return layer


def torch_twin(layer: SelfAttention) -> nn.MultiheadAttention:
    twin = nn.MultiheadAttention(16, layer.heads, batch_first=True)
    twin.load_state_dict(
        {
            "in_proj_weight": layer.qkv.weight,
            "in_proj_bias": layer.qkv.bias,
            "out_proj.weight": layer.out.weight,
            "out_proj.bias": layer.out.bias,
        }
    )
    return twin


def test_the_explicit_path_equals_the_fused_one(layer):
    x = torch.randn(3, 7, 16, generator=seeded())
    trace = []
    torch.testing.assert_close(layer(x, trace), layer(x), rtol=0, atol=1e-5)
    assert [tuple(seen.weights.shape) for seen in trace] == [(3, layer.heads, 7, 7)]


def test_output_and_weights_are_those_of_torch_multihead_attention(layer):
    twin = torch_twin(layer)
    x = torch.randn(3, 7, 16, generator=seeded())
    output, averaged = twin(x, x, x, need_weights=True, average_attn_weights=True)
    trace = []
    torch.testing.assert_close(layer(x, trace), output, rtol=0, atol=1e-5)
    torch.testing.assert_close(trace[0].weights.mean(dim=1), averaged, rtol=0, atol=1e-5)


@pytest.mark.parametrize("causal", [False, True])
def test_the_weights_of_each_head_are_those_of_torch_multihead_attention(layer, causal):
    """Not only their mean, in which heads could be swapped; and of a causal layer with the mask that torch makes."""
    layer.causal = causal
    twin = torch_twin(layer)
    x = torch.randn(3, 7, 16, generator=seeded())
    mask = nn.Transformer.generate_square_subsequent_mask(7) if causal else None
    output, each = twin(x, x, x, attn_mask=mask, need_weights=True, average_attn_weights=False)
    trace = []
    torch.testing.assert_close(layer(x, trace), output, rtol=0, atol=1e-5)
    torch.testing.assert_close(layer(x), output, rtol=0, atol=1e-5)
    torch.testing.assert_close(trace[0].weights, each, rtol=0, atol=1e-5)
    values = trace[0].weights @ trace[0].v  # (B, H, T, D/H): the trace holds all that the output is made of
    torch.testing.assert_close(layer.out(values.transpose(1, 2).flatten(2)), output, rtol=0, atol=1e-5)


def test_a_causal_layer_looks_back_alone(layer):
    layer.causal = True
    x = torch.randn(2, 6, 16, generator=seeded())
    trace = []
    explicit = layer(x, trace)
    torch.testing.assert_close(layer(x), explicit, rtol=0, atol=1e-5)
    weights = trace[0].weights
    hidden = hidden_from_view(6)
    assert hidden.tolist() == [[key > query for key in range(6)] for query in range(6)]
    assert (weights[..., hidden] == 0).all() and (weights[..., ~hidden] > 0).all()
    assert (weights[..., 0, 0] == 1).all(), "the first token has itself alone"


@pytest.mark.parametrize("causal", [False, True])
def test_a_head_that_is_off_says_nothing_and_the_others_the_same(layer, causal):
    """Its share of the columns of the output projection might as well be 0."""
    layer.causal = causal
    x, share = torch.randn(2, 5, 16, generator=seeded()), 16 // layer.heads
    for head in range(layer.heads):
        on = torch.ones(layer.heads)
        on[head] = 0
        twin = copy.deepcopy(layer)
        with torch.no_grad():
            twin.out.weight[:, head * share : (head + 1) * share] = 0
        torch.testing.assert_close(layer(x, heads_on=on), twin(x), rtol=0, atol=1e-5)
        torch.testing.assert_close(layer(x, [], on), twin(x), rtol=0, atol=1e-5)
        assert not torch.allclose(layer(x, heads_on=on), layer(x), atol=1e-3)
    torch.testing.assert_close(layer(x, heads_on=torch.ones(layer.heads)), layer(x), rtol=0, atol=0)
    nothing = layer(x, heads_on=torch.zeros(layer.heads))
    torch.testing.assert_close(nothing, layer.out.bias.expand(2, 5, 16), rtol=0, atol=1e-6)


def test_what_a_head_says_is_multiplied(layer):
    x, zero = torch.randn(2, 5, 16, generator=seeded()), torch.zeros(layer.heads)
    half = layer(x, heads_on=zero + 0.5)
    torch.testing.assert_close(half, (layer(x) + layer(x, heads_on=zero)) / 2, rtol=0, atol=1e-5)


def test_gradients_agree_between_both_paths(layer):
    x = torch.randn(2, 5, 16, generator=seeded())
    grads = []
    for trace in (None, []):
        layer.zero_grad()
        layer(x, trace).square().sum().backward()
        grads.append([p.grad.clone() for p in layer.parameters()])
    for fused, explicit in zip(*grads, strict=True):
        torch.testing.assert_close(explicit, fused, rtol=1e-4, atol=1e-4)


def test_weights_are_shares_and_carry_no_graph(layer):
    trace = []
    layer(10 * torch.randn(2, 5, 16, generator=seeded()), trace)
    assert (trace[0].weights >= 0).all()
    torch.testing.assert_close(trace[0].weights.sum(dim=-1), torch.ones(2, layer.heads, 5))
    assert not trace[0].weights.requires_grad


def test_a_block_is_two_residual_steps_and_passes_the_trace_on():
    torch.manual_seed(0)
    block = Block(8, 2)
    x = torch.randn(2, 5, 8, generator=seeded())
    middle = x + block.attention(block.norm1(x))
    trace = []
    torch.testing.assert_close(block(x, trace), middle + block.mlp(block.norm2(middle)), rtol=0, atol=1e-5)
    assert len(trace) == 1


def test_rollout_is_the_product_of_the_paper_written_as_loops():
    B, H, T = 2, 3, 4
    trace = [torch.rand(B, H, T, T, generator=seeded(layer)).softmax(dim=-1) for layer in range(3)]
    got = rollout(trace)
    for b in range(B):
        total = [[float(i == j) for j in range(T)] for i in range(T)]
        for weights in trace:  # from the first layer to the last: the newest stands to the left
            step = [
                [(sum(float(weights[b, h, i, j]) for h in range(H)) / H + (i == j)) / 2 for j in range(T)]
                for i in range(T)
            ]
            total = [[sum(step[i][k] * total[k][j] for k in range(T)) for j in range(T)] for i in range(T)]
        torch.testing.assert_close(got[b], torch.tensor(total), rtol=0, atol=1e-6)
    torch.testing.assert_close(got.sum(dim=-1), torch.ones(B, T))


def test_rollout_reads_rows_as_outputs():
    looks_at_0 = torch.tensor([[1.0, 0.0], [1.0, 0.0]]).view(1, 1, 2, 2)
    torch.testing.assert_close(rollout([looks_at_0]), torch.tensor([[[1.0, 0.0], [0.5, 0.5]]]))


def test_errors_are_raised_early():
    with pytest.raises(ValueError, match="width 10 is not divisible by 3 heads"):
        SelfAttention(10, 3)
    with pytest.raises(ValueError, match="at least one layer"):
        rollout([])
