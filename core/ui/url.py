"""The address of a screen: what a lesson shows is in the URL, under the lesson's own prefix.

Widgets bind themselves (`bind="query-params"`); what is no widget (a painted mask) is read and written here. `bound`
notes each widget's default, so that `reset` can put a whole lesson back.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

LONGEST = 6_000  # characters of one value; more is nobody's link


def key(prefix: str, name: str) -> str:
    """The session key and URL parameter of one control."""
    return f"{prefix}_{name}"


def bound(prefix: str, name: str, default: Any) -> dict[str, Any]:
    """The arguments that bind a widget to the URL: `st.slider(..., value=default, **url.bound("mi", "age", 0))`."""
    _defaults(prefix)[name] = default
    return {"key": key(prefix, name), "bind": "query-params"}


def get(prefix: str, name: str) -> str | None:
    """The text of a parameter that is no widget, or None; an endless one is nobody's link."""
    value = st.query_params.get(key(prefix, name))
    return value if value is not None and len(value) <= LONGEST else None


def put(prefix: str, name: str, value: str | None) -> None:
    """Write a parameter that is no widget; None removes it. Nothing is sent where nothing changes."""
    full = key(prefix, name)
    if value is None:
        if full in st.query_params:
            del st.query_params[full]
    elif st.query_params.get(full) != value:
        st.query_params[full] = value


def reset(prefix: str) -> None:
    """Put every control of a lesson back, and forget what was painted or uploaded. For a button's callback."""
    defaults = _defaults(prefix)
    for full in [k for k in st.session_state if isinstance(k, str) and k.startswith(f"{prefix}_")]:
        name = full.removeprefix(f"{prefix}_")
        if name in defaults:
            st.session_state[full] = defaults[name]
        else:
            del st.session_state[full]
    widgets = {key(prefix, name) for name in defaults}
    for full in [k for k in st.query_params if k.startswith(f"{prefix}_") and k not in widgets]:
        del st.query_params[full]


def notes(prefix: str) -> list[str]:
    """What the link asked for and could not get, in sentences; said once a session."""
    return st.session_state.pop(f"_{prefix}_notes", [])


def _defaults(prefix: str) -> dict[str, Any]:
    return st.session_state.setdefault(f"_{prefix}_defaults", {})
