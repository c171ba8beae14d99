"""Look at the weights: a head's matrices and what they do to tokens, the places, and the tokens as vectors."""

from __future__ import annotations

import hashlib
import html
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import streamlit as st
import torch
from torch import Tensor

from core import data
from core.analysis import weights
from core.analysis.pca import pca
from core.charts import theme
from core.charts import weights as charts
from core.charts.words import word_map
from core.data import relations
from core.ui import maps, training, url
from core.ui.attention.subject import Head, Subject
from core.ui.attention.tokens_shown import visible
from core.ui.bars import Bar, bars
from core.ui.figures import data_uri, signed
from core.ui.words.seeing import typed
from core.ui.words.shown import plain

CIRCUIT_TOKENS, MAP_TOKENS, NEAR = 30, 200, 8
MOST_PLACES = 256  # that are drawn; MiniLM was trained on so many, and has as many more
FAR = 16  # places apart
CLEARLY = 4.0  # standard deviations of the draws: the most uneven of four matrices is compared
MUCH = 0.1  # by which a share is called larger than that of random numbers
OUTLIER = 2.0  # times as far from the middle as the median place
BRIGHTEST = 0.995  # of all numbers are within the scale of a picture
MUON = " Muon, the optimiser that trained these matrices, moves all directions of a matrix alike in each step, which keeps them even."
LETTERS = {"q": "Q", "k": "K", "v": "V", "o": "O"}

_STYLE = """
<style>
.ll-weights { margin: 0 0 .4rem; }
.ll-weights figcaption { font-size: 1rem; line-height: 1.45; margin: 0 0 .35rem; }
.ll-weights img { width: 100%; display: block; image-rendering: pixelated; border-radius: .3rem; outline: 1px solid var(--ll-stone); }
.ll-scale { display: grid; grid-template-columns: max-content minmax(4rem, 14rem) max-content; gap: .6rem; align-items: center;
  font-size: 1rem; font-variant-numeric: tabular-nums; }
.ll-scale img { width: 100%; height: 1rem; display: block; border-radius: .2rem; outline: 1px solid var(--ll-stone); }
</style>
"""


@st.fragment
def section(subject: Subject, text: str, head: Head) -> None:
    """Four ways to look; a gesture reruns this function alone. head: the one on the stage, layer and head from 0."""
    st.html(_STYLE)
    see = url.choice(
        st.segmented_control, subject.prefix, "see", "Look at", tuple(WAYS), "matrices", lambda way: WAYS[way][0],
        required=True, label_visibility="collapsed",
    )  # fmt: skip
    WAYS[see][1](subject, text, head)


# A head -----------------------------------------------------------------------------------------------------------


def _chosen_head(subject: Subject, head: Head) -> Head:
    """The head whose weights are shown: the newest choice, here or on the stage."""
    prefix, slot = subject.prefix, f"_{subject.prefix}_weights_of"
    before = st.session_state.get(slot)
    st.session_state[slot] = head
    if before is not None and before != head:  # the stage has moved on
        st.session_state[url.key(prefix, "wl")], st.session_state[url.key(prefix, "wh")] = head[0] + 1, head[1] + 1
    layers, heads = range(1, subject.layers + 1), range(1, subject.heads + 1)
    left, right, _ = st.columns([0.26, 0.5, 0.24])
    with left:
        layer = url.choice(
            st.segmented_control, prefix, "wl", "Layer", tuple(layers), head[0] + 1, said="Layer of the weights",
            required=True,
        )  # fmt: skip
    with right:
        which = url.choice(
            st.segmented_control,
            prefix,
            "wh",
            "Head",
            tuple(heads),
            head[1] + 1,
            said="Head of the weights",
            required=True,
        )
    return layer - 1, which - 1


