"""Predict, then reveal: the student commits to an answer before the page shows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.ui.links import Free, Table

NONE_WANTED = "-"  # "just show me"


def declare(table: Table) -> Free:
    """Declare the guess in the lesson's table."""
    return table.free("guess", "Your guess", "one of the offered answers, or -", by="widget")


def guessed(link: Free, options: Sequence[Any]) -> str | None:
    """The guess; "-" for none wanted, None as long as there is none. Older links have "25 %" where the button says "25%"."""
    guess = (link.raw() or "").replace(" %", "%")
    return guess if guess in (NONE_WANTED, *map(str, options)) else None


def guess_first(link: Free, question: str, options: Sequence[Any], help: str) -> None:
    """Ask for a guess: one button an option, and one for "just show me"; the guess travels in the address."""
    st.subheader(question, anchor=False)
    st.markdown(help)
    guess = guessed(link, options)

    def commit(value: Any) -> None:
        link.put(None if value is None else str(value))

    with st.container(horizontal=True, gap="small"):
        if guess is None:
            for option in options:
                st.button(str(option), key=f"{link.key}_{option}", on_click=commit, args=(option,))
            st.button("Just show me", key=f"{link.key}_none", on_click=commit, args=(NONE_WANTED,), type="tertiary")
        else:
            st.button("Guess again", icon=":material/replay:", key=f"{link.key}_again", on_click=commit, args=(None,))
