"""What single units of a network answer to: pictures of a data set, and a picture that was made for them.

A unit's activation on a picture is what it passes on, after its ReLU, as the mean over all places: one number a picture, by which data and
optimised pictures are compared. Where in a picture a unit answers most is told beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from core.analysis.optimise import Pictures, Recipe, ascend, everywhere
from core.data.kinds import Images
from core.data.pixels import in_batches
from core.nn.seeing import CLASSES, Seeing

MOST = 5_000  # pictures of a data set that a unit is shown


@dataclass(frozen=True, eq=False)
class Answers:
    """level: activation of each unit on each picture, float (N, units). place: the number of the place with the strongest value, int64
    (N, units), in a map `across` places wide. peak: the largest value before the ReLU of each unit over all pictures and places, (units,)."""

    level: Tensor
    place: Tensor
    across: int
    peak: Tensor

    @property
    def best(self) -> Tensor:
        """(units,): the strongest activation that a picture reaches."""
        return self.level.amax(dim=0)

    def dead(self) -> Tensor:
        """bool (units,): which units are zero at each place of each picture."""
        return self.peak <= 0

    def strongest(self, unit: int, count: int) -> Tensor:
        """The numbers of the pictures that excite a unit most, the first one most. Pictures that do not excite it at all are left out."""
        order = self.level[:, unit].argsort(descending=True, stable=True)[:count]
        return order[self.level[order, unit] > self.level[:, unit].min()]

    def percentile(self, unit: int, level: float) -> float:
        """The share of the pictures, in percent, that excite a unit less."""
        return 100 * float((self.level[:, unit] < level).float().mean())


def shown(pictures: Images) -> Tensor:
    """The pictures that a unit is shown, uint8 (N, C, side, side): held-out ones first, then training ones, MOST at most."""
    return torch.cat([pictures.test_x[:MOST], pictures.train_x[: max(0, MOST - len(pictures.test_x))]])


@torch.no_grad()
def answers(network: Seeing, layer: str, x: Tensor, device: torch.device) -> Answers:
    """What the units of a layer answer to pictures uint8 (N, C, side, side)."""
    level, place, peak = [], [], []
    for part in in_batches(x, 500, device):
        maps = network.maps(part, layer)
        level.append(activation(maps, layer).cpu())
        strongest = maps.flatten(2).max(dim=2)
        place.append(strongest.indices.cpu())
        peak.append(strongest.values.amax(dim=0).cpu())
    return Answers(torch.cat(level), torch.cat(place), maps.shape[3], torch.stack(peak).amax(dim=0))


def activation(maps: Tensor, layer: str) -> Tensor:
    """(B, units) of maps (B, units, h, w) before the ReLU. A class has no ReLU."""
    return (maps if layer == CLASSES else F.relu(maps)).mean(dim=(2, 3))


def made(
    network: Seeing, layer: str, units: list[int], pictures: Pictures, recipe: Recipe, generator: torch.Generator
) -> Iterator[tuple[int, Tensor]]:
    """Let picture i climb for unit units[i]; see `optimise.ascend`."""
    each = torch.arange(len(units))

    def objective(x: Tensor, done: float) -> Tensor:
        maps = network.maps(x, layer)[each, units]
        return maps.flatten(1).mean(dim=1) if layer == CLASSES else everywhere(maps, done)

    return ascend(pictures, objective, recipe, generator)
