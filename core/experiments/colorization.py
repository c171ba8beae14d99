"""Two networks that guess the colours of a gray picture, by regression and by classification, and an auto-encoder beside them.

Zhang, Isola and Efros 2016, "Colorful image colorization". Regression answers what is uncertain with the mean of the possible colours, which
is grayish; classification answers with a distribution, of which any colour from the mode to the mean can be taken. They are two networks of the
same size from the same first weights, and not two heads of one: in one trunk the loss with the larger gradients would decide what both heads get to
see. Both learn to listen to hints (Zhang et al. 2017, "Real-time user-guided image colorization with learned deep priors"): a few pixels whose colour is
given. The third network has the same encoder, is given the same gray pictures, and draws them again: what its layers know is compared
with what the colour network's know, as in the paper's figure of conv1 to pool5.

Errors are distances in the plane of a and b (CIE Lab): for each held-out picture the mean over its drawn pixels (`silhouettes`: those that differ
from the ground) of |ab - true ab|, then the mean over pictures. Chroma is the mean of |ab| over the same pixels.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core import data
from core.analysis.intervals import Resampled
from core.analysis.probes import Labelled, Reading, linear_probe
from core.data.augment import shift_and_mirror
from core.data.pixels import as_bytes, in_batches, silhouettes
from core.events import Event, Outcome, Preview, Step
from core.experiment import Context, Experiment, knob
from core.nn import colours
from core.nn.cielab import chroma, lab_to_rgb
from core.nn.colours import LEVELS, WARM, annealed_mean, level_of, luminance_and_colour, random_hints, struck_out
from core.nn.weights import round_to_stored
from core.training.loop import Meanwhile, Stages, adamw, set_rate, steps
from core.training.pace import Pace
from core.training.schedule import warm_cosine

VERSION = 1
LAYERS = ("conv1", "conv2", "conv3", "conv4", "conv5")
WIDTHS, STRIDES = (16, 32, 48, 64, 64), (1, 2, 2, 2, 1)
WIDE = 24  # maps from which the last layer reads the colour


@dataclass(frozen=True)
class Config:
    data: str = knob("openmoji", "Pictures", ("openmoji", "shapes"))
    mix: float = knob(
        0.5,
        "Rebalancing",
        (0.0, 0.5, 1.0),
        help="1 weighs all pixels alike, 0 all colours, however rare; the paper has 0.5.",
    )
    steps: int = knob(3000, "Training steps", (40, 400, 1500, 3000, 6000), unit="batches of 16")


class Encoder(nn.Module):
    """Five convolutions with ReLU, from 32 x 32 to 4 x 4 places."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        narrow = (channels, *WIDTHS)
        self.convolutions = nn.ModuleList(
            nn.Conv2d(narrow[i], width, 3, stride, 1)
            for i, (width, stride) in enumerate(zip(WIDTHS, STRIDES, strict=True))
        )

    def forward(self, x: Tensor) -> list[Tensor]:
        """What each layer passes on: (B, width, h, w) for each of LAYERS."""
        maps = []
        for convolution in self.convolutions:
            x = F.relu(convolution(x))
            maps.append(x)
        return maps


class Colouring(nn.Module):
    """A small U-Net (Ronneberger, Fischer and Brox 2015): way back up, each layer sees the encoder's maps of its size as well.

    forward: L (B, 1, 32, 32), hints (B, 3, 32, 32) -> (B, outputs, 32, 32).
    """

    def __init__(self, outputs: int) -> None:
        super().__init__()
        self.encoder = Encoder(4)
        self.up3 = nn.Conv2d(64 + 48, 40, 3, padding=1)
        self.up2 = nn.Conv2d(40 + 32, 16, 3, padding=1)
        self.up1 = nn.Conv2d(16 + 16, WIDE, 3, padding=1)
        self.head = nn.Conv2d(WIDE, outputs, 1)

    def forward(self, lightness: Tensor, hints: Tensor) -> Tensor:
        skip1, skip2, skip3, _, x = self.maps(lightness, hints)
        for up, skip in ((self.up3, skip3), (self.up2, skip2), (self.up1, skip1)):
            x = F.relu(up(torch.cat([larger(x), skip], dim=1)))
        return self.head(x)

    def maps(self, lightness: Tensor, hints: Tensor | None = None) -> list[Tensor]:
        """What the encoder's layers pass on; see `Encoder`. Without hints it is told of none."""
        if hints is None:
            hints = lightness.new_zeros(len(lightness), 3, *lightness.shape[2:])
        x = torch.cat([scaled(lightness), hints], dim=1)
        return self.encoder(x.contiguous(memory_format=torch.channels_last))


