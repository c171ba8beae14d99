"""Which model and which sentences: the controls above the stage."""

from __future__ import annotations

import streamlit as st

from core import data
from core.lessons.attention.subject import MINILM
from core.ui import url

SOURCES = {"kjv": "King James Bible", "wordnet": "WordNet", "own": "Your text", MINILM: "MiniLM"}
TOKENS = {"bpe-512": "512 subwords", "bpe-2048": "2,048 subwords", "characters": "Characters"}
SENTENCE = "A robot must obey the orders given it by human beings"
MOST = 4_000  # characters; the models read far fewer tokens


def source(prefix: str) -> str:
    """The text that the model has learned from, or the pretrained model; a sentence for each that is not here."""
    found = {"own": True, MINILM: data.minilm.available()}
    options = [name for name in SOURCES if found.get(name, data.available(name))]
    chosen = url.choice(
        st.segmented_control, prefix, "from", "Model trained on", options, options[0], SOURCES.__getitem__, required=True, wrap=True,
        help="Three choices train a small model of this lab on a text. MiniLM is a published encoder that others trained on a "
        "billion pairs of sentences.",
    )  # fmt: skip
    if "kjv" not in options:
        st.caption(f"The King James Bible is not on this machine. {data.how_to_get('kjv')}")
    if MINILM not in options:
        st.caption(f"MiniLM, a real pretrained encoder, is not on this machine: {data.minilm.HOW_TO_GET}.")
    return chosen


def tokens(prefix: str) -> str:
    """What the model reads as one token."""
    return url.choice(
        st.segmented_control, prefix, "tokens", "Tokens", tuple(TOKENS), "bpe-512", TOKENS.__getitem__, required=True, wrap=True,
        help="Subwords are made by byte-pair encoding of the text: the pairs that occur most are joined, again and again.",
    )  # fmt: skip


def sentences(prefix: str) -> tuple[str, str]:
    """The student's sentence, and a second one to compare with or "". Their fields stand on the stage (`fields`)."""
    return _settled(prefix, "t", SENTENCE), _settled(prefix, "t2", "")


def fields(prefix: str) -> tuple[str, str]:
    """The two text fields; what stands in them now."""
    first, second = st.columns([0.6, 0.4], gap="medium")
    with first:
        text = _typed(prefix, "t", "Your sentence", SENTENCE)
    with second:
        other = _typed(prefix, "t2", "Compare with another sentence", "", placeholder="none")
    return text, other


def _settled(prefix: str, name: str, default: str) -> str:
    """The text in the session; at first that of the link."""
    full = url.remember(prefix, name, default)
    if full not in st.session_state:
        linked = url.get(prefix, name)
        st.session_state[full] = (default if linked is None else linked)[:MOST]
    return (st.session_state[full] or "")[:MOST]


def _typed(prefix: str, name: str, label: str, default: str, **kwargs: str) -> str:
    """A text field whose text is in the URL as it was typed."""
    _settled(prefix, name, default)
    text = st.text_input(label, key=url.key(prefix, name), max_chars=MOST, persist_state="session", **kwargs)
    text = (text or "")[:MOST]
    url.put(prefix, name, None if text == default else text)
    return text
