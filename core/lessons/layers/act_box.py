"""The component of an act: menus and a few texts that a browser sets, held by Python for the address.

As on the stage nothing is computed here. Each act states its menus and texts; this file reads them from a link, takes what a
gesture makes of them, and writes the address.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.charts.theme import HUES
from core.lessons.layers import links
from core.ui import notes
from core.ui.components.source import Component
from core.ui.held import Held
from core.ui.link_kinds import Choice, Free, Whole

CLASSES = 4


@dataclass(frozen=True)
class Text:
    """A text of the address that a gesture writes. fits: whether a text is one of its kind."""

    link: Free
    default: str
    fits: Callable[[str], bool]


@dataclass(frozen=True)
class Box:
    """One act's component. key: of the session. shown: of a menu's options, what they are called, where that differs."""

    name: str
    menus: tuple[Choice, ...]
    texts: tuple[Text, ...] = ()
    wholes: tuple[Whole, ...] = ()
    shown: Mapping[str, Mapping[Any, str]] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return f"{links.BOX}_{self.name}"

    def defaults(self) -> dict[str, Any]:
        """What the act opens on."""
        plain = {one.name: one.default for one in (*self.menus, *self.wholes)}
        return plain | {text.link.name: text.default for text in self.texts}

    def show(self, component: Component) -> None:
        """Mount the component on what the browser said last, or the link; and write the address."""
        held = self.held()
        value = held.read()
        if value is None:
            value = self._from_link()
        self._to_link(value)
        data = {
            "held": held.settle(value),
            "controls": [
                {"name": menu.name, "label": menu.label, "options": [[one, self._called(menu.name, one)] for one in menu.options]}
                for menu in self.menus
            ],
            "hues": list(HUES[:CLASSES]),
        }  # fmt: skip
        component(key=self.key, data=data, on_held_change=lambda: held.read())

    def set_up(self, values: Mapping[str, Any]) -> None:
        """Put a case into the act, and all else of it where it opens. For a button's callback."""
        for text in self.texts:
            text.link.put(None)
        self.held().put({**self.defaults(), **values})

    def clear(self) -> None:
        """Forget what was set; the browser follows."""
        self.held().clear()

    def held(self) -> Held[dict[str, Any]]:
        return Held(self.key, self._decode, dict)

    def _called(self, name: str, value: Any) -> str:
        return self.shown.get(name, {}).get(value, str(value))

    def _from_link(self) -> dict[str, Any]:
        value = {one.name: one.value() for one in (*self.menus, *self.wholes)}
        for text in self.texts:
            raw = text.link.raw()
            if raw is not None and not text.fits(raw):
                notes.add(links.PREFIX, f"{text.link.label}: the link's text cannot be read, and is left out.")
                raw = None
            value[text.link.name] = text.default if raw is None else raw
        return value

    def _to_link(self, value: Mapping[str, Any]) -> None:
        texts = {text.link.name for text in self.texts}
        for name, default in self.defaults().items():
            link = links.TABLE[name]
            link.put(None if value[name] == default else str(value[name]))
            if name not in texts:
                link.set(value[name])

    def _decode(self, raw: Any) -> dict[str, Any] | None:
        if not isinstance(raw, Mapping) or raw.keys() != self.defaults().keys():
            return None
        value = dict(raw)
        for menu in self.menus:
            one = raw[menu.name]
            if not isinstance(one, str | int | float) or isinstance(one, bool) or one not in menu.options:
                return None
            value[menu.name] = menu.options[menu.options.index(one)]
        for whole in self.wholes:
            if type(raw[whole.name]) is not int or not whole.low <= raw[whole.name] <= whole.high:
                return None
        for text in self.texts:
            one = raw[text.link.name]
            if not isinstance(one, str) or (one != text.default and not text.fits(one)):
                return None
        return value
