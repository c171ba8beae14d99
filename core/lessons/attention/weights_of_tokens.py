"""The tokens as vectors: a map of them, and the nearest of one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st
from torch import Tensor

from core import data
from core.analysis.pca import pca
from core.charts.words import word_map
from core.data.normal import word_list
from core.data.visible import visible
from core.lessons.attention import links
from core.lessons.attention import matrices as weights
from core.lessons.attention.subject import Head, Subject
from core.lessons.attention.weights_drawn import chart, frequent, names
from core.ui import maps
from core.ui.bars import Bar, bars
from core.ui.words import plain

MAP_TOKENS, NEAR = 200, 8


def tokens(subject: Subject, text: str, head: Head) -> None:
    """The tokens as vectors: a map, and the nearest of one of them."""
    name, embeddings = names(subject), weights.token_embeddings(subject.model)
    pieces = subject.pieces(text)
    ids = weights.in_order([*pieces.ids, *frequent(subject)], MAP_TOKENS)
    left, right = st.columns([0.62, 0.38], gap="large")
    with right:
        method = links.MAP.widget(st.segmented_control, shown=str.upper, required=True)
        _near(subject, text, name, embeddings)
    with left:
        if len(ids) < 4:
            st.info("A map needs four tokens: write a sentence above.", icon=":material/scatter_plot:")
            return
        places = _map(subject, embeddings[ids], ids, method)
        if places is None:
            return
        xy, about = places
        rows = [
            {"kind": "word", "word": visible(name(i)), "group": weights.kind_of(name(i), not subject.causal), "x": a, "y": b, "x2": None,
             "y2": None}
            for i, (a, b) in zip(ids, xy.tolist(), strict=True)
        ]  # fmt: skip
        chart(word_map, rows, "tokens")
        first = "most frequent of its text" if subject.causal else "words of this lab's own lists"
        st.caption(f"{len(ids)} tokens: those of the sentence, then the {first}; · is a space. {about}")


def _map(subject: Subject, x: Tensor, ids: Sequence[int], method: str) -> tuple[np.ndarray, str] | None:
    """(N, 2) and what to know about it, or None while it is computed."""
    if method == "pca":
        fitted = pca(x, 2)
        share = float(fitted.explained_variance.sum() / x.double().var(dim=0).sum().clamp_min(1e-300))
        return fitted.encode(x).numpy().astype(float), f"PCA shows {share:.0%} of their spread."
    digest = hashlib.sha256(",".join(map(str, ids)).encode()).hexdigest()[:16]
    points = maps.points(
        "umap", f"{links.PREFIX}_wm_job", f"tokens-{subject.name}-{digest}", x, n_neighbors=min(12, len(ids) - 1), min_dist=0.3
    )  # fmt: skip
    return None if points is None else (points.astype(float), "UMAP keeps neighbours together and bends the rest.")


def _near(subject: Subject, text: str, name: Callable[[int], str], embeddings: Tensor) -> None:
    """The nearest tokens of one, in the space itself."""
    row = _one_token(subject, text, name)
    if row is None:
        st.info("Write a word to see its nearest tokens.", icon=":material/search:")
        return
    found = weights.nearest(embeddings, row, NEAR)
    mean = weights.mean_cosine(embeddings, row)
    st.markdown(f"Nearest to **{plain(visible(name(row)))}**, by cosine of the embeddings:")
    bars(
        [*(Bar(visible(name(i)), cosine, ours=True) for i, cosine in found), Bar("mean of all tokens", mean)], digits=2
    )
    st.caption(f"All {len(embeddings):,} tokens take part; no map in the plane can keep all neighbours.")


def _one_token(subject: Subject, text: str, name: Callable[[int], str]) -> int | None:
    """The token whose neighbours are wanted: out of a menu, or of MiniLM's 30,522 by its letters."""
    longest = max(subject.pieces(text).ids, key=lambda i: len(name(i)) * (name(i)[:1] != "["), default=None)
    if subject.causal:
        options = weights.in_order([*frequent(subject), *range(len(subject.words))], len(subject.words))
        default = options[0] if longest is None else longest
        return links.NEAR.widget(
            st.selectbox, options, default, lambda i: visible(name(i)),
            help="Most frequent first; type to find one. · is a space, ↵ a line break.",
        )  # fmt: skip
    default = "" if longest is None else name(longest).removeprefix("##")
    words = word_list(links.NEAR_WORD.input(default, help="A word in small letters, as the model has them."), 1)
    pieces = data.minilm.tokens(words[0] if words else "", 18)
    ids = weights.in_order(pieces.ids[1:-1], 16)
    if len(ids) < 2:
        return ids[0] if ids else None
    st.caption("The vocabulary has this word in pieces only; choose one.")
    return links.NEAR_PIECE.widget(st.segmented_control, ids, ids[0], lambda i: plain(visible(name(i))), required=True)
