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

    The page keeps the mode itself and passes it back as `present`. on_wide: is told where `wide` is not what the window is.
    """
    slot = f"{key}/asked"

    def pressed() -> None:
        value = st.session_state[key].get("present")
        if isinstance(value, bool):
            st.session_state[slot] = value

    def measured() -> None:
        said = st.session_state.get(key)
        if hasattr(said, "get") and isinstance(value := said.get("wide"), bool) and on_wide is not None:
            on_wide(value)

    # The answer of a component comes with its mount, too late for what the mount is given: take it in the callback.
    asked = st.session_state.pop(slot, None)
    data = {"present": present if asked is None else asked, **({"wide": True} if wide else {})}
    _COMPONENT(key=key, data=data, on_present_change=pressed, on_wide_change=measured)
    return asked
