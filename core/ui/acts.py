"""Acts are drawn when they come into view: nobody pays for what nobody looks at.

Until then a component of a few lines stands in an act's place. What is no browser (a test, a crawler) scrolls nowhere, and
sees all acts at once.
"""

from __future__ import annotations

import streamlit as st

from core.ui.components.source import Component

_WATCH = Component("act_watch")
_HERE = "_page"  # a session key: the page of the last run
_SEEN = "_seen/"


def enter(page: str) -> None:
    """A page begins. Who comes from elsewhere has seen none of its acts."""
    if st.session_state.get(_HERE) != page:
        for slot in [key for key in st.session_state if isinstance(key, str) and key.startswith(_SEEN)]:
            del st.session_state[slot]
    st.session_state[_HERE] = page


def browser() -> bool:
    """Whether somebody can scroll here."""
    return "Mozilla" in st.context.headers.get("User-Agent", "")


def in_view(prefix: str, anchor: str) -> bool:
    """Whether the act is to be drawn; if not, its place is kept, and the fragment or page around it runs again in time."""
    if st.session_state.get(_slot(prefix, anchor)) or not browser():
        return True
    place(prefix, anchor)
    return False


def show(prefix: str, anchor: str) -> None:
    """Draw this act wherever the screen is."""
    st.session_state[_slot(prefix, anchor)] = True


def place(prefix: str, anchor: str) -> None:
    """Keep the place of an act until somebody comes near it."""
    key = f"{prefix}_watch_{anchor}"
    _WATCH(key=key, data={"act": anchor}, on_seen_change=lambda: show(prefix, anchor))


def _slot(prefix: str, anchor: str) -> str:
    return f"{_SEEN}{prefix}/{anchor}"
