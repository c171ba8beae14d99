"""Number by number: one slider a latent dimension, with what it does drawn above it."""

from __future__ import annotations

import numpy as np
import streamlit as st
import torch

from core.analysis import codes
from core.data.figures import data_uri, sheet
from core.data.pixels import gray_or_colour
from core.lessons.bottleneck.links import DIMENSIONS, PREFIX
from core.lessons.bottleneck.subject import Subject

AT_ONCE = 8
REACH = 3.0  # standard deviations to each side
FRAMES = 7


def show(s: Subject) -> None:
    """Strips and sliders of the dimensions that vary most; the picture of the code in hand beside them."""
    order = s.space.std.argsort(descending=True).tolist()
    pages = -(-s.size // AT_ONCE)
    page = 0
    if pages > 1:
        page = DIMENSIONS.widget(
            st.select_slider, range(pages), shown=lambda i: f"{i * AT_ONCE + 1} to {min(s.size, (i + 1) * AT_ONCE)}"
        )
    shown = order[page * AT_ONCE : (page + 1) * AT_ONCE]
    z = s.code()
    frames = _effects(s, z, shown)
    left, right = st.columns([0.26, 0.74], gap="large")
    with left:
        st.markdown("Drawn from this code")
        st.html(f'<img class="ll-big" src="{data_uri(_large(s.draw(z)))}" alt="the decoder\'s picture of this code">')
        st.button(
            "Back to the picture", icon=":material/undo:", key=f"{PREFIX}_let_go", on_click=s.let_go, width="stretch"
        )
    with right:
        for first in range(0, len(shown), 2):  # row by row: so a phone and the Tab key meet them in order
            for i, column in enumerate(st.columns(2, gap="large")[: len(shown) - first], start=first):
                with column:
                    _slider(s, z, shown[i], frames[i])
    st.caption(
        f"Each strip changes one number from {-REACH:.0f} to +{REACH:.0f} standard deviations around its mean and keeps the "
        "others. No number was told to mean anything: most mix several properties."
    )


def _slider(s: Subject, z: torch.Tensor, dimension: int, frames: np.ndarray) -> None:
    """One dimension. A slider cannot follow the code: after each change it is a new one that begins there, for the
    browser sends a slider's former value along with later gestures."""
    mean, std = float(s.space.mean[dimension]), float(s.space.std[dimension])
    value = min(max((float(z[dimension]) - mean) / std, -REACH), REACH)
    st.html(
        f'<img class="ll-strip" src="{data_uri(sheet([frames], scale=1, gap=1))}" alt="what dimension {dimension + 1} changes">'
    )
    key = f"{PREFIX}_slide/{s.name}/{s.picture}/{dimension}"

    def slide() -> None:
        changed = s.code().clone()
        changed[dimension] = mean + std * min(max(float(st.session_state[key]), -REACH), REACH)
        s.hold(changed)

    st.session_state.setdefault(key, round(value, 1))
    if abs(st.session_state[key] - value) > 0.06:  # moved by something else: the map, a card, another picture
        st.session_state[key] = round(value, 1)
    st.slider(f"Dimension {dimension + 1}", -REACH, REACH, step=0.1, key=key, on_change=slide, format="%+.1f")


def _effects(s: Subject, z: torch.Tensor, dimensions: list[int]) -> np.ndarray:
    """uint8 (len(dimensions), FRAMES, side, side, C)."""
    steps = torch.linspace(-REACH, REACH, FRAMES)
    all_codes = z.repeat(len(dimensions), FRAMES, 1)
    for i, dimension in enumerate(dimensions):
        all_codes[i, :, dimension] = s.space.mean[dimension] + steps * s.space.std[dimension]
    drawn = codes.draw(s.model, all_codes.flatten(0, 1))
    return drawn.reshape(len(dimensions), FRAMES, *drawn.shape[1:])


def _large(pixels: np.ndarray) -> np.ndarray:
    return gray_or_colour(pixels)
