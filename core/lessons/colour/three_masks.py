"""Act: the same idea with three kinds of masks. Each cuts a picture into a part that is seen and a part that is guessed."""

from __future__ import annotations

import dataclasses

import numpy as np
import streamlit as st
import torch
from torch import Tensor

from core import lab
from core.data.pixels import as_bytes, as_input
from core.experiment import get
from core.experiments.mae import PATCH, fill_in
from core.lessons.colour import links, subject
from core.lessons.colour.colour_pad import SIDE
from core.nn.cielab import lab_to_rgb
from core.nn.colours import WARM
from core.nn.masks import hide
from core.nn.patches import mask_to_pixels
from core.rng import generator
from core.store.record import Record
from core.ui.gallery import gallery
from core.ui.pictures import LABELS

ACROSS = SIDE // PATCH
EMPTY = 0.5  # gray, where nothing is seen
PLAIN = 62.0  # lightness of colours that are shown without their own
NO_NETWORK = "no network of this lesson guesses lightness from colour"


def show(record: Record) -> None:
    """The parts V₁ and V₂ of eight pictures under each mask, and what is guessed of the one from the other."""
    swapped = links.SEEN.widget(st.segmented_control, shown=_label, required=True) == "second"
    draw = subject.draw()
    found, numbers = subject.eight(record, draw)
    about = f"Held-out pictures ({'; '.join(subject.names(record, numbers))})"
    painter = masked(record.config["data"])
    filled = guesses(painter, record, draw, swapped) if painter is not None else {}
    rows = []
    for name, hidden in masks(swapped).items():
        seen, rest = parts(pictures(found), hidden)
        rows += [(f"{name}: seen", seen), ("hidden", rest)]
        if name in filled:
            rows.append(("guessed", filled[name]))
    light, colour = found.rgb(torch.zeros_like(found.truth)), without_light(found.truth)
    rows += [("Channels: seen", colour if swapped else light), ("hidden", light if swapped else colour)]
    if not swapped:
        rows.append(("guessed", found.rgb(found.at(WARM))))
    gallery(rows, about=about)
    st.markdown(said(swapped, painter, record.config["data"]))


def said(swapped: bool, painter: Record | None, name: str) -> str:
    """What the rows show, and which of them are missing, and why."""
    lines = [
        "A mask cuts each picture in two, V₁ and V₂; a network sees the one and is asked for the other. The **halves** and the **patches** are masks over places: what is missing is "
        "continued from what stands beside it. The mask over **channels** leaves each place and hides what it looks like there: to answer, a network must know what the thing is."
    ]
    if painter is None:
        lines.append(
            f"There is no masked auto-encoder of {LABELS[name].lower()} yet, so halves and patches are not guessed. Train one in "
            f"[Masked images](masked_images?mi_data={name}), and it answers here, too."
        )
    else:
        hidden = painter.config["mask_ratio"]
        lines.append(
            f"Halves and patches are guessed by the masked auto-encoder of [Masked images](masked_images?mi_data={name}), which was trained with {100 * hidden:.0f}% of the patches hidden "
            "at random; channels by this lesson's network."
        )
    if swapped:
        lines.append(f"The other way round the third mask has no answer: {NO_NETWORK}.")
    return "\n\n".join(lines)


def pictures(found: subject.Guess) -> Tensor:
    """The eight pictures, float (8, 3, SIDE, SIDE) in [0, 1]."""
    return as_input(found.rgb(found.truth))


def masks(swapped: bool = False) -> dict[str, Tensor]:
    """Both masks over places, bool (8, patches), True where hidden: the lower half, and half of the patches at random; or all others."""
    lower = (torch.arange(ACROSS**2) >= ACROSS**2 // 2).expand(subject.EIGHT, -1)
    some = hide("random", 0.5, subject.EIGHT, ACROSS, generator(0, "three masks"))
    return {name: ~hidden if swapped else hidden for name, hidden in (("Halves", lower), ("Patches", some))}


def parts(x: Tensor, hidden: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """What is seen and what is hidden of pictures (8, 3, H, W) in [0, 1]; uint8 (8, H, W, 3)."""
    holes = mask_to_pixels(hidden, PATCH)
    return as_bytes(torch.where(holes, EMPTY, x)), as_bytes(torch.where(holes, x, EMPTY))


def without_light(ab: Tensor) -> np.ndarray:
    """Colours (8, 2, H, W) alone, all equally light; uint8 (8, H, W, 3)."""
    return as_bytes(lab_to_rgb(torch.cat([torch.full_like(ab[:, :1], PLAIN), ab], dim=1)))


def masked(name: str) -> Record | None:
    """The masked auto-encoder of the same pictures in its default setting, where there is one."""
    view = lab.view("mae", dataclasses.replace(get("mae").default(), data=name), 0)
    return view.record if isinstance(view, lab.Ready) else None


@lab.memo(label="Pictures under three masks")
def guesses(painter: Record, record: Record, draw: int, swapped: bool) -> dict[str, np.ndarray]:
    """Mask -> the eight pictures with the guess of the masked auto-encoder where they are hidden, uint8 (8, SIDE, SIDE, 3). Raises lab.Damaged."""
    model = lab.model(painter)
    device = next(model.parameters()).device
    x = pictures(subject.eight(record, draw)[0])
    made = {}
    for name, hidden in masks(swapped).items():
        whole = fill_in(model, x.to(device), hidden.to(device), painter.config["target"]).cpu()
        made[name] = as_bytes(torch.where(mask_to_pixels(hidden, PATCH), whole, x))
    return made


def _label(which: str) -> str:
    return "V₁, V₂ is guessed" if which == "first" else "V₂, V₁ is guessed"
