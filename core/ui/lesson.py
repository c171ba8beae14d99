"""What all lessons share: the head with its tools, and the order of a page.

question -> play -> what was measured -> how it works -> try this
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import streamlit as st

from core.course import Lesson, by_slug
from core.ui import look, notes, url
from core.ui.components.page_tools import page_tools
from core.ui.links import Table
from core.ui.page import Page


@dataclass(frozen=True)
class Slice:
    """What a lesson offers to the rest of the program: `LESSON` in its folder's __init__.

    links: the parameters of its address. card: the HTML of its picture, or words, on the home page; None where there is
    nothing to show. warm: reads what the lesson opens on, once a server. reset: puts back what its components hold.
    """

    links: Table
    card: Callable[[], str | None] = lambda: None
    warm: Callable[[], None] = lambda: None
    reset: Callable[[], None] = lambda: None


@cache
def slice_of(slug: str) -> Slice:
    """What the lesson of that slug offers; KeyError where the course has no such lesson."""
    return importlib.import_module(f"core.lessons.{by_slug(slug).slug}").LESSON


def open(slug: str) -> Page:
    """Begin a lesson's page: title, question, tools, and the place for notes about the link."""
    part, lesson = slice_of(slug), by_slug(slug)

    def reset() -> None:
        part.links.reset()
        part.reset()

    _head(lesson, reset)
    said, play = st.container(), st.container()
    alone = first_paint(lesson.prefix)
    notes.open_place(lesson.prefix, said, again=alone)
    return Page(lesson, part.links, play, alone)


def head(slug: str, on_reset: Callable[[], None] = lambda: None) -> Lesson:
    """Title, question and tools of a lesson; call it first. on_reset: puts back what is no widget."""
    lesson = by_slug(slug)

    def reset() -> None:
        url.reset(lesson.prefix)
        on_reset()

    _head(lesson, reset)
    return lesson


def _head(lesson: Lesson, reset: Callable[[], None]) -> None:
    with st.container(key=f"{lesson.prefix}_head"):
        text, tools = st.columns([0.78, 0.22], vertical_alignment="top")
        with text:
            st.title(lesson.title, anchor=False)
            st.html(f'<p class="ll-question">{lesson.question}</p>')
        with tools, st.container(horizontal=True, horizontal_alignment="right", gap="small"):
            asked = page_tools(f"{lesson.prefix}_tools", look.presenting())
            st.button(
                "",
                icon=":material/restart_alt:",
                help="Reset this lesson",
                key=f"{lesson.prefix}_reset",
                on_click=reset,
            )
    if asked is not None and asked != look.presenting():
        look.present(asked)
        st.rerun()


def say_notes(prefix: str, again: bool = False) -> None:
    """What the link asked for and could not get; call it when all knobs are on the page. again: say it next time too."""
    for note in url.notes(prefix, keep=again):
        st.info(note, icon=":material/link:")


REST_AFTER = 0.8  # seconds


def first_paint(prefix: str) -> bool:
    """True in a browser's first run of a lesson: the page then draws its stage alone, and the rest comes by itself.

    A browser fetches and starts the code of each kind of widget and chart before it draws any of them: with the stage
    alone it is there sooner (`benchmarks/first_paint.py`), and what follows lies below the fold. What is no browser (a
    test, a crawler) has no clock to bring the rest, and gets the whole page at once.
    """
    slot = f"_{prefix}_painted"
    if slot in st.session_state or "Mozilla" not in st.context.headers.get("User-Agent", ""):
        return False
    st.session_state[slot] = True
    rest_follows()
    return True


def rest_follows(after: float = REST_AFTER) -> None:
    """Have the whole page run in so many seconds. A stage that is a fragment answers at once this way, and the parts of the
    page that stand outside of it, and take longer, come after."""
    calls: list[None] = []

    def come() -> None:
        calls.append(None)
        if len(calls) > 1:  # the first call belongs to the run that draws the stage; the next one is the fragment's own
            st.rerun()

    st.fragment(come, run_every=after)()


@dataclass(frozen=True)
class Try:
    """A card that sets the stage up for a surprising case."""

    title: str
    text: str
    on_click: Callable[..., None]
    args: tuple[Any, ...] = ()


def try_this(prefix: str, cards: Sequence[Try]) -> None:
    """Cards at the end of the play; each button changes the stage above."""
    st.header("Try this", anchor=False)
    for i, (column, card) in enumerate(zip(st.columns(len(cards)), cards, strict=True)):
        with column, st.container(border=True, height="stretch"):
            st.markdown(f"**{card.title}**")
            st.markdown(card.text)
            st.button(
                "Set it up",
                icon=":material/arrow_upward:",
                key=f"{prefix}_try{i}",
                on_click=card.on_click,
                args=card.args,
                type="tertiary",
            )


def code_that_ran(*functions: Callable[..., Any]) -> None:
    """The source of the functions behind this page, as they ran."""
    for function in functions:
        st.code(inspect.getsource(function), language="python")
