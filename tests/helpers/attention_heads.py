"""Small made-up heads for an attention view."""

from __future__ import annotations

import numpy as np

from core.lessons.attention.attention_view import Heads, Sheet, sheet


def small(key: str, tokens: int = 3, columns: int = 2, causal: bool = False, off: np.ndarray | None = None) -> Sheet:
    """The sheet of view `key`: one layer of heads that look everywhere alike."""
    heads = Heads(
        np.full((1, columns, tokens, tokens), 1 / tokens),
        columns=[str(i + 1) for i in range(columns)],
        labels=[["previous token"] * columns],
        notes=[["entropy 1.2 bits"] * columns],
        tokens=[f" t{i}" for i in range(tokens)],
        causal=causal,
        off=off,
    )
    return sheet(key, heads, "made up")
