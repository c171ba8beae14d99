"""What is on the stage: the networks of the chosen sizes, the size that is looked into, and the guess."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import streamlit as st

from core import lab
from core.experiment import get
from core.experiments.autoencoder import SIZES, Config
from core.lessons.bottleneck import charts
from core.lessons.bottleneck.chart_click import clicked
from core.lessons.bottleneck.links import CODE, GUESS, PREFIX, SIZE, TABLE
from core.store.record import Record
from core.ui import knobs, pictures
from core.ui.guess import guessed
from core.ui.page import Model, Page, Panel
from core.ui.training import session_id

NETWORKS = {"conv": "Convolutional", "mlp": "Dense (MLP)"}


@dataclass(frozen=True, eq=False)
class OnStage:
    """One record of networks, the sizes that are compared, the size that is looked into, and the guess or None."""

    record: Record
    sizes: tuple[int, ...]
    size: int
    guess: str | None


def available(config: Config, seed: int) -> lab.View:
    """The networks of the chosen sizes, trained together; or those of all sizes, which hold them as well: every size
    begins with the same weights and sees the same batches in any company."""
    shown = lab.view("autoencoder", config, seed, session_id())
    if isinstance(shown, lab.Ready):
        return shown
    everything = lab.view("autoencoder", dataclasses.replace(config, sizes=SIZES), seed)
    return everything if isinstance(everything, lab.Ready) else shown


def facts(config: Config) -> str:
    """One line for the panel."""
    sizes = ", ".join(map(str, config.sizes))
    return f"{pictures.LABELS[config.data]} · {NETWORKS[config.encoder]} · sizes {sizes}"


PANEL = Panel("autoencoder", facts, noun="networks", find=available)


def choose(page: Page) -> tuple[Model, OnStage | None]:
    """Draws the switches above the stage; returns the model, and what is on the stage where there is one."""
    experiment = get("autoencoder")
    with page.play:
        left, right = st.columns([0.62, 0.38])
        with left:
            name = knobs.data_switch(TABLE, experiment, pictures.LABELS)
        with right:
            encoder = TABLE.knob("autoencoder", "encoder").widget(
                st.segmented_control, tuple(NETWORKS), shown=NETWORKS.__getitem__, label="Network", required=True
            )
        sizes = TABLE.knob("autoencoder", "sizes").pills(label="Sizes to compare: numbers in the code")
    model = page.model(PANEL, {"data": name, "encoder": encoder, "sizes": sizes})
    _hear_clicks(model.config.sizes)
    if model.record is None:
        return model, None
    size = SIZE.value(model.config.sizes, _first(model.config.sizes))
    return model, OnStage(model.record, model.config.sizes, size, guessed(GUESS, model.config.sizes))


def choose_size(sizes: tuple[int, ...]) -> int:
    """Draw the menu of the size that is looked into."""
    return SIZE.widget(st.segmented_control, sizes, _first(sizes), required=True)


def set_up(size: int, mode: str, spread: float = 1.0) -> None:
    """Put a case into the code's act, beginning at the picture. For a button's callback."""
    TABLE.case({"size": size, "do": mode, "spread": spread}, "view")
    if size not in TABLE.knob("autoencoder", "sizes").value():
        TABLE.case({}, "sizes")
    CODE.put(None)


def _first(sizes: tuple[int, ...]) -> int:
    """Two numbers, which can be drawn as a map, where they are among the sizes."""
    return 2 if 2 in sizes else sizes[0]


def _hear_clicks(sizes: tuple[int, ...]) -> None:
    """A click on the curve chooses a size."""
    for key in (f"{PREFIX}_curve_error", f"{PREFIX}_curve_use"):
        if (news := clicked(key, charts.CLICK, "size")) in sizes:
            SIZE.set(news)


def named(size: int) -> str:
    """ "1 number", "2 numbers"."""
    return f"{size} number{'s' if size > 1 else ''}"
