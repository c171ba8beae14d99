"""How a lesson explains itself at its end: Markdown, equations, and the source of what has run, folded."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import streamlit as st

from core.ui import acts

Part = str | Callable[[], None]


def formula(latex: str) -> Callable[[], None]:
    """An equation for `Page.how_it_works`."""
    return lambda: st.latex(latex)


def code(*functions: Callable[..., Any]) -> Callable[[], None]:
    """The source of the functions behind the page, as they ran."""

    def show() -> None:
        for function in functions:
            st.code(inspect.getsource(function), language="python")

    return show


def explain(title: str, parts: tuple[Part, ...]) -> None:
    """The folded explanation. Formulas and code are expensive to draw, and most people never unfold them."""
    folded = st.expander(f"How it works: {title}", icon=":material/schema:", on_change="rerun")
    if not folded.open and acts.browser():
        return
    with folded:
        for part in parts:
            if isinstance(part, str):
                st.markdown(part)
            else:
                part()
