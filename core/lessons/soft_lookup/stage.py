"""The stage: Python's own look-up, the switches, the soft dictionary, and what was measured on it."""

from __future__ import annotations

import streamlit as st

from core import data
from core.analysis.soft_lookup import TEMPERATURES
from core.lessons.soft_lookup import linked, measured
from core.lessons.soft_lookup.answering import find, python_says
from core.lessons.soft_lookup.soft_dictionary import soft_dictionary
from core.ui import url

SOURCES = {"glove": "GloVe", "own": "Your own arrows"}
LENGTHS = {"raw": "as they are", "unit": "all 1"}
SCALES = {"on": "yes", "off": "no"}
OWN_WORDS = {"in": "may win", "out": "left out"}


@st.fragment
def stage(prefix: str, stage_alone: bool) -> None:
    """All that answers a gesture; it reruns this function alone. stage_alone: without what a first paint can spare."""
    key = linked.box_key(prefix)
    asked = linked.asked(prefix, key)
    with st.container(border=True, key=f"{prefix}_stage"):
        source = _source(prefix)
        box, below = st.container(), st.container()
        with below:
            unit, scale, own_words = _switches(prefix, source)
        with box:
            st.caption("Hard: what Python answers. Below it, soft: the same question as attention answers it.")
            st.code(python_says(asked), language="python", wrap_lines=True)
            found = find(asked, source, unit, scale, own_words)
            soft_dictionary(
                key,
                asked=asked,
                answer=found.answer,
                temperatures=TEMPERATURES,
                spare=linked.SPARE,
                result_id=f"{source}/{unit}/{scale}/{own_words}/{asked.query}/{linked.shown(asked.temperature)}",
            )
    if not stage_alone:
        measured.measured(prefix, asked, found.answer, source, unit, scale, own_words)


def sources() -> list[str]:
    """What vectors there are on this machine."""
    return ["glove", "own"] if data.glove.available() else ["own"]


def _source(prefix: str) -> str:
    """Whose vectors: GloVe's, or the arrows that the person draws."""
    here = sources()
    source = url.choice(
        st.segmented_control, prefix, "from", "Vectors", here, here[0], SOURCES.__getitem__, required=True
    )
    if "glove" not in here:
        st.caption(f"GloVe is not on this machine. It comes with {data.glove.HOW_TO_GET}.")
    return source


def _switches(prefix: str, source: str) -> tuple[bool, bool, bool]:
    """Whether vectors count at length 1, whether their products are divided by the square root of their dimension, and
    whether a value may itself be the word nearest to what is merged."""
    with st.container(horizontal=True, gap="medium"):
        lengths = url.choice(
            st.segmented_control, prefix, "length", "Lengths", tuple(LENGTHS), "raw", LENGTHS.__getitem__, required=True,
            help="At length 1 a dot product is a cosine: it lies between −1 and 1, and a softmax hardly tells such numbers apart.",
        )  # fmt: skip
        scale = url.choice(
            st.segmented_control, prefix, "scale", "Divide by √d", tuple(SCALES), "on", SCALES.__getitem__, required=True,
            help="d is how many numbers a vector has: 50 in GloVe, 2 in the plane.",
        )  # fmt: skip
        own = "in"
        if source == "glove":
            own = url.choice(
                st.segmented_control, prefix, "own", "Values as nearest words", tuple(OWN_WORDS), "in",
                OWN_WORDS.__getitem__, required=True,
            )  # fmt: skip
    return lengths == "unit", scale == "on", own == "in"
