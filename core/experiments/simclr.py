"""SimCLR (Chen, Kornblith, Norouzi, Hinton 2020, "A simple framework for contrastive learning of visual representations").

No label and no pixel is ever asked for: two random views of a picture shall lie together, and apart from the views of all
other pictures. What the views have in common is what the encoder learns to see. The same encoder can be trained with labels
instead, on the same views, for comparison.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core import data
from core.analysis.contrastive import alignment, embedding_std, uniformity
from core.analysis.intervals import Resampled
from core.analysis.pca import pca
from core.analysis.probes import (
    PENALTIES,
    Labelled,
    Reading,
    Split,
    few_label_probe,
    linear_probe,
    nearest_neighbours,
)
from core.analysis.regression import ridge_errors
from core.analysis.shortcuts import neighbours_ranks
from core.data import own_pictures
from core.data.kept import kept
from core.data.pixels import in_batches
from core.events import Event, Outcome, Preview, Step
from core.experiment import BakedMap, Context, Experiment, knob, set_knob
from core.maps.alignment import procrustes
from core.maps.honest import structureless
from core.maps.methods import METHODS
from core.nn.contrast import nt_xent
from core.nn.views import Augment, crop_boxes, resize_matrix, views
from core.nn.weights import round_to_stored
from core.rng import generator
from core.training.loop import Ages, Meanwhile, Ration, Stages, adamw, set_rate, steps
from core.training.pace import Pace
from core.training.schedule import warm_cosine

VERSION = 1
OBJECTIVES = ("views", "labels")
MORE = ("flip", "gray", "blur", "cutout", "rotation", "noise")
FULL = Augment(crop=1, flip=1, colour=1, gray=0.2, blur=1, cutout=1, rotation=1 / 6, noise=0.5)  # what "on" means


@dataclass(frozen=True)
class Config:
    data: str = knob("fashion", "Pictures", ("fashion", "openmoji", "shapes"), own=own_pictures.OWN)
    crop: float = knob(0.5, "Crop", (0.0, 0.25, 0.5, 1.0), help="0.5 keeps 54% of the picture at least, 1 keeps 8%.")
    colour: float = knob(
        1.0,
        "Colour jitter",
        (0.0, 0.25, 0.5, 1.0),
        help="SimCLR's strength s. Of gray pictures: brightness and contrast.",
    )
    more: tuple[str, ...] = set_knob(("flip", "blur", "cutout"), "Further changes", MORE)
    temperature: float = knob(
        0.2, "Temperature", (0.05, 0.1, 0.2, 0.5, 1.0), help="Low: only the most similar negatives count."
    )
    batch: int = knob(
        256, "Batch", (32, 64, 128, 256, 512), unit="pictures", help="The other pictures of a batch are the negatives."
    )
    projector: str = knob("mlp", "Projector", ("none", "linear", "mlp"), help="What stands between h and the loss.")
    objective: str = knob(
        "views", "Learns from", OBJECTIVES, help="Labels: the same encoder, told the classes. For comparison."
    )
    width: int = knob(
        16,
        "Width",
        (8, 16, 24, 32),
        unit="maps",
        help="Maps of the first layer; later layers have up to four times as many.",
    )
    steps: int = knob(6000, "Training steps", (40, 300, 600, 1000, 3000, 6000, 12000))


H, Z = 128, 64  # numbers of the representation, and of what the loss sees


class Contrastive(nn.Module):
    """An encoder to h (B, 128), and a projector from h to z, where the loss is. Pictures are (B, C, side, side) in [0, 1]."""

    def __init__(self, channels: int, width: int, projector: str, classes: int = 0):
        super().__init__()
        self.encoder = nn.Sequential(
            *_layer(channels, width, stride=2),
            *_layer(width, 2 * width, stride=2),
            *_layer(2 * width, 2 * width),
            *_layer(2 * width, 4 * width, stride=2),
            *_layer(4 * width, 4 * width),
            *_layer(4 * width, H, kernel=1),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
        ).to(memory_format=torch.channels_last)
        if classes:
            self.projector = nn.Linear(H, classes)
        elif projector == "none":
            self.projector = nn.Identity()
        elif projector == "linear":
            self.projector = nn.Linear(H, Z)
        else:
            self.projector = nn.Sequential(nn.Linear(H, H), nn.ReLU(), nn.Linear(H, Z))

    def encode(self, x: Tensor) -> Tensor:
        """Pictures -> h, what is kept and used afterwards."""
        return self.encoder(x.contiguous(memory_format=torch.channels_last))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """h (B, 128) and z (B, Z); with labels, z has one number a class."""
        h = self.encode(x)
        return h, self.projector(h)


def _layer(narrow: int, wide: int, stride: int = 1, kernel: int = 3) -> Iterator[nn.Module]:
    yield nn.Conv2d(narrow, wide, kernel, stride, kernel // 2, bias=False)
    yield nn.BatchNorm2d(wide)
    yield nn.ReLU(inplace=True)


def build(config: Config, generator: torch.Generator | None = None) -> Contrastive:
    """An untrained network. Raises data.Missing where its pictures are not here."""
    channels, classes = shape_of(config.data)
    model = Contrastive(channels, config.width, config.projector, classes if config.objective == "labels" else 0)
    for layer in model.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu", generator=generator)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    return model


def shape_of(name: str) -> tuple[int, int]:
    """Channels and classes of a data set. Raises data.Missing."""
    if name in _SHAPES:
        return _SHAPES[name]
    pictures = data.load(name)
    return pictures.channels, len(pictures.classes)


_SHAPES = {"fashion": (1, 10), "openmoji": (3, 10), "shapes": (3, 6)}


def augment_of(config: Config) -> Augment:
    """The changes that make the views of a training."""
    return Augment(crop=config.crop, colour=config.colour, **{name: getattr(FULL, name) for name in config.more})


LEARNING_RATE = 3e-3
WEIGHT_DECAY = 1e-4
AGES = (0.0, 0.02, 0.06, 0.2, 0.5)  # shares of the training after which a younger model is kept
WATCHED, WATCHED_LABELS = 600, 1000  # held-out pictures whose embeddings are watched while it trains, and labelled ones
WATCHED_PENALTIES = (300.0, 30.0, 3.0)  # of the probe that is watched, which has to be quick
WATCH_SHARE = 0.06  # of the time, at most


def train(config: Config, context: Context) -> Generator[Event, None, Outcome]:
    """Pull two views of each picture together; yields Step and Preview, returns the Outcome."""
    pictures, device = data.load(config.data), context.device
    train_x, train_y = pictures.train_x.to(device), pictures.train_y.to(device)
    model = build(config, context.generator("init")).to(device)
    augment, size = augment_of(config), min(config.batch, len(train_x))
    optimiser = adamw(model, LEARNING_RATE, WEIGHT_DECAY)
    order, changes = context.generator("order"), context.generator("views")
    batches = endless_batches(len(train_x), size, order)
    watch, known = Watch(config, context, pictures), {}
    ages, pace, watching, stepping = Ages(AGES), Pace(), Ration(WATCH_SHARE), 0.0
    meanwhile = Meanwhile(context)
    for i in steps(config.steps, context):
        ages.keep(i, i / config.steps, model)
        meanwhile.look(i, i / config.steps, model)
        if watching.due() and pace.preview_due(i):
            with watching:
                known, shown = watch(model, i)
                yield shown
        before = time.perf_counter()
        set_rate(optimiser, LEARNING_RATE * warm_cosine(i / config.steps))
        chosen = next(batches).to(device)
        x = train_x[chosen].float() / 255
        loss = step_loss(model, x, train_y[chosen], config, augment, changes)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        stepping += time.perf_counter() - before
        if i + 1 < config.steps and pace.step_due(i + 1, config.steps):  # the last one is told when it was watched
            yield Step(i + 1, config.steps, {"loss": float(loss.detach()), **known})

    state = round_to_stored(model)
    model.eval().requires_grad_(False)
    known, shown = watch(model, i + 1)
    yield shown
    yield Step(i + 1, config.steps, {"loss": float(loss.detach()), **known})
    context.learned(i + 1, state, tuple(ages.kept))
    metrics = yield from measure(model, config, pictures, context)
    metrics["images_per_second"] = (i + 1) * size / stepping
    return Outcome(state, metrics, i + 1, tuple(ages.kept))


def step_loss(
    model: Contrastive, x: Tensor, y: Tensor, config: Config, augment: Augment, generator: torch.Generator
) -> Tensor:
    """The loss of one batch: pictures (B, C, side, side) in [0, 1] and, for the comparison alone, their labels (B,)."""
    seen = views(torch.cat([x, x]), augment, generator)
    _, z = model(seen)
    if config.objective == "labels":
        return F.cross_entropy(z, torch.cat([y, y]))
    return nt_xent(*z.chunk(2), config.temperature)


def endless_batches(count: int, size: int, generator: torch.Generator) -> Iterator[Tensor]:
    """Indices (size,) without end, each picture once a round: twice in a batch, it would be its own negative."""
    while True:
        yield from torch.randperm(count, generator=generator).split(size)[: count // size]


class Watch:
    """What a run says about its embeddings on the way, on held-out pictures."""

    def __init__(self, config: Config, context: Context, pictures: data.Images):
        self.config, self.classes = config, len(pictures.classes)
        device = context.device
        self.train_x, self.train_y = pictures.train_x[:WATCHED_LABELS].to(device), pictures.train_y[:WATCHED_LABELS]
        self.learn = len(self.train_x) - len(self.train_x) // 5  # the rest of them choose
        self.test_x, self.test_y = pictures.test_x[:WATCHED].to(device), pictures.test_y[:WATCHED]
        self.draw = context.generator("watched views")
        self.layout: np.ndarray | None = None

    @torch.no_grad()
    def __call__(self, model: Contrastive, i: int) -> tuple[dict[str, float], Preview]:
        """Metrics, and a map of the held-out embeddings h: their first two principal components as int32 thousandths."""
        training = model.training
        model.eval()
        x = self.test_x.float() / 255
        h, z = model(x)
        train_h = torch.cat([model.encode(part) for part in in_batches(self.train_x, 250)])
        found = {"embedding_std": embedding_std(z)}
        if self.config.objective == "views":
            one, other = (model(views(x, augment_of(self.config), self.draw))[1] for _ in range(2))
            found |= {"alignment": alignment(one, other), "uniformity": uniformity(z)}
        model.train(training)
        if self.classes > 1:
            learn, choose = slice(self.learn), slice(self.learn, None)
            seen = Split(
                train_h[learn], self.train_y[learn], train_h[choose], self.train_y[choose], h, self.test_y
            )  # fmt: skip
            found |= {"knn": nearest_neighbours(seen).accuracy, "probe": linear_probe(seen, WATCHED_PENALTIES).accuracy}
        unit = F.normalize(h, dim=1).cpu()
        layout = pca(unit, 2).encode(unit).numpy() if len(unit) > 2 else np.zeros((len(unit), 2), np.float32)
        if self.layout is not None:
            layout = procrustes(layout, self.layout)
        self.layout = layout
        scale = max(float(np.abs(layout).max()), 1e-9)
        arrays = {"points": np.rint(1000 * layout / scale).astype(np.int32)}
        if i == 0:
            arrays["classes"] = self.test_y.numpy().astype(np.int32)
        return found, Preview(i, arrays)


FEW, DRAWS, MANY = 10, 30, 10_000  # labels a class, how often they are drawn, and labels in all of the middle probe
PAIRS = (("h", "raw"), ("h", "z"), ("h", "random"))  # whose differences are shown
EACH = 2_000  # with no more held-out pictures than these, each picture's reading is kept: other encoders are compared with it


@torch.no_grad()
def measure(
    model: Contrastive, config: Config, pictures: data.Images, context: Context
) -> Generator[Event, None, dict[str, object]]:
    """Probes of h, z, raw pixels and the untrained encoder; neighbours; alignment, uniformity and collapse."""
    stages = Stages(6)
    device = context.device
    test = embed(model, pictures.test_x, device)
    yield stages.over()
    metrics: dict[str, object] = {}
    each: dict[str, list[float]] = {}
    if len(pictures.classes) > 1:
        labelled = Labelled(pictures, len(pictures.train_x))
        random = build(config, context.generator("init")).to(device).requires_grad_(False)
        settle(random, pictures.train_x[:2048].to(device))
        few = few_labels(labelled.y[0], FEW, DRAWS, context.generator("few labels"))
        parts = [embed(model, x, device) for x in labelled.x[:2]] + [test]
        codes = {"h": [h for h, _ in parts], "z": [z for _, z in parts]}
        codes["random"] = [embed(random, x, device)[0] for x in labelled.x]
        read: dict[str, dict[str, Reading]] = {}
        for name, features in codes.items():
            read[name] = readings(labelled.split(features), few)
            yield stages.over()
        read["raw"] = raw_readings(config.data, context.seed, device)
        yield stages.over()
        for name, found in read.items():
            for what, one in found.items():
                kind, _, labels = what.partition("_")
                metrics["_".join(filter(None, (kind, name, labels)))] = one.accuracy  # "probe_h", "probe_h_10"
        seen = Resampled(len(pictures.test_x))
        metrics["intervals"] = {
            what: {f"{one}-{other}": seen.difference(read[one][what].right, read[other][what].right) for one, other in PAIRS}
            for what in read["h"]
        }  # fmt: skip
        metrics["chosen"] = {name: {what: one.chosen for what, one in found.items()} for name, found in read.items()}
        metrics["few_labels"], metrics["few_draws"] = len(few[0]), len(few)
        metrics["probe_labels"], metrics["probe_validation"] = (len(y) for y in labelled.y[:2])
        each = {"probe_h": read["h"]["probe"].right.tolist(), "probe_h_10": read["h"]["probe_10"].right.double().mean(dim=0).tolist()}  # fmt: skip
    if pictures.channels == 3:
        ranks = neighbours_ranks(test[0], pictures.test_x)
        metrics |= {name: float(rank.mean()) for name, rank in ranks.items()}
        each |= {name: rank.mean(dim=1).tolist() for name, rank in ranks.items()}
        yield stages.over()
    if pictures.channels == 3 and len(pictures.test_x) <= EACH:
        metrics["each"] = {name: [round(float(value), 4) for value in values] for name, values in each.items()}
    x = pictures.test_x[:2000].to(device).float() / 255
    one, other = (model(views(x, augment_of(config), context.generator(f"measured views {i}")))[1] for i in range(2))
    clean = test[1][:2000]
    metrics |= {
        "alignment": alignment(one, other),
        "uniformity": uniformity(clean),
        "embedding_std": embedding_std(clean),
        "isotropic_std": clean.shape[1] ** -0.5,
        "held_out": len(pictures.test_y),
        "labels": len(pictures.train_y),
    }
    if len(x) >= LEAST_DECODED:
        metrics["decoded"] = decoded(model, x, context.generator("decoded views"))
    if config.objective == "views":
        batch = min(config.batch, len(x))
        metrics["held_out_loss"] = float(nt_xent(one[:batch], other[:batch], config.temperature))
        metrics["chance_loss"] = float(np.log(2 * batch - 1))
    return metrics


def readings(whole: Split, few: list[Tensor]) -> dict[str, Reading]:
    """Probes with all labels, with 10,000 and with few of them (`few`, rows of training pictures), and neighbours among 10,000."""
    some = replace(whole, train_x=whole.train_x[:MANY], train_y=whole.train_y[:MANY])
    middle = linear_probe(some)
    everything = middle
    if len(whole.train_x) > MANY:
        # More labels need no stronger penalty: the search begins one above what 10,000 of them chose.
        first = max(PENALTIES.index(middle.chosen["penalty"]) - 1, 0)
        everything = linear_probe(whole, PENALTIES[first:])
    return {
        "probe": everything, "probe_10k": middle, "probe_10": few_label_probe(whole, few), "knn": nearest_neighbours(some),
    }  # fmt: skip


@kept("Readings of raw pixels", group="results")  # answers to each held-out picture: a few 100 kB each
def raw_readings(name: str, seed: int, device: torch.device) -> dict[str, Reading]:
    """The same of raw pixels, which no training changes: they take longer than all others together."""
    labelled = Labelled(data.load(name), len(data.load(name).train_x))
    few = few_labels(labelled.y[0], FEW, DRAWS, generator(seed, "few labels"))
    return readings(labelled.split([x.flatten(1).to(device).float() / 255 for x in labelled.x]), few)


LEAST_DECODED = 50  # held-out pictures: of fewer too few are left to test on
DECODED = {"crop": 0.5, "brightness": 0.8}  # of the views of which it is asked how they were made: crop, and 1 +- 0.8


@torch.no_grad()
def decoded(model: Contrastive, x: Tensor, g: torch.Generator) -> dict[str, dict[str, object]]:
    """How well h and z tell the crop and the brightness of a view: R^2 on views of other pictures, by ridge regression.

    x: float (N, C, side, side) in [0, 1]. For "crop" (share of the picture that is kept) and "brightness" (factor): "h", "z", and
    "interval" of their difference. Views are cropped and made darker or brighter, nothing else.
    """
    boxes, side = crop_boxes(len(x), DECODED["crop"], g), x.shape[-1]
    factor = 1 + DECODED["brightness"] * (2 * torch.rand(len(x), generator=g) - 1)
    down, across = (resize_matrix(boxes[:, i], boxes[:, i + 2], side).to(x.device) for i in (0, 1))
    seen = down[:, None] @ x @ across.transpose(1, 2)[:, None] * factor.to(x.device)[:, None, None, None]
    parts = [model(part) for part in seen.clamp_(0, 1).split(500)]
    spaces = {"h": torch.cat([h for h, _ in parts]), "z": torch.cat([z for _, z in parts])}
    found: dict[str, dict[str, object]] = {}
    for name, target in (("crop", boxes[:, 2] * boxes[:, 3]), ("brightness", factor)):
        errors = {space: ridge_errors(codes, target) for space, codes in spaces.items()}  # shares of the variance
        resampled = Resampled(len(errors["h"]))
        found[name] = {space: 1 - float(error.mean()) for space, error in errors.items()}
        found[name]["interval"] = resampled.difference(errors["z"], errors["h"])
    return found


@torch.no_grad()
def embed(model: Contrastive, x: Tensor, device: torch.device) -> tuple[Tensor, Tensor]:
    """h (N, 128) and z (N, Z) of pictures uint8 (N, C, side, side), without any change to them."""
    parts = [model(part) for part in in_batches(x, 1000, device)]
    return torch.cat([h for h, _ in parts]), torch.cat([z for _, z in parts])


def settle(model: Contrastive, x: Tensor) -> None:
    """Give an untrained network the statistics of its batch normalisation, without which its layers die out or explode."""
    model.train()
    for _ in range(3):
        for part in in_batches(x, 256):
            model(part)
    model.eval()


def few_labels(y: Tensor, each: int, draws: int, generator: torch.Generator) -> list[Tensor]:
    """`draws` random choices of `each` pictures of every class (fewer where there are fewer), as indices."""
    rows = [(y == label).nonzero().squeeze(1) for label in range(int(y.max()) + 1)]
    return [
        torch.cat([row[torch.randperm(len(row), generator=generator)[:each]] for row in rows]) for _ in range(draws)
    ]


def warm(model: Contrastive, config: Config) -> None:
    """One picture through the network."""
    model(data.load(config.data).test_x[:1].to(next(model.parameters()).device).float() / 255)


# Maps --------------------------------------------------------------------------------------------------------------

MAPPED = 10_000  # held-out pictures of a map, at most
COMPARED = 2_000  # held-out pictures of the small maps that are compared side by side
SEEDS = (0, 1, 2)
QUICK = METHODS["umap"].quick


def comparable(space: str, x: Tensor) -> Tensor:
    """Embeddings as maps take them, (N, D) float32 on the CPU: h and z at unit length, because the loss knows directions alone; pictures
    uint8 as pixels from 0 to 1; all else as it is."""
    x = x.flatten(1).cpu()
    x = x.float() / 255 if x.dtype == torch.uint8 else x.float()
    return F.normalize(x, dim=1) if space in ("h", "z", "labels") else x


def raw_key(pictures: data.Images) -> str:
    """Names the pixels of the held-out pictures, for maps of them."""
    return f"{pictures.fingerprint}-raw"


def structureless_like(x: Tensor) -> Tensor:
    """Noise that maps are given beside x: the same every time."""
    return torch.from_numpy(structureless(*x.shape, generator(0, "structureless"), like=x))


def maps(model: Contrastive, config: Config, younger: Mapping[int, Contrastive]) -> Iterator[BakedMap]:
    """Maps of h at each age, of z and of the raw pixels; and the small ones of h and of noise that are compared."""
    pictures = data.load(config.data)
    x, device = pictures.test_x[:MAPPED], next(model.parameters()).device
    h, z = embed(model, x, device)
    if config.objective == "labels":
        yield BakedMap("map", comparable("h", h), settings=QUICK)
        return
    for step, young in younger.items():
        yield BakedMap(f"h@{step}", comparable("h", embed(young, x, device)[0]), settings=QUICK)
    yield BakedMap("h", comparable("h", h), settings=QUICK)
    yield BakedMap("z", comparable("z", z), settings=QUICK)
    yield BakedMap("raw", comparable("raw", x), key=raw_key(pictures), settings=QUICK)
    small = comparable("h", h)[:COMPARED]
    noise = structureless_like(small)
    for name, points in (("h-small", small), ("noise-small", noise)):
        for method, known in METHODS.items():
            yield BakedMap(name, points, method, known.quick)
    for seed in SEEDS[1:]:
        yield BakedMap("h-small", small, "umap", QUICK | {"seed": seed})


# What ships --------------------------------------------------------------------------------------------------------

SMALL = {"data": "openmoji", "more": ("flip",), "batch": 128, "steps": 600}  # of the matrix crop x colour
COLOURS = CROPS = (0.0, 0.5, 1.0)


def small(crop: float, colour: float) -> Config:
    """A cell of the matrix crop x colour."""
    return Config(crop=crop, colour=colour, **SMALL)


def labelled(name: str) -> Config:
    """The encoder that is told the classes of these pictures, for comparison."""
    return Config(data=name, objective="labels", steps=LABELLED_STEPS)


LABELLED_STEPS = 1000


def shown_as_map(config: Config) -> bool:
    """Whether the maps of a baked model ship: those of the defaults, and of the networks that were told the classes."""
    return config in (Config(data=config.data), labelled(config.data))


EXPERIMENT = Experiment(
    name="simclr",
    version=VERSION,
    title="Contrastive learning",
    config=Config,
    data_of=lambda config: config.data,
    build=build,
    train=train,
    warm=warm,
    measure=lambda model, config, context, younger: measure(model, config, data.load(config.data), context),
    presets={"quick": {"steps": 300, "batch": 128}},
    keeps_ages=lambda config: config == Config(data=config.data),
    maps=lambda model, config, younger: maps(model, config, younger) if shown_as_map(config) else (),
    baked=(
        {},
        {"data": "openmoji"},
        {"data": "shapes"},
        *({**SMALL, "crop": crop, "colour": colour} for crop in CROPS for colour in COLOURS),
        {"objective": "labels", "steps": LABELLED_STEPS},
    ),
    metric_names=(
        "probe_h", "probe_z", "probe_raw", "probe_random", "probe_h_10", "probe_raw_10",
        "alignment", "uniformity", "embedding_std", "images_per_second",
    ),
)  # fmt: skip
