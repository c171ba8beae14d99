"""One token's attention in numbers: q and k, their product, scaled, masked, softmax, and the weighted values."""

from __future__ import annotations

import html
import math

import numpy as np
import streamlit as st

from core.analysis.reading import Reading
from core.analysis.soft_lookup import look_up
from core.ui.attention.tokens_shown import visible
from core.ui.figures import data_uri, signed

SHORT = 6  # signs of a token that fit anywhere: the others are clipped
MOST = 40  # keys in the table: with more of them the browser takes longer over it than over all heads
_STYLE = """
<style>
.ll-steps { max-height: 30rem; overflow: auto; border-radius: .4rem; }
.ll-steps table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: 1rem; }
.ll-steps th { position: sticky; top: 0; z-index: 1; background: var(--ll-ground); text-align: right; font-weight: 600; padding: .35rem .6rem; white-space: nowrap; }
.ll-steps td { text-align: right; padding: .12rem .6rem; white-space: nowrap; border: 0; }
.ll-steps th:first-child, .ll-steps td:first-child, .ll-steps th:nth-child(5) { text-align: left; }
.ll-steps bdi.long { max-width: 12rem; overflow: hidden; text-overflow: ellipsis; display: inline-block; vertical-align: bottom; }
.ll-steps i { display: block; height: 1.1rem; min-width: 6rem; border-radius: .15rem; background-repeat: no-repeat; image-rendering: pixelated; }
.ll-steps .w { display: flex; align-items: center; gap: .5rem; min-width: 9rem; }
.ll-steps .w b { display: block; height: 1rem; border-radius: 0 .2rem .2rem 0; background: var(--ll-ours); min-width: 1px; }
.ll-steps tfoot td { position: sticky; bottom: 0; background: var(--ll-ground); border-top: 2px solid var(--ll-stone); padding: .35rem .6rem; font-weight: 600; }
.ll-steps td:nth-child(5) { text-align: left; }
.ll-steps tr.no td { opacity: .75; }
@media (max-width: 640px) { /* the strip of k and the scaled product give way */
  .ll-steps :is(th, td):is(:nth-child(2), :nth-child(4)) { display: none; }
  .ll-steps :is(th, td) { padding-inline: .3rem; } .ll-steps i { min-width: 4.5rem; } .ll-steps bdi.long { max-width: 5rem; }
}
</style>
"""


def table(reading: Reading, layer: int, head: int, query: int, off: bool = False) -> None:
    """Every step of one query in one head, a row a key; all numbers come from the model's own q, k and v.

    Of a long sentence those keys that get the most weight have a row, the others one together."""
    _, q, k, v = reading.head(layer, head)
    T, d = k.shape
    seen = query + 1 if reading.causal else T  # keys that the query may see stand first
    found = look_up(q[query], k[:seen], v[:seen])
    told = found.weights[:, None] * v[:seen]  # (seen, d)
    top_k, top_v = float(k.abs().max()), float(told.abs().max())
    names = [_name(text) for text in reading.pieces.texts]
    rows = []
    order = [*range(seen - 1, -1, -1), *range(seen, T)] if reading.causal else range(T)  # what is nearest says most
    shown = set(range(T))
    if T > MOST:
        shown = set(found.weights.topk(min(MOST, seen)).indices.tolist())
    for i in order:
        if i not in shown:
            continue
        if i < seen:
            weight = float(found.weights[i])
            rows.append(
                f"<tr><td>{names[i]}</td><td>{_strip('k', i, T)}</td><td>{_number(found.products[i])}</td><td>{_number(found.scaled[i])}</td>"
                f'<td><span class="w"><b style="width:{6 * weight:.2f}rem"></b>{weight:.3f}</span></td><td>{_strip("v", i, seen)}</td></tr>'
            )
        else:
            rows.append(
                f'<tr class="no"><td>{names[i]}</td><td>{_strip("k", i, T)}</td><td>{_number(float(q[query] @ k[i]))}</td><td>−∞</td>'
                "<td>not seen</td><td></td></tr>"
            )
    if others := T - len(shown):
        rest = [i for i in range(seen) if i not in shown]
        words = f"{others} others" + (f", {T - seen} of them not seen" if seen < T else "")
        rows.append(
            f"<tr><td>{words}</td><td></td><td></td><td></td><td>together {float(found.weights[rest].sum()):.3f}</td><td></td></tr>"
        )
    says = "the head says, but is switched off" if off else "the head says"
    head_row = "".join(
        f"<th>{name}</th>"
        for name in ("key", f"k ({d} numbers)", "q·k", f"÷ √{d} = {math.sqrt(d):.2f}", "softmax", "weight × v")
    )
    st.html(
        _STYLE + f'<div class="ll-steps" tabindex="0" role="region" aria-label="Step by step">'
        f"<style>.ll-steps .k {{ background-image: url({_image(k, top_k)}) }} .ll-steps .v {{ background-image: url({_image(told, top_v)}) }} "
        f".ll-steps .q {{ background-image: url({_image(q[query : query + 1], top_k)}) }} .ll-steps .s {{ background-image: url({_image(found.merged[None], top_v)}) }}</style>"
        f"<table><thead><tr>{head_row}</tr></thead><tbody>"
        f"<tr><td>q of {names[query]}</td><td>{_strip('q', 0, 1)}</td><td></td><td></td><td></td><td></td></tr>{''.join(rows)}"
        f"</tbody><tfoot><tr><td>{says}</td><td></td><td></td><td></td><td>sum {float(found.weights.sum()):.3f}</td><td>{_strip('s', 0, 1)}</td></tr></tfoot>"
        "</table></div>"
    )
    st.caption(
        "Strips are vectors, a number a stripe: blue above zero, orange below; k and q share a scale, and so do the values."
    )


def _number(value: float) -> str:
    return f"{float(value):.2f}".replace("-", "−")


def _name(text: str) -> str:
    shown = visible(text)
    kind = ' class="long"' if len(shown) > SHORT else ""
    return f"<bdi{kind}>{html.escape(shown)}</bdi>"


def _strip(kind: str, row: int, rows: int) -> str:
    """One row of the picture that the style sheet gives this kind: a table of vectors is one picture, not a hundred."""
    at = 100 * row / (rows - 1) if rows > 1 else 0
    return f'<i class="{kind}" style="background-size:100% {100 * rows}%;background-position:0 {at:.4f}%"></i>'


def _image(vectors, top: float) -> str:
    return data_uri(signed(np.asarray(vectors, np.float64), top))
