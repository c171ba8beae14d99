"""Look at the weights: a head's matrices and what they do to tokens, the places, and the tokens as vectors."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.lessons.attention import links
from core.lessons.attention.subject import Head, Subject
from core.lessons.attention.weights_of_head import circuits, matrices
from core.lessons.attention.weights_of_places import places
from core.lessons.attention.weights_of_tokens import tokens


def show(subject: Subject, text: str, head: Head) -> None:
    """Four ways to look. head: the one on the stage, layer and head from 0."""
    see = links.SEE.widget(
        st.segmented_control, shown=lambda way: WAYS[way][0], required=True, label_visibility="collapsed"
    )
    WAYS[see][1](subject, text, head)


WAYS: dict[str, tuple[str, Callable[[Subject, str, Head], None]]] = {
    "matrices": ("A head's matrices", matrices),
    "circuits": ("Its circuits", circuits),
    "positions": ("Places", places),
    "tokens": ("Tokens", tokens),
}
