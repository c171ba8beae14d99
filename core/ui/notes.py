"""What a link asked for and could not get: one sentence each, in one line at the head of the lesson that can be closed.

A note is shown at once where the page has opened its place for notes, and kept for the next run otherwise: a note that
comes up while a fragment runs alone cannot be drawn above it.
"""

from __future__ import annotations

from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx


def add(prefix: str, sentence: str) -> None:
    """Note one sentence about the link."""
    place = _place(prefix)
    if place is None or st.session_state.get(f"_{prefix}_keep_notes", False):
        st.session_state.setdefault(_slot(prefix), []).append(sentence)
    if place is not None:
        _draw(prefix, place, sentence)


def take(prefix: str) -> list[str]:
    """The sentences that were not shown yet; they are forgotten here."""
    return st.session_state.pop(_slot(prefix), [])


def open_place(prefix: str, place: Any, again: bool) -> None:
    """From here on notes are drawn in `place`, a container at the head of the lesson; the waiting ones at once.

    again: show them in the next run, too, because that one draws the page anew.
    """
    waiting = take(prefix)
    context = get_script_run_ctx()
    st.session_state[f"_{prefix}_place"] = (context and context.cursors, place)
    st.session_state[f"_{prefix}_keep_notes"] = again
    st.session_state[f"_{prefix}_drawn"] = None, []
    for sentence in waiting:
        add(prefix, sentence)


def _draw(prefix: str, place: Any, sentence: str) -> None:
    line, said = st.session_state[f"_{prefix}_drawn"]
    if line is None:
        with place, st.container(horizontal=True, key=f"{prefix}_notes"):
            line = st.empty()
            st.button("Close", type="tertiary", key=f"{prefix}_close_notes")  # a run of the page says them no more
        line.info(sentence, icon=":material/link:")
    else:
        if len(said) == 1:  # from now on the line unfolds
            line = line.expander(
                "The link asks for several things that this page does not have", icon=":material/link:"
            )
            line.info(said[0], icon=":material/link:")
        line.info(sentence, icon=":material/link:")
    st.session_state[f"_{prefix}_drawn"] = line, [*said, sentence]


def _place(prefix: str) -> Any | None:
    """The place for notes, if the run in hand has opened it; None where a fragment runs alone, and in callbacks."""
    context = get_script_run_ctx()
    run, place = st.session_state.get(f"_{prefix}_place", (None, None))
    alone = context is None or bool(context.fragment_ids_this_run)
    return place if not alone and run is context.cursors else None


def _slot(prefix: str) -> str:
    return f"_{prefix}_notes"
