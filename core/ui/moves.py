"""What the server has set stays set, whatever the browser still says of the time before.

Each message of the browser carries the values of all widgets and the address as they were when it was sent. A message that
was under way while a callback set a menu (a card, Reset) would set it back: somebody scrolls right after a click. Whatever
is set shows in the address, so a message that still has the old address was sent before the browser knew. The browser takes
over the address at once and a menu when it has drawn it: in a message that came by itself meanwhile (an act came into view),
a menu's old value is no word of a person's, either.
"""

from __future__ import annotations

import time
from typing import Any, Literal, NamedTuple

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

Where = Literal["session", "address"]  # a widget's value, or a parameter
_SLOT, _RUN, _SELF = "_moves", "_moves_run", "_moves_self"
SOON = 2.0  # seconds


class Move(NamedTuple):
    """What was set. before: what messages may still say that do not know of it. named: only the names of its options changed,
    of which the address tells nothing."""

    before: tuple[Any, ...]
    value: Any
    when: float
    named: bool = False


def change(where: Where, key: str, value: Any) -> None:
    """Set it in answer to the message in hand; None takes a parameter out of the address."""
    asked, moved = st.session_state.get(_SLOT, (None, {}))
    if asked != _asked():
        st.session_state[_SLOT] = (
            _asked(),
            (moved := {which: move for which, move in moved.items() if _recent(which, move)}),
        )
    before = moved[where, key].before if (where, key) in moved else ()  # moves that the browser may not know, either
    moved[where, key] = Move((*before, _store(where).get(key)), value, time.monotonic())
    _write(where, key, value)


def renamed(key: str, first: Any) -> None:
    """The options of the menu at `key` have other names now. A message with an old one reads as the first option, so the menu
    takes over what the script sets, and the first option is no word of a person's in a message that came by itself."""
    _, moved = st.session_state.setdefault(_SLOT, (None, {}))
    value = st.session_state[key]
    moved["session", key] = Move((first,), value, time.monotonic(), named=True)
    _write("session", key, value)


def came_by_itself() -> None:
    """Nobody asked for the message in hand. For the callback of a component."""
    context = get_script_run_ctx()
    st.session_state[_SELF] = None if context is None else context.cursors


def now(where: Where, key: str, default: Any = None) -> Any:
    """What holds: as the message in hand has it, or as it was moved where the message does not know of the move."""
    said = _store(where).get(key, default)
    asked, moved = st.session_state.get(_SLOT, (None, {}))
    which = where, key
    if which not in moved:
        return said
    move = moved[which]
    knows, by_itself = move.named or asked != _asked(), _by_itself() and _recent(which, move)
    if said in move.before and said != move.value and (by_itself or not knows):
        _write(where, key, move.value)
        return move.value
    if knows and not by_itself:
        del moved[which]
    return said


def _by_itself() -> bool:
    context = get_script_run_ctx()
    return context is not None and st.session_state.get(_SELF) is context.cursors


def _recent(which: tuple[Where, str], move: Move) -> bool:
    """Whether the browser may have the address of a move and not yet draw its menu."""
    return which[0] == "session" and time.monotonic() - move.when < SOON


def _store(where: Where) -> Any:
    return st.session_state if where == "session" else st.query_params


def _write(where: Where, key: str, value: Any) -> None:
    if where == "address" and value is None:
        st.query_params.pop(key, None)
    else:
        _store(where)[key] = value


def _asked() -> str:
    """The address of the message in hand; what is written to the address while it is answered does not count."""
    context = get_script_run_ctx()
    if context is None:
        return ""
    run, address = st.session_state.get(_RUN, (None, ""))
    if run is not context.cursors:  # these are new in each run
        st.session_state[_RUN] = context.cursors, (address := context.query_string)
    return address
