"""Acts are drawn when they come into view: nobody pays for what nobody looks at.

Until then a component of a few lines stands in an act's place. What is no browser (a test, a crawler) scrolls nowhere, and
sees all acts at once.
"""

from __future__ import annotations

import re

import streamlit as st

from core.ui import moves
from core.ui.components.source import Component
from core.ui.links import Table

_WATCH = Component("act_watch")
ACT = "act"  # the parameter of the address that names an act
_HERE = "_page"  # a session key: the page of the last run
_CAME = "_page/came"  # whether that run was the first on it
_SEEN = "_seen/"
_ALL = "*"  # in place of an anchor: every act, as for a print
_AGAIN = "_page/again"  # a session key: the whole page is to run, and not the one act that spoke


def anchor(title: str) -> str:
    """The title of an act as it stands in an address."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def enter(page: str) -> None:
    """A page begins. Who comes from elsewhere has seen none of its acts."""
    st.session_state.pop(_AGAIN, None)
    st.session_state[_CAME] = st.session_state.get(_HERE) != page
    if st.session_state[_CAME]:
        for slot in [key for key in st.session_state if isinstance(key, str) and key.startswith(_SEEN)]:
            del st.session_state[slot]
    st.session_state[_HERE] = page


def keep_address(links: Table) -> None:
    """What the address asks of controls that nobody has seen yet; it is there again after a look at another page.

    A control that was drawn holds its value itself. Streamlit empties the address on the way to another page.
    """
    slot = f"_{links.prefix}/asked"
    if st.session_state.get(_CAME):
        for key, text in st.session_state.get(slot, {}).items():
            if key not in st.session_state and key not in st.query_params:
                st.query_params[key] = text
    controls = (link for link in links.all().values() if link.by == "widget")
    st.session_state[slot] = {link.key: raw for link in controls if (raw := link.raw()) is not None}


def browser() -> bool:
    """Whether somebody can scroll here."""
    return "Mozilla" in st.context.headers.get("User-Agent", "")


def in_view(prefix: str, anchor: str) -> bool:
    """Whether the act is to be drawn; if not, its place is kept, and the fragment or page around it runs again in time."""
    if st.session_state.pop(_AGAIN, False):
        st.rerun()
    if anchor == asked():
        show(prefix, anchor)
    if any(st.session_state.get(_slot(prefix, which)) for which in (anchor, _ALL)) or not browser():
        return True
    place(prefix, anchor)
    return False


def show(prefix: str, anchor: str) -> None:
    """Draw this act wherever the screen is."""
    st.session_state[_slot(prefix, anchor)] = True


def asked() -> str:
    """The anchor of the act that the address names; "" for the stage."""
    return moves.now("address", ACT) or ""


def go(anchor: str) -> None:
    """Have the address name this act; "" takes it out."""
    if anchor != asked():
        moves.change("address", ACT, anchor or None)


def place(prefix: str, anchor: str) -> None:
    """Keep the place of an act until somebody comes near it."""

    key = f"{prefix}_watch_{anchor}"

    def seen() -> None:
        moves.came_by_itself()
        show(prefix, anchor)
        said = st.session_state.get(key)  # a late word may come of a place that is gone
        if hasattr(said, "get") and said.get("seen") == "all":
            show(prefix, _ALL)
            st.session_state[_AGAIN] = True

    _WATCH(key=key, data={"act": anchor}, on_seen_change=seen)


def _slot(prefix: str, anchor: str) -> str:
    return f"{_SEEN}{prefix}/{anchor}"
