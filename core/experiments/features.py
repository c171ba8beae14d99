"""One network that tells classes apart, trained twice from the same weights: on plain pictures, and on noisy ones.

What the units of both, and those of the untrained network, like to see is measured with pictures of the data set and with pictures
that are made for each unit (Olah, Mordvintsev and Schubert 2017, "Feature visualization"). Networks that were trained on
noise have features that are easier to read, it is often said; here it can be seen how far that holds.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core import data
from core.analysis import units
from core.analysis.intervals import Resampled
from core.analysis.optimise import Pictures, Recipe, colour_mixing
from core.data.augment import shift_and_mirror
from core.data.pixels import as_bytes, in_batches
from core.events import Event, Outcome, Preview, Step
from core.experiment import Context, Experiment, knob
from core.nn.corruption import corrupt
from core.nn.seeing import CLASSES, LAYERS, UNITS, Seeing, widths
from core.nn.weights import round_to_stored
from core.training.loop import Stages, adamw, set_rate, steps
from core.training.pace import Pace
from core.training.schedule import warm_cosine

VERSION = 1
TRAINED = ("plain", "noise")
NETWORKS = ("untrained", *TRAINED)


@dataclass(frozen=True)
class Config:
    data: str = knob("fashion", "Pictures", ("fashion", "mnist", "openmoji", "shapes"))
    level: float = knob(
        0.25, "Noise", (0.1, 0.25, 0.5), help="Standard deviation of the noise that the second network is trained on."
    )
    steps: int = knob(1500, "Training steps", (40, 300, 750, 1500, 3000), unit="batches of 64")


class Two(nn.Module):
    """The same network, trained on plain and on noisy pictures."""

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        self.plain, self.noise = (Seeing(channels, classes) for _ in TRAINED)

    def networks(self) -> dict[str, Seeing]:
        return {name: getattr(self, name) for name in TRAINED}


SHAPES = {"fashion": (1, 28, 10), "mnist": (1, 28, 10), "openmoji": (3, 32, 10), "shapes": (3, 32, 6)}
BATCH, LEARNING_RATE, WEIGHT_DECAY = 64, 5e-3, 1e-3


def build(config: Config, generator: torch.Generator | None = None) -> Two:
    """An untrained model; both networks begin with the same weights."""
    channels, _, classes = SHAPES[config.data]
    model = Two(channels, classes)
    model.plain.start(generator)
    model.noise.load_state_dict(model.plain.state_dict())
    return model


def untrained(config: Config, context: Context) -> Seeing:
    """The network as it was before its first step, on the device."""
    return build(config, context.generator("init")).plain.to(context.device).eval().requires_grad_(False)


def train(config: Config, context: Context) -> Generator[Event, None, Outcome]:
    """Train both networks on the same batches; yields Step and Preview, returns the Outcome."""
    pictures, device = data.load(config.data), context.device
    train_x, train_y = pictures.train_x.to(device), pictures.train_y.to(device)
    model = build(config, context.generator("init")).to(device)
    optimiser = adamw(model, LEARNING_RATE, WEIGHT_DECAY)
    order, noise, shifts = (context.generator(p) for p in ("order", "noise", "augmentation"))
    pace = Pace()
    for i in steps(config.steps, context):
        if pace.preview_due(i):
            yield filters(i, model)
        set_rate(optimiser, LEARNING_RATE * warm_cosine(i / config.steps))
        chosen = torch.randint(len(train_x), (BATCH,), generator=order).to(device)
        x, y = train_x[chosen], train_y[chosen]
        if config.data == "openmoji":
            x = shift_and_mirror(x, shifts, mirror=True)
        x = x.float() / 255
        seen = {"plain": x, "noise": corrupt(x, "gaussian", config.level, noise)}
        found = {name: F.cross_entropy(network(seen[name]), y) for name, network in model.networks().items()}
        optimiser.zero_grad(set_to_none=True)
        sum(found.values()).backward()
        optimiser.step()
        if pace.step_due(i + 1, config.steps):
            yield Step(
                i + 1,
                config.steps,
                {"loss": float(found["plain"].detach()), "loss_noise": float(found["noise"].detach())},
            )

    state = round_to_stored(model)
    model.eval().requires_grad_(False)
    stages = Stages(STAGES)
    drawn = yield from draw(model, config, pictures, context, stages)
    yield Preview(
        i + 1,
        {**filters(i + 1, model).arrays, **{MADE + n: np.concatenate(list(d.values())) for n, d in drawn.items()}},
    )
    metrics = yield from measure(model, config, pictures, context, drawn, stages)
    return Outcome(state, metrics, i + 1)


def filters(i: int, model: Two) -> Preview:
    """The first layer's weights as pictures: gray is zero, and white or black the largest weight of the filter."""
    return Preview(i, {name: first_filters(network) for name, network in model.networks().items()})


