"""Three ways to train the same network to draw its input again: with room to cheat, through a narrow place, from noise.

An auto-encoder whose code has more numbers than the picture can learn the identity, which is no representation of
anything. A bottleneck forbids that; so does a corrupted input whose clean picture is asked for (Vincent, Larochelle,
Bengio, Manzagol 2008, "Extracting and composing robust features with denoising autoencoders"). A fourth, tiny network
denoises points of a curve in the plane, where one can see what it learned: the way back to the data (Alain and Bengio
2014, "What regularized auto-encoders learn from the data-generating distribution").
"""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass
from itertools import combinations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core import data
from core.analysis.intervals import Resampled
from core.analysis.probes import Labelled, Reading, linear_probe, nearest_neighbours
from core.data.augment import shift_and_mirror
from core.data.pixels import as_bytes, in_batches
from core.events import Event, Outcome, Preview, Step
from core.experiment import Context, Experiment, knob
from core.nn.corruption import KINDS, corrupt
from core.nn.stacked import init
from core.nn.weights import round_to_stored
from core.training.loop import Meanwhile, Stages, can_fuse, set_rate, steps
from core.training.pace import Pace
from core.training.schedule import warm_cosine

VERSION = 1
NETWORKS = ("overcomplete", "bottleneck", "denoising")


@dataclass(frozen=True)
class Config:
    data: str = knob("fashion", "Pictures", ("fashion", "mnist", "openmoji", "shapes"))
    noise: str = knob("gaussian", "Noise in training", KINDS, help="What the denoising network has to undo.")
    level: float = knob(0.5, "Level", (0.1, 0.25, 0.5, 0.75), help="Standard deviation, or the share of pixels hit.")
    bottleneck: int = knob(32, "Bottleneck", (8, 32, 128), help="Numbers in the code of the narrow network.")
    steps: int = knob(4000, "Training steps", (100, 400, 1000, 4000, 10000), unit="batches of 16")


class ConvAutoencoder(nn.Module):
    """Two convolutions to a code of `CODE_MAPS` maps as large as the picture, two back; no layer narrows it.

    squeeze: where it is a number m, the maps pass through m numbers (two dense layers) on their way, and those are
             the code.
    """

    def __init__(self, channels: int, side: int, squeeze: int | None = None):
        super().__init__()
        self.enter = nn.Conv2d(channels, HIDDEN_MAPS, 3, padding=1)
        self.to_code = nn.Conv2d(HIDDEN_MAPS, CODE_MAPS, 3, padding=1)
        self.from_code = nn.Conv2d(CODE_MAPS, HIDDEN_MAPS, 3, padding=1)
        self.leave = nn.Conv2d(HIDDEN_MAPS, channels, 3, padding=1)
        self.maps = (CODE_MAPS, side, side)
        self.squeeze = squeeze
        if squeeze is not None:
            self.narrow = nn.Linear(math.prod(self.maps), squeeze)
            self.widen = nn.Linear(squeeze, math.prod(self.maps))

    def encode(self, x: Tensor) -> Tensor:
        """Codes (B, numbers in a code) of pictures (B, C, side, side)."""
        maps = self.to_code(F.relu(self.enter(x))).flatten(1)
        return maps if self.squeeze is None else self.narrow(F.relu(maps))

    def decode(self, code: Tensor) -> Tensor:
        maps = (code if self.squeeze is None else self.widen(code)).unflatten(1, self.maps)
        return self.leave(F.relu(self.from_code(F.relu(maps))))

    def forward(self, x: Tensor) -> Tensor:
        return self.decode(self.encode(x))


HIDDEN_MAPS, CODE_MAPS = 16, 8


