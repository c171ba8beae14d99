"""The kinds of parameters in an address: a choice, several choices, a whole number, a text, and what is no widget.

On the first run of a session a control takes its value from the link; after each run it writes its value back. Defaults
stay out of the address. Streamlit's own `bind="query-params"` knows options by their shown text alone and drops anything
else in silence. Here a link carries plain values, gestures (a painted mask) use the same mechanism, and a value that cannot
be had is reported to the reader.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import streamlit as st

from core.experiment import Knob, match, nearest
from core.ui import moves, notes

LONGEST = 6_000  # characters of one value; no control writes a longer one
Setter = Literal["widget", "gesture", "knob"]


@dataclass(frozen=True)
class Link:
    """One parameter of a lesson's address.

    label: what its control and notes about the link call it. said: what notes call it, where that differs.
    by: who sets it: a widget, a gesture in a component, or a knob of the trained model.
    """

    prefix: str
    name: str
    label: str
    default: Any = None
    said: str = ""
    by: Setter = "widget"

    @property
    def key(self) -> str:
        """The URL parameter, and the session key of the widget."""
        return f"{self.prefix}_{self.name}"

    def raw(self) -> str | None:
        """The text in the address; None where there is none or it is longer than any control writes."""
        value = moves.now("address", self.key)
        return value if value is not None and len(value) <= LONGEST else None

    def put(self, value: str | None) -> None:
        """Write the text; None removes it. Nothing is sent where nothing changes."""
        if value != moves.now("address", self.key):
            moves.change("address", self.key, value)

    def set(self, value: Any) -> None:
        """Set the control from a callback, before the next run draws it."""
        moves.change("session", self.key, value)

    def drawn(self) -> Any:
        """The value of a control that was drawn already."""
        return moves.now("session", self.key, self.default)

    def values(self) -> str:
        """What the parameter may be, in words, for docs/LINKS.md."""
        return "text"

    def refused(self, used: str) -> None:
        """Note that the link asks for what cannot be had; used: what is shown instead."""
        said = f"{self.said or self.label}: the link asks for a value that is not available here. Showing {used}."
        notes.add(self.prefix, said)

    def forgotten_as(self, name: str, default: Any) -> str:
        """The session key of a control beside this one that is not in the address; Reset puts it to `default`."""
        defaults(self.prefix)[name] = default
        return f"{self.prefix}_{name}"

    def _remember(self, default: Any) -> str:
        """Keep what Reset puts the control back to, and what a callback has set; returns the session key."""
        defaults(self.prefix)[self.name] = default
        moves.now("session", self.key)
        return self.key


@dataclass(frozen=True)
class Choice(Link):
    """One of several options. Where they depend on what is shown, they are given at the widget."""

    options: tuple[Any, ...] = ()

    def settle(
        self, options: Sequence[Any] | None = None, default: Any = None, shown: Callable[[Any], str] = str
    ) -> str:
        """Put the control's value, from the link or as it was, into the session; returns its session key.

        A value that is no option becomes the default; a number that is none moves to the nearest, and that is noted.
        """
        options = tuple(self.options if options is None else options)
        default = self.default if default is None else default
        full = self._remember(default)
        asked = self.raw()
        if full not in st.session_state:
            found = match(asked, options) if asked is not None else (default,)
            option = found or nearest(asked, options) or (default,)
            st.session_state[full] = option[0]
            if not found:
                self.refused(shown(option[0]))
        if st.session_state[full] not in options:
            st.session_state[full] = default
        return full

    def value(self, options: Sequence[Any] | None = None, default: Any = None, shown: Any = str) -> Any:
        """The value that the control will have, before it is drawn."""
        return st.session_state[self.settle(options, default, shown)]

    def widget(
        self,
        widget: Callable[..., Any],
        options: Sequence[Any] | None = None,
        default: Any = None,
        shown: Callable[[Any], str] = str,
        **kwargs: Any,
    ) -> Any:
        """Draw `widget` (a selectbox, segmented control or select slider) over the options; returns the chosen one."""
        options = tuple(self.options if options is None else options)
        default = self.default if default is None else default
        label = kwargs.pop("label", self.label)
        full = replace(self, label=label).settle(options, default, shown)  # a note names what stands on the page
        slot, texts = f"_{full}_shown", tuple(map(shown, options))
        if st.session_state.get(slot, texts) != texts:
            # The browser knows options by their text. Where that has changed, its control would stand at the first option
            # and send that with the next gesture.
            moves.renamed(full, options[0])
        st.session_state[slot] = texts
        value = widget(label, options, key=full, format_func=shown, persist_state="session", **kwargs)
        value = value if value in options else default  # the browser may send anything
        self.put(None if value == default else str(value))
        return value

    def values(self) -> str:
        return ", ".join(map(str, self.options)) or "what the model offers"


@dataclass(frozen=True)
class Several(Link):
    """Some of the options, "1-2-4" in the address, in the order of the options; none at all means the default."""

    options: tuple[Any, ...] = ()

    def settle(self, options: Sequence[Any] | None = None, default: tuple[Any, ...] | None = None) -> str:
        """As `Choice.settle`."""
        options = tuple(self.options if options is None else options)
        default = self.default if default is None else default
        full = self._remember(list(default))
        asked = self.raw()
        if full not in st.session_state:
            knob = Knob(self.label, options, many=True)
            found = knob.match(asked) if asked is not None else (default,)
            value = (found or knob.nearest(asked) or (default,))[0]
            st.session_state[full] = list(value)
            if not found:
                self.refused(Knob.text(value))
        return full

    def value(self) -> tuple[Any, ...]:
        """The value that the control will have, before it is drawn."""
        return _some(st.session_state[self.settle()], self.options) or self.default

    def pills(
        self, options: Sequence[Any] | None = None, default: tuple[Any, ...] | None = None, **kwargs: Any
    ) -> tuple[Any, ...]:
        """Draw the options as pills; returns the chosen ones."""
        options = tuple(self.options if options is None else options)
        default = self.default if default is None else default
        label = kwargs.pop("label", self.label)
        full = replace(self, label=label).settle(options, default)
        widget = kwargs.pop("widget", st.pills)
        if widget is st.pills:
            kwargs["selection_mode"] = "multi"
        widget(label, options, key=full, persist_state="session", **kwargs)
        value = _some(st.session_state[full], options) or tuple(default)
        self.put(None if value == default else Knob.text(value))
        return value

    def values(self) -> str:
        return "some of " + (", ".join(map(str, self.options)) or "what is shown") + ", joined by -"


@dataclass(frozen=True)
class Whole(Link):
    """A whole number from `low` to `high`; what lies outside moves to the nearer end, and that is noted."""

    low: int = 0
    high: int = 0

    def settle(self, high: int | None = None, default: int | None = None) -> str:
        """As `Choice.settle`. high: the largest number, where it depends on what is shown."""
        high = self.high if high is None else high
        default = self.default if default is None else default
        full = self._remember(default)
        asked = self.raw()
        if full not in st.session_state:
            whole = _whole(asked)
            if asked is None:
                st.session_state[full] = default
            elif whole is not None and self.low <= whole <= high:
                st.session_state[full] = whole
            else:
                st.session_state[full] = value = (nearest(asked, (self.low, high)) or (default,))[0]
                self.refused(str(value))
        state = st.session_state[full]
        st.session_state[full] = min(max(state, self.low), high) if isinstance(state, int) else default
        return full

    def value(self, high: int | None = None, default: int | None = None) -> int:
        """The value that the control will have, before it is drawn."""
        return st.session_state[self.settle(high, default)]

    def input(self, high: int | None = None, default: int | None = None, **kwargs: Any) -> int:
        """Draw a number input; returns the number."""
        high = self.high if high is None else high
        default = self.default if default is None else default
        full = self.settle(high, default)
        label = kwargs.pop("label", self.label)
        value = st.number_input(label, self.low, high, step=1, key=full, persist_state="session", **kwargs)
        value = min(max(int(value), self.low), high)
        self.put(None if value == default else str(value))
        return value

    def values(self) -> str:
        return f"{self.low} to {self.high}" if self.high else f"from {self.low}"


@dataclass(frozen=True)
class Text(Link):
    """A field of text of at most `most` characters."""

    most: int = 1_500

    def settle(self, default: str | None = None) -> str:
        """As `Choice.settle`."""
        default = self.default if default is None else default
        full = self._remember(default)
        if full not in st.session_state:
            linked = self.raw()
            st.session_state[full] = (default if linked is None else linked)[: self.most]
            if linked is not None and len(linked) > self.most:
                self.refused(f"its first {self.most:,} characters")
        return full

    def value(self, default: str | None = None) -> str:
        """The text that the field will have, before it is drawn."""
        return (st.session_state[self.settle(default)] or "")[: self.most]

    def input(self, default: str | None = None, **kwargs: Any) -> str:
        """Draw a text input; returns the text."""
        default = self.default if default is None else default
        full = self.settle(default)
        label = kwargs.pop("label", self.label)
        text = st.text_input(label, key=full, max_chars=self.most, persist_state="session", **kwargs)
        text = (text or "")[: self.most]  # the browser may send anything
        self.put(None if text == default else text)
        return text

    def values(self) -> str:
        return f"text of at most {self.most:,} characters"


@dataclass(frozen=True)
class Free(Link):
    """What is no widget: a gesture's result, or a name. Its lesson checks and decodes the text."""

    about: str = ""

    def held(self, decode: Callable[[str | None], Any], default: Any) -> Any:
        """What the session holds, at first what `decode` makes of the address; Reset puts it back to `default`."""
        full = self._remember(default)
        if full not in st.session_state:
            st.session_state[full] = decode(self.raw())
        return st.session_state[full]

    def values(self) -> str:
        return self.about or "text"


def defaults(prefix: str) -> dict[str, Any]:
    """What Reset puts the controls of a lesson back to, by the name of the parameter."""
    return st.session_state.setdefault(f"_{prefix}_defaults", {})


def _some(value: Any, options: Sequence[Any]) -> tuple[Any, ...]:
    """The options that are in `value`, in their order; the browser may send anything."""
    return tuple(option for option in options if isinstance(value, list | tuple) and option in value)


def _whole(text: str | None) -> int | None:
    try:
        return int(text or "") if len(text or "") < 12 else None
    except ValueError:
        return None
