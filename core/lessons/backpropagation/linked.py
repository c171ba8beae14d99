"""What the component shows, in the link; read back with a sentence for what cannot be had."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from core.experiment import match, nearest
from core.lessons.backpropagation import links
from core.lessons.backpropagation.forward_backward import LAST, LIMIT, RATES, State, first, put, read
from core.lessons.backpropagation.network import ACTIVATIONS, COUNT, STARTS, starts
from core.ui import notes
from core.ui.link_kinds import Free

_NUMBER = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,6})?", re.ASCII)
DIGITS = 4  # of a number in the link, behind its point


def state() -> State:
    """The state now: as the browser sent it, or as the link has it; and the link says so afterwards."""
    found = read(links.BOX)
    if found is None:
        found = _from_link()
    _to_link(found)
    return found


def set_up(activation: str, rate: float, start: int, depth: int = 20, scale: float = 1.0) -> None:
    """Put a case on the stage, everything computed, and deep networks of this depth and scale. For a button's callback."""
    put(links.BOX, first(start, activation=activation, rate=rate))
    links.TABLE.case({"depth": depth, "scale": scale, "seed": 0})


def _from_link() -> State:
    start = _option(links.START, range(STARTS), 0)
    return first(
        start,
        activation=_option(links.ACTIVATION, ACTIVATIONS, "tanh"),
        rate=_option(links.RATE, RATES, 0.1),
        at=_option(links.AT, range(LAST + 1), LAST),
        reuse=_option(links.REUSE, ("on", "off"), "off") == "on",
        values=_values(start),
    )


def _to_link(state: State) -> None:
    links.START.put(None if state.start == 0 else str(state.start))
    links.ACTIVATION.put(None if state.activation == "tanh" else state.activation)
    links.RATE.put(None if state.rate == 0.1 else f"{state.rate:g}")
    links.AT.put(None if state.at == LAST else str(state.at))
    links.REUSE.put("on" if state.reuse else None)
    numbers = "_".join(f"{round(v, DIGITS) + 0.0:g}" for v in state.values)
    links.VALUES.put(None if list(state.values) == starts()[state.start] else numbers)


def _option(link: Free, options: Sequence[Any], default: Any) -> Any:
    """What the link asks of these, or the nearest, or the default, with a note."""
    asked = link.raw()
    if asked is None:
        return default
    options = tuple(options)
    if found := match(asked, options):
        return found[0]
    near = nearest(asked, options) if not isinstance(options[0], str) else None
    used = (near or (default,))[0]
    notes.add(links.PREFIX, f"{link.label}: the link asks for a value that is not available here. Showing {used}.")
    return used


def _values(start: int) -> tuple[float, ...]:
    asked = links.VALUES.raw()
    if asked is None:
        return tuple(starts()[start])
    parts = asked.split("_")
    if len(parts) != COUNT or not all(map(_NUMBER.fullmatch, parts)):
        notes.add(links.PREFIX, "The numbers of the link are not those of this network; its first weights are shown.")
        return tuple(starts()[start])
    found = [float(part) + 0.0 for part in parts]
    if any(abs(v) > LIMIT for v in found):
        notes.add(links.PREFIX, f"Numbers of the link are too large; they end at {LIMIT:g}.")
    return tuple(min(max(v, -LIMIT), LIMIT) for v in found)
