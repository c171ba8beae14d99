"""Two icon buttons for the head of a lesson: copy the link, present. They also say how wide the window is."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.ui.components.source import Component

_COMPONENT = Component("page_tools")


def page_tools(
    key: str, present: bool, wide: bool = False, on_wide: Callable[[bool], None] | None = None
) -> bool | None:
    """Mount the buttons; True or False in the run in which presenter mode was asked for or left, else None.

    The page keeps the mode itself (in a session key or the URL) and passes it back as `present`. on_wide: is told where the window is
    as wide as the sheet's largest type asks for and `wide` says it is not, or the other way round.
    """
    slot = f"{key}/asked"

    def pressed() -> None:
        value = st.session_state[key].get("present")
        if isinstance(value, bool):
            st.session_state[slot] = value

    def measured() -> None:
        value = st.session_state[key].get("wide")
        if isinstance(value, bool) and on_wide is not None:
            on_wide(value)

    # The answer of a component comes with its mount, too late for what the mount is given: take it in the callback.
    asked = st.session_state.pop(slot, None)
    data = {"present": present if asked is None else asked, "wide": wide}
    _COMPONENT(key=key, data=data, on_present_change=pressed, on_wide_change=measured)
    return asked