def _matrices(subject: Subject, text: str, head: Head) -> None:
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
    for names in ("qk", "vo"):
        for column, name in zip(st.columns(2, gap="large"), names, strict=True):
            matrix = four[name]
            said = (
                f"<b>W<sub>{LETTERS[name]}</sub></b> · {matrix.shape[0]} × {matrix.shape[1]} · norm {float(matrix.norm()):.2f} · "
                f"largest singular value {float(shares[name][0]):.0%} of the squares"
            )
            drawn = matrix if name == "o" else matrix.mT  # all with the head's numbers downwards
            alt = f"the matrix W {LETTERS[name]} of layer {layer + 1}, head {which + 1}"
            with column:
                _picture(drawn.numpy(), top, said, alt, "min-height:6.5rem")
    _scale(top)
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
        _chart(subject, charts.spectrum, rows, "spectrum")
    with right:
        st.markdown(
            "A matrix of numbers is a sum of directions: it measures one direction of its input and writes one direction of "
            "its output, again and again, each time with a strength, its *singular value*. Where the curve of a matrix lies above "
            "that of random numbers, the head cares about few directions and leaves the others alone."
            + MUON
            * subject.causal
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


def _circuits(subject: Subject, text: str, head: Head) -> None:
    """Tokens against tokens: which looks at which, and what it takes from there."""
    layer, which = _chosen_head(subject, head)
    prefix, name = subject.prefix, _names(subject)
    ids = {
        "sentence": weights.in_order(subject.pieces(text).ids, CIRCUIT_TOKENS),
        "frequent": _frequent(subject)[:CIRCUIT_TOKENS],
    }
    options = tuple(key for key, some in ids.items() if some)
    if not options:
        st.info("There is no token to look at: write a sentence above.", icon=":material/grid_on:")
        return
    titles = {"sentence": "of the sentence", "frequent": "most frequent" if subject.causal else "common words"}
    left, right = st.columns([0.64, 0.36], gap="large")
    with right:
        circuit = url.choice(
            st.segmented_control, prefix, "wc", "Circuit", ("qk", "ov"), "qk",
            {"qk": "Who looks at whom", "ov": "What it takes from there"}.__getitem__, required=True,
        )  # fmt: skip
        of = url.choice(
            st.segmented_control, prefix, "wt", "Tokens", options, options[0], titles.__getitem__, required=True
        )
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
        _chart(subject, charts.circuit, rows, "circuit")
    with right:
        st.markdown(_about_qk(labels, values) if circuit == "qk" else _about_ov(labels, values))
        if circuit == "ov":
            score = weights.copying(subject.model, layer, which)
            st.markdown(
                f"Copying score over all {len(weights.token_embeddings(subject.model)):,} tokens: **{score:+.2f}**. 1 would be a head that makes "
                "each token it looks at more likely, −1 one that makes it less likely (Elhage et al. 2021)."
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


# Places -----------------------------------------------------------------------------------------------------------


def _places(subject: Subject, text: str, head: Head) -> None:
    """The embeddings of places as a picture, how alike they are, and the curve that they draw."""
    every = weights.place_embeddings(subject.model)
    x = every[:MOST_PLACES]
    P, D = x.shape
    alike = weights.cosines(x)
    means = weights.by_distance(alike)
    far = min(FAR, P // 2)
    st.markdown(_neighbours(float(means[1]), float(means[far]), far, (2 / (D * P)) ** 0.5))
    left, right = st.columns([0.56, 0.44], gap="large")
    top = float(x.abs().flatten().quantile(BRIGHTEST))
    with left:
        cut = f", the first {P} of {len(every)}" if len(every) > P else ""
        _picture(
            x.numpy(), top, f"<b>Each place as {D} numbers</b> · a row a place, from the top{cut}",
            f"embeddings of {P} places as a picture, a row a place", "aspect-ratio:1.27",
        )  # fmt: skip
        _scale(top)
    with right:
        _picture(
            alike.numpy(), 1, "<b>Cosine of each place with each</b> · both from the upper left",
            f"cosines of {P} places with each other; near the diagonal are neighbours", "aspect-ratio:1",
        )  # fmt: skip
        _scale(1, exact=True)
    left, right = st.columns([0.5, 0.5], gap="large")
    with left:
        st.markdown("**How alike places are, by how far apart they are**")
        rows = [{"distance": d, "cosine": float(means[d]), "chance": D**-0.5} for d in range(1, max(2, P // 2 + 1))]
        _chart(subject, charts.by_distance, rows, "distances")
        st.caption(f"The band: cosines of two random directions of {D} numbers, one standard deviation.")
    with right:
        st.markdown("**The places as a curve**, from the first to the last")
        far_off = (x - x.mean(dim=0)).norm(dim=1)
        begin = 1 if P > 3 and float(far_off[0]) > OUTLIER * float(far_off.median()) else 0
        fitted = pca(x[begin:], 2)
        share = float(fitted.explained_variance.sum() / x[begin:].double().var(dim=0).sum().clamp_min(1e-300))
        rows = [{"place": i, "x": a, "y": b} for i, (a, b) in enumerate(fitted.encode(x[begin:]).tolist(), begin + 1)]
        _chart(subject, charts.places, rows, "curve")
        left_out = " The first place lies far from all others and is left out." if begin else ""
        st.caption(f"PCA: the plane that shows most of their spread, {share:.0%} of it. Numbers are places.{left_out}")


def _neighbours(near: float, far: float, distance: int, noise: float) -> str:
    figures = f"mean cosine {near:.2f} one place apart, {far:.2f} {distance} apart"
    if near - far > 3 * noise:
        return f"**Neighbouring places are more alike than distant ones:** {figures}. Nobody told the model that places have an order."
    if far - near > 3 * noise:
        return f"**Neighbouring places are less alike than distant ones:** {figures}."
    return f"**Neighbouring places are no more alike than distant ones:** {figures}, which is within chance."


# Tokens -----------------------------------------------------------------------------------------------------------


def _tokens(subject: Subject, text: str, head: Head) -> None:
    """The tokens as vectors: a map, and the nearest of one of them."""
    name, embeddings = _names(subject), weights.token_embeddings(subject.model)
    pieces = subject.pieces(text)
    ids = weights.in_order([*pieces.ids, *_frequent(subject)], MAP_TOKENS)
    left, right = st.columns([0.62, 0.38], gap="large")
    with right:
        method = url.choice(
            st.segmented_control, subject.prefix, "wm", "Map by", ("pca", "umap"), "pca", str.upper, required=True
        )
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
        _chart(subject, word_map, rows, "tokens")
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
        "umap", f"{subject.prefix}_wm_job", f"tokens-{subject.name}-{digest}", x, n_neighbors=min(12, len(ids) - 1), min_dist=0.3
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
        options = weights.in_order([*_frequent(subject), *range(len(subject.words))], len(subject.words))
        default = options[0] if longest is None else longest
        return url.choice(
            st.selectbox, subject.prefix, "wn", "Nearest tokens of", options, default, lambda i: visible(name(i)),
            help="Most frequent first; type to find one. · is a space, ↵ a line break.",
        )  # fmt: skip
    default = "" if longest is None else name(longest).removeprefix("##")
    words = typed(
        subject.prefix, "ww", "Nearest tokens of", default, 1, help="A word in small letters, as the model has them."
    )
    pieces = data.minilm.tokens(words[0] if words else "", 18)
    ids = weights.in_order(pieces.ids[1:-1], 16)
    if len(ids) < 2:
        return ids[0] if ids else None
    st.caption("The vocabulary has this word in pieces only; choose one.")
    return url.choice(
        st.segmented_control,
        subject.prefix,
        "wp",
        "Piece",
        tuple(ids),
        ids[0],
        lambda i: plain(visible(name(i))),
        required=True,
    )


def _names(subject: Subject) -> Callable[[int], str]:
    """The name of a token by its number."""
    return subject.words.name if subject.causal else data.minilm.names().__getitem__


def _frequent(subject: Subject) -> list[int]:
    """Of a language model the tokens of its text, most frequent first; of MiniLM, whose text nobody has, common words."""
    if not subject.causal:
        return _common()
    if subject.record is None:
        return []
    return list(weights.frequent(subject.record.config["data"], subject.record.config["tokens"]))


@lru_cache(maxsize=1)
def _common() -> list[int]:
    """The words of the lab's groups that MiniLM has as one token, some of each group at first."""
    number = {name: i for i, name in enumerate(data.minilm.names())}
    groups = [group.words for group in relations.GROUPS]
    mixed = [words[i] for i in range(max(map(len, groups))) for words in groups if i < len(words)]
    return [number[word] for word in dict.fromkeys(mixed) if word in number]


def _distinct(names: Sequence[str]) -> list[str]:
    """Names of a chart's rows must differ; two tokens may look alike ("·" is also a space)."""
    found: list[str] = []
    for name in names:
        while name in found:
            name += "′"
        found.append(name)
    return found


# Pictures ---------------------------------------------------------------------------------------------------------


def _picture(values: np.ndarray, top: float, caption: str, alt: str, style: str) -> None:
    """A picture of signed numbers, a pixel a number. caption: our own HTML."""
    st.html(
        f'<figure class="ll-weights"><figcaption>{caption}</figcaption>'
        f'<img src="{data_uri(signed(values, top))}" alt="{html.escape(alt)}" style="{style}"></figure>'
    )


def _scale(top: float, exact: bool = False) -> None:
    """What the colours say. exact: no number lies outside."""
    low, high = f"−{top:.2g}", f"{top:.2g}"
    if not exact:
        low, high = f"{low} or less", f"{high} or more"
    bar = data_uri(signed(np.linspace(-1, 1, 129)[None], 1))
    st.html(
        f'<div class="ll-scale"><span>{low}</span><img src="{bar}" alt="orange below zero, white at it, blue above"><span>{high}</span></div>'
    )


def _chart(subject: Subject, build: Callable[..., Any], rows: list[dict[str, Any]], name: str) -> None:
    spec = theme.spec(build, rows, training.look_now())
    st.vega_lite_chart(spec, width="stretch", theme=None, key=f"{subject.prefix}_w_{name}")


WAYS: dict[str, tuple[str, Callable[[Subject, str, Head], None]]] = {
    "matrices": ("A head's matrices", _matrices),
    "circuits": ("Its circuits", _circuits),
    "positions": ("Places", _places),
    "tokens": ("Tokens", _tokens),
}
