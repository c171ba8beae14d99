"""Two icon buttons for the head of a lesson: copy the link, present."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_ASSETS = Path(__file__).resolve().parents[3] / "assets" / "components"
_COMPONENT = st.components.v2.component(
    "latent_lab_page_tools",
    html=(_ASSETS / "page_tools.html").read_text(encoding="utf-8"),
    css=(_ASSETS / "page_tools.css").read_text(encoding="utf-8"),
    js=(_ASSETS / "page_tools.js").read_text(encoding="utf-8"),
)


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
