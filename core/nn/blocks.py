"""The transformer block that all experiments share."""

from __future__ import annotations

from torch import Tensor, nn

from core.nn.attention import SelfAttention, Trace


class Block(nn.Module):
    """Pre-norm transformer block (Dosovitskiy et al. 2021): x + attention(norm(x)), then x + mlp(norm(x)).

    Tokens of shape (B, T, D) in and out.
    """

    def __init__(self, width: int, heads: int, mlp_ratio: int = 4, causal: bool = False):
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.attention = SelfAttention(width, heads, causal)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = nn.Sequential(nn.Linear(width, mlp_ratio * width), nn.GELU(), nn.Linear(mlp_ratio * width, width))

    def forward(self, x: Tensor, trace: Trace | None = None, heads_on: Tensor | None = None) -> Tensor:
        x = x + self.attention(self.norm1(x), trace, heads_on)
        return x + self.mlp(self.norm2(x))
