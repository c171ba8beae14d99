"""The stage: Python's own look-up, the switches, the soft dictionary, and what was measured on it."""

from __future__ import annotations

import streamlit as st

from core import data
from core.lessons.soft_lookup import linked, links, measured
from core.lessons.soft_lookup.answering import find, python_says
from core.lessons.soft_lookup.measured import How
from core.lessons.soft_lookup.soft_dictionary import soft_dictionary

SOURCES = {"glove": "GloVe", "own": "Your own arrows"}
LENGTHS = {"raw": "as they are", "unit": "all 1"}
SCALES = {"on": "yes", "off": "no"}
OWN_WORDS = {"in": "may win", "out": "left out"}


def show(stage_alone: bool) -> None:
    """All that answers a gesture. stage_alone: without what a browser's first run can spare."""
    asked = linked.asked()
    with st.container(border=True, key=f"{links.PREFIX}_stage"):
        source = _source()
        box, below = st.container(), st.container()
        with below:
            how = _switches(source)
        with box:
            st.caption("Hard: what Python answers. Below it, soft: the same question as attention answers it.")
            # st.code would have the browser read 1.5 MB of programs that colour code before the stage is there
            with st.container(key=f"{links.PREFIX}_console"):
                st.text(python_says(asked))
            found = find(asked, how.source, how.unit, how.scale, how.own_words)
            named = f"{how.source}/{how.unit}/{how.scale}/{how.own_words}/{asked.query}"
            soft_dictionary(
                links.BOX,
                asked=asked,
                answer=found.answer,
                spare=linked.SPARE,
                result_id=f"{named}/{linked.shown(asked.temperature)}",
            )
    if not stage_alone:
        measured.measured(asked, found.answer, how)


def _source() -> str:
    """Whose vectors: GloVe's, or the arrows that the person draws."""
    here = ["glove", "own"] if data.glove.available() else ["own"]
    source = links.SOURCE.widget(st.segmented_control, here, here[0], SOURCES.__getitem__, required=True)
    if "glove" not in here:
        st.caption(f"GloVe is not on this machine. {data.how_to_get('glove')}")
    return source


def _switches(source: str) -> How:
    """The switches below the box."""
    with st.container(horizontal=True, gap="medium"):
        lengths = links.LENGTHS.widget(
            st.segmented_control, shown=LENGTHS.__getitem__, required=True,
            help="At length 1 a dot product is a cosine: it lies between −1 and 1, and a softmax hardly tells such numbers apart.",
        )  # fmt: skip
        scale = links.SCALE.widget(
            st.segmented_control, shown=SCALES.__getitem__, required=True,
            help="d is how many numbers a vector has: 50 in GloVe, 2 in the plane.",
        )  # fmt: skip
        own = "in"
        if source == "glove":
            own = links.OWN_WORDS.widget(st.segmented_control, shown=OWN_WORDS.__getitem__, required=True)
    return How(source, lengths == "unit", scale == "on", own == "in")