class Three(nn.Module):
    """The three networks of the lesson and the one in the plane; see `NETWORKS`."""

    def __init__(self, channels: int, side: int, squeeze: int):
        super().__init__()
        self.overcomplete = ConvAutoencoder(channels, side)
        self.bottleneck = ConvAutoencoder(channels, side, squeeze)
        self.denoising = ConvAutoencoder(channels, side)
        self.plane = nn.Sequential(nn.Linear(2, 64), nn.SiLU(), nn.Linear(64, 64), nn.SiLU(), nn.Linear(64, 2))

    def networks(self) -> dict[str, ConvAutoencoder]:
        return {name: getattr(self, name) for name in NETWORKS}


def build(config: Config, generator: torch.Generator | None = None) -> Three:
    """An untrained model; the over-complete and the denoising network begin with the same weights."""
    model = Three(*CHANNELS_AND_SIDE[config.data], config.bottleneck)
    for module in model.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            kernel = module.weight[0, 0].numel()
            init(module.weight, module.weight.shape[1] * kernel, module.weight.shape[0] * kernel, generator)
            nn.init.zeros_(module.bias)
    model.denoising.load_state_dict(model.overcomplete.state_dict())
    return model


def losses(model: Three, x: Tensor, spoiled: Tensor) -> dict[str, Tensor]:
    """Mean squared error of each network against the clean picture; only `denoising` is shown the spoiled one."""
    return {
        name: F.mse_loss(network(spoiled if name == "denoising" else x), x)
        for name, network in model.networks().items()
    }


CHANNELS_AND_SIDE = {"fashion": (1, 28), "mnist": (1, 28), "openmoji": (3, 32), "shapes": (3, 32)}
BATCH = 16
LEARNING_RATE = 3e-3
EXHIBITED = 8
PLANE_BATCH, PLANE_NOISE = 128, 0.15


def curve(count: int, generator: torch.Generator | None = None) -> Tensor:
    """Points (count, 2) of a spiral of one and a quarter turns in the square from -1 to 1, evenly spread along it."""
    turn = (0.15**2 + (1 - 0.15**2) * torch.rand(count, generator=generator)).sqrt()  # its length grows like turn^2
    angle = 3 * math.pi * turn
    return 0.9 * turn[:, None] * torch.stack([angle.cos(), angle.sin()], dim=1)


def train(config: Config, context: Context) -> Generator[Event, None, Outcome]:
    """Train all networks side by side on the same batches; yields Step and Preview, returns the Outcome."""
    pictures, device = data.load(config.data), context.device
    train_x = pictures.train_x.to(device)
    model = build(config, context.generator("init")).to(device)
    optimiser = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE, betas=(0.9, 0.99), fused=can_fuse(device))
    order, noise, shifts, plane = (context.generator(p) for p in ("order", "noise", "augmentation", "plane"))
    exhibit = pictures.test_x[:EXHIBITED].to(device).float() / 255
    exhibit_spoiled = corrupt(exhibit, config.noise, config.level, context.generator("exhibit"))
    pace, meanwhile = Pace(), Meanwhile(context)
    for i in steps(config.steps, context):
        meanwhile.look(i, i / config.steps, model)
        if pace.preview_due(i):
            yield preview(i, model, exhibit, exhibit_spoiled)
        set_rate(optimiser, LEARNING_RATE * warm_cosine(i / config.steps))
        x = train_x[torch.randint(len(train_x), (BATCH,), generator=order).to(device)]
        if config.data == "openmoji":
            x = shift_and_mirror(x, shifts, mirror=True)
        x = x.float() / 255
        found = losses(model, x, corrupt(x, config.noise, config.level, noise))
        points = curve(PLANE_BATCH, plane)
        spoiled = points + PLANE_NOISE * torch.randn(points.shape, generator=plane)
        in_plane = F.mse_loss(model.plane(spoiled.to(device)), points.to(device))
        optimiser.zero_grad(set_to_none=True)
        (sum(found.values()) + in_plane).backward()
        optimiser.step()
        if pace.step_due(i + 1, config.steps):
            each = {f"loss_{name}": float(value.detach()) for name, value in found.items()}
            yield Step(i + 1, config.steps, {"loss": each["loss_denoising"], **each})

    state = round_to_stored(model)
    model.eval().requires_grad_(False)
    yield preview(i + 1, model, exhibit, exhibit_spoiled)
    context.learned(i + 1, state)
    metrics = yield from measure(model, config, pictures, context)
    return Outcome(state, metrics, i + 1)


