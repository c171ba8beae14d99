"""Multi-head self-attention with two paths: the fused one that trains, the explicit one that can be looked at.

Axis letters of the whole repository: B batch, N patches, T tokens, D width, H heads, K classes.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Seen(NamedTuple):
    """What one layer of attention did, step by step."""

    weights: Tensor  # (B, H, T, T), rows are queries and sum to 1
    q: Tensor  # (B, H, T, D/H), and so are the other two
    k: Tensor
    v: Tensor


Trace = list[Seen]  # one entry a layer, filled while a model runs


def attend(q: Tensor, k: Tensor, v: Tensor, causal: bool = False, trace: Trace | None = None) -> Tensor:
    """Scaled dot-product attention (Vaswani et al. 2017, eq. 1) of q, k and v (B, H, T, D/H); the same shape comes back.

    causal: a token sees itself and what stands before it. trace=None runs the fused kernel. Given a list, the softmax is
    written out and what it did is appended to the list; both paths give the same output.
    """
    if trace is None:
        return F.scaled_dot_product_attention(q, k, v, is_causal=causal)
    scores = q @ k.transpose(-2, -1) * q.shape[-1] ** -0.5
    if causal:
        scores = scores.masked_fill(hidden_from_view(q.shape[-2], q.device), float("-inf"))
    weights = scores.softmax(dim=-1)
    trace.append(Seen(weights.detach(), q.detach(), k.detach(), v.detach()))
    return weights @ v


def hidden_from_view(tokens: int, device: torch.device | None = None) -> Tensor:
    """The causal mask (T, T): True where a query (row) may not see a key (column), which stands after it."""
    return torch.ones(tokens, tokens, dtype=torch.bool, device=device).triu(1)


class SelfAttention(nn.Module):
    """Self-attention with `heads` heads, each on its own share of the width. Tokens (B, T, D) in and out.

    heads_on (H,), given to a call, multiplies what each head says: 0 switches it off.
    """

    def __init__(self, width: int, heads: int, causal: bool = False):
        super().__init__()
        if width % heads:
            raise ValueError(f"width {width} is not divisible by {heads} heads")
        self.heads, self.causal = heads, causal
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)

    def forward(self, x: Tensor, trace: Trace | None = None, heads_on: Tensor | None = None) -> Tensor:
        B, T, D = x.shape
        # (B, T, 3D) -> 3 x (B, H, T, D/H)
        q, k, v = self.qkv(x).view(B, T, 3, self.heads, D // self.heads).permute(2, 0, 3, 1, 4)
        mixed = attend(q, k, v, self.causal, trace)
        if heads_on is not None:
            mixed = mixed * heads_on[:, None, None]
        return self.out(mixed.transpose(1, 2).reshape(B, T, D))


def rollout(layers: list[Tensor]) -> Tensor:
    """How much of each input token is in each output token after all layers, (B, T, T); rows sum to 1.

    layers: attention weights (B, H, T, T) of each. Heads are averaged and the residual path counts half:
    A = (mean_h A_h + I) / 2, multiplied layer by layer.
    Abnar and Zuidema 2020, "Quantifying attention flow in transformers", section 3.
    """
    if not layers:
        raise ValueError("rollout needs the weights of at least one layer")
    identity = torch.eye(layers[0].shape[-1], device=layers[0].device)
    total = identity
    for weights in layers:
        total = (weights.mean(dim=1) + identity) / 2 @ total
    return total
