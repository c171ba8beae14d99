"""The chain: each drawing is the next person's picture (Bartlett 1932). What is left of the first one, drawing by drawing?"""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st
import torch

from core import data
from core.charts.theme import spec
from core.data.figures import sheet
from core.data.pixels import gray_or_colour
from core.lessons.memory import charts, eyes, links
from core.lessons.memory.glimpse import glimpse
from core.lessons.memory.rooms import ROOMS, Full, Link, first_picture, tidy
from core.ui import teacher
from core.ui.charted import draw_chart
from core.ui.components.sketch_pad import GRAY_PENS, Paper, read, sketch_pad
from core.ui.components.tiles import Answer
from core.ui.look import look_now

DATA = "fashion"  # the set for which most networks are there
SEEN = f"{links.PREFIX}_seen"  # a session key: room -> the number of the drawing that is looked at here
DONE = f"{links.PREFIX}_done"  # a session key: rooms in which this session has drawn
FULL = f"{links.PREFIX}_full"  # a session key: why a drawing was not taken


def show() -> None:
    """The room; then look, draw and pass on; then the chain."""
    if not data.available(DATA):
        raise data.Missing(f"The chain needs the pictures of clothes. {data.how_to_get(DATA)}")
    column, prose = st.columns([0.3, 0.7], gap="large", vertical_alignment="bottom")
    with column:
        room = tidy(
            links.ROOM.input(
                placeholder="for example: row3", help="Small letters and digits. Whoever has the name is in the room."
            )
        )
    with prose:
        st.markdown(
            "Each drawing is the next person's picture. Agree on a name for a room, and draw one after the other. The room holds drawings and nothing about who made "
            "them; it is gone when the presenter clears it, after some hours, or with the server."
        )
    if not room:
        return
    chain = ROOMS.links(room)
    picture = eyes.pictures(DATA)[first_picture(room, eyes.COUNT)].permute(1, 2, 0).numpy()
    if room in st.session_state.get(DONE, ()):
        _told(room, picture, chain)
    else:
        _turn(room, picture, chain)
    _clear(room, chain)


def _turn(room: str, picture: np.ndarray, chain: tuple[Link, ...]) -> None:
    """Look at the newest drawing, draw it, and pass it on. Who has begun keeps what was looked at."""
    number = min(st.session_state.setdefault(SEEN, {}).setdefault(room, len(chain)), len(chain))
    stimulus = chain[number - 1].pixels if number else picture
    called = f"room/{room}/{number}"
    left, right = st.columns([0.3, 0.7], gap="large")
    with left:
        st.markdown(
            "You are the **first**: you see the picture."
            if not number
            else f"You see drawing **{number}** of this room."
        )
        glimpse(f"{links.PREFIX}_chain_glimpse", gray_or_colour(stimulus), called)
    with right:
        side, _, channels = picture.shape
        base = np.zeros_like(picture)
        sketch = read(links.CHAIN_PAD, side, channels, called)
        drawing = base if sketch is None else sketch.pixels
        sketch_pad(
            Paper(base, called, GRAY_PENS, title="Draw what you saw", size=380), Answer((), called), key=links.CHAIN_PAD
        )
    with left:
        empty = not (drawing != base).any()
        st.button(
            "Pass it on", key=f"{links.PREFIX}_pass", icon=":material/forward:", type="primary", disabled=empty,
            help="Draw first." if empty else None, on_click=_pass, args=(room, drawing, number),
        )  # fmt: skip
        if said := st.session_state.pop(FULL, ""):
            st.error(said, icon=":material/block:")


def _told(room: str, picture: np.ndarray, chain: tuple[Link, ...]) -> None:
    """All drawings, and how far each lies from the first picture."""
    if not chain:
        st.info("The room was cleared.", icon=":material/mop:")
    else:
        strip = [picture, *(link.pixels for link in chain)]
        rows = [np.stack(strip[i : i + 10]) for i in range(0, len(strip), 10)]
        rows[-1] = np.concatenate([rows[-1], np.full((len(rows[0]) - len(rows[-1]), *picture.shape), 128, np.uint8)])
        st.image(
            sheet(rows, scale=4),
            caption=f"The picture, and {len(chain)} drawing{'s' if len(chain) > 1 else ''}, each from memory of an earlier one.",
        )
        st.subheader(heading(chain_rows(picture, chain)), anchor=False)
        draw_chart(spec(charts.drift, chain_rows(picture, chain), look_now()), key=f"{links.PREFIX}_drift_chart")
        st.caption(
            "Distance from the first picture, as a share of the mean distance between two pictures of the set: at 1 the drawing is no nearer to it than any other "
            "picture is. One chain is one story: compare several rooms before you believe it."
        )
    with st.container(horizontal=True):
        st.button("See what came since", key=f"{links.PREFIX}_again", icon=":material/refresh:")
        st.button(
            "Draw once more", key=f"{links.PREFIX}_more", icon=":material/draw:", on_click=_once_more, args=(room,)
        )


def chain_rows(picture: np.ndarray, chain: tuple[Link, ...]) -> list[dict[str, Any]]:
    """Rows of the chart: drawing, way, distance."""
    first, *others = (
        torch.from_numpy(one.copy()).permute(2, 0, 1) for one in (picture, *(link.pixels for link in chain))
    )
    return [
        {"drawing": i + 1, "way": eye.title, "distance": distance}
        for eye, distances in eyes.drift(DATA, first, others)
        for i, distance in enumerate(distances)
    ]


def heading(rows: list[dict[str, Any]]) -> str:
    """Where the last drawing of a chain lies."""
    last = max(row["drawing"] for row in rows)
    parts = [f"{row['distance']:.2f} by {row['way']}" for row in rows if row["drawing"] == last]
    return (
        f"Measured: drawing {last} lies {', '.join(parts[:-1])} and {parts[-1]} from the picture"
        if len(parts) > 1
        else f"Measured: drawing {last} lies {parts[0]} from the picture"
    )


def _clear(room: str, chain: tuple[Link, ...]) -> None:
    """The presenter clears a room: who has said the teacher's code, or who presents where the server has none."""
    if chain and teacher.leads():
        st.button(
            "Clear this room", key=f"{links.PREFIX}_clear", icon=":material/mop:", on_click=_cleared, args=(room,)
        )


def _pass(room: str, drawing: np.ndarray, number: int) -> None:
    try:
        ROOMS.add(room, drawing, number)
    except Full as full:
        st.session_state[FULL] = str(full)
        return
    st.session_state[DONE] = (*st.session_state.get(DONE, ()), room)


def _once_more(room: str) -> None:
    st.session_state[DONE] = tuple(one for one in st.session_state.get(DONE, ()) if one != room)
    st.session_state.get(SEEN, {}).pop(room, None)


def _cleared(room: str) -> None:
    ROOMS.clear(room)
    _once_more(room)
