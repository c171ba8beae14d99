"""Which vectors are on the page: GloVe, or a model that was trained here on a text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from core import data
from core.lessons.word_vectors import links, settling, shown
from core.lessons.word_vectors.expression_box import MAX_WORDS, mount_vocabulary, put
from core.lessons.word_vectors.shown import Shown
from core.ui.own import text as own_text
from core.ui.page import Model, Page, Panel


@dataclass(frozen=True, eq=False)
class OnPage:
    """The vectors that are shown, None where there are none yet; and the model they come from, None for GloVe."""

    shown: Shown | None
    model: Model | None


def choose(page: Page) -> OnPage:
    """Draws the switches above the stage, and finds the vectors. Where there are none the page says what to do."""
    with page.play:
        left, right = st.columns([0.55, 0.45], gap="large")
        with left:
            source = shown.choose_source()
        with right:
            size, method = (shown.vocabulary(), "") if source == "glove" else (0, shown.method())
    if source == "glove":
        return OnPage(_read(page, lambda: shown.glove(size)), None)
    text = shown.text_of(source)
    if text is None:
        page.block(lambda: own_text.form(links.TEXT))
        return OnPage(None, None)
    model = page.model(_panel(source, text), {"data": text, "method": method})
    if model.record is None:
        return OnPage(None, model)
    return OnPage(_read(page, lambda: shown.learned(source, model.record)), model)


def _read(page: Page, read: Any) -> Shown | None:
    """The vectors; where they cannot be read, the page says so."""
    try:
        return read()
    except (shown.lab.Damaged, data.Missing) as error:
        message = str(error)
        page.block(lambda: st.error(message, icon=":material/broken_image:"))
        return None


def _panel(source: str, text: str) -> Panel:
    named = "your text" if source == "own" else data.texts.ENTRIES[text].title

    def facts(config: Any) -> str:
        return f"{shown.METHODS[config.method]} on {named} · {config.dimension} numbers a word"

    change = (lambda: own_text.form(links.TEXT)) if source == "own" else None
    return Panel("word2vec", facts, settling.live, change=change, title="These vectors", noun="word vectors")


def vocabulary(one: Shown) -> None:
    """The words by which the box completes what is typed; mounted once, outside of the stage."""
    mount_vocabulary(links.BOX, one.vectors.words[:MAX_WORDS])


def about(on_page: OnPage, page: Page) -> None:
    """Where GloVe comes from; or the model, its training, and how its neighbours settled."""
    if on_page.model is None:
        if not page.quiet:
            st.header("These vectors", anchor=False)
            credit = data.glove.source()
            st.markdown(
                f"{credit.title}, {credit.licence}, from the {credit.origin}. They were learned elsewhere from 6 billion words of Wikipedia "
                "and news; the lab reads them. To see vectors being learned, choose a text above: the King James Bible has 0.8 million words, "
                "enough for gender and tense, but not for capitals."
            )
        return
    page.about(on_page.model)
    if not page.quiet:
        with st.expander("How the neighbours settled", icon=":material/timeline:"):
            settling.stored(on_page.model.record)


def set_up(expression: str, own: str = "out") -> None:
    """Put an expression into the box."""
    put(links.BOX, expression)
    links.TABLE.case({"own": own, "by": "add"})


def an_own_case(glove: str, learned: str) -> None:
    """Put an expression into the box: one for GloVe, another for vectors that were learned here."""
    set_up(glove if links.SOURCE.drawn() == "glove" else learned)
