"""The stage: one spoiled picture, and what each network makes of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
import torch
from torch import Tensor

from core import lab
from core.charts.written import number
from core.data.pixels import as_bytes, as_input, gray_or_colour
from core.experiment import get
from core.experiments.denoising import Config, Three, noise_images
from core.lessons.denoising.links import DRAWN, FEED, KIND, PERCENT, PICTURE, PREFIX, TABLE
from core.lessons.denoising.verdict import LABELS
from core.nn.corruption import corrupt
from core.rng import generator
from core.store.record import Record
from core.ui import drawn, knobs, pictures
from core.ui.components.sketch_pad import COLOUR_PENS, GRAY_PENS, Paper, read, sketch_pad
from core.ui.components.tiles import Answer, Tile
from core.ui.link_kinds import defaults
from core.ui.page import Model, Page, Panel
from core.ui.pictures import Picture

FEEDS = {"picture": "A picture", "noise": "Pure noise"}
HOW_MUCH = "Gaussian: the standard deviation, 100% is from black to white. Others: the share of pixels that is hit."
NOISES = {"gaussian": "Gaussian", "salt-and-pepper": "Salt and pepper", "masking": "Masking"}


@dataclass(frozen=True, eq=False)
class Spoil:
    """What is shown to the networks: a picture with so much of a kind of noise, or (fed "noise") nothing but noise."""

    picture: Picture
    fed: str
    kind: str = "gaussian"
    level: float = 0.0


def facts(config: Config) -> str:
    """One line for the panel."""
    noise = noise_named(config.noise)
    return f"{pictures.LABELS[config.data]} · three networks and one in the plane · {noise} noise, {config.level:g}"


def noise_named(kind: str) -> str:
    """The kind as it stands within a sentence."""
    return NOISES[kind] if kind == "gaussian" else NOISES[kind].lower()


PANEL = Panel("denoising", facts, title="These models", noun="networks")


def choose(page: Page) -> Model:
    """Draws the switch above the stage; the model for the settings in the address."""
    with page.play:
        name = knobs.data_switch(TABLE, get("denoising"), pictures.LABELS)
    return page.model(PANEL, {"data": name})


def set_up(feed: str, percent: int = 50) -> None:
    """Put a case on the stage, with the noise that the network was trained on. For a button's callback."""
    TABLE.case({"feed": feed, "percent": percent}, "kind")


def another_noise() -> None:
    """A kind of noise that the network has not seen."""
    own = defaults(PREFIX).get("kind")
    TABLE.case({"feed": "picture", "percent": 50, "kind": "gaussian" if own == "masking" else "masking"})


def show(record: Record, alone: bool) -> None:
    """A picture, what spoils it, and what each network makes of it. alone: the choice of the picture follows."""
    feed, kind, level = st.columns([0.27, 0.43, 0.3], gap="medium")
    with feed:
        fed = FEED.widget(st.segmented_control, shown=FEEDS.__getitem__, required=True)
    spoil, share = "gaussian", 0.0
    if fed == "picture":
        with kind:
            spoil = KIND.widget(
                st.segmented_control, default=record.config["noise"], shown=NOISES.__getitem__, required=True
            )
        with level:
            share = PERCENT.widget(st.select_slider, shown="{}%".format, help=HOW_MUCH) / 100
    answers(record, Spoil(pictures.chosen(PICTURE, record.config["data"]), fed, spoil, share))
    if not alone:
        with st.columns([0.5, 0.5])[0]:
            pictures.menus(PICTURE, record.config["data"])


def answers(record: Record, asked: Spoil) -> None:
    """The pad with the spoiled picture, to scribble on, and the three answers. Raises lab.Damaged."""
    model: Three = lab.model(record)
    picture, fed = asked.picture, asked.fed
    truth = as_input(picture.pixels)
    spoiled, name = spoiled_picture(asked, truth)
    base = as_bytes(spoiled)[0]
    side, _, channels = base.shape
    key = f"{PREFIX}_pad"
    linked = drawn.linked(DRAWN, name, side, channels)
    sketch = read(key, side, channels, name)
    drawing = sketch.pixels if sketch is not None else linked
    pixels = base if drawing is None else drawing
    touched = not np.array_equal(pixels, base)
    drawn.keep(DRAWN, name, pixels if touched else None)
    # Untouched, the networks get the noise as it is; what was painted over it has been through bytes.
    x = as_input(pixels) if touched else spoiled
    goal = x if fed == "noise" else truth
    tiles = []
    with torch.no_grad():
        device = next(model.parameters()).device
        for network_name, network in model.networks().items():
            y = network(x.to(device)).cpu()
            error = float((y - goal).square().mean())
            tiles.append(Tile(LABELS[network_name], gray_or_colour(as_bytes(y)[0]), note=_note(fed, error, goal)))
    if fed == "picture":
        tiles.append(
            Tile(
                "The clean picture",
                gray_or_colour(picture.pixels),
                note=f"input error {number(float((x - goal).square().mean()))}",
            )
        )
    pens = GRAY_PENS if channels == 1 else COLOUR_PENS
    paper = Paper(base, name, pens, title="What they see: scribble over it")
    answer = Answer(tiles, f"{record.fingerprint[:8]}/{drawn.digest(pixels)}/{name}")
    sketch_pad(paper, answer, key=key, drawing=linked)
    if fed == "noise":
        st.caption("Nothing but noise. A network that gives it back has learned to copy, whatever it is shown.")
    else:
        st.caption(picture.about)


def spoiled_picture(asked: Spoil, truth: Tensor) -> tuple[Tensor, str]:
    """What the networks are shown, (1, C, H, W) in [0, 1], and a name for it. truth: the clean picture, of that shape."""
    if asked.fed == "noise":
        noise = noise_images(1, tuple(truth.shape[1:]), generator(0, "page noise"))
        return noise, f"noise-{truth.shape[1]}x{truth.shape[2]}"
    spoiled = corrupt(truth, asked.kind, asked.level, generator(0, "page corruption"))
    return spoiled, f"{asked.picture.name}-{asked.kind}-{asked.level:g}-{drawn.digest(asked.picture.pixels)}"


def _note(fed: str, error: float, goal: Tensor) -> str:
    if fed == "noise":
        return f"error {error / float(goal.var()):.2f} × the noise's variance"
    return f"error {number(error)}"