class GrayAutoencoder(nn.Module):
    """The same encoder, and a decoder without skips, which would let it copy: gray pictures L (B, 1, 32, 32) -> L again."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder(1)
        self.up3, self.up2, self.up1 = (nn.Conv2d(*io, 3, padding=1) for io in ((64, 40), (40, 16), (16, WIDE)))
        self.head = nn.Conv2d(WIDE, 1, 1)

    def forward(self, lightness: Tensor) -> Tensor:
        x = self.maps(lightness)[-1]
        for up in (self.up3, self.up2, self.up1):
            x = F.relu(up(larger(x)))
        return 50 * (self.head(x) + 1)

    def maps(self, lightness: Tensor) -> list[Tensor]:
        """What the encoder's layers pass on; see `Encoder`."""
        return self.encoder(scaled(lightness).contiguous(memory_format=torch.channels_last))


def scaled(lightness: Tensor) -> Tensor:
    """L from -1 (black) to 1 (white)."""
    return lightness / 50 - 1


def larger(x: Tensor) -> Tensor:
    """Each place of maps (B, C, h, w) as two by two."""
    return F.interpolate(x, scale_factor=2, mode="nearest")


class Colours(nn.Module):
    """The three networks of the lesson."""

    def __init__(self) -> None:
        super().__init__()
        self.classification, self.regression, self.autoencoder = (
            Colouring(colours.COUNT),
            Colouring(2),
            GrayAutoencoder(),
        )
        self.to(memory_format=torch.channels_last)

    def classify(self, lightness: Tensor, hints: Tensor) -> Tensor:
        """Logits (B, COUNT, H, W) of the cells of colour, without those that hold no colour of a pixel's lightness."""
        return struck_out(self.classification(lightness, hints), lightness)

    def regress(self, lightness: Tensor, hints: Tensor) -> Tensor:
        """Colours a, b (B, 2, H, W) by regression."""
        return 100 * self.regression(lightness, hints)


def build(config: Config, generator: torch.Generator | None = None) -> Colours:
    """An untrained model; both colour networks begin with the same weights, but for their last layers."""
    model = Colours()
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu", generator=generator)
            nn.init.zeros_(module.bias)
    with torch.no_grad():
        for head in (model.classification.head, model.regression.head):
            head.weight.mul_(0.1)  # at first it knows nothing: all cells alike, and gray
    shared = {name: value for name, value in model.classification.state_dict().items() if not name.startswith("head")}
    model.regression.load_state_dict(shared, strict=False)
    return model


BATCH, LEARNING_RATE, WEIGHT_DECAY = 16, 3e-3, 1e-4
EXHIBITED = 8
COUNTED = 4_000  # training pictures, at most, by which colours are counted
HINTED, RECOLOURED = (
    0.5,
    0.5,
)  # the share of pictures that learn with hints, and of those the share whose hues are turned


def train(config: Config, context: Context) -> Generator[Event, None, Outcome]:
    """Train the three networks side by side on the same batches; yields Step and Preview, returns the Outcome."""
    pictures, device = data.load(config.data), context.device
    train_x = pictures.train_x.to(device)
    model = build(config, context.generator("init")).to(device)
    optimiser = adamw(model, LEARNING_RATE, WEIGHT_DECAY)
    order, shifts, hinting, hues = (context.generator(p) for p in ("order", "augmentation", "hints", "hues"))
    weights = colours.rebalancing(colour_frequencies(train_x[:COUNTED]), config.mix)
    exhibit = pictures.test_x[:EXHIBITED].to(device).float() / 255
    pace, meanwhile = Pace(), Meanwhile(context)
    for i in steps(config.steps, context):
        meanwhile.look(i, i / config.steps, model)
        if pace.preview_due(i):
            yield preview(i, model, exhibit)
        set_rate(optimiser, LEARNING_RATE * warm_cosine(i / config.steps))
        x = train_x[torch.randint(len(train_x), (BATCH,), generator=order).to(device)]
        if config.data == "openmoji":
            x = shift_and_mirror(x, shifts, mirror=True)
        drawn = silhouettes(x)
        lightness, ab = luminance_and_colour(x.float() / 255)
        draw = torch.rand(BATCH, generator=hinting)
        recoloured = (draw < HINTED * RECOLOURED).to(device)[:, None, None, None]
        ab = torch.where(recoloured, colours.turned(ab, lightness, hues), ab)
        counts = torch.randint(1, colours.MOST_HINTS + 1, (BATCH,), generator=hinting) * (draw < HINTED)
        hints = random_hints(ab, drawn, counts, hinting)
        found = losses(model, lightness, ab, hints, weights)
        optimiser.zero_grad(set_to_none=True)
        sum(found.values()).backward()
        optimiser.step()
        if pace.step_due(i + 1, config.steps):
            each = {f"loss_{name}": float(value.detach()) for name, value in found.items()}
            yield Step(i + 1, config.steps, {"loss": each["loss_classification"], **each})

    state = round_to_stored(model)
    model.eval().requires_grad_(False)
    yield preview(i + 1, model, exhibit)
    context.learned(i + 1, state)
    metrics = yield from measure(model, config, pictures, context)
    return Outcome(state, metrics, i + 1)


