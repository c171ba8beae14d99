"""What the lesson shows: a picture, what both networks make of its gray, and eight held-out pictures for the acts below."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
import torch
from torch import Tensor

from core import data, lab
from core.data.pixels import as_bytes, as_input, silhouettes
from core.experiment import get
from core.experiments import colorization
from core.lessons.colour import links
from core.lessons.colour.colour_pad import SIDE, Shown, packed, swatches
from core.nn.cielab import lab_to_rgb
from core.nn.colours import annealed_mean, luminance_and_colour
from core.rng import generator
from core.store.record import Record
from core.ui.drawn import digest
from core.ui.page import Panel
from core.ui.pictures import LABELS

EIGHT = 8


def facts(config: colorization.Config) -> str:
    """One line for the panel."""
    return f"{LABELS[config.data]} · by classification and by regression, and an auto-encoder of gray pictures · rebalancing {config.mix:g}"


PANEL = Panel("colorization", facts, title="These models", noun="networks")


@dataclass(frozen=True, eq=False)
class Guess:
    """What both networks make of gray pictures: lightness (N, 1, H, W), true ab (N, 2, H, W), logits (N, cells, H, W), regression (N, 2, H, W); on the CPU."""

    lightness: Tensor
    truth: Tensor
    logits: Tensor
    regression: Tensor
    drawn: Tensor

    def rgb(self, ab: Tensor) -> np.ndarray:
        """The pictures in these colours, uint8 (N, H, W, 3)."""
        return as_bytes(lab_to_rgb(torch.cat([self.lightness, ab], dim=1)))

    def at(self, temperature: float) -> Tensor:
        """The classification's colours (N, 2, H, W)."""
        return annealed_mean(self.logits, temperature)


@torch.no_grad()
def guess(record: Record, pixels: np.ndarray, hints: Tensor | None = None) -> Guess:
    """pixels: uint8 (N, H, W, 3); hints: (N, 3, H, W), see `colours.random_hints`. Raises lab.Damaged."""
    model: colorization.Colours = lab.model(record)
    device = next(model.parameters()).device
    x = as_input(pixels)
    lightness, truth = luminance_and_colour(x)
    hints = torch.zeros_like(x) if hints is None else hints
    gray, told = lightness.to(device), hints.to(device)
    logits, regression = model.classify(gray, told).cpu(), model.regress(gray, told).cpu()
    return Guess(lightness, truth, logits, regression, silhouettes((255 * x).round()))


def shown(record: Record, pixels: np.ndarray, hints: tuple[tuple[int, int], ...]) -> Shown:
    """What the stage shows of a picture uint8 (SIDE, SIDE, 3) with hints (pixel, swatch). Raises lab.Damaged."""
    found = guess(record, pixels[None], as_hints(hints))
    p = found.logits.softmax(dim=1)[0].flatten(1).numpy()
    regression = found.regression[0].permute(1, 2, 0).numpy()
    name = f"{record.fingerprint[:8]}/{digest(pixels)}/{len(hints)}-{hash(hints) & 0xFFFFFF:x}"
    return Shown(pixels, packed(p), regression, name)


def as_hints(hints: tuple[tuple[int, int], ...]) -> Tensor:
    """(1, 3, SIDE, SIDE): the hints as the networks take them."""
    out = torch.zeros(1, 3, SIDE, SIDE)
    colours = list(swatches().values())
    for pixel, swatch in hints:
        _, a, b = colours[swatch]
        out[0, :, pixel // SIDE, pixel % SIDE] = torch.tensor([a / 100, b / 100, 1])
    return out


@lab.memo(label="Coloured pictures")
def eight(record: Record, draw: int) -> tuple[Guess, tuple[int, ...]]:
    """Eight held-out pictures that have colours, and which they are. Raises lab.Damaged, data.Missing."""
    images = data.load(record.config["data"])
    order = torch.randperm(len(images.test_x), generator=generator(draw, "eight pictures")).tolist()
    chosen = [i for i in order[: 8 * EIGHT] if _colourful(images.test_x[i])][:EIGHT]
    chosen = (chosen + [i for i in order if i not in chosen])[:EIGHT]  # of few pictures few have colours
    return guess(record, images.test_x[chosen].permute(0, 2, 3, 1).numpy()), tuple(chosen)


def draw() -> int:
    """Which eight: the number of the act that asks for it, which may not be drawn yet."""
    return links.DRAW.drawn() if links.DRAW.key in st.session_state else links.DRAW.value()


def _colourful(x: Tensor) -> bool:
    """Whether a picture uint8 (3, H, W) has a mean chroma above 10 where it is drawn."""
    _, ab = luminance_and_colour(x[None].float() / 255)
    return float(colorization.over_drawn(ab.norm(dim=1), silhouettes(x[None]))) > 10


def names(record: Record, numbers: tuple[int, ...]) -> list[str]:
    """What the held-out pictures are. Raises data.Missing."""
    images = data.load(record.config["data"])
    if images.captions:
        return [images.captions[len(images.train_x) + i] for i in numbers]
    return [images.classes[int(images.test_y[i])] for i in numbers]


def warm() -> None:
    """Read what the lesson opens on."""
    view = lab.view("colorization", get("colorization").default(), 0)
    if isinstance(view, lab.Ready):
        pixels = data.load(view.record.config["data"]).test_x[0].permute(1, 2, 0).numpy()
        shown(view.record, pixels, ())
