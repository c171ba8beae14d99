"""Cards that set up a surprising case. The page goes to what a card changes, and outlines it for a moment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.ui import acts
from core.ui.components import contents


@dataclass(frozen=True)
class Try:
    """A card. on_click puts down everything that its case depends on, whatever was set before. act: the title of the act
    that it changes; "" for the stage."""

    title: str
    text: str
    on_click: Callable[..., None]
    args: tuple[Any, ...] = ()
    act: str = ""


def draw(prefix: str, cards: Sequence[Try]) -> None:
    """Draw the cards beside each other."""
    for i, (column, card) in enumerate(zip(st.columns(len(cards)), cards, strict=True)):
        with column, st.container(border=True, height="stretch"):
            st.markdown(f"**{card.title}**")
            st.markdown(card.text)
            st.button(
                "Set it up", icon=":material/arrow_upward:", key=f"{prefix}_try{i}",
                on_click=_set_up, args=(prefix, card), type="tertiary",
            )  # fmt: skip


def _set_up(prefix: str, card: Try) -> None:
    card.on_click(*card.args)
    anchor = acts.anchor(card.act)
    acts.show(prefix, anchor)
    contents.point(prefix, anchor)