def losses(model: Colours, lightness: Tensor, ab: Tensor, hints: Tensor, weights: Tensor) -> dict[str, Tensor]:
    """The loss of each network on pictures L (B, 1, H, W) of colours ab (B, 2, H, W) with these hints (B, 3, H, W). They share no weights, so
    the sum trains each by itself."""
    return {
        "classification": colours.class_loss(model.classification(lightness, hints), ab, weights),
        "regression": colours.regression_loss(model.regress(lightness, hints), ab),
        "autoencoder": ((model.autoencoder(lightness) - lightness) / 50).square().mean(),
    }


def colour_frequencies(x: Tensor) -> Tensor:
    """How frequent each cell of colours is in the drawn pixels of pictures uint8 (N, 3, H, W): (COUNT,), its sum is 1. The ground is left out: with
    it, most of what is counted would be paper."""
    parts = [
        colours.frequencies(luminance_and_colour(part.float() / 255)[1], silhouettes(part)) for part in x.split(500)
    ]
    counts = torch.stack(parts).sum(dim=0)
    return counts / counts.sum()


@torch.no_grad()
def preview(i: int, model: Colours, x: Tensor) -> Preview:
    """The exhibit as both networks colour it now; the first preview also holds the gray pictures and the truth."""
    lightness, ab = luminance_and_colour(x)
    hints = torch.zeros_like(x)
    found = {
        "classification": annealed_mean(model.classify(lightness, hints), WARM),
        "regression": model.regress(lightness, hints),
    }
    shown = {name: lab_to_rgb(torch.cat([lightness, guess], dim=1)) for name, guess in found.items()}
    if i == 0:
        shown |= {"original": x, "gray": lab_to_rgb(torch.cat([lightness, torch.zeros_like(ab)], dim=1))}
    return Preview(i, {name: as_bytes(y) for name, y in shown.items()})


# Measuring -----------------------------------------------------------------------------------------------------------

TEMPERATURES = (0.0, 0.1, 0.2, WARM, 0.6, 0.8, 1.0)
HINT_COUNTS = (0, 1, 2, 3, 5, 10)
PROBED, TESTED = 2_000, 2_000  # labelled training and held-out pictures of the probes, at most
POOLED = 4  # a layer is read as the means over so many by so many parts of the picture
READ = ("colour", "autoencoder", "untrained")


