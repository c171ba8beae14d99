"""Act: where in a picture each network finds its answer, by hiding parts and by gradients."""

from __future__ import annotations

import html

import numpy as np
import streamlit as st
import torch
from torch import Tensor

from core.analysis import attribution
from core.charts.shades import heat
from core.data.pixels import gray_or_colour
from core.experiments.features import TRAINED
from core.lessons.features import links, subject
from core.lessons.features.subject import NAMES
from core.store.record import Record
from core.ui import bars, pictures
from core.ui.bars import Bar
from core.ui.components.tiles import png_uri

TOP = 3  # classes that are named


def show(record: Record) -> None:
    """The picture, and of both trained networks the class, what hiding parts of it costs, and the gradient."""
    with st.columns([0.6, 0.4])[0]:
        picture = pictures.choose(links.PICTURE, record.config["data"])
    st.caption(picture.about)
    names = subject.classes(record)
    for name in TRAINED:
        network = subject.network_of(record, name)
        x = subject.as_input(picture.pixels, next(network.parameters()).device)
        with torch.no_grad():
            chances = network(x[None]).softmax(dim=1)[0].cpu()
        label = int(chances.argmax())
        hidden = attribution.occlusion(network, x, label).cpu()
        gradient = attribution.saliency(network, x, label).cpu()
        st.subheader(f"The network that is {NAMES[name]} says {names[label]}", anchor=False)
        left, right = st.columns([0.4, 0.6], gap="large")
        with left:
            bars.bars(
                [Bar(names[i], float(chances[i]), i == label) for i in chances.argsort(descending=True)[:TOP].tolist()],
                2,
            )
        with right:
            _maps(picture.pixels, hidden, gradient, names[label])
        st.markdown(said(hidden, float(chances[label]), names[label]))


def said(hidden: Tensor, chance: float, label: str) -> str:
    """What hiding does, in words."""
    worst, best = float(hidden.max()), float(hidden.min())
    side = attribution.PATCH
    if worst < 0.05 and best > -0.05:
        return f"Hiding any {side} × {side} square moves the probability of {label} ({chance:.0%}) by less than 5 points: no single part decides."
    more = f"; hiding another place adds {-100 * best:.0f}" if best < -0.05 else ""
    if worst < 0.05:
        return f"Nothing that is hidden costs {label} more than 5 points{more}."
    row, column = (attribution.STRIDE * i for i in divmod(int(hidden.argmax()), hidden.shape[1]))
    return f"A gray {side} × {side} square at row {row}, column {column} costs {label} **{100 * worst:.0f} points** of {100 * chance:.0f}{more}."


def _maps(pixels: np.ndarray, hidden: Tensor, gradient: Tensor, label: str) -> None:
    """Picture, occlusion and saliency side by side."""
    worst = float(hidden.max())
    figures = (
        (png_uri(gray_or_colour(pixels)), "The picture", "The picture"),
        (
            png_uri(shaded(hidden)),
            "What hiding costs",
            f"Occlusion: at most {100 * worst:.0f} points of {label}, where it is bright",
        ),
        (
            png_uri(shaded(gradient)),
            "Gradient of the logit",
            f"Saliency of {label}: bright where a small change moves it most",
        ),
    )
    cells = [
        f'<figure><img src="{uri}" alt="{html.escape(alt)}"><figcaption>{title}</figcaption></figure>'
        for uri, title, alt in figures
    ]
    st.html(f'<div class="ll-femaps">{"".join(cells)}</div>')


def shaded(values: Tensor) -> np.ndarray:
    """Numbers (rows, columns) as a picture uint8 (rows, columns, 3) in cividis; zero and below is the darkest."""
    return heat(values.clamp(min=0).numpy(), float(values.max()))