@torch.no_grad()
def preview(i: int, model: Three, x: Tensor, spoiled: Tensor) -> Preview:
    """The noisy exhibit as each network draws it now; the first preview also holds what is asked and the truth."""
    found = {name: network(spoiled) for name, network in model.networks().items()}
    if i == 0:
        found |= {"original": x, "corrupted": spoiled}
    return Preview(i, {name: as_bytes(y) for name, y in found.items()})


PROBED, TESTED = (
    2_000,
    2_000,
)  # labelled training and held-out pictures of the probes, at most: an over-complete code is long
PAIRS = tuple(combinations(("raw", *NETWORKS), 2))  # of what is probed: the gain of the second over the first
NOISE_IMAGES = 500
LEVELS = (0.0, 0.1, 0.25, 0.5, 0.75, 1.0)
BY_LEVEL = 1000  # held-out pictures, at most, that are spoiled at each level


@torch.no_grad()
def measure(
    model: Three, config: Config, pictures: data.Images, context: Context
) -> Generator[Event, None, dict[str, object]]:
    """Held-out errors, the share of pure noise that each network fails to copy, Jacobian, probe and neighbours."""
    device = next(model.parameters()).device
    stages = Stages(2 * len(NETWORKS) + 1)
    test_x = pictures.test_x.to(device)
    noise = noise_images(NOISE_IMAGES, tuple(test_x.shape[1:]), context.generator("noise images")).to(device)
    labelled = Labelled(pictures, PROBED, TESTED)
    probe: dict[str, Reading] = {}
    knn: dict[str, Reading] = {}
    metrics: dict[str, object] = {}
    for name, network in model.networks().items():
        spoil = context.generator("test noise")  # the same noise for each network
        clean, repaired = [], []
        for x in in_batches(test_x, 250):
            clean.append((network(x) - x).square().flatten(1).mean(dim=1))
            spoiled = corrupt(x, config.noise, config.level, spoil)
            repaired.append((network(spoiled) - x).square().flatten(1).mean(dim=1))
            yield stages.going()
        copied = torch.cat([(network(x) - x).square().flatten(1).mean(dim=1) for x in noise.split(250)])
        metrics |= {
            f"{name}.test_mse": float(torch.cat(clean).mean()),
            f"{name}.denoised_mse": float(torch.cat(repaired).mean()),
            f"{name}.noise_copy_ratio": float(copied.mean() / noise.var()),
            f"{name}.jacobian_norm": jacobian_norm(network, test_x[:32].float() / 255, context.generator("directions")),
        }
        yield stages.over()
        parts: list[list[Tensor]] = [[], [], []]
        for x, codes in zip(labelled.x, parts, strict=True):
            for batch in in_batches(x, 250, device):
                codes.append(network.encode(batch))
                yield stages.going()
        coded = labelled.split([torch.cat(codes) for codes in parts])
        del parts
        metrics[f"{name}.code_size"] = coded.train_x.shape[1]
        probe[name] = linear_probe(coded)
        yield stages.going()
        knn[name] = nearest_neighbours(coded)
        yield stages.over()
    by_level = []
    for level in LEVELS:
        x = test_x[:BY_LEVEL].float() / 255
        spoiled = corrupt(x, config.noise, level, context.generator(f"level {level}"))
        row = {"level": level, "untouched": float(F.mse_loss(spoiled, x))}
        for name, network in model.networks().items():
            row[name] = (
                sum(
                    float((network(s) - y).square().sum())
                    for s, y in zip(spoiled.split(250), x.split(250), strict=True)
                )
                / x.numel()
            )
            yield stages.going()
        by_level.append(row)
    yield stages.over()
    probe["raw"], knn["raw"] = linear_probe(labelled.pixels()), nearest_neighbours(labelled.pixels())
    seen = Resampled(len(labelled.x[2]))
    spoil = context.generator("test noise")
    untouched = [
        (corrupt(x, config.noise, config.level, spoil) - x).square().flatten(1).mean(dim=1)
        for x in in_batches(test_x, 250)
    ]
    mean = pictures.train_x.float().mean(dim=0).to(device) / 255
    return metrics | {
        "noise_mse": float(torch.cat(untouched).mean()),
        "mean_image_mse": float((test_x.float() / 255 - mean).square().mean()),
        "mean_image_noise_ratio": float((noise - mean).square().mean() / noise.var()),
        **{f"{name}.probe_accuracy": probe[name].accuracy for name in NETWORKS},
        **{f"{name}.knn_accuracy": knn[name].accuracy for name in NETWORKS},
        "probe_accuracy_raw": probe["raw"].accuracy,
        "knn_accuracy_raw": knn["raw"].accuracy,
        "probe_gains": {
            f"{one}-{other}": seen.difference(probe[other].right, probe[one].right) for one, other in PAIRS
        },
        "knn_gains": {f"{one}-{other}": seen.difference(knn[other].right, knn[one].right) for one, other in PAIRS},
        "probe_penalty": {name: read.chosen["penalty"] for name, read in probe.items()},
        "knn_chosen": {name: read.chosen for name, read in knn.items()},
        "by_level": by_level,
        "held_out": len(test_x),
        "probe_labels": len(labelled.x[0]),
        "probe_validation": len(labelled.x[1]),
        "probe_tested": len(labelled.x[2]),
    }


