"""The stage: a gray picture, the colours that the network gives it, the truth, and the belief at each pixel."""

from __future__ import annotations

import streamlit as st

from core import data
from core.experiment import get
from core.lessons.colour import linked, links, subject
from core.lessons.colour.colour_pad import HUNDRED, SIDE, SWATCHES, colour_pad
from core.store.record import Record
from core.ui import knobs, pictures
from core.ui.drawn import digest
from core.ui.page import Model, Page


def choose(page: Page) -> Model:
    """Draws the switch above the stage; the model for the settings in the address."""
    with page.play:
        name = knobs.data_switch(links.TABLE, get("colorization"), pictures.LABELS)
    return page.model(subject.PANEL, {"data": name})


def show(record: Record, alone: bool) -> None:
    """The pad, and below it the choice of the picture. alone: that follows."""
    picture = pictures.chosen(links.PICTURE, record.config["data"])
    state = linked.state(digest(picture.pixels))
    colour_pad(links.BOX, state, subject.shown(record, picture.pixels, state.hints))
    st.caption(f"{picture.about} Point at a pixel of the coloured picture to see what the network believes there.")
    if not alone:
        with st.columns([0.5, 0.5])[0]:
            pictures.menus(links.PICTURE, record.config["data"])


HINTED = ((9, 15), (13, 11), (14, 18))  # rows and columns of the hints of "Try this"


def at_mode() -> None:
    """The slider at the mode. For a button's callback."""
    set_up(temperature=0)


def at_mean() -> None:
    """The slider at the mean. For a button's callback."""
    set_up(temperature=HUNDRED)


def with_hints() -> None:
    """Hints on the first picture, in a colour that it does not have. For a button's callback."""
    violet = list(SWATCHES).index("violet")
    set_up(hints=tuple((row * SIDE + column, violet) for row, column in HINTED))


def set_up(**changes: object) -> None:
    """Put the lesson's own picture on the stage, and what is given of its state."""
    links.TABLE.case({"data": get("colorization").default().data, "from": "same", "picture": links.FIRST}, "own")
    pixels = data.load(get("colorization").default().data).test_x[links.FIRST].permute(1, 2, 0).numpy()
    linked.set_up(digest(pixels), **changes)
