"""What every method makes of one picture and one mask, as tiles and bars."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

import numpy as np

from core import data, lab
from core.charts.shades import heat
from core.charts.written import number
from core.experiment import get
from core.experiments.mae import PATCH, Config, MaskedAutoencoder
from core.lessons.masked_images import filling, painting
from core.lessons.masked_images.filling import Filled
from core.store.record import Record
from core.ui.bars import Bar
from core.ui.components.tiles import Tile

RATIOS = (0.5, 0.75, 0.9)  # networks that stand beside the chosen one
ERROR_SHOWN = 0.25  # squared error of a pixel that the error map draws brightest
NAIVE = {"neighbour": "Neighbour fill", "mean": "Mean fill"}


@dataclass(frozen=True, eq=False)
class Answers:
    """Tiles for the painter, bars below it, and where each hidden patch looked (N, N)."""

    tiles: list[Tile]
    bars: list[Bar]
    attention: np.ndarray | None


def answers(
    config: Config, seed: int, shown: lab.View, step: int | None, pixels: np.ndarray, mask: tuple[int, ...]
) -> Answers:
    """Fill the picture in by all means there are. step: the age of the chosen network, None for the trained one.

    Raises lab.Damaged where the chosen network cannot be read.
    """
    tiles, bars, attention = [], [], None
    if isinstance(shown, lab.Ready):
        ours = _network_fill(shown.record, step, config.target, pixels, mask)
        attention = ours.attention
        tiles = [
            Tile(_title("This network", ours), ours.pasted.squeeze()),
            Tile("What was there", pixels.squeeze()),
            Tile(
                "Where it is wrong", heat(ours.error, ERROR_SHOWN), alt="Squared error of each pixel; bright is wrong"
            ),
            Tile("Its full drawing", ours.whole.squeeze()),
        ]
        bars.append(Bar("This network" if step is None else f"This network at step {step:,}", ours.mse, ours=True))
    else:
        blank = np.full_like(pixels.squeeze(), 128)
        tiles = [
            Tile("No network yet", blank, alt="gray: this setting is not trained"),
            Tile("What was there", pixels.squeeze()),
        ]
    for name, filled in filling.naive_fills(pixels, mask).items():
        tiles.append(Tile(_title(NAIVE[name], filled), filled.pasted.squeeze()))
        bars.append(Bar(NAIVE[name], filled.mse))
    for ratio in RATIOS:
        sibling = lab.view("mae", dataclasses.replace(config, mask_ratio=ratio), seed)
        if ratio != config.mask_ratio and isinstance(sibling, lab.Ready) and len(tiles) < 8:
            try:
                filled = _network_fill(sibling.record, None, config.target, pixels, mask)
            except lab.Damaged:  # not the network of this page: it is left out
                continue
            label = f"{100 * ratio:.0f}% network"
            tiles.append(Tile(_title(label, filled), filled.pasted.squeeze()))
            bars.insert(len(bars) - len(NAIVE), Bar(label, filled.mse))
    return Answers(tiles, bars, attention)


def prepare() -> None:
    """Fill in what the lesson opens on, before its first visitor."""
    config = get("mae").default()
    shown = lab.view("mae", config, 0)
    if isinstance(shown, lab.Ready) and data.available(config.data):
        pixels = data.load(config.data).test_x[0].permute(1, 2, 0).numpy()
        answers(config, 0, shown, None, pixels, painting.first_mask(pixels.shape[0] // PATCH))


def _network_fill(record: Record, step: int | None, target: str, pixels: np.ndarray, mask: tuple[int, ...]) -> Filled:
    """What the network of a record makes of it, at the age `step`. Raises lab.Damaged.

    The mask that the lesson opens with is filled in once for all visitors; what is painted by hand, nobody else asks for.
    """
    _model(record, step)  # a model that cannot be read is told, though its answer may be known
    opens = mask == painting.first_mask(pixels.shape[0] // PATCH)
    return (_filled_once if opens else _filled)(record, step, target, pixels, mask)


def _filled(record: Record, step: int | None, target: str, pixels: np.ndarray, mask: tuple[int, ...]) -> Filled:
    return filling.network_fill(_model(record, step), target, pixels, mask, attention=True)


def _model(record: Record, step: int | None) -> MaskedAutoencoder:
    return lab.model(record) if step is None else lab.checkpoint(record, step)


_filled_once = lab.memo(_filled, label="Pictures filled in")


def _title(label: str, filled: Filled) -> str:
    """The error stands in the title, so that the first screen has every number: "This network · 0.0107"."""
    return f"{label} · {number(filled.mse)}" if math.isfinite(filled.mse) else label
