"""Two words side by side: what their dot product is made of, and a table of similarities."""

from __future__ import annotations

import streamlit as st
import torch

from core.charts import theme
from core.lessons.word_vectors import charts_products, links
from core.lessons.word_vectors.charts_matrix import matrix
from core.lessons.word_vectors.seeing import unknown
from core.lessons.word_vectors.shown import Shown
from core.ui.look import look_now
from core.ui.words import plain, typed

MATRIX_WORDS = 20
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
            st.vega_lite_chart(spec, width="stretch", theme=None, key=f"{links.PREFIX}_matrix")
            if kind == "dot":
                st.caption(
                    "Dot products grow with the lengths of the vectors, which tell more of how often a word occurs."
                )


def _pair(shown: Shown, a: str, b: str, order: str) -> None:
    vectors = shown.vectors
    rows, norms = vectors.rows([a, b]), vectors.norm[vectors.rows([a, b])].tolist()
    product = (vectors.unit[rows[0]] * vectors.unit[rows[1]]).cpu()
    cosine = float(product.sum())
    places = torch.argsort(product.abs(), descending=True) if order == "size" else torch.arange(len(product))
    drawn = [{"coordinate": int(i) + 1, "product": float(product[i])} for i in places]
    spec = theme.spec(charts_products.products, drawn, look_now())
    st.vega_lite_chart(spec, width="stretch", theme=None, key=f"{links.PREFIX}_products")
    st.markdown(
        f"The {len(product)} products of *{plain(a)}* and *{plain(b)}*, each vector at length 1, add up to the **cosine {cosine:.3f}**. As the vectors "
        f"were learned, their lengths are {norms[0]:.2f} and {norms[1]:.2f}, and the **dot product is {cosine * norms[0] * norms[1]:.2f}**."
    )


def _similarities(shown: Shown, known: list[str], kind: str) -> list[list[float]]:
    unit = shown.vectors.of(known)
    table = unit @ unit.T
    if kind == "dot":
        norm = shown.vectors.norm[shown.vectors.rows(known)]
        table = table * norm[:, None] * norm[None]
    return table.tolist()
