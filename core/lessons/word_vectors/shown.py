"""Which word vectors the lesson shows: GloVe, or vectors that this lab learned from a text."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from core import data, lab
from core.analysis.vectors import WordVectors
from core.lessons.word_vectors import links
from core.ui.own import text as own_text

SOURCES = {"glove": "GloVe", "kjv": "King James Bible", "wordnet": "WordNet", "own": "Your text"}
VOCABULARY = links.VOCABULARY.default
METHODS = {"skip-gram": "Skip-gram", "cbow": "CBOW", "ppmi-svd": "Counting"}


@dataclass(frozen=True, eq=False)
class Shown:
    """The vectors on the page. name: names them; title: what a sentence calls them; record: of the model that learned them."""

    vectors: WordVectors
    name: str
    title: str
    record: lab.Record | None = None

    @property
    def memo_key(self) -> tuple[lab.Record | None, str]:
        return self.record, self.name


def here() -> list[str]:
    """The sources that this machine has, GloVe first; an own text can always be brought."""
    found = {"glove": data.glove.available(), "own": True}
    return [name for name in SOURCES if found.get(name, data.available(name))]


def choose_source() -> str:
    """The switch between the sources, with a sentence for each that is not here."""
    options = here()
    source = links.SOURCE.widget(st.segmented_control, options, options[0], SOURCES.__getitem__, required=True)
    missing = {name: data.how_to_get(name) for name in ("glove", "kjv", "wordnet") if name not in options}
    for name, how in missing.items():
        if name != "wordnet" or source == "own":  # WordNet is a second text; only who looks for texts misses it
            st.caption(f"{SOURCES[name]} is not on this machine. {how}")
    return source


def vocabulary() -> int:
    """How many of GloVe's words take part, the most frequent first."""
    return links.VOCABULARY.widget(
        st.select_slider, shown="{:,} words".format,
        help="A longer vocabulary knows more words, and offers more wrong answers.",
    )  # fmt: skip


def method() -> str:
    """How vectors are learned from the text."""
    return links.METHOD.widget(
        st.segmented_control, shown=METHODS.__getitem__, required=True,
        help="Skip-gram guesses the words near a word, CBOW a word from those near it. Counting factors a table of how much "
        "more often than by chance two words stand near each other (PPMI + SVD).",
    )  # fmt: skip


def text_of(source: str) -> str | None:
    """The name of the text to learn from; None where the person has brought none yet."""
    return own_text.chosen(links.TEXT) if source == "own" else source


def glove(size: int) -> Shown:
    """GloVe's first `size` words."""
    return Shown(lab.glove(size), f"glove-{size}", f"GloVe, {size:,} words")


def learned(source: str, record: lab.Record) -> Shown:
    """The vectors of a trained model. Raises lab.Damaged."""
    vectors = lab.word_vectors(record)
    named = f"{METHODS[record.config['method']]} on {'your text' if source == 'own' else SOURCES[source]}"
    return Shown(vectors, record.fingerprint[:16], f"{named}, {len(vectors):,} words", record)