@torch.no_grad()
def measure(
    model: Colours, config: Config, pictures: data.Images, context: Context
) -> Generator[Event, None, dict[str, object]]:
    """Held-out errors and chroma of all answers and of two that know nothing, by temperature and by hints; a probe of each layer."""
    stages = Stages(len(HINT_COUNTS) + 2 + len(READ) * len(LAYERS))
    table = most_common(pictures.train_x.to(context.device))
    yield stages.over()
    rows: dict[str, list[Tensor]] = {}

    def note(name: str, guess: Tensor, ab: Tensor, drawn: Tensor) -> None:
        rows.setdefault(f"{name}.error", []).append(over_drawn((guess - ab).norm(dim=1), drawn))
        rows.setdefault(f"{name}.chroma", []).append(over_drawn(chroma(guess), drawn))

    for x in pictures.test_x.split(100):
        drawn = silhouettes(x.to(context.device))
        lightness, ab = luminance_and_colour(x.to(context.device).float() / 255)
        hints = torch.zeros(len(x), 3, *x.shape[2:], device=context.device)
        logits = model.classify(lightness, hints)
        for temperature in TEMPERATURES:
            note(f"T{temperature:g}", annealed_mean(logits, temperature), ab, drawn)
        note("regression", model.regress(lightness, hints), ab, drawn)
        note("gray", torch.zeros_like(ab), ab, drawn)
        note("modal", modal(table, lightness), ab, drawn)
        note("truth", ab, ab, drawn)
        yield stages.going()
    yield stages.over()
    by_hints = []
    for count in HINT_COUNTS:
        hinting = context.generator("test hints")
        errors: dict[str, list[Tensor]] = {"classification": [], "regression": []}
        for x in pictures.test_x[:HINT_TESTED].split(100):
            drawn = silhouettes(x.to(context.device))
            lightness, ab = luminance_and_colour(x.to(context.device).float() / 255)
            hints = random_hints(ab, drawn, torch.full((len(x),), count), hinting)
            guesses = {
                "classification": annealed_mean(model.classify(lightness, hints), WARM),
                "regression": model.regress(lightness, hints),
            }
            for name, guess in guesses.items():
                errors[name].append(over_drawn((guess - ab).norm(dim=1), drawn))
            yield stages.going()
        by_hints.append({name: torch.cat(parts).cpu() for name, parts in errors.items()})
        yield stages.over()
    found = {name: torch.cat(parts).cpu() for name, parts in rows.items()}
    told = answers_told(found) | hints_told(by_hints)
    return told | (yield from layers_told(model, config, pictures, context, stages))


HINT_TESTED = 500


def over_drawn(values: Tensor, drawn: Tensor) -> Tensor:
    """(B,): the mean of values (B, H, W) over each picture's drawn pixels; over all of them where none is drawn."""
    drawn = torch.where(drawn.flatten(1).any(dim=1)[:, None, None], drawn, True)
    return (values * drawn).sum(dim=(1, 2)) / drawn.sum(dim=(1, 2))


def most_common(x: Tensor) -> Tensor:
    """(LEVELS, 2): for each whole luminance the most common colour of training pictures uint8 (N, 3, H, W), drawn pixels alone.

    It is the mean of the colours in the cell that holds most pixels of this luminance; gray where no pixel has it.
    """
    count = torch.zeros(LEVELS * colours.COUNT, device=x.device)
    total = torch.zeros(LEVELS * colours.COUNT, 2, device=x.device)
    for part in x.split(500):
        lightness, ab = luminance_and_colour(part.float() / 255)
        drawn = silhouettes(part)
        cell = level_of(lightness)[:, 0][drawn] * colours.COUNT + colours.nearest(ab)[drawn]
        count.scatter_add_(0, cell, torch.ones_like(cell, dtype=count.dtype))
        total.index_add_(0, cell, ab.permute(0, 2, 3, 1)[drawn])
    best = count.view(LEVELS, colours.COUNT).argmax(dim=1) + colours.COUNT * torch.arange(LEVELS, device=x.device)
    return total[best] / count[best].clamp_min(1)[:, None]


def modal(table: Tensor, lightness: Tensor) -> Tensor:
    """The most common colour (B, 2, H, W) of each pixel's luminance (B, 1, H, W), from what `most_common` found."""
    return table[level_of(lightness)[:, 0]].permute(0, 3, 1, 2)


def answers_told(found: dict[str, Tensor]) -> dict[str, Any]:
    """Errors and chroma as numbers, and intervals of what is compared. found: "name.error" and "name.chroma", (N,) each."""
    ours, seen = f"T{WARM:g}", Resampled(len(found["gray.error"]))
    mean = {name: float(values.mean()) for name, values in found.items()}

    def less(one: str, other: str, what: str = "error") -> list[float]:
        return seen.difference(found[f"{one}.{what}"], found[f"{other}.{what}"])

    return {
        "colour_error": mean[f"{ours}.error"],
        "colour_error_regression": mean["regression.error"],
        "colour_error_mode": mean["T0.error"],
        "colour_error_mean": mean["T1.error"],
        "gray_error": mean["gray.error"],
        "modal_colour_error": mean["modal.error"],
        "chroma_classification": mean[f"{ours}.chroma"],
        "chroma_regression": mean["regression.chroma"],
        "chroma_truth": mean["truth.chroma"],
        "chroma_modal": mean["modal.chroma"],
        "by_temperature": [
            {"temperature": t, "error": mean[f"T{t:g}.error"], "chroma": mean[f"T{t:g}.chroma"]} for t in TEMPERATURES
        ],
        "differences": {
            "classification-gray": less(ours, "gray"),
            "classification-modal": less(ours, "modal"),
            "regression-gray": less("regression", "gray"),
            "regression-modal": less("regression", "modal"),
            "regression-classification": less("regression", ours),
            "chroma": less(ours, "regression", "chroma"),
        },
        "held_out": len(found["gray.error"]),
    }  # fmt: skip