def noise_images(count: int, shape: tuple[int, ...], generator: torch.Generator | None = None) -> Tensor:
    """Pictures in which every pixel is drawn by itself, evenly from 0 to 1: (count, *shape), variance 1/12."""
    return torch.rand(count, *shape, generator=generator)


def jacobian_norm(
    network: ConvAutoencoder, x: Tensor, generator: torch.Generator | None = None, draws: int = 16
) -> float:
    """How strongly the code answers to a small change of the picture: |J|_F over the code's own spread.

    |J|_F^2 = E |v^T J|^2 for v ~ N(0, 1) (Hutchinson 1989), here the mean over the pictures x and `draws` vectors; it
    is divided by the mean square of the centred codes, for a code may be written at any scale. Rifai et al. 2011
    ("Contractive auto-encoders") make the plain norm small on purpose.
    """
    codes = network.encode(x)
    spread = (codes - codes.mean(dim=0)).square().sum(dim=1).mean()
    squares = []
    with torch.enable_grad():
        for _ in range(draws):
            inputs = x.clone().requires_grad_(True)
            v = torch.randn(codes.shape, generator=generator).to(x.device)
            (gradient,) = torch.autograd.grad((network.encode(inputs) * v).sum(), inputs)
            squares.append(gradient.square().flatten(1).sum(dim=1).mean())
    return float((torch.stack(squares).mean() / spread.clamp_min(1e-12)).sqrt())


def warm(model: Three, config: Config) -> None:
    """One picture through each network."""
    x = data.load(config.data).test_x[:1].float().to(next(model.parameters()).device) / 255
    for network in model.networks().values():
        network(x)


EXPERIMENT = Experiment(
    name="denoising",
    version=VERSION,
    title="Denoising auto-encoders",
    config=Config,
    data_of=lambda config: config.data,
    build=build,
    train=train,
    warm=warm,
    measure=lambda model, config, context, younger: measure(model, config, data.load(config.data), context),
    keeps_ages=lambda config: False,
    presets={"quick": {"steps": 400}},
    baked=(
        {"data": "fashion"}, {"data": "mnist"}, {"data": "openmoji"}, {"data": "shapes"},
        {"data": "fashion", "noise": "salt-and-pepper"}, {"data": "fashion", "noise": "masking"},
    ),
    metric_names=tuple(
        f"{name}.{metric}" for name in NETWORKS for metric in ("noise_copy_ratio", "probe_accuracy")
    ),
)  # fmt: skip
