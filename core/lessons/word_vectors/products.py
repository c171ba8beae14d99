"""Two words side by side: what their dot product is made of, and a table of similarities."""

from __future__ import annotations

import numpy as np
import streamlit as st
import torch

from core.charts import theme
from core.lessons.word_vectors import charts_products, links
from core.lessons.word_vectors.charts_matrix import matrix
from core.lessons.word_vectors.seeing import unknown
from core.lessons.word_vectors.shown import Shown
from core.lessons.word_vectors.similarity import spearman
from core.ui.charted import draw_chart
from core.ui.look import look_now
from core.ui.words import plain, typed

MATRIX_WORDS = 20
HARDLY, MOSTLY = 0.3, 0.6  # sizes of a rank correlation, for words
ORDERS = {"size": "largest first", "place": "as they come"}
KINDS = {"cosine": "cosine", "dot": "dot product"}


def products(shown: Shown) -> None:
    """The dot product, coordinate by coordinate, and a matrix of a list of words."""
    vectors = shown.vectors
    here = [word for word in ("king", "queen", *vectors.words[60:80], *vectors.words[:2]) if word in vectors]
    left, right = st.columns([0.58, 0.42], gap="large")
    with left:
        a_column, b_column = st.columns(2)
        with a_column:
            first = typed(links.FIRST, 1, here[0])
        with b_column:
            second = typed(links.SECOND, 1, here[min(1, len(here) - 1)])
        order = links.ORDER.widget(st.segmented_control, shown=ORDERS.__getitem__, required=True)
        missing = [word for word in [*first, *second] if word not in vectors]
        if missing or not first or not second:
            unknown(shown, missing)
            st.info("Write two words that these vectors know.", icon=":material/edit:")
        else:
            _pair(shown, first[0], second[0], order)
    with right:
        kind = links.KIND.widget(st.segmented_control, shown=KINDS.__getitem__, required=True)
        listed = typed(links.LISTED, MATRIX_WORDS)
        known = [word for word in listed if word in vectors]
        unknown(shown, [word for word in listed if word not in vectors])
        if len(known) < 2:
            st.info("Write two or more words that these vectors know.", icon=":material/grid_on:")
        else:
            table = _similarities(shown, known, kind)
            rows = [{"a": a, "b": b, "value": table[i][j]} for i, a in enumerate(known) for j, b in enumerate(known)]
            spec = theme.spec(matrix, rows, look_now())
            draw_chart(spec, key=f"{links.PREFIX}_matrix")
            if kind == "dot":
                st.caption(
                    f"Dot products grow with the lengths of the vectors. {lengths(_by_rank(shown), len(vectors))}"
                )


def _pair(shown: Shown, a: str, b: str, order: str) -> None:
    vectors = shown.vectors
    rows, norms = vectors.rows([a, b]), vectors.norm[vectors.rows([a, b])].tolist()
    product = (vectors.unit[rows[0]] * vectors.unit[rows[1]]).cpu()
    cosine = float(product.sum())
    places = torch.argsort(product.abs(), descending=True) if order == "size" else torch.arange(len(product))
    drawn = [{"coordinate": int(i) + 1, "product": float(product[i])} for i in places]
    spec = theme.spec(charts_products.products, drawn, look_now())
    draw_chart(spec, key=f"{links.PREFIX}_products")
    st.markdown(
        f"The {len(product)} products of *{plain(a)}* and *{plain(b)}*, each vector at length 1, add up to the **cosine {cosine:.3f}**. As the vectors "
        f"were learned, their lengths are {norms[0]:.2f} and {norms[1]:.2f}, and the **dot product is {cosine * norms[0] * norms[1]:.2f}**."
    )


def _by_rank(shown: Shown) -> float | None:
    """Spearman's correlation of the words' lengths with their ranks by frequency, 1 for the most frequent."""
    norm = shown.vectors.norm.cpu().numpy()
    return spearman(norm, np.arange(len(norm)))


def lengths(rho: float | None, count: int) -> str:
    """What the lengths of vectors have to do with how frequent the words are."""
    if rho is None:
        return "All of them are equally long here."
    figures = f"(Spearman's correlation of length with rank by frequency, over {count:,} words: {rho:.2f})".replace(
        "-", "−"
    )
    if abs(rho) < HARDLY:
        return f"Here length says hardly anything of how often a word occurs {figures}."
    which = "frequent" if rho < 0 else "rare"
    return f"Here {'mostly ' if abs(rho) > MOSTLY else 'rather '}{which} words are long {figures}."


def _similarities(shown: Shown, known: list[str], kind: str) -> list[list[float]]:
    unit = shown.vectors.of(known)
    table = unit @ unit.T
    if kind == "dot":
        norm = shown.vectors.norm[shown.vectors.rows(known)]
        table = table * norm[:, None] * norm[None]
    return table.tolist()
