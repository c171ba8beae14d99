"""One token's attention in numbers: q and k, their product, scaled, masked, softmax, and the weighted values."""

from __future__ import annotations

import math

import numpy as np
import streamlit as st

from core.analysis.reading import Reading
from core.analysis.soft_lookup import look_up
from core.charts.shades import signed
from core.data.figures import data_uri
from core.data.visible import visible
from core.lessons.attention.attention_steps import Others, Row, Steps, Token, attention_steps
from core.ui.look import look_now

SHORT = 6  # signs of a token that fit anywhere: the others may be clipped
MOST = 40  # keys in the table: with more of them the browser takes longer over it than over all heads


def table(key: str, reading: Reading, layer: int, head: int, query: int, off: bool = False) -> None:
    """Every step of one query in one head, a row a key; all numbers come from the model's own q, k and v.

    Of a long sentence those keys that get the most weight have a row, the others one together."""
    _, q, k, v = reading.head(layer, head)
    T, d = k.shape
    seen = query + 1 if reading.causal else T  # keys that the query may see stand first
    found = look_up(q[query], k[:seen], v[:seen])
    told = found.weights[:, None] * v[:seen]  # (seen, d)
    top_k, top_v = float(k.abs().max()), float(told.abs().max())
    names = [_token(text) for text in reading.pieces.texts]
    order = [*range(seen - 1, -1, -1), *range(seen, T)] if reading.causal else range(T)  # what is nearest says most
    shown = set(range(T))
    if T > MOST:
        shown = set(found.weights.topk(min(MOST, seen)).indices.tolist())
    rows = [
        Row(names[i], i, _number(found.products[i]), _number(found.scaled[i]), float(found.weights[i]))
        if i < seen
        else Row(names[i], i, _number(float(q[query] @ k[i])), "", None)
        for i in order
        if i in shown
    ]
    others = None
    if len(shown) < T:
        rest = [i for i in range(seen) if i not in shown]
        text = f"{T - len(shown)} others" + (f", {T - seen} of them not seen" if seen < T else "")
        others = Others(text, float(found.weights[rest].sum()))
    table = Steps(
        titles=("key", f"k ({d} numbers)", "q·k", f"÷ √{d} = {math.sqrt(d):.2f}", "softmax", "weight × v"),
        asks=names[query],
        rows=rows,
        others=others,
        says="the head says, but is switched off" if off else "the head says",
        total=float(found.weights.sum()),
        count=T,
        seen=seen,
        pictures={
            "k": _image(k, top_k),
            "v": _image(told, top_v),
            "q": _image(q[query : query + 1], top_k),
            "s": _image(found.merged[None], top_v),
        },
    )
    attention_steps(key, table)
    st.caption(
        "Strips are vectors, a number a stripe: blue above zero, orange below; k and q share a scale, and so do the values."
    )


def _number(value: float) -> str:
    return f"{float(value):.2f}".replace("-", "−")


def _token(text: str) -> Token:
    shown = visible(text)
    return Token(shown, long=len(shown) > SHORT)


def _image(vectors, top: float) -> str:
    return data_uri(signed(np.asarray(vectors, np.float64), top, look_now().dark))
