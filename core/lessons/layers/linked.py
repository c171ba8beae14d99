"""The stage's setting in the address: read from a link with a sentence for what cannot be had, and written after each gesture."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from core.lessons.layers import links
from core.lessons.layers.layer_maps import Setting, clear, is_pair, read
from core.lessons.layers.packed import are_edits, are_points
from core.ui import notes

_WHOLES = (links.SEED, links.STEP, links.WAY)
_TEXTS = (links.PAIR, links.POINTS, links.EDITS)
_FITS = {"pair": is_pair, "points": are_points, "edits": are_edits}


def setting() -> Setting:
    """What is on the stage now: as the browser said it, or as the link has it; and the link says so afterwards."""
    found = read(links.BOX)
    if found is None:
        found = _from_link()
    _to_link(found)
    return found


def _from_link() -> Setting:
    chosen: dict[str, Any] = {menu.name: menu.value() for menu in links.MENUS}
    chosen |= {one.name: one.value() for one in _WHOLES}
    chosen |= {one.name: _text(one.name) for one in _TEXTS}
    found = Setting(**chosen)
    last = 100 * (2 * (found.depth + 1))
    if found.way > last:
        found = replace(found, way=last)
    return found


def _text(name: str) -> str:
    link, default = links.TABLE[name], getattr(Setting(), name)
    text = link.raw()
    if text is None:
        return default
    if _FITS[name](text):
        return text
    notes.add(links.PREFIX, f"{link.label}: the link's text cannot be read, and is left out.")
    return default


def _to_link(found: Setting) -> None:
    default = Setting()
    for name, value in asdict(found).items():
        link = links.TABLE[name]
        link.put(None if value == getattr(default, name) else str(value))
        if name not in _FITS:
            link.set(value)  # what a later reading of the session finds


def set_up(values: dict[str, Any]) -> None:
    """Put a case on the stage, and all else where the lesson opens. For a button's callback."""
    links.TABLE.case(values, *(one.name for one in (*links.MENUS, *_WHOLES) if one.name not in values))
    for one in _TEXTS:
        one.put(None)
    clear(links.BOX)
