"""A place for what the background still computes: how far it is, and the page comes back by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from core.background import Work

POLL_SECONDS = 0.5


def ready(asks: Sequence[Callable[[], Work]], sentence: str) -> list[Work] | None:
    """The finished works, in the order of `asks`; None, and a progress bar in their place, while one is computed."""
    works = [ask() for ask in asks]
    if all(work.state != "working" for work in works):
        return works

    def come() -> None:
        now = [ask() for ask in asks]
        if all(work.state != "working" for work in now):
            st.rerun()
        parts = [1.0 if work.state != "working" else work.done / work.total if work.total else 0.0 for work in now]
        st.progress(sum(parts) / len(parts), text=sentence)

    st.fragment(come, run_every=POLL_SECONDS)()
    return None