@torch.no_grad()
def first_filters(network: Seeing) -> np.ndarray:
    """uint8 (units, 5, 5, C)."""
    weight = network.convolutions[0].weight
    return as_bytes(0.5 + 0.5 * weight / weight.abs().amax(dim=(1, 2, 3), keepdim=True).clamp_min(1e-12))


ASCENT = 512  # steps of a picture that is made for a unit; a shorter training has shorter ascents
STRONGEST = 9  # pictures that excite a unit most
MADE = "made-"  # before the network's name: the pictures of all units, in the order of LAYERS, in the last preview


STAGES = 2 * len(NETWORKS) * len(LAYERS) + 1
Drawn = dict[str, dict[str, np.ndarray]]  # network -> layer -> uint8 (units, side, side, C)


def networks_of(model: Two, config: Config, context: Context) -> dict[str, Seeing]:
    """All three, the untrained one first."""
    return {"untrained": untrained(config, context), **model.networks()}


def draw(
    model: Two, config: Config, pictures: data.Images, context: Context, stages: Stages
) -> Generator[Event, None, Drawn]:
    """The pictures that are made for the units of each layer of each network."""
    shape, mixing = pictures.train_x.shape[1:], colour_mixing(pictures.train_x[:2000])
    drawn: Drawn = {}
    for name, network in networks_of(model, config, context).items():
        drawn[name] = {}
        for layer, width in widths(len(pictures.classes)).items():
            climbing = Pictures((width, *shape), "waves", context.generator(f"pictures of {layer}"), mixing)
            recipe = Recipe(steps=min(ASCENT, config.steps))
            moves = context.generator(f"moves of {layer}")
            for step, _ in units.made(network, layer, list(range(width)), climbing.to(context.device), recipe, moves):
                if step % 32 == 0:
                    yield stages.going()
            drawn[name][layer] = as_bytes(climbing().detach())
            yield stages.over()
    return drawn


def measure(
    model: Two,
    config: Config,
    pictures: data.Images,
    context: Context,
    drawn: Drawn | None = None,
    stages: Stages | None = None,
) -> Generator[Event, None, dict[str, object]]:
    """Accuracy with and without noise; for each unit of each network its strongest picture and the one that is made for it.

    drawn: what `draw` made; without it, it is made here.
    """
    stages = stages or Stages(STAGES)
    if drawn is None:
        drawn = yield from draw(model, config, pictures, context, stages)
    metrics = accuracies(model, config, pictures, context)
    yield stages.over()
    x = units.shown(pictures)
    each: dict[str, dict[str, dict[str, Any]]] = {name: {} for name in NETWORKS}
    dead = dict.fromkeys(NETWORKS, 0)
    for name, network in networks_of(model, config, context).items():
        for layer in LAYERS:
            answers = units.answers(network, layer, x, context.device)
            each[name][layer] = compared(network, layer, drawn[name][layer], answers)
            if layer != CLASSES:
                dead[name] += int(answers.dead().sum())
            yield stages.over()
    told = {name: summary(rows) for name, rows in each.items()}
    return metrics | {
        "units": UNITS,
        "dead_units": dead["plain"],
        "dead": dead,
        "median_percentile_optimised": told["plain"]["percentile"],
        "median_ratio_optimised": told["plain"]["ratio"],
        "medians": told,
        "each": each,
        "shown": len(x),
        "ascent": min(ASCENT, config.steps),
        "held_out": len(pictures.test_x),
    }


