"""Two icon buttons for the head of a lesson: copy the link, present."""

from __future__ import annotations

import streamlit as st

from core.ui.components.source import Component

_COMPONENT = Component("page_tools")


def page_tools(key: str, present: bool) -> bool | None:
    """Mount the buttons; True or False in the run in which presenter mode was asked for or left, else None.

    The page keeps the mode itself (in a session key or the URL) and passes it back as `present`.
    """
    slot = f"{key}/asked"

    def pressed() -> None:
        value = st.session_state[key].get("present")
        if isinstance(value, bool):
            st.session_state[slot] = value

    # The answer of a component comes with its mount, too late for what the mount is given: take it in the callback.
    asked = st.session_state.pop(slot, None)
    _COMPONENT(key=key, data={"present": present if asked is None else asked}, on_present_change=pressed)
    return asked
