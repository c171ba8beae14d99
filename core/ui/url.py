"""The address of a screen: what a lesson shows is in the URL, under the lesson's own prefix.

Each control is made by `choice` or `number`: on the first run of a session it takes its value from the link, and after
each run it writes its value back. Streamlit's own `bind="query-params"` knows options by their shown text alone and
passes over anything else in silence; here a link carries plain values, shares one mechanism with what is no widget
(a painted mask), and what cannot be had is said.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from core.experiment import Knob, match, nearest
from core.ui import notes as notes_

COMPONENTS = ("painter", "pad", "map", "box", "look")  # how the session keys of components begin, after the prefix
PILLS = functools.partial(st.pills, selection_mode="multi")
LONGEST = 6_000  # characters of one value; more is nobody's link


def key(prefix: str, name: str) -> str:
    """The session key and URL parameter of one control."""
    return f"{prefix}_{name}"


def choice(
    widget: Callable[..., Any],
    prefix: str,
    name: str,
    label: str,
    options: Sequence[Any],
    default: Any,
    shown: Callable[[Any], str] = str,
    said: str = "",
    **kwargs: Any,
) -> Any:
    """`widget` (a selectbox, segmented control or select slider) over `options`, in the URL as the plain value.

    said: what a note about the link calls it, where that is not the label. A value that is no option (any more) becomes the default; a number that is none moves to the nearest.
    """
    full = settle(prefix, name, said or label, options, default, shown)
    slot, texts = f"_{full}_shown", tuple(map(shown, options))
    if st.session_state.get(slot, texts) != texts:
        # The browser knows options by their text: where that is another one now it would stand at the first option, and
        # send it with the next gesture. What is set by the script it takes over.
        st.session_state[full] = st.session_state[full]
    st.session_state[slot] = texts
    value = widget(label, options, key=full, format_func=shown, persist_state="session", **kwargs)
    value = value if value in options else default  # the browser may send anything
    put(prefix, name, None if value == default else str(value))
    return value


def settle(
    prefix: str, name: str, label: str, options: Sequence[Any], default: Any, shown: Callable[[Any], str] = str
) -> str:
    """Put the control's value, from the link or as it was, into the session; returns its session key."""
    full = remember(prefix, name, default)
    asked = get(prefix, name)
    if full not in st.session_state:
        found = match(asked, tuple(options)) if asked is not None else (default,)
        option = found or nearest(asked, tuple(options)) or (default,)
        st.session_state[full] = option[0]
        if not found:
            note(prefix, f"{label} cannot be what the link asks for; {shown(option[0])} is used.")
    if st.session_state[full] not in options:
        st.session_state[full] = default
    return full


def several(
    prefix: str,
    name: str,
    label: str,
    options: Sequence[Any],
    default: tuple[Any, ...],
    widget: Callable[..., Any] = PILLS,
    **kwargs: Any,
) -> tuple[Any, ...]:
    """Some of `options` as pills, in the URL as "1-2-4", in the order of the options; none at all means the default."""
    full = settle_several(prefix, name, label, options, default)
    widget(label, options, key=full, persist_state="session", **kwargs)
    value = _some(st.session_state[full], options) or default
    put(prefix, name, None if value == default else Knob.text(value))
    return value


def settle_several(prefix: str, name: str, label: str, options: Sequence[Any], default: tuple[Any, ...]) -> str:
    """The same as `settle`, for several of the options."""
    full = remember(prefix, name, list(default))
    asked = get(prefix, name)
    if full not in st.session_state:
        knob = Knob(label, tuple(options), many=True)
        found = knob.match(asked) if asked is not None else (default,)
        value = (found or knob.nearest(asked) or (default,))[0]
        st.session_state[full] = list(value)
        if not found:
            note(prefix, f"{label} cannot be what the link asks for; {Knob.text(value)} is used.")
    return full


def _some(value: Any, options: Sequence[Any]) -> tuple[Any, ...]:
    """The options that are in `value`, in their order; the browser may send anything."""
    return tuple(option for option in options if isinstance(value, list | tuple) and option in value)


def number(prefix: str, name: str, label: str, low: int, high: int, default: int = 0, **kwargs: Any) -> int:
    """A whole number from `low` to `high`, in the URL; what lies outside moves to the nearer end, and that is said."""
    full = settle_number(prefix, name, label, low, high, default)
    value = st.number_input(label, low, high, step=1, key=full, persist_state="session", **kwargs)
    value = min(max(int(value), low), high)
    put(prefix, name, None if value == default else str(value))
    return value


def settle_number(prefix: str, name: str, label: str, low: int, high: int, default: int = 0) -> str:
    """The same as `settle`, for a whole number."""
    full = remember(prefix, name, default)
    asked = get(prefix, name)
    if full not in st.session_state:
        whole = _whole(asked)
        if asked is None:
            st.session_state[full] = default
        elif whole is not None and low <= whole <= high:
            st.session_state[full] = whole
        else:
            st.session_state[full] = value = (nearest(asked, (low, high)) or (default,))[0]
            note(prefix, f"{label} cannot be what the link asks for; {value} is used.")
    state = st.session_state[full]
    st.session_state[full] = min(max(state, low), high) if isinstance(state, int) else default
    return full


def get(prefix: str, name: str) -> str | None:
    """The text of a parameter, or None; an endless one is nobody's link."""
    value = st.query_params.get(key(prefix, name))
    return value if value is not None and len(value) <= LONGEST else None


def put(prefix: str, name: str, value: str | None) -> None:
    """Write a parameter; None removes it. Nothing is sent where nothing changes."""
    full = key(prefix, name)
    if value is None:
        if full in st.query_params:
            del st.query_params[full]
    elif st.query_params.get(full) != value:
        st.query_params[full] = value


def reset(prefix: str) -> None:
    """Put every control of a lesson back and drop its parameters from the URL. For a button's callback.

    What a component holds stays: the browser has its own copy, so the lesson puts that back by a message to it.
    """
    for full in [k for k in st.session_state if isinstance(k, str) and k.startswith(f"{prefix}_")]:
        name = full.removeprefix(f"{prefix}_")
        if name in _defaults(prefix):
            st.session_state[full] = _defaults(prefix)[name]
        elif not name.startswith(COMPONENTS):
            del st.session_state[full]
    for full in [k for k in st.query_params if k.startswith(f"{prefix}_")]:
        del st.query_params[full]


def note(prefix: str, sentence: str) -> None:
    """Remember one sentence about the link, to be said at the head of the lesson."""
    notes_.add(prefix, sentence)


def notes(prefix: str, keep: bool = False) -> list[str]:
    """What the link asked for and could not get, in sentences; said once a session, and again next time with `keep`."""
    slot = f"_{prefix}_notes"
    return list(st.session_state.get(slot, [])) if keep else st.session_state.pop(slot, [])


def remember(prefix: str, name: str, default: Any) -> str:
    """Note what `reset` puts a control back to; its session key."""
    _defaults(prefix)[name] = default
    return key(prefix, name)


def _defaults(prefix: str) -> dict[str, Any]:
    return st.session_state.setdefault(f"_{prefix}_defaults", {})


def _whole(text: str | None) -> int | None:
    try:
        return int(text or "") if len(text or "") < 12 else None
    except ValueError:
        return None
