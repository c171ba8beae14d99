"""The stage: a picture for two seconds, a pad, and then what each eye says about the drawing."""

from __future__ import annotations

import numpy as np
import streamlit as st
import torch

from core import background, data
from core.data.pixels import gray_or_colour
from core.lessons.memory import boundary, eyes, links
from core.lessons.memory.glimpse import glimpse
from core.ui import bars, drawn
from core.ui.bars import Bar
from core.ui.components.sketch_pad import COLOUR_PENS, GRAY_PENS, Paper, read, sketch_pad
from core.ui.components.tiles import Answer, png_uri
from core.ui.gallery import gallery
from core.ui.pictures import LABELS

SHOWN = f"{links.PREFIX}_revealed"  # a session key: the picture that was compared
SCORES = f"{links.PREFIX}_scores"  # a session key: the boundary scores of this visit
PAPER = {"openmoji": 255}  # what is drawn on, where that is not black: the ground of the pictures
SCENES = (
    68,
    69,
    70,
    109,
    110,
    290,
    325,
)  # held-out emoji that show a place: a bridge in fog, a city at dawn, an island


def show() -> None:
    """Choose, look, draw, compare."""
    here = [name for name in links.DATA.options if data.available(name)]
    if not here:
        raise data.Missing("No pictures are on this machine.")
    name, number = _choose(here)
    all_of = eyes.pictures(name)
    picture = all_of[number].permute(1, 2, 0).numpy()
    called = f"{name}/{number}"
    background.ask(f"memory/{name}", lambda progress: eyes.prepare(name))  # while somebody looks and draws
    left, right = st.columns([0.3, 0.7], gap="large")
    with left:
        glimpse(f"{links.PREFIX}_glimpse", gray_or_colour(picture), called)
    revealed = st.session_state.get(SHOWN) == called
    with right:
        drawing, touched = _pad(picture, name, called)
    with left:
        if revealed:
            st.html(f'<img class="ll-big" src="{png_uri(gray_or_colour(picture))}" alt="The picture that you saw">')
            st.caption("The picture")
            st.button(
                "Hide it", key=f"{links.PREFIX}_hide", icon=":material/visibility_off:", on_click=_reveal, args=("",)
            )
        else:
            st.button(
                "Compare", key=f"{links.PREFIX}_compare", icon=":material/compare:", type="primary", disabled=not touched,
                help="Draw first." if not touched else None, on_click=_reveal, args=(called,),
            )  # fmt: skip
    if revealed and touched:
        _kept(name, number, drawing)
        _boundary(name, number, picture, drawing)


def _choose(here: list[str]) -> tuple[str, int]:
    """The set and the number of the picture."""
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        name = links.DATA.widget(st.segmented_control, here, here[0], LABELS.__getitem__, required=True)
        number = links.PICTURE.input(width=180)
        st.button("Another picture", icon=":material/shuffle:", key=f"{links.PREFIX}_next", on_click=_next)
    return name, number


def _pad(picture: np.ndarray, name: str, called: str) -> tuple[np.ndarray, bool]:
    """The pad: the drawing, and whether there is anything on it."""
    side, _, channels = picture.shape
    base = np.full_like(picture, PAPER.get(name, 0))
    linked = drawn.linked(links.DRAWN, called, side, channels)
    sketch = read(links.PAD, side, channels, called)
    drawing = linked if sketch is None else sketch.pixels
    touched = drawing is not None and bool((drawing != base).any())
    drawn.keep(links.DRAWN, called, drawing if touched else None)
    pens = GRAY_PENS if channels == 1 else ("black", *(pen for pen in COLOUR_PENS if pen != "black"))
    paper = Paper(base, called, pens, title="Draw what you saw", size=380)
    sketch_pad(paper, Answer((), called), key=links.PAD, drawing=linked)
    return base if drawing is None else drawing, touched


def _kept(name: str, number: int, drawing: np.ndarray) -> None:
    """Ranks as bars, and the pictures that lie nearest to the drawing."""
    found = eyes.compare(name, number, torch.from_numpy(drawing.copy()).permute(2, 0, 1))
    best = min(found, key=lambda one: one.rank)
    st.subheader(
        f"Among {eyes.COUNT} pictures yours comes {_th(best.rank)} by {best.eye.title}, {_th(found[0].rank)} by pixels",
        anchor=False,
    )
    note = "of the others are farther; rank"
    share = [1 - (one.rank - 1) / (eyes.COUNT - 1) for one in found]
    rows = [
        Bar(one.eye.title, value, one.eye.record is not None, f"{note} {one.rank}")
        for one, value in zip(found, share, strict=True)
    ]
    bars.bars(rows, digits=2)
    st.caption(
        f"For each way of seeing: the share of the other {eyes.COUNT - 1} held-out pictures that lie farther from your drawing than the one you saw. Without any "
        "memory it is 0.5 on average. The networks learned from pictures, not from drawings: a low share may be their fault, not yours."
    )
    all_of = eyes.pictures(name).permute(0, 2, 3, 1).numpy()
    nearest = [(one.eye.title, all_of[list(one.nearest)]) for one in found]
    places = [one.nearest.index(number) + 1 if number in one.nearest else 0 for one in found]
    st.markdown("**The pictures nearest to your drawing**")
    gallery(
        nearest, [f"yours is {_th(place)}" if place else "yours is not among them" for place in places], about="Nearest"
    )


def _boundary(name: str, number: int, picture: np.ndarray, drawing: np.ndarray) -> None:
    """The boundary score of this drawing, and the mean of this visit."""
    value = boundary.score(picture, drawing)
    if value is None:
        return
    scores = st.session_state.setdefault(SCORES, {})
    scores[f"{name}/{number}"] = (kind(name, number), value)
    number_said = f"{value:+.2f}".replace("-", "−")
    st.markdown(
        f"**Boundary score {number_said}**. {boundary.said(value)} Of this visit: {boundary.summary(scores)}. A few drawings say little. Views of single objects "
        "tend to be remembered with more around them ([Intraub and Richardson 1989](https://doi.org/10.1037/0278-7393.15.2.179)), but over many pictures contraction "
        "is as robust as extension: objects extend, scenes contract ([Bainbridge and Baker 2020](https://doi.org/10.1016/j.cub.2019.12.004))."
    )


def kind(name: str, number: int) -> str:
    """Whether a picture is of an object, or of a scene."""
    return "scene" if name == "openmoji" and number in SCENES else "object"


def _reveal(called: str) -> None:
    st.session_state[SHOWN] = called


def _next() -> None:
    number = links.PICTURE.drawn()
    links.PICTURE.set((number * 5 + 101) % eyes.COUNT)  # reaches every picture before it repeats one


def _th(rank: int) -> str:
    """1st, 2nd, 3rd, 11th."""
    ending = "th" if rank % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(rank % 10, "th")
    return f"{rank}{ending}"


def set_up(name: str, number: int) -> None:
    """Put another picture on the stage. For a button's callback."""
    _reveal("")
    links.TABLE.case({"data": name, "picture": number}, "drawn", "room")
