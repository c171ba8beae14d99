"""What excites units of a network that others trained: pictures that climb, beside 5,000 pictures that it is shown.

EfficientNet-lite0 is not trained here. What is learned are twelve pictures of 96 x 96, one a unit: gradient ascent on the input
(Erhan et al. 2009, "Visualizing higher-layer features of a deep network") with the parametrisation and the movements of
Olah, Mordvintsev and Schubert 2017, "Feature visualization"; see `core.analysis.optimise`. Then the network is shown the pictures of
`core.data.gallery`, and the strongest of them are compared with what was made.

A unit's activation on a picture is the mean over all positions of its value after the ReLU6, so it is never above 6: where the best
of the pictures reaches 3, no picture can reach twice as much. Each ratio therefore stands beside the largest that is possible, and
beside the ratio that a ReLU without a ceiling would give. The pictures climb without the ceiling: with it they stay pale, and show less.
"""

from __future__ import annotations

import statistics
from collections.abc import Generator
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core import data
from core.analysis.optimise import Pictures, Recipe, ascend, colour_mixing, everywhere
from core.analysis.units import Answers
from core.data import efficientnet, gallery
from core.data.pixels import as_bytes
from core.events import Event, Outcome, Preview, Step
from core.experiment import Context, Experiment, knob
from core.nn.efficientnet import LAYERS, Lite0, receptive_field
from core.nn.weights import round_to_stored
from core.training.loop import Stages
from core.training.pace import Pace

VERSION = 1
UNITS = 12  # looked at together
CEILING = 6.0  # of a ReLU6


@dataclass(frozen=True)
class Config:
    layer: str = knob("stage 5", "Layer", tuple(LAYERS), help="From the first convolution to the last one.")
    units: int = knob(0, "First unit", (0, 12), help="Twelve units of the layer are looked at, from this one on.")
    steps: int = knob(256, "Steps uphill", (32, 128, 256, 512), unit="of twelve pictures each")


class Inputs(nn.Module):
    """What was made: `pictures` (12, 3, 96, 96) in [0, 1], one a unit."""

    def __init__(self, pictures: Tensor):
        super().__init__()
        self.pictures = nn.Parameter(pictures)

    def forward(self) -> Tensor:
        return self.pictures


def build(config: Config, generator: torch.Generator | None = None) -> Inputs:
    """Pictures of noise."""
    return Inputs(torch.rand(UNITS, 3, gallery.SIDE, gallery.SIDE, generator=generator))


def network(device: torch.device) -> Lite0:
    """EfficientNet-lite0 on a device. Raises core.data.Missing."""
    try:
        return Lite0.from_state(efficientnet.load()).to(device)
    except ValueError as error:
        raise data.Missing(efficientnet.DAMAGED) from error


def units_of(config: Config) -> range:
    """The numbers of the units that are looked at."""
    return range(config.units, config.units + UNITS)


def of_units(maps: Tensor, units: range) -> Tensor:
    """Of maps (12, C, h, w), one picture a unit, those of its own unit: (12, h, w)."""
    return maps[torch.arange(len(units), device=maps.device), torch.tensor(units, device=maps.device)]


MOST_JITTER = 8.0  # pixels
COLOURS_FROM = 500  # pictures from which the covariance of colours is taken
SHOWN, SHOWN_QUICKLY, QUICK = 5_000, 500, 32  # pictures; those for trainings of at most `QUICK` steps


def recipe(config: Config) -> Recipe:
    """Shifts of up to half a step between the layer's positions: no fine pattern can hang on where they stand."""
    step = receptive_field(config.layer, gallery.SIDE).step
    return Recipe(steps=config.steps, rate=0.05, jitter=min(step / 2, MOST_JITTER), degrees=5.0)


def train(config: Config, context: Context) -> Generator[Event, None, Outcome]:
    """All twelve pictures climb at once, each for its own unit; yields Step and Preview, returns the Outcome."""
    seen, units = network(context.device), units_of(config)
    mixing = colour_mixing(torch.cat(list(gallery.batches(COLOURS_FROM, COLOURS_FROM))))
    shape = (UNITS, 3, gallery.SIDE, gallery.SIDE)
    pictures = Pictures(shape, "waves", context.generator("init"), mixing).to(context.device)

    def objective(x: Tensor, done: float) -> Tensor:
        return everywhere(of_units(seen.activations(x, config.layer), units), done)

    pace, taken = Pace(), 0
    for taken, values in ascend(pictures, objective, recipe(config), context.generator("movements")):
        if taken and pace.step_due(taken, config.steps):
            yield Step(taken, config.steps, {"loss": -float(values.mean())})
        if taken and context.enough():
            break
        if taken < config.steps and pace.preview_due(taken):
            yield preview(taken, pictures().detach())
    model = Inputs(pictures().detach())
    state = round_to_stored(model)
    model.eval().requires_grad_(False)
    yield preview(taken, model())
    metrics = yield from measure(model, config, context)
    return Outcome(state, metrics, taken)


@torch.no_grad()
def preview(i: int, x: Tensor) -> Preview:
    """The twelve pictures now, at half their size."""
    return Preview(i, {"pictures": as_bytes(F.avg_pool2d(x, 2))})


