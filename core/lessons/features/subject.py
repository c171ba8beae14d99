"""What the lesson shows: three networks of one record, their units, and the pictures that were made for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from core import data, lab
from core.analysis.units import shown
from core.experiment import Context, get
from core.experiments import features
from core.nn.seeing import CLASSES, LAYERS, Seeing, field, widths
from core.store.record import Record
from core.ui.gallery import gallery
from core.ui.page import Panel
from core.ui.pictures import LABELS

NAMES = {"untrained": "untrained", "plain": "trained", "noise": "trained on noise"}
LAYER_NAMES = {"conv1": "1st", "conv2": "2nd", "conv3": "3rd", "conv4": "4th", CLASSES: "Classes"}


def facts(config: features.Config) -> str:
    """One line for the panel."""
    return (
        f"{LABELS[config.data]} · the same network trained twice: on plain pictures, and with noise of {config.level:g}"
    )


def draw(job: lab.JobView) -> None:
    """The first layer's weights of both networks, now."""
    filters = {name: job.preview.arrays[name] for name in features.TRAINED if name in job.preview.arrays}
    gallery([(NAMES[name], np.asarray(rows)) for name, rows in filters.items()], about="Filters of the first layer")


PANEL = Panel("features", facts, draw, title="These networks", noun="networks")


@dataclass(frozen=True)
class Unit:
    """One unit of a record's networks. layer: of `seeing.LAYERS`; number: from 0."""

    record: Record
    layer: str
    number: int

    @property
    def name(self) -> str:
        """ "Unit 7 of the 4th layer", or the class."""
        if self.layer == CLASSES:
            return f"The class “{classes(self.record)[self.number]}”"
        return f"Unit {self.number} of the {LAYER_NAMES[self.layer]} layer"

    def measured(self, network: str) -> dict[str, Any]:
        """What was measured of it in one of the networks: made, best, percentile, strongest, places; see `features.compared`."""
        row = self.record.metrics["each"][network][self.layer]
        return {name: values if name == "across" else values[self.number] for name, values in row.items()}

    def made(self, network: str) -> np.ndarray:
        """The picture that was made for it, uint8 (side, side, C)."""
        return drawings(self.record, network, self.layer)[self.number]

    def ratio(self, network: str) -> float | None:
        """Its activation on the made picture over that on the best picture of the data; None where no picture excites it."""
        found = self.measured(network)
        return found["made"] / found["best"] if found["best"] > 0 else None

    def strongest(self, network: str) -> tuple[np.ndarray, list[tuple[int, int, int, int]]]:
        """The pictures that excite it most, uint8 (n, side, side, C), and in each the field that does so most."""
        found = self.measured(network)
        x = shown_pictures(self.record.config["data"])[found["strongest"]]
        side = x.shape[1]
        return x, [field(self.layer, *divmod(place, found["across"]), side) for place in found["places"]]


def classes(record: Record) -> tuple[str, ...]:
    """The classes of the record's pictures. Raises data.Missing."""
    return data.load(record.config["data"]).classes


def units_of(record: Record, layer: str) -> int:
    """How many units a layer has."""
    return widths(features.SHAPES[record.config["data"]][2])[layer]


def network_of(record: Record, name: str) -> Seeing:
    """One of `features.NETWORKS` on this machine's best device. Raises lab.Damaged."""
    model: features.Two = lab.model(record)
    if name != "untrained":
        return getattr(model, name)
    config = get("features").strict(record.config)
    return features.untrained(config, Context(next(model.parameters()).device, record.seed))


def drawings(record: Record, network: str, layer: str) -> np.ndarray:
    """The pictures that were made for the units of a layer, uint8 (units, side, side, C). Raises lab.Damaged."""
    whole = lab.previews(record)[-1].arrays.get(features.MADE + network)
    sizes = widths(features.SHAPES[record.config["data"]][2])
    if whole is None or len(whole) != sum(sizes.values()):
        raise lab.Damaged("The pictures of this model are not there; train it again.")
    first = sum(sizes[name] for name in LAYERS[: LAYERS.index(layer)])
    return whole[first : first + sizes[layer]]


def shown_pictures(name: str) -> np.ndarray:
    """What the units were shown, uint8 (N, side, side, C). Raises data.Missing."""
    return shown(data.load(name)).permute(0, 2, 3, 1).numpy()


def dead(record: Record, network: str, layer: str) -> list[int]:
    """The units of a layer that no picture excites anywhere."""
    row = record.metrics["each"][network][layer]
    return [] if layer == CLASSES else [i for i, best in enumerate(row["best"]) if best <= 0]


def as_input(pixels: np.ndarray, device: torch.device) -> torch.Tensor:
    """One picture uint8 (side, side, C) as a network takes it: float (C, side, side) in [0, 1]."""
    return torch.from_numpy(pixels.copy()).permute(2, 0, 1).float().to(device) / 255


def warm() -> None:
    """Read what the lesson opens on."""
    experiment = get("features")
    view = lab.view("features", experiment.default(), 0)
    if isinstance(view, lab.Ready):
        drawings(view.record, "plain", "conv4")
        shown(data.load(view.record.config["data"]))
        lab.model(view.record)
