"""The weights of one head: its four matrices, and what they make of tokens."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
import torch
from torch import Tensor

from core.data.visible import visible
from core.lessons.attention import charts_weights as charts
from core.lessons.attention import links
from core.lessons.attention import matrices as weights
from core.lessons.attention.subject import Head, Subject
from core.lessons.attention.weights_drawn import BRIGHTEST, chart, frequent, names, picture, scale
from core.ui.words import plain

CIRCUIT_TOKENS = 30
CLEARLY = 4.0  # standard deviations of the draws: the most uneven of four matrices is compared
MUCH = 0.1  # by which a share is called larger than that of random numbers
MUON = " Muon, the optimiser that trained these matrices, moves all directions of a matrix alike in each step, which keeps them even."
CIRCUITS = {"qk": "Who looks at whom", "ov": "What it takes from there"}
LETTERS = {"q": "Q", "k": "K", "v": "V", "o": "O"}


def _chosen_head(subject: Subject, head: Head) -> Head:
    """The head whose weights are shown: the newest choice, here or on the stage."""
    slot = f"_{links.PREFIX}_weights_of"
    before = st.session_state.get(slot)
    st.session_state[slot] = head
    if before is not None and before != head:  # the stage has moved on
        links.WEIGHTS_LAYER.set(head[0] + 1)
        links.WEIGHTS_HEAD.set(head[1] + 1)
    layers, heads = range(1, subject.layers + 1), range(1, subject.heads + 1)
    left, right, _ = st.columns([0.26, 0.5, 0.24])
    with left:
        layer = links.WEIGHTS_LAYER.widget(st.segmented_control, layers, head[0] + 1, required=True)
    with right:
        which = links.WEIGHTS_HEAD.widget(st.segmented_control, heads, head[1] + 1, required=True)
    return layer - 1, which - 1


def matrices(subject: Subject, text: str, head: Head) -> None:
    """The four matrices of a head as pictures, and how few directions they use."""
    layer, which = _chosen_head(subject, head)
    found = weights.head_matrices(subject.model, layer, which)
    four = {name: getattr(found, name) for name in LETTERS}
    shares = {name: weights.spectrum(matrix) for name, matrix in four.items()}
    D, K = found.q.shape
    chance = weights.random_spectra(D, K)
    top = float(torch.cat([matrix.flatten() for matrix in four.values()]).abs().quantile(BRIGHTEST))
    few = max(1, K // 4)
    st.markdown(_uses_few({n: float(s[:few].sum()) for n, s in shares.items()}, chance[:, :few].sum(1), few, K))
    for pair in ("qk", "vo"):
        for column, name in zip(st.columns(2, gap="large"), pair, strict=True):
            matrix = four[name]
            said = (
                f"<b>W<sub>{LETTERS[name]}</sub></b> · {matrix.shape[0]} × {matrix.shape[1]} · norm {float(matrix.norm()):.2f} · "
                f"largest singular value {float(shares[name][0]):.0%} of the squares"
            )
            drawn = matrix if name == "o" else matrix.mT  # all with the head's numbers downwards
            alt = f"the matrix W {LETTERS[name]} of layer {layer + 1}, head {which + 1}"
            with column:
                picture(drawn.numpy(), top, said, alt, "low")
    scale(top)
    st.caption(
        f"In each picture a column is one of the {D} numbers that a token carries, a row one of the {K} numbers of the head: "
        "$W_Q$, $W_K$ and $W_V$ read the former into the latter, $W_O$ writes back."
    )
    left, right = st.columns([0.58, 0.42], gap="large")
    with left:
        rows = [
            {"matrix": name, "rank": i + 1, "share": float(value)}
            for name, share in [*((f"W {LETTERS[n]}", s) for n, s in shares.items()), (charts.RANDOM, chance.mean(0))]
            for i, value in enumerate(share.cumsum(0).clamp(max=1))
        ]
        chart(charts.spectrum, rows, "spectrum")
    with right:
        st.markdown(
            "A matrix of numbers is a sum of directions: it measures one direction of its input and writes one direction of "
            "its output, again and again, each time with a strength, its *singular value*. Where the curve of a matrix lies above "
            "that of random numbers, the head cares about few directions and leaves the others alone."
            + (MUON if subject.causal else "")
        )


def _uses_few(shares: dict[str, float], chance: Tensor, few: int, count: int) -> str:
    """The claim about the most uneven matrix, in a sentence. chance: the same share of each draw of random numbers."""
    name = max(shares, key=shares.__getitem__)
    what = (
        f"of the {count} singular values of $W_{LETTERS[name]}$ the largest {few} hold {shares[name]:.0%} of the squares, of random "
        f"numbers {float(chance.mean()):.0%}."
    )
    if shares[name] > float(chance.mean()) + MUCH:
        return f"**This head uses few directions:** {what}"
    if shares[name] > float(chance.mean() + CLEARLY * chance.std()):
        return f"**This head uses its directions only a little less evenly than random numbers:** {what}"
    return f"**These matrices are spread like random numbers:** {what}"


def circuits(subject: Subject, text: str, head: Head) -> None:
    """Tokens against tokens: which looks at which, and what it takes from there."""
    layer, which = _chosen_head(subject, head)
    name = names(subject)
    ids = {
        "sentence": weights.in_order(subject.pieces(text).ids, CIRCUIT_TOKENS),
        "frequent": frequent(subject)[:CIRCUIT_TOKENS],
    }
    options = tuple(key for key, some in ids.items() if some)
    if not options:
        st.info("There is no token to look at: write a sentence above.", icon=":material/grid_on:")
        return
    titles = {"sentence": "of the sentence", "frequent": "most frequent" if subject.causal else "common words"}
    left, right = st.columns([0.64, 0.36], gap="large")
    with right:
        circuit = links.CIRCUIT.widget(st.segmented_control, shown=CIRCUITS.__getitem__, required=True)
        of = links.CIRCUIT_OF.widget(st.segmented_control, options, options[0], titles.__getitem__, required=True)
    shown = torch.tensor(ids[of])
    values = (weights.qk_circuit if circuit == "qk" else weights.ov_circuit)(subject.model, layer, which, shown)
    values = weights.centred(values)
    labels = _distinct([visible(name(i)) for i in ids[of]])
    rows = [
        {"a": a, "b": b, "value": float(value)}
        for a, line in zip(labels, values, strict=True)
        for b, value in zip(labels, line, strict=True)
    ]
    with left:
        chart(charts.circuit, rows, "circuit")
    with right:
        st.markdown(_about_qk(labels, values) if circuit == "qk" else _about_ov(labels, values))
        if circuit == "ov":
            score = weights.copying(subject.model, layer, which)
            own = weights.raised(subject.model, layer, which)
            st.markdown(
                f"Copying score over all {len(weights.token_embeddings(subject.model)):,} tokens: **{score:+.2f}**, the sum of the eigenvalues of "
                "this table over the sum of their sizes (Elhage et al. 2021). 1 means that all mixtures of tokens which come out as multiples of "
                "themselves are raised, −1 that all are lowered. It is not about each token: a look at it raises the token itself above the mean "
                f"token for **{own:.0%}** of them."
            )
        st.caption(_about_tokens(subject, layer, of))


def _about_qk(labels: Sequence[str], values: Tensor) -> str:
    row, column = divmod(int(values.argmax()), len(labels))
    own = float(values.diagonal().mean())
    said = (
        "A row is a token that looks, a column one that it may look at: $E W_Q W_K^T E^T / \\sqrt{K}$, each row without its mean, "
        "which softmax does not see. Blue: looks there rather than elsewhere.\n\n"
    )
    if len(labels) < 2:
        return said
    towards = "rather at themselves" if own > 0 else "rather not at themselves"
    return said + (
        f"The strongest wish here is that of **{plain(labels[row])}** to look at **{plain(labels[column])}**, "
        f"{float(values[row, column]):.1f} above the mean of its row. Tokens look {towards}: {own:+.2f} on average on the diagonal."
    )


def _about_ov(labels: Sequence[str], values: Tensor) -> str:
    said = (
        "A row is a token that is looked at, a column one whose score this raises (blue) or lowers (orange): $E W_V W_O E^T$, each row "
        "without its mean.\n\n"
    )
    if len(labels) < 2:
        return said
    own = int((values.argmax(dim=1) == torch.arange(len(labels))).sum())
    row, column = divmod(int(values.argmax()), len(labels))
    return said + (
        f"**{own} of {len(labels)}** of these tokens raise themselves the most. The strongest effect: a look at "
        f"**{plain(labels[row])}** speaks for **{plain(labels[column])}**."
    )


def _about_tokens(subject: Subject, layer: int, of: str) -> str:
    alone = "Tokens by themselves, without their place" + (
        f" and without what {layer} earlier layer{'s' if layer > 1 else ''} would have added." if layer else "."
    )
    back = (
        " In a text a token can only look back."
        if subject.causal
        else " The model has no output over tokens: scores are products with its word embeddings."
    )
    which = {
        "sentence": f" The first {CIRCUIT_TOKENS} different tokens of the sentence.",
        "frequent": " By how often they stand in a sample of its text."
        if subject.causal
        else " Words of this lab's own lists.",
    }
    return alone + which[of] + back


def _distinct(names: Sequence[str]) -> list[str]:
    """Names of a chart's rows must differ; two tokens may look alike ("·" is also a space)."""
    found: list[str] = []
    for name in names:
        while name in found:
            name += "′"
        found.append(name)
    return found
