"""Between two pictures: a straight line through the codes beside a straight line through the pixels."""

from __future__ import annotations

import streamlit as st
import torch

from core.analysis import codes
from core.charts.written import number
from core.data.pixels import as_bytes
from core.lessons.bottleneck.links import END, PREFIX
from core.lessons.bottleneck.subject import COMPARED, Subject, another, caption, training_pixels
from core.ui.gallery import gallery

FRAMES = 9


def show(s: Subject) -> None:
    """The picture of the stage is the start; the end is chosen here."""
    last = len(s.images.test_x) - 1
    place, draw = st.columns([0.25, 0.75], vertical_alignment="bottom")
    with place:
        end = END.input(last, min(7, last))
    with draw:
        st.button(
            "Another end",
            icon=":material/shuffle:",
            key=f"{PREFIX}_end_another",
            on_click=another,
            args=(END, last + 1),
        )
    x = s.images.test_x[[s.picture, end]]
    ends = codes.encode(s.model, s.size, x)
    by_code = codes.draw(s.model, codes.between(ends[0], ends[1], FRAMES))
    by_pixel = as_bytes(codes.between(x[0].float() / 255, x[1].float() / 255, FRAMES))
    gallery(
        [("line through the codes", by_code), ("line through the pixels", by_pixel)], marked="line through the codes"
    )
    middle = torch.from_numpy(by_code[FRAMES // 2].copy()).permute(2, 0, 1)[None]
    near = codes.nearest(middle.flatten(1) / 255, training_pixels(s.images.name)[:COMPARED], 1)[0].item()
    mixed = torch.from_numpy(by_pixel[FRAMES // 2].copy()).permute(2, 0, 1)[None]
    near_mixed = codes.nearest(mixed.flatten(1) / 255, training_pixels(s.images.name)[:COMPARED], 1)[0].item()
    closer = "closer to" if near < near_mixed else "no closer to"
    st.caption(
        f"From {caption(s.images, s.picture)} to {caption(s.images, end)}. Half-way, the decoded picture is {closer} a real "
        f"training picture than the double exposure is: {number(near)} against {number(near_mixed)} (MSE to the nearest of 4,000)."
    )
