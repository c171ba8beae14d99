"""Attention: the path that is looked at is the path that trains, and both are the textbook's."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from core.nn.attention import SelfAttention, rollout
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


def test_the_explicit_path_equals_the_fused_one(layer):
    x = torch.randn(3, 7, 16, generator=seeded())
    trace = []
    torch.testing.assert_close(layer(x, trace), layer(x), rtol=0, atol=1e-5)
    assert [tuple(seen.weights.shape) for seen in trace] == [(3, layer.heads, 7, 7)]


def test_output_and_weights_are_those_of_torch_multihead_attention(layer):
    twin = nn.MultiheadAttention(16, layer.heads, batch_first=True)
    twin.load_state_dict(
        {
            "in_proj_weight": layer.qkv.weight,
            "in_proj_bias": layer.qkv.bias,
            "out_proj.weight": layer.out.weight,
            "out_proj.bias": layer.out.bias,
        }
    )
    x = torch.randn(3, 7, 16, generator=seeded())
    output, averaged = twin(x, x, x, need_weights=True, average_attn_weights=True)
    trace = []
    torch.testing.assert_close(layer(x, trace), output, rtol=0, atol=1e-5)
    torch.testing.assert_close(trace[0].weights.mean(dim=1), averaged, rtol=0, atol=1e-5)


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
