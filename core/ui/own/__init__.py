"""What a person brings. The names of it are secrets: a session knows those it brought, and those of links it opened."""

from __future__ import annotations

from collections.abc import Set

import streamlit as st


def hold(name: str) -> str:
    """This session knows the name from now on; Reset does not forget it."""
    st.session_state.setdefault("_own", set()).add(name)
    return name


def held() -> Set[str]:
    return st.session_state.get("_own", set())