BATCH = 50
STRONGEST = 9  # pictures of the gallery that are named
QUANTILES = 21  # of the activations on the pictures, from the weakest to the strongest in equal steps


@torch.no_grad()
def measure(model: Inputs, config: Config, context: Context) -> Generator[Event, None, dict[str, object]]:
    """What the units answer to the pictures of the gallery, and to those that were made for them."""
    device = model.pictures.device
    seen, units = network(device), units_of(config)
    count = SHOWN_QUICKLY if config.steps <= QUICK else SHOWN
    stages, parts = Stages(-(-count // BATCH)), []
    for x in gallery.batches(BATCH, count):
        maps = seen.activations(x.to(device).float() / 255, config.layer)
        parts.append(answers(maps[:, units.start : units.stop]))
        yield stages.over()
    shown, made = joined(parts), answers(of_units(seen.activations(model(), config.layer), units)[None])
    numbers = gallery.spread(count)
    each = {
        "units": list(units),
        **columns(made, shown),
        "strongest": [[numbers[j] for j in shown.strongest(i, STRONGEST).tolist()] for i in range(UNITS)],
    }
    compared = ("made", "best", "ratio", "possible", "percentile", "open_ratio")
    medians = {name: median(each[name]) for name in compared}
    return {
        "median_ratio_optimised": medians["ratio"],
        "median_percentile_optimised": medians["percentile"],
        "medians": medians,
        "each": each,
        "dead": int(shown.dead().sum()),
        "width": LAYERS[config.layer],
        "shown": count,
        "colours_from": COLOURS_FROM,
    }


@dataclass(frozen=True, eq=False)
class Open(Answers):
    """opened: (units,), the largest activation over all pictures where the nonlinearity is a ReLU, which has no ceiling."""

    opened: Tensor


def answers(maps: Tensor) -> Open:
    """Of maps (N, units, h, h) before the ReLU6."""
    flat = maps.flatten(2).cpu()
    peak, place = flat.max(dim=2)
    opened = F.relu(flat).mean(dim=2).amax(dim=0)
    return Open(F.relu6(flat).mean(dim=2), place, maps.shape[-1], peak.amax(dim=0), opened)


def joined(parts: list[Open]) -> Open:
    """The answers to all pictures."""
    level, place = (torch.cat([getattr(part, name) for part in parts]) for name in ("level", "place"))
    peak, opened = (torch.stack([getattr(part, name) for part in parts]).amax(dim=0) for name in ("peak", "opened"))
    return Open(level, place, parts[0].across, peak, opened)


def columns(made: Open, shown: Open) -> dict[str, object]:
    """Each unit's activation on the picture made for it, beside those on the pictures shown: lists with one entry a unit.

    ratio: made over the best of those shown, None where a unit is silent on all of them; possible: the largest ratio that the ceiling
    allows. open_*: the same without the ceiling. levels, places: of the strongest pictures, the activation and the number of the
    strongest position, counted row by row in a map `across` wide.
    """
    best, level = shown.best, made.level[0]
    strongest = [shown.strongest(i, STRONGEST) for i in range(len(level))]
    steps = torch.linspace(0, 1, QUANTILES)
    return {
        "made": rounded(level),
        "best": rounded(best),
        "ratio": ratios(level, best),
        "possible": ratios(torch.full_like(best, CEILING), best),
        "open_made": rounded(made.opened),
        "open_best": rounded(shown.opened),
        "open_ratio": ratios(made.opened, shown.opened),
        "percentile": [round(shown.percentile(i, float(one)), 2) for i, one in enumerate(level)],
        "quantiles": [rounded(shown.level[:, i].quantile(steps)) for i in range(len(level))],
        "levels": [rounded(shown.level[rows, i]) for i, rows in enumerate(strongest)],
        "places": [shown.place[rows, i].tolist() for i, rows in enumerate(strongest)],
        "across": shown.across,
    }


def rounded(values: Tensor) -> list[float]:
    """As they stand in the record, to four places."""
    return [round(value, 4) for value in values.tolist()]


def ratios(above: Tensor, below: Tensor) -> list[float | None]:
    """None where it would be a division by zero."""
    return [a / b if b else None for a, b in zip(above.tolist(), below.tolist(), strict=True)]


def median(values: list[float | None]) -> float | None:
    """Of those that are there; None where none is."""
    there = [value for value in values if value is not None]
    return statistics.median(there) if there else None


EXPERIMENT = Experiment(
    name="pretrained_features",
    version=VERSION,
    title="Features of EfficientNet-lite0",
    config=Config,
    data_of=lambda config: gallery.NAME,
    build=build,
    train=train,
    measure=lambda model, config, context, younger: measure(model, config, context),
    keeps_ages=lambda config: False,
    presets={"quick": {"steps": 32}},
    baked=tuple({"layer": layer} for layer in ("stage 5", "stage 6", "head", "stage 3", "stage 2", "stem")),
    metric_names=("median_ratio_optimised", "median_percentile_optimised", "width", "shown"),
)