def hints_told(by_hints: list[dict[str, Tensor]]) -> dict[str, Any]:
    """Error by number of hints, and the interval of the change from none."""
    seen = Resampled(len(by_hints[0]["regression"]))
    return {
        "by_hints": [
            {
                "hints": count,
                **{name: float(errors.mean()) for name, errors in row.items()},
                "change": seen.difference(row["classification"], by_hints[0]["classification"]),
            }
            for count, row in zip(HINT_COUNTS, by_hints, strict=True)
        ],
        "hint_tested": len(by_hints[0]["regression"]),
    }


@torch.no_grad()
def layers_told(
    model: Colours, config: Config, pictures: data.Images, context: Context, stages: Stages
) -> Generator[Event, None, dict[str, Any]]:
    """A linear probe of each layer of three encoders, and of the gray pictures themselves; all are told luminance alone."""
    labelled = Labelled(pictures, PROBED, TESTED)
    read: dict[str, dict[str, Reading]] = {}
    for name, network in encoders(model, config, context).items():
        read[name] = {}
        for i, layer in enumerate(LAYERS):
            coded = [
                torch.cat(
                    [pooled(network.maps(luminance_and_colour(x)[0])[i]) for x in in_batches(part, 250, context.device)]
                )
                for part in labelled.x
            ]
            yield stages.going()
            read[name][layer] = linear_probe(labelled.split(coded))
            yield stages.over()
    gray = [luminance_and_colour(part.float() / 255)[0].flatten(1) / 100 for part in labelled.x]
    raw = linear_probe(labelled.split(gray))
    seen = Resampled(len(labelled.x[2]))

    def gain(layer: str, other: Reading) -> list[float]:
        return seen.difference(read["colour"][layer].right, other.right)

    return {
        "probe": {name: {layer: one.accuracy for layer, one in layers.items()} for name, layers in read.items()},
        "probe_raw": raw.accuracy,
        "probe_gains": {
            **{f"colour-{name}": {la: gain(la, read[name][la]) for la in LAYERS} for name in READ[1:]},
            "colour-raw": {layer: gain(layer, raw) for layer in LAYERS},
        },
        "probe_labels": len(labelled.x[0]),
        "probe_validation": len(labelled.x[1]),
        "probe_tested": len(labelled.x[2]),
    }  # fmt: skip


def encoders(model: Colours, config: Config, context: Context) -> dict[str, Any]:
    """What is probed: the classifying colour network, the auto-encoder, and the colour network before its first step."""
    first = build(config, context.generator("init")).classification.to(context.device).eval().requires_grad_(False)
    return {"colour": model.classification, "autoencoder": model.autoencoder, "untrained": first}


def pooled(maps: Tensor) -> Tensor:
    """(B, C * POOLED²): maps (B, C, h, w) as means over POOLED x POOLED parts."""
    return F.adaptive_avg_pool2d(maps, POOLED).flatten(1)


def warm(model: Colours, config: Config) -> None:
    """One picture through the networks that a page shows."""
    x = torch.zeros(1, 3, 32, 32, device=next(model.parameters()).device)
    model.classify(x[:, :1], x)
    model.regress(x[:, :1], x)


EXPERIMENT = Experiment(
    name="colorization",
    version=VERSION,
    title="Colour from gray",
    config=Config,
    data_of=lambda config: config.data,
    build=build,
    train=train,
    warm=warm,
    measure=lambda model, config, context, younger: measure(model, config, data.load(config.data), context),
    keeps_ages=lambda config: False,
    presets={"quick": {"steps": 400}},
    baked=({"data": "openmoji"}, {"data": "shapes"}),
    metric_names=("colour_error", "gray_error", "modal_colour_error", "chroma_regression", "chroma_classification"),
)
