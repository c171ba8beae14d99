"""One value that browser and Python share, and whose word counts. The twin of assets/components/kit/wire.js.

A component reads what the browser sent before it is mounted, so that its answer belongs to the newest value::

    held = Held("painter", decode, encode)
    value = held.read() or default
    _COMPONENT(key="painter", data={"held": held.settle(value), ...}, on_held_change=held.read)

Streamlit drops a component's state on a page switch, and it sends the browser's last state along with every other widget,
however old that is. So the value lives under a session key of its own. Each message of the browser bears a stamp that
counts up, and says how often Python had replaced the value when it was written (`puts`). A message is taken only if its
stamp is newer than the last one and its `puts` is the present one: a message that is under way while Python moves never
undoes the move, and an old one never comes back. The browser follows where `puts` is new.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import streamlit as st

T = TypeVar("T")

_STAMP = re.compile(r"([a-z0-9]{1,32})-([0-9]{1,9})", re.ASCII)  # "k3f9-12": the twelfth message of instance k3f9
_MOST_PUTS = 10**9


@dataclass
class _Truth:
    """What a session holds for one component. value: as JSON, so that a reloaded module finds nothing of an old class."""

    value: Any
    known: bool  # False: nothing is held, a default is to come
    puts: int = 0
    stamp: str = ""


@dataclass(frozen=True)
class Held(Generic[T]):
    """The value of the component that is mounted under `key`.

    decode: JSON -> value, None for anything that is not one. It is the only check: nothing else of a browser's message
            reaches a lesson. What it tidies, the browser takes over.
    encode: value -> JSON; `decode(encode(value)) == value`.
    about:  what a value is of (a picture's name). A message about something else than the held value is not taken.
    may_say: whether a browser may say a value; Python can put others, too (a longer text, out of a link).
    """

    key: str
    decode: Callable[[Any], T | None]
    encode: Callable[[T], Any]
    about: Callable[[T], Any] = lambda value: None
    may_say: Callable[[T], bool] = lambda value: True

    def read(self) -> T | None:
        """The newest value, the browser's last message included; None where there is none that `decode` takes."""
        truth = self._absorb()
        return self.decode(truth.value) if truth is not None and truth.known else None

    def put(self, value: T) -> None:
        """Replace the value; the browser follows with the next rerun."""
        self._replace(self.encode(value), known=True)

    def clear(self) -> None:
        """Forget the value: `read` gives None until `settle` brings a default, and the browser follows."""
        self._replace(None, known=False)

    def settle(self, value: T) -> dict[str, Any]:
        """What a mount sends to the browser. A value other than the held one replaces it."""
        raw, truth = self.encode(value), self._absorb()
        if truth is None or (truth.known and truth.value != raw):
            truth = self._replace(raw, known=True)
        elif not truth.known:  # cleared: the browser follows that already
            truth.value, truth.known = raw, True
        return {"value": raw, "puts": truth.puts, "stamp": truth.stamp}

    @property
    def _slot(self) -> str:
        return f"{self.key}/held"

    def _replace(self, raw: Any, known: bool) -> _Truth:
        truth = self._absorb()
        if truth is None:
            truth = st.session_state[self._slot] = _Truth(raw, known)
        truth.value, truth.known = raw, known
        truth.puts += 1
        return truth

    def _absorb(self) -> _Truth | None:
        """The truth with the browser's newest message in it; None where there is neither."""
        truth: _Truth | None = st.session_state.get(self._slot)
        state = st.session_state.get(self.key)
        message = state.get("held") if hasattr(state, "get") else None
        if not isinstance(message, Mapping):
            return truth
        puts, stamp = message.get("puts"), message.get("stamp")
        if type(puts) is not int or not 0 <= puts < _MOST_PUTS or not is_stamp(stamp):
            return truth
        if truth is not None and (puts != truth.puts or _order(stamp) <= _order(truth.stamp)):
            return truth
        value = self.decode(message.get("value"))
        if value is None or not self.may_say(value) or _has_more(message["value"], self.encode(value)):
            return truth
        if truth is not None and truth.known and not self._same_subject(value, truth):
            return truth
        if truth is None:  # the server forgot the session, the browser did not
            truth = st.session_state[self._slot] = _Truth(None, True, puts)
        raw = self.encode(value)
        truth.value, truth.known = raw, True
        truth.puts += raw != message.get("value")
        truth.stamp = stamp
        return truth

    def _same_subject(self, value: T, truth: _Truth) -> bool:
        held = self.decode(truth.value)
        return held is None or self.about(value) == self.about(held)


def _has_more(said: Any, known: Any) -> bool:
    """Whether a message has fields that the value does not: it is none of the component's own."""
    return isinstance(said, Mapping) and isinstance(known, Mapping) and not said.keys() <= known.keys()


def is_number(value: Any) -> bool:
    """Whether this is a finite number: of a browser's, an integer may lie beyond all floats."""
    try:
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    except OverflowError:
        return False


def is_stamp(value: Any) -> bool:
    return isinstance(value, str) and _STAMP.fullmatch(value) is not None


def _order(stamp: str) -> tuple[int, int]:
    """Instances of the browser count up too, in base 36: a component that is mounted again comes after the one before."""
    name, _, count = stamp.partition("-")
    return (int(name, 36), int(count)) if stamp else (-1, 0)
