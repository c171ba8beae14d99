"""Which pictures the network learned from: the lab's own, or a folder that the person brought."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.experiment import get
from core.lessons.contrastive import live
from core.lessons.contrastive.links import FOLDER, TABLE
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


def set_up(data_name: str | None, values: dict[str, object]) -> None:
    """Put a case on the page; data_name: of the lab's own pictures, or None for those that are there."""
    if data_name:
        FOLDER.put(None)
        TABLE["data"].set(data_name)
    for name, value in values.items():
        TABLE[name].set(value)
