"""The one way in which a page waits for what runs elsewhere: a training, a map, work in the background, or several of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

import streamlit as st

from core.queue import Several, View

POLL_SECONDS = 0.5  # between two looks


class Waits(Protocol):
    """What can be waited for. live: whether it is still to come."""

    @property
    def live(self) -> bool: ...


V = TypeVar("V", bound=Waits)


def poll(ask: Callable[[], V], draw: Callable[[V], None], every: float = POLL_SECONDS) -> V | None:
    """The view once it is over; None while it is live, and `draw(view)` in its place, again every so many seconds.

    ask:  gives the view, and by asking keeps alive what nobody else may want. It is called with each look.
    When the view is over the whole page runs once more, and that run gets it. Without a browser nothing looks again: the
    next run of the page does.
    """
    view = ask()
    if not view.live:
        return view

    def look() -> None:
        now = ask()
        if not now.live:
            st.rerun()
        draw(now)

    st.fragment(look, run_every=every)()
    return None


def together(*asks: Callable[[], View]) -> Callable[[], Several]:
    """Asks for several views at once, to be waited for together."""
    return lambda: Several(tuple(ask() for ask in asks))


def progress(sentence: str) -> Callable[[View | Several], None]:
    """Draws how far something is as a bar with this sentence."""
    return lambda view: st.progress(view.share, text=sentence)
