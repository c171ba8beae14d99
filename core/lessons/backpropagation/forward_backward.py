"""The component of the stage: the flow through the graph, its numbers, and steps of gradient descent.

The browser computes all of it. Python sends the sets of first weights, and hears half a second after a gesture what came
out, so that the address reproduces the screen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.lessons.backpropagation.network import ACTIVATIONS, COUNT, STARTS, starts
from core.ui.components.source import Component
from core.ui.held import Held, is_number

_COMPONENT = Component("forward_backward")
RATES = (0.01, 0.03, 0.1, 0.3, 1.0)
LAST = 14  # position of the flow at which everything is known
LIMIT = 9.0  # no number is larger


@dataclass(frozen=True)
class State:
    """All that a person sets. start: which first weights; rate: one of RATES; at: position of the flow, 0 to LAST; reuse: whether
    factors that are known are drawn as one block; values: the 28 numbers, see `network.net`."""

    start: int
    activation: str
    rate: float
    at: int
    reuse: bool
    values: tuple[float, ...]


def first(start: int = 0, **changes: Any) -> State:
    """What the lesson opens on: the first weights of this number, everything computed."""
    found = {"activation": "tanh", "rate": 0.1, "at": LAST, "reuse": False, "values": tuple(starts()[start])}
    return State(start=start, **{**found, **changes})


def read(key: str) -> State | None:
    """The state of component `key`, before it is mounted; None where there is nothing yet."""
    return _held(key).read()


def put(key: str, state: State) -> None:
    """Replace the state of component `key`; the browser follows with the next rerun."""
    _held(key).put(state)


def clear(key: str) -> None:
    """Forget the state of component `key`."""
    _held(key).clear()


def forward_backward(key: str, state: State) -> None:
    """Mount the component. state: what `read` returned; anything else replaces what the browser shows."""
    held = _held(key)
    _COMPONENT(
        key=key,
        data={"held": held.settle(state), "starts": starts(), "rates": list(RATES), "limit": LIMIT},
        on_held_change=lambda: held.read(),
    )


def _held(key: str) -> Held[State]:
    return Held(key, _decode, _encode)


def _encode(state: State) -> dict[str, Any]:
    return {
        "start": state.start,
        "activation": state.activation,
        "rate": RATES.index(state.rate),
        "at": state.at,
        "reuse": state.reuse,
        "values": list(state.values),
    }


def _decode(raw: Any) -> State | None:
    """What a message says; None where it is not one of this component."""
    if not isinstance(raw, Mapping):
        return None
    start, activation, rate, at, reuse, values = (
        raw.get(name) for name in ("start", "activation", "rate", "at", "reuse", "values")
    )
    if not (_below(start, STARTS) and _below(rate, len(RATES)) and _below(at, LAST + 1) and isinstance(reuse, bool)):
        return None
    if not isinstance(activation, str) or activation not in ACTIVATIONS:
        return None
    if not isinstance(values, list) or len(values) != COUNT:
        return None
    if not all(is_number(v) and abs(v) <= LIMIT for v in values):
        return None
    return State(start, activation, RATES[rate], at, reuse, tuple(values))


def _below(value: Any, end: int) -> bool:
    """Whether this is a whole number from 0 to end - 1."""
    return type(value) is int and 0 <= value < end
