"""The contents of a lesson: its acts as links that follow the scroll, and the steps of presenter mode.

The address is the one truth about the act that somebody chose: Back, a link and a click all end up there. Scrolling stays
in the browser. Only a choice is told to Python, in a fragment of its own, so that no act is drawn again for it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import streamlit as st

from core.ui import acts, look
from core.ui.components.source import Component

_COMPONENT = Component("contents")
_LARGEST = 2**53  # counts come from the browser as JavaScript's numbers


@dataclass(frozen=True)
class Act:
    """A line of the contents. key: of its container. also: keys of those that belong to it. prose: it explains, and is no
    step when presenting."""

    anchor: str
    title: str
    key: str
    prose: bool = False
    also: tuple[str, ...] = ()


@st.fragment
def contents(prefix: str, stage: str, listed: tuple[Act, ...]) -> None:
    """Mount the contents. stage: the name of the first line, which leads to the stage; its anchor is "".

    The component says `went` with the chosen anchor, the number of its message, and whether presenting is over.
    """
    key, heard, left = f"{prefix}_toc", f"_{prefix}/heard", f"_{prefix}/left"

    def went() -> None:
        said = read(st.session_state[key].get("went"), listed)
        if said is None:
            return
        anchor, st.session_state[heard], over = said
        acts.go(anchor)
        if over:
            look.present(False)
            st.session_state[left] = True

    stage_line = Act("", stage, f"{prefix}_play")
    data = {
        "prefix": prefix,
        "acts": [asdict(act) for act in (stage_line, *listed)],
        "act": acts.asked(),
        "heard": st.session_state.get(heard, 0),
        "presenting": look.presenting(),
        "pointed": st.session_state.get(_pointed(prefix), {"act": "", "count": 0}),
    }
    _COMPONENT(key=key, data=data, on_went_change=went)
    if st.session_state.pop(left, False):
        st.rerun()  # charts have larger type when presenting


def point(prefix: str, anchor: str) -> None:
    """Have the browser go to that act and outline it for a moment. For a button's callback."""
    count = st.session_state.get(_pointed(prefix), {"count": 0})["count"]
    st.session_state[_pointed(prefix)] = {"act": anchor, "count": count + 1}


def _pointed(prefix: str) -> str:
    return f"_{prefix}/pointed"


def read(said: Any, listed: tuple[Act, ...]) -> tuple[str, int, bool] | None:
    """What the browser says, (anchor, number, whether presenting is over); None for what no contents would say."""
    if not isinstance(said, dict):
        return None
    anchor, number, over = said.get("act"), said.get("count"), said.get("over")
    if anchor not in ("", *(act.anchor for act in listed)) or not isinstance(over, bool):
        return None
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < _LARGEST:
        return None
    return anchor, number, over
