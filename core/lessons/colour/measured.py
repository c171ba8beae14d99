"""Act: errors beside two answers that look at no shape, and where in the picture they lie."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st
from torch import Tensor

from core.analysis import intervals
from core.charts.shades import heat
from core.lessons.colour import subject
from core.nn.colours import WARM
from core.store.record import Record
from core.ui import bars
from core.ui.bars import Bar
from core.ui.gallery import gallery

TOP = 60  # the largest error that the map tells apart


def show(record: Record) -> None:
    """The bars, what they say, and maps of the error."""
    found = record.metrics
    left, right = st.columns([0.5, 0.5], gap="large")
    with left:
        bars.bars(rows(found), 1)
    with right:
        st.markdown(verdict(found))
    pictures, numbers = subject.eight(record, subject.draw())
    answers = {"Regression": pictures.regression, "Classification": pictures.at(WARM)}
    shown = [("Truth", pictures.rgb(pictures.truth))]
    for name, ab in answers.items():
        shown += [(name, pictures.rgb(ab)), (f"{name}: error", error_map(ab, pictures.truth))]
    gallery(shown, about=f"Maps of the error ({'; '.join(subject.names(record, numbers))})")
    st.caption(
        f"The distance from the true colour in the plane of a and b, the mean over the drawn pixels of a picture, then over {found['held_out']:,} held-out "
        f"pictures. In the maps dark is no error and bright is {TOP} or more. The eight pictures are those of the act above. "
        "Cells, the mix of their weights and the hints of the training were settled on held-out emoji (docs/LOG.md), which flatters the networks a little."
    )


def error_map(ab: Tensor, truth: Tensor) -> np.ndarray:
    """uint8 (N, H, W, 3): the distance between colours (N, 2, H, W) in cividis."""
    return np.stack([heat(one, TOP) for one in (ab - truth).norm(dim=1).numpy()])


def rows(found: Mapping[str, Any]) -> list[Bar]:
    """One bar an answer."""
    return [
        Bar("Gray (a = b = 0)", found["gray_error"]),
        Bar("Most common colour of this gray", found["modal_colour_error"]),
        Bar("Classification, mode", found["colour_error_mode"]),
        Bar(f"Classification, T = {WARM:g}", found["colour_error"], ours=True),
        Bar("Classification, mean", found["colour_error_mean"]),
        Bar("Regression", found["colour_error_regression"]),
    ]


def verdict(found: Mapping[str, Any]) -> str:
    """Whether the networks are nearer to the truth than what knows no shapes, as far as the intervals say."""
    told = found["differences"]
    said = [
        _than(f"Classification at T = {WARM:g}", told["classification-gray"], told["classification-modal"]),
        _than("Regression", told["regression-gray"], told["regression-modal"]),
    ]
    return (
        "Two answers look at no shape at all: **gray**, and for each luminance the **most common colour** that training pictures have there. "
        "A network that does better than the second one has seen more than how bright a pixel is. " + " ".join(said)
    )


def _than(name: str, gray: list[float], modal: list[float]) -> str:
    parts = [
        f"{_side(interval)} {what} ({_interval(interval)})"
        for what, interval in (("gray", gray), ("the most common colour", modal))
    ]
    return f"{name} is {' and '.join(parts)}."


def _side(interval: list[float]) -> str:
    if intervals.below(interval):
        return "**nearer** to the truth than"
    return "**farther** from it than" if intervals.above(interval) else "not to be told apart from"


def _interval(values: list[float]) -> str:
    low, high = (f"{bound:+.1f}".replace("-", "−") for bound in values)
    return f"error {low} to {high}"
