"""Which pictures the network learned from: the lab's own, or a folder that the person brought."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.experiment import get
from core.lessons.contrastive import live
from core.lessons.contrastive.links import CHANGE, FOLDER, TABLE
from core.ui import knobs, pictures
from core.ui.own.pictures import chosen_folder, own_folder
from core.ui.page import Page, Panel

PANEL = Panel("simclr", live.facts, live.draw, live.curve)


def data(page: Page) -> dict[str, Any]:
    """Draws the switch above the stage; returns the knob that it sets."""
    with page.play:
        left, right = st.columns([0.62, 0.38], vertical_alignment="bottom")
        with right:
            own_folder(FOLDER)
        folder = chosen_folder(FOLDER)
        with left:
            if folder:
                st.markdown("Network trained on **your own pictures**")
                return {"data": folder}
            return {"data": knobs.data_switch(TABLE, get("simclr"), pictures.LABELS)}


CASES = (*(f"v_{name}" for name in CHANGE), "b_age", "b_t", "m_read")  # what a case of "Try this" may change


def set_up(values: dict[str, object]) -> None:
    """Put a case on the page: what it does not change stands as the lesson opens on it. For a button's callback."""
    TABLE.case(values, *(name for name in CASES if name not in values))
