"""Draw your own: a picture from the pad, its code, its reconstruction, and its neighbours by code and by pixels."""

from __future__ import annotations

import numpy as np
import streamlit as st
import torch

from core.analysis import codes
from core.charts.written import number
from core.data.figures import sheet
from core.data.pixels import gray_or_colour
from core.lessons.bottleneck.links import BEGIN, DRAWN, PREFIX, START
from core.lessons.bottleneck.subject import Subject, training_pixels
from core.ui import drawn, pictures
from core.ui.components.sketch_pad import COLOUR_PENS, GRAY_PENS, Paper, read, sketch_pad
from core.ui.components.tiles import Answer, Tile

BEGINNINGS = {"blank": "an empty page", "picture": "a picture"}
NEIGHBOURS = 4
REACH = 3.0  # standard deviations at the edge of the bars


def show(s: Subject) -> None:
    """The pad and what the network of this size makes of the drawing."""
    side, channels = s.images.side, s.images.channels
    begin = BEGIN.widget(st.segmented_control, shown=BEGINNINGS.__getitem__, required=True)
    base, revision = np.zeros((side, side, channels), np.uint8), f"blank-{s.images.name}"
    if begin == "picture":
        with st.columns([0.6, 0.4])[0]:
            chosen = pictures.choose(START, s.images.name)  # the stage has a picture of its own
        base, revision = chosen.pixels, f"{s.images.name}/{chosen.name}/{drawn.digest(chosen.pixels)}"
    key = f"{PREFIX}_pad"
    linked = drawn.linked(DRAWN, revision, side, channels)
    sketch = read(key, side, channels, revision)
    drawing = sketch.pixels if sketch is not None else linked
    pixels = base if drawing is None else drawing
    drawn.keep(DRAWN, revision, None if np.array_equal(pixels, base) else pixels)
    x = torch.from_numpy(pixels.copy()).permute(2, 0, 1)[None]
    z = codes.encode(s.model, s.size, x)
    again = codes.draw(s.model, z)[0]
    linear = codes.draw_linear(s.model, x, s.size)[0]
    by_code = codes.nearest(z, s.space.train, NEIGHBOURS)[1][0]
    searched = training_pixels(s.images.name)[: len(s.space.train)]
    by_pixel = codes.nearest(x.flatten(1).float() / 255, searched, NEIGHBOURS)[1][0]
    tiles = [
        Tile("Drawn again", gray_or_colour(again), note=_error(again, pixels)),
        Tile(f"PCA, {_count(s.size)}", gray_or_colour(linear), note=_error(linear, pixels)),
        Tile("Nearest by code", _square(s, by_code), note=_classes(s, by_code)),
        Tile("Nearest by pixels", _square(s, by_pixel), note=_classes(s, by_pixel)),
    ]
    paper = Paper(base, revision, GRAY_PENS if channels == 1 else COLOUR_PENS, title="Draw here")
    sketch_pad(paper, Answer(tiles, f"{s.name}/{drawn.digest(pixels)}"), key=key, drawing=linked)
    code_bars(s, z[0])
    st.caption(f"Neighbours are looked for among {len(searched):,} training pictures.")


def code_bars(s: Subject, z: torch.Tensor) -> None:
    """The code as bars, in standard deviations of each number: up is more than usual."""
    values = ((z - s.space.mean) / s.space.std).clamp(-REACH, REACH).tolist()
    cells = "".join(
        f'<span><i style="height:{50 * max(v, 0) / REACH:.1f}%;bottom:50%"></i><i style="height:{50 * max(-v, 0) / REACH:.1f}%;top:50%"></i></span>'
        for v in values
    )
    said = ", ".join(f"{v:.1f}" for v in values[:16]) + ("…" if len(values) > 16 else "")
    st.html(
        f'<p class="ll-facts">Its code: {_count(s.size)}, each in standard deviations from the mean ({REACH:.0f} at the edge)</p>'
        f'<div class="ll-code" role="img" aria-label="the code as bars: {said}">{cells}</div>'
    )


def _square(s: Subject, indices: torch.Tensor) -> np.ndarray:
    """Four pictures as one square."""
    four = s.images.train_x[indices].permute(0, 2, 3, 1).numpy()
    return sheet([four[:2], four[2:]], scale=1, gap=0)


def _classes(s: Subject, indices: torch.Tensor) -> str:
    names = [s.images.classes[int(s.images.train_y[i])] for i in indices]
    return ", ".join(dict.fromkeys(names))


def _error(drawn: np.ndarray, pixels: np.ndarray) -> str:
    return f"error {number(np.square(drawn.astype(float) - pixels).mean() / 255**2)}"


def _count(size: int) -> str:
    return f"{size} number{'s' if size > 1 else ''}"
