"""The picture on the stage: a held-out one, an empty page, or another one, each to be drawn over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.data import captions
from core.lessons.pictures_and_words import links, subject
from core.ui import drawn, pictures
from core.ui.components.sketch_pad import COLOUR_PENS, Paper, read, sketch_pad
from core.ui.components.tiles import Answer

SIDE, SIZE = 32, 200  # pixels of a picture; of the pad on the screen
SHOWN = {"held-out": "a held-out one", "blank": "an empty page", "other": "another one"}


@dataclass(frozen=True, eq=False)
class Base:
    """What is drawn on. pixels: uint8 (SIDE, SIDE, 3); name: of these pixels; about: one line."""

    pixels: np.ndarray
    name: str
    about: str


def base(data: str) -> Base:
    """The picture that the controls stand for, before they are drawn. Raises data.Missing."""
    kind = links.SHOW.value()
    if kind == "other":
        found = pictures.chosen(links.OTHER, data)
        return Base(found.pixels, f"{found.name}/{drawn.digest(found.pixels)}", found.about)
    if kind == "blank":
        pixels = np.full((SIDE, SIDE, 3), subject.paper(data), np.uint8)
        return Base(pixels, f"blank-{data}", "An empty page: draw what you like. The encoder has never seen a drawing.")
    part = captions.part(data, "test")
    index = links.NUMBER[data].value(len(part) - 1)
    about = f"Held-out picture {index:,}: {part.names[index]}. {subject.credit(data)}."
    return Base(part.x[index].permute(1, 2, 0).numpy(), f"{data}-{index}", about)


def menus(data: str) -> None:
    """The controls of the picture, in one row; those of another picture below it."""
    which, number, another = st.columns([0.42, 0.29, 0.29], vertical_alignment="bottom")
    with which:
        kind = links.SHOW.widget(st.selectbox, shown=SHOWN.__getitem__)
    if kind == "held-out":
        count = len(captions.part(data, "test"))
        with number:
            links.NUMBER[data].input(count - 1)
        key = f"{links.NUMBER[data].key}_another"
        call = {"on_click": _another, "args": (data, count)}
        another.button("Another", icon=":material/shuffle:", key=key, width="stretch", **call)
    if kind == "other":
        pictures.menus(links.OTHER, data)


def _another(data: str, count: int) -> None:
    links.NUMBER[data].set(int(np.random.default_rng().integers(count)))


def drawing(base: Base) -> tuple[np.ndarray, bool]:
    """What stands on the pad, uint8 (SIDE, SIDE, 3), before it is mounted, and whether that is a drawing."""
    sketch = read(links.PAD, SIDE, 3, base.name)
    found = sketch.pixels if sketch is not None else drawn.linked(links.DRAWN, base.name, SIDE, 3)
    pixels = base.pixels if found is None else found
    touched = not np.array_equal(pixels, base.pixels)
    drawn.keep(links.DRAWN, base.name, pixels if touched else None)
    return pixels, touched


def pad(data: str, base: Base, pixels: np.ndarray) -> None:
    """The pad itself; the pen in hand is one that shows on the page of these pictures."""
    first = "black" if data == "openmoji" else "red"
    pens = (first, *(pen for pen in COLOUR_PENS if pen != first))
    paper = Paper(base.pixels, base.name, pens, title="Draw over it", size=SIZE)
    sketch_pad(paper, Answer((), drawn.digest(pixels)), key=links.PAD, drawing=pixels)
