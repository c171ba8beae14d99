"""Multi-head self-attention with two paths: the fused one that trains, the explicit one that can be looked at.

Axis letters of the whole repository: B batch, N patches, T tokens, D width, H heads, K classes.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

Trace = list[Tensor]  # explicit attention weights, one (B, H, T, T) a layer, filled while a model runs


class SelfAttention(nn.Module):
    """Scaled dot-product self-attention (Vaswani et al. 2017, eq. 1) with `heads` heads.

    trace=None runs the fused kernel. Given a list, the softmax is written out and its weights (B, H, T, T) are
    appended to the list; both paths give the same output.
    """

    def __init__(self, width: int, heads: int):
        super().__init__()
        if width % heads:
            raise ValueError(f"width {width} is not divisible by {heads} heads")
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)

    def forward(self, x: Tensor, trace: Trace | None = None) -> Tensor:
        B, T, D = x.shape
        # (B, T, 3D) -> 3 x (B, H, T, D/H)
        q, k, v = self.qkv(x).view(B, T, 3, self.heads, D // self.heads).permute(2, 0, 3, 1, 4)
        if trace is None:
            mixed = F.scaled_dot_product_attention(q, k, v)
        else:
            weights = (q @ k.transpose(-2, -1) * (D // self.heads) ** -0.5).softmax(dim=-1)
            trace.append(weights.detach())
            mixed = weights @ v
        return self.out(mixed.transpose(1, 2).reshape(B, T, D))


def rollout(trace: Trace) -> Tensor:
    """How much of each input token is in each output token after all layers, (B, T, T); rows sum to 1.

    Heads are averaged and the residual path counts half: A = (mean_h A_h + I) / 2, multiplied layer by layer.
    Abnar and Zuidema 2020, "Quantifying attention flow in transformers", section 3.
    """
    if not trace:
        raise ValueError("rollout needs the trace of at least one layer")
    identity = torch.eye(trace[0].shape[-1], device=trace[0].device)
    total = identity
    for weights in trace:
        total = (weights.mean(dim=1) + identity) / 2 @ total
    return total
