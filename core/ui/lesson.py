"""Opens a lesson's page: title, question, tools, the place for notes, and whether this run draws the stage alone."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import streamlit as st

from core.course import Lesson, by_slug
from core.ui import acts, look, notes
from core.ui.components.page_tools import page_tools
from core.ui.links import Table
from core.ui.page import Page

REST_AFTER = 0.8  # seconds
_ALONE = "_page/alone"  # a session key: whether this run draws its stage alone


@dataclass(frozen=True)
class Slice:
    """What a lesson offers to the rest of the program: `LESSON` in its folder's __init__.

    links: the parameters of its address. card: the HTML of its picture, or words, on the home page; None where there is
    nothing to show. warm: reads what the lesson opens on, once a server. reset: puts back what its components hold. invite:
    draws a small stage for the home page, which shows the first one of the course.
    """

    links: Table
    card: Callable[[], str | None] = lambda: None
    warm: Callable[[], None] = lambda: None
    reset: Callable[[], None] = lambda: None
    invite: Callable[[], None] | None = None


@cache
def slice_of(slug: str) -> Slice:
    """What the lesson of that slug offers; KeyError where the course has no such lesson."""
    return importlib.import_module(f"core.lessons.{by_slug(slug).slug}").LESSON


def import_all(slug: str) -> None:
    """Import what the lesson's acts need, which its first visitor would wait for."""
    for module in pkgutil.iter_modules(importlib.import_module(f"core.lessons.{slug}").__path__):
        importlib.import_module(f"core.lessons.{slug}.{module.name}")


def open(slug: str) -> Page:
    """Begin a lesson's page. Raises KeyError where the course has no such lesson."""
    part, lesson = slice_of(slug), by_slug(slug)

    def reset() -> None:
        part.links.reset()
        part.reset()

    acts.keep_address(part.links)
    alone = first_paint(lesson.prefix)
    _head(lesson, reset, with_tools=not alone or look.presenting())
    listing, said, play = (st.container(key=f"{lesson.prefix}_{name}") for name in ("listing", "said", "play"))
    notes.open_place(lesson.prefix, said, again=alone)
    part.links.leave_out_long()
    return Page(lesson, part.links, play, listing, alone)


def _head(lesson: Lesson, reset: Callable[[], None], with_tools: bool) -> None:
    """The lesson's own style, title, question and what to do first; on the right the tools, or the place for them."""
    look.lesson_style(lesson.slug)
    with st.container(key=f"{lesson.prefix}_head"):
        text, tools = st.columns([0.74, 0.26], vertical_alignment="top")
        with text:
            st.title(lesson.title, anchor=False)
            start = f'<p class="ll-first"><b>Start here.</b> {lesson.first}</p>'
            st.html(f'<p class="ll-question">{lesson.question}</p>{start}')
        if not with_tools:
            return
        with tools, st.container(horizontal=True, horizontal_alignment="right", gap="small"):
            asked = page_tools(f"{lesson.prefix}_tools", look.presenting(), look.wide(), look.widen)
            name, key = "Reset this lesson", f"{lesson.prefix}_reset"  # the sheet shows its icon alone
            st.button(name, icon=":material/restart_alt:", help=name, key=key, on_click=reset)
    if asked is not None and asked != look.presenting():
        look.present(asked)
        st.rerun()


def first_paint(prefix: str) -> bool:
    """True in a browser's first run of a lesson: the page then draws its stage alone, and the rest comes by itself.

    A browser fetches and starts the code of each kind of widget and chart before it draws any of them: with the stage
    alone it is there sooner (`benchmarks/first_paint.py`), and what follows lies below the fold. What is no browser (a
    test, a crawler) has no clock to bring the rest, and gets the whole page at once.
    """
    slot = f"_{prefix}_painted"
    first = slot not in st.session_state and acts.browser()
    st.session_state[slot] = True
    st.session_state[_ALONE] = alone = (
        first and not acts.asked()
    )  # what a link with an act is about lies below the stage
    if alone:
        rest_follows()
    return alone


def was_alone() -> bool:
    """Whether this run has drawn a lesson's stage alone; asked once, at its end."""
    return st.session_state.pop(_ALONE, False)


def rest_follows(after: float = REST_AFTER) -> None:
    """Have the whole page run in so many seconds. A stage that is a fragment answers at once this way, and the parts of the
    page that stand outside of it, and take longer, come after."""
    calls: list[None] = []

    def come() -> None:
        calls.append(None)
        if len(calls) > 1:  # the first call belongs to the run that draws the stage; the next one is the fragment's own
            st.rerun()

    st.fragment(come, run_every=after)()
