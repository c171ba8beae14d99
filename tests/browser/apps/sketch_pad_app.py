"""A page with the sketch pad, beside it what Python got, and another page.

Query parameters: `kind` of picture, `tiles` how many pictures, `side` in pixels.
"""

import json
import sys
from pathlib import Path

import streamlit as st

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from core.ui.components.sketch_pad import COLOUR_PENS, GRAY_PENS, Paper, fill, read, sketch_pad
from core.ui.components.tiles import Answer, Tile
from tests.helpers.sketches import name, picture

st.set_page_config(layout="wide")
kind = st.query_params.get("kind", "digit")
side = int(st.query_params.get("side", 28))
pens = {"digit": ("white",), "gray": GRAY_PENS, "colour": COLOUR_PENS}[kind]
state = st.session_state


def square() -> None:
    pixels = picture(kind, side)
    pixels[: side // 4, : side // 4] = 90
    fill("pad", pixels)


def turn() -> None:
    state.turned = not state.get("turned", False)


@st.fragment
def stage() -> None:
    revision = "turned" if state.get("turned") else "upright"
    base = picture(kind, side)[:, :: -1 if state.get("turned") else 1]
    sketch = read("pad", side, base.shape[2], revision)
    pixels = base if sketch is None else sketch.pixels
    tile = Tile("What it got", pixels.squeeze(), note="error 0.038")
    answer = Answer([tile] * int(st.query_params.get("tiles", 4)), name(pixels))
    sketch = sketch_pad(Paper(base, revision, pens), answer, key="pad")
    st.button("Square", key="square", on_click=square)
    st.button("Turn", key="turn", on_click=turn)
    st.button("Rerun", key="rerun")
    state.runs = state.get("runs", 0) + 1
    echo = {"pixels": sketch.pixels.tolist(), "touched": sketch.touched, "runs": state.runs}
    st.html(f'<code id="echo">{json.dumps(echo)}</code>')


def pad_page() -> None:
    with st.container(border=True):
        stage()


def other_page() -> None:
    st.html('<p id="other">nothing here</p>')


st.navigation([
    st.Page(pad_page, title="Pad", url_path="pad", default=True),
    st.Page(other_page, title="Other", url_path="other"),
]).run()  # fmt: skip
