"""What all lessons share: the head with its tools, and the order of a page.

question -> play -> what was measured -> how it works -> try this
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.course import Lesson, by_slug
from core.ui import look, url
from core.ui.components.page_tools import page_tools


def head(slug: str, on_reset: Callable[[], None] = lambda: None) -> Lesson:
    """Title, question and tools of a lesson; call it first. on_reset: puts back what is no widget."""
    lesson = by_slug(slug)

    def reset() -> None:
        url.reset(lesson.prefix)
        on_reset()

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
    return lesson


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


def guessed(prefix: str, options: Sequence[Any]) -> str | None:
    """The guess that was made with `guess_first`, "-" for none wanted, None as long as there is none."""
    guess = url.get(prefix, "guess")
    return guess if guess in ("-", *map(str, options)) else None


def guess_first(prefix: str, question: str, options: Sequence[Any], help: str) -> None:
    """Predict, then reveal: the person commits to one of `options` before the page shows the answer.

    The guess (or "-" for "just show me") is in the URL as `<prefix>_guess`; `guessed` reads it.
    """
    st.subheader(question, anchor=False)
    st.markdown(help)
    guess = guessed(prefix, options)

    def commit(value: Any) -> None:
        url.put(prefix, "guess", None if value is None else str(value))

    with st.container(horizontal=True, gap="small"):
        if guess is None:
            for option in options:
                st.button(str(option), key=f"{prefix}_guess_{option}", on_click=commit, args=(option,))
            st.button("Just show me", key=f"{prefix}_guess_none", on_click=commit, args=("-",), type="tertiary")
        else:
            st.button(
                "Guess again", icon=":material/replay:", key=f"{prefix}_guess_again", on_click=commit, args=(None,)
            )


def code_that_ran(*functions: Callable[..., Any]) -> None:
    """The source of the functions behind this page, as they ran."""
    for function in functions:
        st.code(inspect.getsource(function), language="python")
