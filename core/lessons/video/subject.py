"""What the lesson shows: a held-out clip, a mask of it, and what the network and two fills that learned nothing make of the rest."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core import data, lab
from core.analysis.clip_fills import clip_mean_fill, hidden_mse, previous_frame
from core.charts.written import number
from core.data import clips, films
from core.experiment import get
from core.experiments import video_mae
from core.experiments.video_mae import SHAPE, fill_in, holes_of
from core.lessons.video import links
from core.lessons.video.clip_player import State, spell
from core.nn.cubes import hide_cubes
from core.rng import generator
from core.store.record import Record
from core.ui.page import Panel

LABELS = {"shapes": "Moving shapes", "mnist": "Moving digits"}
NAMES = {"agnostic": "Any cubes", "space": "Tubes", "time": "Frames", "block": "Block"}
SHOWN = {links.OWN: "Held-out clips", links.FILM: "Real films"}
WORDS = {"agnostic": "any cubes", "space": "tubes", "time": "whole frames", "block": "a block"}  # in a sentence
COPY, MEAN = "Copy of the nearest frame", "Mean of what is visible"


def facts(config: video_mae.Config) -> str:
    """One line for the panel."""
    target = ", normalised targets" if config.target == "normalised" else ""
    return f"{LABELS[config.data]} · {100 * config.mask_ratio:.0f}% hidden in training: {WORDS[config.kind]}{target}"


PANEL = Panel("video_mae", facts)


@dataclass(frozen=True, eq=False)
class Filled:
    """frames: uint8 (T, side, side, C), the network's voxels where hidden and the true ones elsewhere. Errors are mean squared over the
    hidden voxels, black 0 and white 1; NaN where nothing is hidden."""

    frames: np.ndarray
    mse: float
    copy_mse: float
    mean_mse: float

    @property
    def note(self) -> str:
        """The error in words."""
        return (
            f"error {number(self.mse)}, copy {number(self.copy_mse)}"
            if math.isfinite(self.mse)
            else "nothing is hidden"
        )


def clip(source: str, i: int, channels: int = 3) -> tuple[Tensor, str]:
    """Held-out clip i as the network takes it, float (1, C, T, side, side), and what it shows. Raises data.Missing.

    source: of `clips.SOURCES`, or `links.FILM`; channels: of a film.
    """
    if source == links.FILM:
        film = films.load(channels)
        return film.frames[i : i + 1].float() / 255, film.about[i]
    found = clips.load(source, "test", links.CLIPS)
    return found.frames[i : i + 1].float() / 255, found.about(i)


def channels_of(record: Record) -> int:
    """1 where the network takes gray clips, else 3."""
    return 1 if record.config["data"] == "mnist" else 3


def drawn(kind: str, percent: int, draw: int) -> Tensor:
    """The mask bool (1, CUBES) of this draw."""
    return hide_cubes(kind, percent / 100, 1, SHAPE, generator(draw, f"video page {kind} {percent}"))


def named(source: str, i: int, kind: str, percent: int, draw: int) -> State:
    """The state of a clip with the mask of a draw."""
    return State(f"{source}-{i}-{kind}-{percent}-{draw}", spell(drawn(kind, percent, draw)[0].numpy()))


@torch.no_grad()
def fill(record: Record, x: Tensor, hidden: Tensor) -> Filled:
    """What the network makes of a clip float (1, C, T, side, side) and a mask bool (1, CUBES). Raises lab.Damaged."""
    model = lab.model(record)
    device = next(model.parameters()).device
    filled = fill_in(model, x.to(device), hidden.to(device), record.config["target"]).cpu()
    holes = holes_of(hidden)
    errors = [float(hidden_mse(x, one, holes)) for one in (filled, previous_frame(x, holes), clip_mean_fill(x, holes))]
    return Filled(frames_of(filled), *errors)


@lab.memo(label="Clips filled in")
def fill_drawn(record: Record, i: int, kind: str, percent: int, draw: int, source: str = "") -> Filled:
    """The same of held-out clip i with the mask of a draw, once for all sessions. Raises lab.Damaged, data.Missing.

    source: as in `clip`, by default what the network learned from.
    """
    x, _ = clip(source or record.config["data"], i, channels_of(record))
    return fill(record, x, drawn(kind, percent, draw))


def frames_of(x: Tensor) -> np.ndarray:
    """A clip float (1, C, T, H, W) as uint8 (T, H, W, C)."""
    return (x[0].clamp(0, 1) * 255).round().to(torch.uint8).permute(1, 2, 3, 0).contiguous().numpy()


def warm() -> None:
    """Read what the lesson opens on, and fill it in."""
    view = lab.view("video_mae", get("video_mae").default(), 0)
    if isinstance(view, lab.Ready) and data.available(view.record.config["data"]):
        fill_drawn(view.record, 0, links.HIDE.default, links.SHARE.default, 0)
