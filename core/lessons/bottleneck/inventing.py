"""New pictures: a normal distribution fitted to the codes turns the decoder into a generator, with holes."""

from __future__ import annotations

import streamlit as st
import torch

from core import lab
from core.analysis import codes
from core.charts.written import number
from core.lessons.bottleneck.links import DRAW, SPREAD
from core.lessons.bottleneck.subject import COMPARED, Subject, training_pixels
from core.rng import generator
from core.ui.gallery import gallery

COUNT, PER_ROW = 24, 8


def show(s: Subject) -> None:
    """24 samples in order of how near each is to a real picture."""
    left, right = st.columns([0.5, 0.5], vertical_alignment="bottom")
    with left:
        spread = SPREAD.widget(
            st.select_slider, shown="{:g} ×".format, help="1 × is the spread of the codes themselves."
        )
    with right:
        drawn = DRAW.input(help="Each number is another draw.")
    z = codes.sample(s.space, COUNT, spread, generator(drawn, f"samples of {s.size}"))
    pictures = codes.draw(s.model, z)
    pixels = torch.from_numpy(pictures).permute(0, 3, 1, 2).flatten(1).float() / 255
    distance = codes.nearest(pixels, training_pixels(s.images.name)[:COMPARED], 1)[0][:, 0]
    order = distance.argsort().numpy()
    third = COUNT // 3
    names = ("nearest to real pictures", "", "farthest")
    gallery([(names[i] or "between", pictures[order[i * third : (i + 1) * third]]) for i in range(3)])
    real = _of_reconstructions(s)
    times = float(distance.mean()) / real
    st.markdown(
        f"A held-out picture, drawn again, lies **{number(real)}** from the nearest of {COMPARED:,} training pictures; these samples "
        f"lie **{number(float(distance.mean()))}** away on average, **{times:.2f} ×** as far. The codes do not fill a normal "
        "distribution: where none of them lies, the decoder was never told what to draw."
    )


@lab.memo(label="Distances of pictures that were drawn again")
def _of_reconstructions(s: Subject) -> float:
    """The same distance for 200 held-out pictures as the network draws them."""
    drawn = torch.from_numpy(codes.draw(s.model, s.space.test[:200])).permute(0, 3, 1, 2).flatten(1).float() / 255
    return float(codes.nearest(drawn, training_pixels(s.images.name)[:COMPARED], 1)[0].mean())