@torch.no_grad()
def accuracies(model: Two, config: Config, pictures: data.Images, context: Context) -> dict[str, object]:
    """Test accuracy of both networks on plain and on noisy pictures, and intervals of noise minus plain."""
    right: dict[str, dict[str, Tensor]] = {"clean": {}, "noisy": {}}
    for name, network in model.networks().items():
        spoil = context.generator("test noise")  # the same noise for both
        found: dict[str, list[Tensor]] = {"clean": [], "noisy": []}
        for x, y in zip(in_batches(pictures.test_x, 500, context.device), pictures.test_y.split(500), strict=True):
            seen = {"clean": x, "noisy": corrupt(x, "gaussian", config.level, spoil)}
            for kind, z in seen.items():
                found[kind].append(network(z).argmax(dim=1).cpu() == y)
        for kind, parts in found.items():
            right[kind][name] = torch.cat(parts)
    seen = Resampled(len(pictures.test_x))
    return {
        "test_accuracy": float(right["clean"]["plain"].float().mean()),
        "accuracy": {kind: {name: float(one.float().mean()) for name, one in found.items()} for kind, found in right.items()},
        "gains": {kind: seen.difference(found["noise"], found["plain"]) for kind, found in right.items()},
    }  # fmt: skip


@torch.no_grad()
def compared(network: Seeing, layer: str, drawn: np.ndarray, answers: units.Answers) -> dict[str, Any]:
    """For each unit of a layer: activation on its made picture, as it is stored; the best of the data; the percentile among the data; the
    numbers of the pictures that excite it most, and in each the place that does, counted row by row."""
    x = torch.from_numpy(drawn).permute(0, 3, 1, 2).float() / 255
    levels = units.activation(network.maps(x.to(next(network.parameters()).device), layer), layer).diagonal().cpu()
    strongest = [answers.strongest(i, STRONGEST) for i in range(len(levels))]
    return {
        "strongest": [rows.tolist() for rows in strongest],
        "places": [answers.place[rows, i].tolist() for i, rows in enumerate(strongest)],
        "across": answers.across,
        "made": [round(float(level), 4) for level in levels],
        "best": [round(float(best), 4) for best in answers.best],
        "percentile": [round(answers.percentile(i, float(level)), 2) for i, level in enumerate(levels)],
    }


def summary(layers: dict[str, dict[str, Any]]) -> dict[str, float | None]:
    """Medians over all convolutional units, and the ratio to the best of the data over those that any picture excites."""
    rows = [
        row
        for layer in LAYERS[:-1]
        for row in zip(*(layers[layer][k] for k in ("made", "best", "percentile")), strict=True)
    ]
    ratios = [made / best for made, best, _ in rows if best > 0]
    return {
        "percentile": float(np.median([percentile for *_, percentile in rows])),
        "ratio": float(np.median(ratios)) if ratios else None,
        "beyond": float(np.mean([ratio > 1 for ratio in ratios])) if ratios else None,
    }


def warm(model: Two, config: Config) -> None:
    """One picture through each network."""
    x = data.load(config.data).test_x[:1].float().to(next(model.parameters()).device) / 255
    for network in model.networks().values():
        network(x)


EXPERIMENT = Experiment(
    name="features",
    version=VERSION,
    title="What a neuron sees",
    config=Config,
    data_of=lambda config: config.data,
    build=build,
    train=train,
    warm=warm,
    measure=lambda model, config, context, younger: measure(model, config, data.load(config.data), context),
    keeps_ages=lambda config: False,
    presets={"quick": {"steps": 300}},
    baked=tuple({"data": name, "level": level} for name in SHAPES for level in (0.25, 0.1, 0.5)),
    metric_names=("test_accuracy", "units", "dead_units", "median_percentile_optimised"),
)
