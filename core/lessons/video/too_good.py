"""Act: pictures that are too good, because what was hidden has lent the prediction its brightness and contrast."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st
import torch

from core import lab
from core.analysis import intervals
from core.charts.written import number
from core.experiment import get
from core.experiments import video_mae
from core.experiments.video_mae import MEASURED_AT, holes_of, lent_ways
from core.lessons.video import links, subject
from core.store.record import Record
from core.ui import bars
from core.ui.bars import Bar
from core.ui.gallery import gallery

PERCENT = round(100 * MEASURED_AT)
EVERY = slice(1, None, 2)  # frames that are shown
WAYS = {
    "truth": "Lent by the truth",
    "nothing": "Lent by the truth, and no prediction",
    "neighbours": "Lent by visible cubes",
}


def sibling(record: Record) -> Record | None:
    """The model with normalised targets beside this one: of the same settings, or else the lesson's own; None where neither is there."""
    experiment = get("video_mae")
    mine = experiment.lenient(record.config)[0]
    for config, seed in ((mine, record.seed), (experiment.default(), 0)):
        view = lab.view("video_mae", dataclasses.replace(config, target="normalised"), seed)
        if isinstance(view, lab.Ready):
            return view.record
    return None


def show(record: Record) -> None:
    """Frames of one clip, filled in by a model with normalised targets in three ways, and beside them by the network of the page."""
    other = sibling(record)
    if other is None:
        st.markdown("No network with normalised targets is here yet: choose *Target: normalised* below, and train it.")
        return
    source, said = other.config["data"], other.metrics["lent"]
    columns = st.columns([0.25, 0.75])
    with columns[0]:
        i = links.EXHIBIT.input(help="A held-out clip.")
    x, about = subject.clip(source, i)
    found = ways(other, i)
    shown = [
        ("The clip", subject.frames_of(x)),
        ("Visible", found["masked"]),
        *((WAYS[name], found[name]) for name in WAYS),
    ]
    notes = ["", f"{PERCENT}% hidden", *(f"error {number(said[name])}" for name in WAYS)]
    if record.config["data"] == source and record.config["target"] == "pixels":
        shown.append(("Pixels as target", subject.fill_drawn(record, i, "agnostic", PERCENT, 0).frames))
        notes.append(f"error {number(record.metrics['masked_mse.agnostic'])}")
    gallery(
        [(name, frames[EVERY]) for name, frames in shown],
        notes,
        WAYS["neighbours"],
        about=f"Every other frame of a clip: {about}",
    )
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(WHY)
    with right:
        bars.bars(errors(said, record, source), 0)
        st.markdown(verdict(said))
    st.caption(
        f"Errors are means over {other.metrics['held_out']} held-out clips with {PERCENT}% hidden, any cubes; the frames are one of them. "
        "Each row but the last is drawn from one network; nothing was trained for the trick."
    )


WHY = (
    "A network may learn **normalised** targets: each cube with mean 0 and variance 1. Both papers find that this trains better encoders. But such a prediction "
    "has no brightness and no contrast, and to *draw* it somebody has to lend them. Public demonstrations often take mean and variance **of the hidden cube "
    "itself**. That is no longer filling in: two numbers of each hidden cube come from the answer.\n\n"
    "To see how much they give away, the third way throws the prediction away and draws only the lent mean. What an honest picture can use is what is visible: "
    "here mean and spread of the visible cubes, the nearer the more."
)


@lab.memo(label="Lent brightness")
@torch.no_grad()
def ways(other: Record, i: int) -> dict[str, np.ndarray]:
    """Frames uint8 (T, side, side, C) of held-out clip i by who lends, and as they are seen ("masked"). Raises lab.Damaged, data.Missing."""
    x, _ = subject.clip(other.config["data"], i)
    model: video_mae.VideoAutoencoder = lab.model(other)
    device = next(model.parameters()).device
    hidden = subject.drawn("agnostic", PERCENT, 0)
    found = {name: subject.frames_of(y.cpu()) for name, y in lent_ways(model, x.to(device), hidden.to(device)).items()}
    return {"masked": subject.frames_of(torch.where(holes_of(hidden), 0.5, x)), **found}


def errors(said: Mapping[str, Any], record: Record, source: str) -> list[Bar]:
    """One bar a way, and one for the network of the page where it learned from the same clips."""
    rows = [Bar(WAYS[name], said[name], ours=name == "neighbours") for name in WAYS]
    if record.config["data"] == source and record.config["target"] == "pixels":
        rows.append(Bar("Pixels as target", record.metrics["masked_mse.agnostic"]))
    return rows


def verdict(said: Mapping[str, Any]) -> str:
    """How much better the lent picture looks, and whether it needs the network at all."""
    gap = said["truth-neighbours"]
    if not intervals.below(gap):
        return "On these clips the lent picture is **not** better than the honest one for certain."
    first = (
        f"The lent picture has **{said['neighbours'] / said['truth']:.1f} × less** error than the honest one from the same prediction "
        f"(difference {_interval(gap)})."
    )
    flat = said["nothing-neighbours"]
    if intervals.below(flat):
        return f"{first} Even with **no prediction at all** the lent means alone come nearer to the truth than the honest picture ({_interval(flat)})."
    if intervals.above(flat):
        return f"{first} The lent means alone, without a prediction, are still farther from the truth than the honest picture ({_interval(flat)})."
    return f"{first} The lent means alone, without a prediction, do as well as the honest picture ({_interval(flat)})."


def _interval(values: list[float]) -> str:
    low, high = (f"{bound:+.4f}".replace("-", "−") for bound in values)
    return f"95% interval {low} to {high}"
