"""One point of the curve "how much to hide": a network of one kind of data, pretrained with one share hidden, and what that was good for.

The networks and their losses are those of `mae`, `masked_lm` and `video_mae`, smaller or with fewer steps: a whole curve with several seeds takes
an hour on one core. All points of a kind are trained for the same number of steps and are measured alike, whatever share was hidden in training:

    images  error with 75% of a picture hidden; a linear probe; fine-tuning
    text    cross-entropy, and how often the likeliest word is right, with one word of a sentence hidden at a time
    video   error with 90% of a clip hidden; a linear probe of the direction of motion

Held-out examples come in two halves: on one a curve's best share is chosen (the metrics that end in `_choosing`), on the other it is printed.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from core import data
from core.analysis.clip_fills import clip_mean_fill, hidden_mse
from core.analysis.fills import masked_mse, mean_fill
from core.analysis.fine_tuning import Settings, fine_tune
from core.analysis.probes import Labelled, Reading, linear_probe
from core.data import clips
from core.data.pixels import in_batches
from core.events import Event, Outcome, Step
from core.experiment import Context, Experiment, knob
from core.experiments import mae, masked_lm, video_mae
from core.nn.cubes import hide_cubes
from core.nn.masks import hide
from core.nn.weights import stored
from core.training.loop import Stages

VERSION = 1
RATIOS = (0.15, 0.4, 0.6, 0.75, 0.9, 0.95)


@dataclass(frozen=True)
class Config:
    kind: str = knob("images", "Kind of data", ("images", "text", "video"))
    ratio: float = knob(0.75, "Hidden in training", RATIOS, help="Share of patches or words that is hidden.")
    length: str = knob(
        "short", "Training", ("tiny", "short", "long"),
        help="Short is what the printed curve has: some half a minute a point on one core.",
    )  # fmt: skip


STEPS = {
    "images": {"tiny": 20, "short": 1000, "long": 4000},
    "text": {"tiny": 4, "short": 400, "long": 2000},
    "video": {"tiny": 3, "short": 200, "long": 1000},
}
DATA = {"images": "fashion", "text": "kjv", "video": "shapes"}
# What the printed curves have. Pictures of 49 patches have two left at 95%; clips with little hidden take long to encode.
SWEPT = {"images": (0.15, 0.4, 0.75, 0.9), "text": (0.15, 0.4, 0.6, 0.9), "video": (0.4, 0.75, 0.9, 0.95)}
MEASURES = {
    "images": ("held_out_loss", "probe_accuracy", "fine_tuned_accuracy"),
    "text": ("held_out_loss", "blank_accuracy"),
    "video": ("held_out_loss", "probe_accuracy"),
}
IMAGE_AT, VIDEO_AT = 0.75, 0.9  # the share hidden when images and clips are measured
PROBED, TESTED = 1_000, 2_000  # labelled pictures to learn from, and held-out ones
CLIPS, CLIPS_PROBED, CLIPS_TESTED = 1_000, 500, 400
TUNING = Settings(rates=(2e-3,), epochs=10)
PLACES = 4_000  # held-out words that are hidden, one at a time


def inner(config: Config) -> Any:
    """The config of the experiment that trains the network."""
    steps = STEPS[config.kind][config.length]
    if config.kind == "images":
        return mae.Config(mask_ratio=config.ratio, width=32, depth=2, decoder_depth=1, steps=steps)
    if config.kind == "video":
        return video_mae.Config(mask_ratio=config.ratio, clips=CLIPS, steps=steps)
    return masked_lm.Config(share=config.ratio, words=2000, width=64, context=32, steps=steps)


MODULES = {"images": mae, "text": masked_lm, "video": video_mae}


def build(config: Config, generator: torch.Generator | None = None) -> nn.Module:
    """An untrained network of the kind. Raises data.Missing where its text is not here."""
    return MODULES[config.kind].build(inner(config), generator)


def train(config: Config, context: Context) -> Generator[Event, None, Outcome]:
    """Pretrain, then measure; yields Step and Preview, returns the Outcome."""
    if config.kind == "text":
        text = masked_lm.checked(inner(config))
        model, steps = yield from masked_lm.learn(inner(config), context, text, masked_lm.Counted(text))
    elif config.kind == "video":
        model, steps = yield from video_mae.learn(inner(config), context)
    else:
        learned = yield from mae.learn(inner(config), context, data.load(DATA[config.kind]))
        model, steps = learned.model, learned.steps
    state = stored(model)
    context.learned(steps, state)
    metrics = yield from measure(model, config, context)
    return Outcome(state, metrics, steps)


# Measuring ---------------------------------------------------------------------------------------------------------


def measure(model: nn.Module, config: Config, context: Context) -> Generator[Event, None, dict[str, object]]:
    """What follows from the weights, on held-out examples."""
    ways = {"images": measure_images, "text": measure_text, "video": measure_video}
    return (yield from ways[config.kind](model, config, context))


def measure_text(
    model: masked_lm.MaskedLM, config: Config, context: Context
) -> Generator[Event, None, dict[str, object]]:
    """Nats a word, and the share of words that come out as the likeliest, one hidden at a time."""
    text = masked_lm.checked(inner(config))
    stages = Stages(1)
    at = masked_lm.held_out_places(text, PLACES)
    nats, right = torch.zeros(len(at), dtype=torch.float64), torch.zeros(len(at), dtype=torch.float64)
    for which, loss, hit in masked_lm.one_blank(model, text.held_out, at):
        nats[which], right[which] = torch.from_numpy(loss), torch.from_numpy(hit).double()
        yield stages.going()
    yield stages.over()
    return {"held_out": len(at), **halves("held_out_loss", nats), **halves("blank_accuracy", right)}


def measure_images(
    model: mae.MaskedAutoencoder, config: Config, context: Context
) -> Generator[Event, None, dict[str, object]]:
    """The error with IMAGE_AT hidden, a linear probe and fine-tuning. What the untrained network is worth is the same for every share: it is
    measured with the point of IMAGE_AT."""
    images, networks = data.load(DATA["images"]), {"": model}
    if config.ratio == IMAGE_AT:
        networks["untrained_"] = build(config, context.generator("init")).to(context.device).eval()
    stages, tested = Stages(1 + 2 * len(networks)), images.test_x[:TESTED]
    hidden = hide("random", IMAGE_AT, len(tested), model.n, context.generator("test masks"))
    device = next(model.parameters()).device
    errors, naive = [], []
    for x, h in zip(in_batches(tested, 250, device), hidden.to(device).split(250), strict=True):
        errors.append(masked_mse(x, mae.fill_in(model, x, h, "pixels"), h, model.patch).cpu())
        naive.append(masked_mse(x, mean_fill(x, h, model.patch), h, model.patch).cpu())
    yield stages.over()
    found = {
        "held_out": len(tested), **halves("held_out_loss", torch.cat(errors)), **halves("mean_fill_loss", torch.cat(naive)),
    }  # fmt: skip
    labelled = Labelled(images, PROBED, TESTED)
    found |= {"labels": len(labelled.x[0]), "validation": len(labelled.x[1])}
    for prefix, network in networks.items():
        seen = network, mae.MaskedAutoencoder.features, labelled, context, stages
        found |= as_metrics(f"{prefix}probe_accuracy", (yield from probed(*seen)))
        found |= as_metrics(f"{prefix}fine_tuned_accuracy", (yield from tuned(*seen, TUNING)))
    return found


def measure_video(
    model: video_mae.VideoAutoencoder, config: Config, context: Context
) -> Generator[Event, None, dict[str, object]]:
    """The error with VIDEO_AT hidden in cubes anywhere, a linear probe of the direction in which the main thing moves."""
    train, test = clips.load(DATA["video"], "train", CLIPS), clips.load(DATA["video"], "test", CLIPS_TESTED)
    stages, errors, naive = Stages(3 if config.ratio == VIDEO_AT else 2), [], []
    hidden = hide_cubes("agnostic", VIDEO_AT, CLIPS_TESTED, video_mae.SHAPE, context.generator("test masks"))
    for x, h in video_mae.in_parts(test.frames, hidden, context.device):
        holes = video_mae.holes_of(h)
        errors.append(hidden_mse(x, video_mae.fill_in(model, x, h), holes).cpu())
        naive.append(hidden_mse(x, clip_mean_fill(x, holes), holes).cpu())
        yield stages.going()
    yield stages.over()
    found = {
        "held_out": CLIPS_TESTED, **halves("held_out_loss", torch.cat(errors)), **halves("mean_fill_loss", torch.cat(naive)),
    }  # fmt: skip
    as_images = data.Images(
        "clips", train.frames, train.heading, test.frames, test.heading, clips.HEADINGS, data.Source("", "", "", ""), ""
    )
    labelled = Labelled(as_images, CLIPS_PROBED, CLIPS_TESTED)
    found |= {"labels": len(labelled.x[0]), "validation": len(labelled.x[1])}
    seen = video_mae.VideoAutoencoder.features, labelled, context, stages
    found |= as_metrics("probe_accuracy", (yield from probed(model, *seen)))
    if config.ratio == VIDEO_AT:  # the same for every share
        untrained = build(config, context.generator("init")).to(context.device).eval()
        found |= as_metrics("untrained_probe_accuracy", (yield from probed(untrained, *seen)))
    return found


Features = Callable[[nn.Module, Tensor], Tensor]  # (network, x float (B, ...) in [0, 1]) -> (B, D)


def probed(
    network: nn.Module, features: Features, labelled: Labelled, context: Context, stages: Stages
) -> Generator[Event, None, Reading]:
    """A linear probe of a frozen network."""
    coded = []
    with torch.no_grad():
        for part in labelled.x:
            batches = []
            for x in in_batches(part, 50, context.device):
                batches.append(features(network, x))
                yield stages.going()
            coded.append(torch.cat(batches))
    reading = linear_probe(labelled.split(coded))
    yield stages.over()
    return reading


def tuned(
    network: nn.Module, features: Features, labelled: Labelled, context: Context, stages: Stages, settings: Settings
) -> Generator[Event, None, Reading]:
    """Fine-tuning of a copy of a network; every network is shown the same batches."""
    reading = yield from told(
        fine_tune(network, features, labelled, context.generator("fine-tuning"), settings), stages
    )
    yield stages.over()
    return reading


def as_metrics(name: str, reading: Reading) -> dict[str, object]:
    """Accuracy on both halves of the held-out examples, and what validation chose."""
    return {**halves(name, reading.right.double()), f"{name}_chosen": reading.chosen}


def told(loop: Generator[None, None, Any], stages: Stages) -> Generator[Step, None, Any]:
    """A sign of life each time that `loop` pauses; its value."""
    while True:
        try:
            next(loop)
        except StopIteration as end:
            return end.value
        yield stages.going()


def halves(name: str, values: Tensor) -> dict[str, float]:
    """The mean of values (N,) of every second example, and under `name`_choosing that of the others."""
    return {name: float(values[1::2].mean()), f"{name}_choosing": float(values[0::2].mean())}


EXPERIMENT = Experiment(
    name="mask_ratio",
    version=VERSION,
    title="How much to hide",
    config=Config,
    data_of=lambda config: DATA[config.kind],
    build=build,
    train=train,
    measure=lambda model, config, context, younger: measure(model, config, context),
    keeps_ages=lambda config: False,
    presets={"quick": {"length": "tiny"}},
    baked=({},),
    metric_names=("held_out_loss", "held_out_loss_choosing"),
)
