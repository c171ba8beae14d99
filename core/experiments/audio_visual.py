"""Pictures and sounds of the same thing in one space, from pairs alone: no label says which thing it is.

Owens, Wu, McDermott, Freeman, Torralba 2016, "Ambient sound provides supervision for visual learning", and Arandjelovic and Zisserman 2017, "Look, listen
and learn", in small: handwritten digits, and the spoken words for them. Both encoders learn with the loss of CLIP (Radford et al. 2021). Beside
them a second pair of encoders learns the same way from the same pictures and sounds, put together by chance: the null.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.analysis.hearing import across, by_chance, few_of_each, responses, retrieved, right_share
from core.analysis.intervals import Resampled
from core.analysis.probes import Split, few_label_probe, linear_probe
from core.data import images, spoken
from core.data.kept import kept
from core.data.pixels import in_batches
from core.events import Event, Outcome, Preview, Step
from core.experiment import BakedMap, Context, Experiment, knob
from core.maps.methods import METHODS
from core.nn.mel import BANDS, spectrogram
from core.nn.pair_losses import symmetric
from core.nn.weights import round_to_stored
from core.rng import generator
from core.training.loop import Meanwhile, Stages, adamw, set_rate, steps
from core.training.pace import Pace
from core.training.schedule import warm_cosine

VERSION = 1
UNITS = 64  # of the last hidden layer of each encoder
HEARD = BANDS // 2  # bands and frames that the network gets: two of the spectrogram each
PAIRINGS = ("paired", "shuffled")


@dataclass(frozen=True)
class Config:
    data: str = knob(
        "voices", "Sounds", tuple(spoken.NAMES), help="Spoken words, or melodies where no voice is on the machine."
    )
    voices: int = knob(64, "Voices in training", (1, 4, 16, 64), help="From how many voices the words are heard.")
    negatives: str = knob(
        "all", "Negatives", ("all", "other digits"),
        help="What a pair is told apart from: all others of its batch, or those of other digits, which needs labels.",
    )  # fmt: skip
    batch: int = knob(64, "Pairs in a batch", (16, 32, 64, 128))
    dimensions: int = knob(32, "Dimensions of the space", (2, 8, 32, 64))
    steps: int = knob(800, "Training steps", (10, 100, 400, 800, 1600), unit="batches")


# Model -------------------------------------------------------------------------------------------------------------


class Encoder(nn.Module):
    """Convolutions that halve the side, a layer of UNITS that are zero or more, and a direction in the common space."""

    def __init__(self, widths: tuple[int, ...], side: int, dimensions: int):
        super().__init__()
        layers: list[nn.Module] = []
        for i, (before, width) in enumerate(zip((1, *widths), widths, strict=False)):
            size = 3 if i else 5
            layers += [nn.Conv2d(before, width, size, 2, size // 2), nn.GroupNorm(4, width), nn.ReLU()]
            side = (side + 1) // 2
        self.see = nn.Sequential(*layers)
        self.units = nn.Linear(widths[-1] * side * side, UNITS)
        self.direction = nn.Linear(UNITS, dimensions)

    def features(self, x: Tensor) -> Tensor:
        """(B, UNITS), zero or more, of x (B, 1, side, side)."""
        return F.relu(self.units(self.see(x).flatten(1)))

    def forward(self, x: Tensor) -> Tensor:
        """Unit vectors (B, D)."""
        return F.normalize(self.direction(self.features(x)), dim=1)


class Pair(nn.Module):
    """An encoder of pictures (B, 1, 28, 28) and one of coarse spectrograms (B, 1, HEARD, HEARD), both in [0, 1], and a learned sharpness."""

    def __init__(self, dimensions: int):
        super().__init__()
        self.sight = Encoder((16, 32, 48), 28, dimensions)
        self.sound = Encoder((16, 32, 48), HEARD, dimensions)
        self.log_scale = nn.Parameter(torch.tensor(FIRST_SCALE).log())

    @property
    def scale(self) -> Tensor:
        """One over the temperature, at most 100 (Radford et al. 2021, section 2.5)."""
        return self.log_scale.exp().clamp(max=100.0)


FIRST_SCALE = 1 / 0.07


class AudioVisual(nn.Module):
    """Two pairs of encoders: one that learns from true pairs, and its null."""

    def __init__(self, dimensions: int):
        super().__init__()
        self.paired, self.shuffled = Pair(dimensions), Pair(dimensions)

    def pair(self, name: str) -> Pair:
        """One of PAIRINGS."""
        return self.shuffled if name == "shuffled" else self.paired


def levels(waves: Tensor) -> Tensor:
    """Spectrograms uint8 (N, 1, BANDS, FRAMES) of waves int16 (N, SAMPLES)."""
    parts = [spectrogram(part.float() / 32767) for part in waves.split(100)]
    return (torch.cat(parts) * 255).round().to(torch.uint8)


@kept("Spectrograms of spoken digits")
def spectra(name: str, part: str) -> Tensor:
    """Those of a part of `spoken.load`. Raises data.Missing."""
    return levels(spoken.load(name, part).waves)


def coarse(levels: Tensor) -> Tensor:
    """Spectrograms uint8 (B, 1, BANDS, FRAMES) as the network takes them: float (B, 1, HEARD, HEARD) in [0, 1]."""
    return F.avg_pool2d(levels.float() / 255, 2)


def build(config: Config, generator: torch.Generator | None = None) -> AudioVisual:
    """Untrained networks; both pairs begin with the same weights."""
    model = AudioVisual(config.dimensions)
    for module in model.paired.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu", generator=generator)
            nn.init.zeros_(module.bias)
    model.shuffled.load_state_dict(model.paired.state_dict())
    return model


# Training ----------------------------------------------------------------------------------------------------------

LEARNING_RATE, DECAY = 3e-3, 0.05
WATCHED = 100  # held-out sounds of the previews; of pictures twice as many


def train(config: Config, context: Context) -> Generator[Event, None, Outcome]:
    """Learn from pairs, and from the same pairs shuffled; yields Step and Preview, returns the Outcome."""
    device, digits = context.device, images.load("mnist")
    x, label = digits.train_x[: spoken.PICTURES].to(device), digits.train_y[: spoken.PICTURES]
    heard = coarse(spectra(config.data, "train")).to(device)
    partner = spoken.pairs(config.data, config.voices)
    partners = {
        "paired": partner,
        "shuffled": partner[torch.randperm(len(partner), generator=context.generator("null"))],
    }
    model = build(config, context.generator("init")).to(device)
    optimiser = adamw(model, LEARNING_RATE, decay=DECAY)
    order, changes, watch = (
        batches(len(x), config.batch, context.generator("order")),
        context.generator("changes"),
        Watch(config, context),
    )
    pace, meanwhile = Pace(), Meanwhile(context)
    for i in steps(config.steps, context):
        meanwhile.look(i, i / config.steps, model)
        if pace.preview_due(i):
            yield watch(model, i)
        set_rate(optimiser, LEARNING_RATE * warm_cosine(i / config.steps))
        rows = next(order)
        pictures = moved(x[rows.to(device)].float() / 255, changes)
        same = None if config.negatives == "all" else (label[rows][:, None] == label[rows]).to(device)
        losses = {}
        for name in PAIRINGS:
            pair = model.pair(name)
            sounds = altered(heard[partners[name][rows].to(device)], changes)
            losses[name] = symmetric(pair.sight(pictures), pair.sound(sounds), pair.scale, same)
        optimiser.zero_grad(set_to_none=True)
        sum(losses.values()).backward()  # they share no weight
        optimiser.step()
        if pace.step_due(i + 1, config.steps):
            yield Step(
                i + 1,
                config.steps,
                {"loss": losses["paired"].item(), "loss, shuffled pairs": losses["shuffled"].item()},
            )

    state = round_to_stored(model)
    model.eval().requires_grad_(False)
    yield watch(model, i + 1)
    context.learned(i + 1, state)
    metrics = yield from measure(model, config, context)
    return Outcome(state, metrics, i + 1)


def batches(count: int, size: int, generator: torch.Generator) -> Iterator[Tensor]:
    """Indices (size,) without end, each pair once a round."""
    while True:
        yield from torch.randperm(count, generator=generator).split(size)[: count // size]


def moved(x: Tensor, generator: torch.Generator) -> Tensor:
    """Pictures (B, 1, H, W), each turned by up to 10 degrees, up to 10% larger or smaller, and shifted by up to 2 pixels."""
    u = 2 * torch.rand(len(x), 4, generator=generator) - 1
    angle, size, shift = u[:, 0] * 0.175, 1 + 0.1 * u[:, 1], u[:, 2:] * 2 / (x.shape[-1] / 2)
    cosine, sine = angle.cos() * size, angle.sin() * size
    theta = torch.stack([cosine, -sine, shift[:, 0], sine, cosine, shift[:, 1]], dim=1).view(-1, 2, 3).to(x.device)
    return F.grid_sample(x, F.affine_grid(theta, list(x.shape), align_corners=False), align_corners=False)


MOST_LATE, MOST_SHIFTED = 8, 2  # of 32: frames (0.26 s), bands
TILTED, LOUDER, NOISE = 0.15, 0.1, 0.3  # levels: of 60 dB


def altered(x: Tensor, generator: torch.Generator) -> Tensor:
    """Coarse spectrograms (B, 1, HEARD, HEARD) as another room would have them: later, a little higher or lower, tilted, louder, in noise."""
    B, _, bands, frames = x.shape
    late = torch.randint(MOST_LATE + 1, (B, 1, 1, 1), generator=generator).to(x.device)
    higher = torch.randint(-MOST_SHIFTED, MOST_SHIFTED + 1, (B, 1, 1, 1), generator=generator).to(x.device)
    u = torch.rand(B, 3, 1, 1, 1, generator=generator).to(x.device)
    hiss = torch.rand(x.shape, generator=generator).to(x.device)
    at = torch.arange(frames, device=x.device).expand_as(x) - late
    x = x.gather(3, at.clamp(min=0)) * (at >= 0)
    band = torch.arange(bands, device=x.device)[:, None].expand_as(x) + higher
    x = x.gather(2, band.clamp(0, bands - 1)) * ((band >= 0) & (band < bands))
    slope = torch.linspace(-1, 1, bands, device=x.device)[:, None]
    x = torch.where(x > 0, x + TILTED * (2 * u[:, 0] - 1) * slope + LOUDER * (2 * u[:, 1] - 1), x)
    return torch.maximum(x, NOISE * u[:, 2].square() * (0.7 + 0.3 * hiss)).clamp(0, 1)


class Watch:
    """What a run says of itself on the way: which digits the nearest pictures of held-out sounds are."""

    def __init__(self, config: Config, context: Context):
        digits, heard = images.load("mnist"), spoken.load(config.data, "validation")
        rows = torch.randperm(len(heard.digit), generator=context.generator("watched"))[:WATCHED]
        self.x = digits.train_x[spoken.PICTURES :][: 2 * WATCHED].to(context.device)
        self.label, self.digit = digits.train_y[spoken.PICTURES :][: 2 * WATCHED], heard.digit[rows]
        self.sounds = spectra(config.data, "validation")[rows].to(context.device)

    @torch.no_grad()
    def __call__(self, model: AudioVisual, i: int) -> Preview:
        """Similarities of ten digits said and ten digits seen, in thousandths, of the pairs and of their null (0
        where a digit is not among them); and how many are right."""
        arrays = {}
        for name in PAIRINGS:
            seen, heard = embed(model.pair(name), self.x, self.sounds)
            means = [
                torch.stack([z[y == d].mean(dim=0) for d in range(10)])
                for z, y in ((heard, self.digit), (seen, self.label))
            ]
            arrays[f"similarity_{name}"] = np.rint(1000 * (means[0] @ means[1].T).nan_to_num().numpy()).astype(np.int32)
            right = self.label[retrieved(heard, seen, 1)[:, 0]] == self.digit
            arrays[f"right_{name}"] = np.array([int(right.sum()), len(right)], np.int32)
        return Preview(i, arrays)


# Measuring ---------------------------------------------------------------------------------------------------------


@torch.no_grad()
def embed(pair: Pair, pictures: Tensor, sounds: Tensor) -> tuple[Tensor, Tensor]:
    """Directions (N, D) of pictures uint8 (N, 1, 28, 28) and (M, D) of spectrograms uint8 (M, 1, BANDS, FRAMES), on the CPU."""
    return see(pair, pictures), hear(pair, sounds)


@torch.no_grad()
def see(pair: Pair, pictures: Tensor) -> Tensor:
    """Directions (N, D) of pictures uint8 (N, 1, 28, 28)."""
    device = pair.log_scale.device
    return torch.cat([pair.sight(part).cpu() for part in in_batches(pictures, 250, device)])


@torch.no_grad()
def hear(pair: Pair, sounds: Tensor) -> Tensor:
    """Directions (M, D) of spectrograms uint8 (M, 1, BANDS, FRAMES)."""
    device = pair.log_scale.device
    return torch.cat([pair.sound(coarse(part.to(device))).cpu() for part in sounds.split(250)])


@torch.no_grad()
def features(pair: Pair, pictures: Tensor) -> Tensor:
    """Activations (N, UNITS) of the picture side, of pictures uint8 (N, 1, 28, 28)."""
    device = pair.log_scale.device
    return torch.cat([pair.sight.features(part).cpu() for part in in_batches(pictures, 250, device)])


SPACES = (*PAIRINGS, "untrained")
PROBED = 2_000  # labelled pictures that a probe learns from
FEW, DRAWS = 10, 20  # labels a digit, and how often they are drawn
KNOWN = 600  # sounds of voices from the training


def measure(model: AudioVisual, config: Config, context: Context) -> Generator[Event, None, dict[str, object]]:
    """Held-out voices and pictures: what is found from a sound and from a picture, beside the null; and what the picture side learned.

    Intervals of what is found resample voices, because words of one voice are right or wrong together; those of probes resample pictures.
    """
    untrained = build(config, context.generator("init")).to(context.device).eval().requires_grad_(False)
    pairs = {**{name: model.pair(name) for name in PAIRINGS}, "untrained": untrained.paired}
    digits, heard, stages = images.load("mnist"), spoken.load(config.data, "test"), Stages(2 * len(SPACES) + 1)
    x, y = digits.test_x, digits.test_y
    found = {}
    for name, pair in pairs.items():
        seen = see(pair, x)
        found[name] = across(seen, hear(pair, spectra(config.data, "test")), y, heard)
        if name == "paired":
            elsewhere = of_other_voices(pair, config, seen, y)
        yield stages.over()
    voices = Resampled(len(heard.voices))
    by_voice = {name: torch.tensor(found[name]["by_voice"], dtype=torch.double) for name in SPACES}
    metrics: dict[str, object] = {
        "retrieval_accuracy": found["paired"]["hear"],
        "chance": by_chance(heard.digit, y),
        **{name: found["paired"][name] for name in ("hear_near", "see", "see_near", "by_voice", "confusion")},
        **{f"{name}_accuracy": found[name]["hear"] for name in SPACES[1:]},
        "shuffled_confusion": found["shuffled"]["confusion"],
        **elsewhere,
        "intervals": {
            "retrieval_accuracy": voices.interval(voices.means(by_voice["paired"])),
            **{f"paired-{name}": voices.difference(by_voice["paired"], by_voice[name]) for name in SPACES[1:]},
        },
        "voices": list(heard.voices), "sounds": len(heard.digit), "pictures": len(y),
    }  # fmt: skip
    # The picture side alone, by labels that it never had. Validation pictures belong to no pair.
    train, valid = slice(PROBED), slice(spoken.PICTURES, None)
    parts = (digits.train_x[train], digits.train_x[valid], x)
    few = few_of_each(digits.train_y[train], FEW, DRAWS, context.generator("few labels"))
    read: dict[str, dict[str, Tensor]] = {"probe": {}, "few": {}}
    for name in (*SPACES, "raw"):
        h = [part.flatten(1).float() / 255 if name == "raw" else features(pairs[name], part) for part in parts]
        split = Split(h[0], digits.train_y[train], h[1], digits.train_y[valid], h[2], y)
        read["probe"][name] = linear_probe(split).right.float()
        read["few"][name] = few_label_probe(split, few).right.float()
        yield stages.over()
    resampled = Resampled(len(y))
    for kind, right in read.items():
        metrics[kind] = {name: float(one.mean()) for name, one in right.items()}
        metrics[f"{kind}_intervals"] = {
            f"paired-{name}": resampled.difference(right["paired"], one) for name, one in right.items() if name != "paired"
        }  # fmt: skip
    metrics |= {"probe_labels": PROBED, "few_labels": 10 * FEW, "few_draws": DRAWS}
    metrics["units"] = {name: responses(features(pair, x), y) for name, pair in pairs.items()}
    return metrics


def of_other_voices(pair: Pair, config: Config, seen: Tensor, y: Tensor) -> dict[str, float]:
    """How often voices from the training are right, and held-out ones in an accent that is new as well (melodies have none)."""
    known = spoken.load(config.data, "train")
    rows = (known.voice < config.voices).nonzero().squeeze(1)
    rows = rows[torch.randperm(len(rows), generator=generator(0, "known voices"))[:KNOWN]]
    found = {"known_accuracy": right_share(hear(pair, spectra(config.data, "train")[rows]), known.digit[rows], seen, y)}
    if config.data == "voices":
        accent = spoken.load("voices", "accent")
        found["accent_accuracy"] = right_share(hear(pair, spectra("voices", "accent")), accent.digit, seen, y)
    return found


MAPPED = 600  # held-out pictures on the map, about as many as there are sounds


def mapped(pair: Pair, config: Config) -> Tensor:
    """What the map shows, (MAPPED + sounds, D): the first held-out pictures, then all held-out sounds."""
    return torch.cat(embed(pair, images.load("mnist").test_x[:MAPPED], spectra(config.data, "test")))


def warm(model: AudioVisual, config: Config) -> None:
    """One picture and one sound through the networks."""
    embed(
        model.paired, torch.zeros(1, 1, 28, 28, dtype=torch.uint8), torch.zeros(1, 1, BANDS, BANDS, dtype=torch.uint8)
    )


EXPERIMENT = Experiment(
    name="audio_visual",
    version=VERSION,
    title="Sight and sound",
    config=Config,
    data_of=lambda config: config.data,
    build=build,
    train=train,
    warm=warm,
    measure=lambda model, config, context, younger: measure(model, config, context),
    keeps_ages=lambda config: False,
    maps=lambda model, config, younger: [
        BakedMap("pairs", mapped(model.paired, config), settings=METHODS["umap"].quick)
    ],
    presets={"quick": {"batch": 64, "steps": 100}},
    baked=({}, {"negatives": "other digits"}, {"data": "melodies"}),
    metric_names=("retrieval_accuracy", "chance", "shuffled_accuracy"),
)
