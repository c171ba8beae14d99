"""A masked auto-encoder: hide most patches of a picture, encode the rest, and fill in what was hidden.

He, Chen, Xie, Li, Dollár, Girshick 2021, "Masked autoencoders are scalable vision learners": the encoder sees visible
patches alone, mask tokens enter at the decoder, and the loss is taken on hidden patches alone.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from core import data
from core.analysis.fills import masked_mse, mean_fill, neighbour_fill
from core.analysis.intervals import Resampled
from core.analysis.probes import Labelled, Reading, linear_probe, nearest_neighbours
from core.data.augment import shift_and_mirror
from core.data.pixels import as_bytes, in_batches
from core.events import Event, Outcome, Preview, Step
from core.experiment import BakedMap, Context, Experiment, knob
from core.nn.attention import Trace
from core.nn.blocks import Block
from core.nn.masks import SAMPLINGS, hidden_count, hide, scores
from core.nn.patches import grid_positions, mask_to_pixels, patchify, unpatchify
from core.nn.weights import round_to_stored, stored
from core.training.loop import Ages, Meanwhile, Stages, adamw, set_rate, steps
from core.training.pace import Pace
from core.training.schedule import warm_cosine

VERSION = 1
PATCH = 4  # pixels a side


@dataclass(frozen=True)
class Config:
    data: str = knob("fashion", "Pictures", ("fashion", "mnist", "openmoji"))
    mask_ratio: float = knob(0.75, "Hidden in training", (0.25, 0.5, 0.75, 0.9), help="Share of patches hidden.")
    sampling: str = knob("random", "Hidden how", SAMPLINGS)
    width: int = knob(64, "Width", (32, 48, 64, 96, 128), help="Numbers a patch token carries in the encoder.")
    depth: int = knob(4, "Encoder depth", (1, 2, 3, 4, 6), help="Transformer blocks in the encoder.")
    decoder_depth: int = knob(2, "Decoder depth", (1, 2, 4), help="Transformer blocks in the decoder.")
    target: str = knob(
        "pixels", "Target", ("pixels", "normalised"), help="Normalised: each patch has mean 0, variance 1."
    )
    steps: int = knob(8000, "Training steps", (100, 400, 1500, 3000, 8000, 20000), unit="batches of 32")


class Coding(NamedTuple):
    """What the encoder makes of a batch; `latent` has the class token first, then the visible patches."""

    latent: Tensor  # (B, 1 + V, D)
    keep: Tensor  # (B, V) indices of the visible patches
    restore: Tensor  # (B, N) where each patch of the grid stands in "visible first, hidden after" order


class MaskedAutoencoder(nn.Module):
    """The network of the paper's figure 1, with fixed sine-cosine positions and a class token.

    Pictures are float tensors (B, C, side, side) in [0, 1].
    """

    patch = PATCH  # pixels a side of a patch

    def __init__(self, channels: int, side: int, width: int, depth: int, decoder_width: int, decoder_depth: int):
        super().__init__()
        patch = self.patch
        self.channels, self.n = channels, side // patch
        heads, decoder_heads = max(1, width // 16), max(1, decoder_width // 16)
        self.embed = nn.Linear(patch * patch * channels, width)
        self.class_token = nn.Parameter(torch.zeros(1, 1, width))
        self.encoder = nn.ModuleList(Block(width, heads) for _ in range(depth))
        self.encoder_norm = nn.LayerNorm(width)
        self.bridge = nn.Linear(width, decoder_width)
        self.mask_token = nn.Parameter(torch.zeros(1, 1, decoder_width))
        self.decoder = nn.ModuleList(Block(decoder_width, decoder_heads) for _ in range(decoder_depth))
        self.decoder_norm = nn.LayerNorm(decoder_width)
        self.head = nn.Linear(decoder_width, patch * patch * channels)
        # Positions are computed, not learned, so they are no part of what is stored.
        self.register_buffer("positions", grid_positions(width, self.n), persistent=False)
        self.register_buffer("decoder_positions", grid_positions(decoder_width, self.n), persistent=False)

    def encode_visible(self, x: Tensor, noise: Tensor, visible: int, trace: Trace | None = None) -> Coding:
        """Encode the `visible` patches with the highest `noise` (B, N); all patches have the same number visible."""
        tokens = self.embed(patchify(x * 2 - 1, self.patch)) + self.positions  # (B, N, D)
        order = noise.argsort(dim=1, descending=True)
        keep = order[:, :visible]
        tokens = tokens.gather(1, keep[..., None].expand(-1, -1, tokens.shape[-1]))  # (B, V, D)
        tokens = torch.cat([self.class_token.expand(len(x), -1, -1), tokens], dim=1)
        for block in self.encoder:
            tokens = block(tokens, trace)
        return Coding(self.encoder_norm(tokens), keep, order.argsort(dim=1))

    def decode(self, coding: Coding, trace: Trace | None = None) -> Tensor:
        """Predicted patches (B, N, patch*patch*C) in the units of the target."""
        tokens = self.bridge(coding.latent)
        B, N = coding.restore.shape
        hidden = N + 1 - tokens.shape[1]
        patches = torch.cat([tokens[:, 1:], self.mask_token.expand(B, hidden, -1)], dim=1)
        patches = patches.gather(1, coding.restore[..., None].expand(-1, -1, patches.shape[-1]))
        tokens = torch.cat([tokens[:, :1], patches + self.decoder_positions], dim=1)  # (B, 1 + N, D')
        for block in self.decoder:
            tokens = block(tokens, trace)
        return self.head(self.decoder_norm(tokens))[:, 1:]

    def features(self, x: Tensor) -> Tensor:
        """Frozen features of whole pictures for probes, (B, 4*D): patch tokens averaged over each quarter.

        Averaging over the whole picture (the paper's pooling) forgets where things are, which clothes and digits
        cannot afford at this size; docs/LOG.md has the comparison.
        """
        everything = torch.zeros(len(x), self.n**2, device=x.device)
        tokens = self.encode_visible(x, everything, self.n**2)
        grid = tokens.latent[:, 1:].gather(1, tokens.restore[..., None].expand(-1, -1, tokens.latent.shape[-1]))
        grid = grid.transpose(1, 2).unflatten(2, (self.n, self.n))  # (B, D, n, n)
        return nn.functional.adaptive_avg_pool2d(grid, 2).flatten(1)


def loss_and_prediction(
    model: MaskedAutoencoder, x: Tensor, noise: Tensor, visible: int, target: str
) -> tuple[Tensor, Tensor]:
    """Mean squared error on the hidden patches (He et al. 2021, section 3) and the prediction (B, N, P)."""
    coding = model.encode_visible(x, noise, visible)
    prediction = model.decode(coding)
    truth = patchify(x * 2 - 1, model.patch)
    if target == "normalised":
        truth = (truth - truth.mean(-1, keepdim=True)) / (truth.var(-1, keepdim=True) + 1e-6).sqrt()
    hidden = coding.restore >= visible  # (B, N)
    return ((prediction - truth) ** 2).mean(-1)[hidden].mean(), prediction


def to_pixels(model: MaskedAutoencoder, prediction: Tensor, x: Tensor, target: str) -> Tensor:
    """Predicted patches as pictures (B, C, H, W) in [0, 1].

    A model with normalised targets predicts neither a patch's mean nor its contrast; they are lent from `x`, as in
    the paper's figures, and pages say so.
    """
    if target == "normalised":
        truth = patchify(x * 2 - 1, model.patch)
        prediction = prediction * (truth.var(-1, keepdim=True) + 1e-6).sqrt() + truth.mean(-1, keepdim=True)
    return ((unpatchify(prediction, model.patch, model.channels) + 1) / 2).clamp(0, 1)


@torch.no_grad()
def fill_in(model: MaskedAutoencoder, x: Tensor, hidden: Tensor, target: str, trace: Trace | None = None) -> Tensor:
    """The model's picture (B, C, H, W) for masks `hidden` (B, N) bool, which hide equally many patches in each row."""
    visible = int((~hidden[0]).sum())
    coding = model.encode_visible(x, (~hidden).float(), visible)
    return to_pixels(model, model.decode(coding, trace), x, target)


def build(config: Config, generator: torch.Generator | None = None) -> MaskedAutoencoder:
    """An untrained network, weights drawn from `generator` as in the MAE code: Xavier uniform, tokens N(0, 0.02)."""
    channels, side = (3, 32) if config.data == "openmoji" else (1, 28)
    model = MaskedAutoencoder(
        channels, side, config.width, config.depth, decoder_width(config.width), config.decoder_depth
    )
    draw_weights(model, generator)
    return model


def decoder_width(width: int) -> int:
    """Three quarters of the encoder's width, in whole heads of 16, and two heads at least."""
    return max(32, width * 3 // 4 // 16 * 16)


def draw_weights(model: MaskedAutoencoder, generator: torch.Generator | None) -> None:
    """Xavier uniform for each linear layer, N(0, 0.02) for both tokens."""
    for module in model.modules():
        if isinstance(module, nn.Linear):
            nn.init.xavier_uniform_(module.weight, generator=generator)
            nn.init.zeros_(module.bias)
    nn.init.normal_(model.class_token, std=0.02, generator=generator)
    nn.init.normal_(model.mask_token, std=0.02, generator=generator)


BATCH = 32
LEARNING_RATE = 3e-3
EXHIBITED = 6  # the first held-out pictures are what previews show
AGES = (0.0, 0.02, 0.08, 0.25, 0.5)  # shares of the training after which a younger model is kept


class Learned(NamedTuple):
    """A network that has learned, its younger selves, and after how many steps it ended."""

    model: MaskedAutoencoder
    ages: Ages
    steps: int


def learn(config: Config, context: Context, pictures: data.Images) -> Generator[Event, None, Learned]:
    """Train on random hidden patches; yields Step and Preview."""
    device = context.device
    train_x, test_x = pictures.train_x.to(device), pictures.test_x.to(device)
    model = build(config, context.generator("init")).to(device)
    n = model.n
    visible = n * n - hidden_count(config.mask_ratio, n * n)
    optimiser = adamw(model, LEARNING_RATE, decay=0.05, betas=(0.9, 0.95))
    order, masks, shifts = (context.generator(purpose) for purpose in ("order", "masks", "augmentation"))
    exhibit = test_x[:EXHIBITED].float() / 255
    exhibit_hidden = hide("random", MEASURED_AT, EXHIBITED, n, context.generator("exhibit")).to(device)
    ages, pace, meanwhile = Ages(AGES), Pace(), Meanwhile(context)

    for i in steps(config.steps, context):
        ages.keep(i, i / config.steps, model)
        meanwhile.look(i, i / config.steps, model)
        if pace.preview_due(i):
            yield preview(i, model, exhibit, exhibit_hidden, config.target)
        set_rate(optimiser, LEARNING_RATE * warm_cosine(i / config.steps))
        batch = torch.randint(len(train_x), (BATCH,), generator=order).to(device)
        x = shift_and_mirror(train_x[batch], shifts, mirror=config.data != "mnist").float() / 255
        noise = scores(config.sampling, BATCH, n, masks).to(device)
        loss, _ = loss_and_prediction(model, x, noise, visible, config.target)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        if pace.step_due(i + 1, config.steps):
            yield Step(i + 1, config.steps, {"loss": loss.item()})
    round_to_stored(model)
    model.eval().requires_grad_(False)
    yield preview(i + 1, model, exhibit, exhibit_hidden, config.target)
    return Learned(model, ages, i + 1)


def train(config: Config, context: Context) -> Generator[Event, None, Outcome]:
    """Learn, then measure on held-out pictures; yields Step and Preview, returns the Outcome."""
    pictures = data.load(config.data)
    learned = yield from learn(config, context, pictures)
    state, ages = stored(learned.model), tuple(learned.ages.kept)
    context.learned(learned.steps, state, ages)
    metrics = yield from measure(learned.model, config, pictures, context)
    return Outcome(state, metrics, learned.steps, ages)


COMPARED = 10_000  # held-out pictures of the map beside that of contrastive learning


@torch.no_grad()
def maps(model: MaskedAutoencoder, config: Config, younger: Mapping[int, MaskedAutoencoder]) -> Iterator[BakedMap]:
    """Features of held-out pictures, of the default model of each data set."""
    if config == Config(data=config.data):
        x = data.load(config.data).test_x[:COMPARED].to(next(model.parameters()).device)
        yield BakedMap(
            "map",
            torch.cat([model.features(part).cpu() for part in in_batches(x, 250)]),
            settings={"quick": True},
        )


def warm(model: MaskedAutoencoder, config: Config) -> None:
    """One picture through the network, with the trace that the page asks for."""
    x = data.load(config.data).test_x[:1].float().to(next(model.parameters()).device) / 255
    hidden = torch.zeros(1, model.n**2, dtype=torch.bool, device=x.device)
    hidden[:, ::2] = True
    fill_in(model, x, hidden, config.target, trace=[])
    neighbour_fill(x, hidden, PATCH)


def preview(i: int, model: MaskedAutoencoder, x: Tensor, hidden: Tensor, target: str) -> Preview:
    """The exhibit as the model fills it in now; the first preview also holds what it is asked."""
    pictures = {"filled": torch.where(mask_to_pixels(hidden, PATCH), fill_in(model, x, hidden, target), x)}
    if i == 0:
        pictures |= {"original": x, "masked": torch.where(mask_to_pixels(hidden, PATCH), 0.5, x)}
    return Preview(i, {name: as_bytes(p) for name, p in pictures.items()})


RATIOS = (0.1, 0.25, 0.5, 0.6, 0.75, 0.85, 0.9, 0.95, 0.98)
MEASURED_AT = 0.75
PROBED = 4_000  # labelled training pictures that a probe learns from, at most


@torch.no_grad()
def measure(
    model: MaskedAutoencoder, config: Config, pictures: data.Images, context: Context
) -> Generator[Event, None, dict[str, object]]:
    """Held-out metrics of a trained model: errors at each ratio, and probes on the frozen encoder."""
    device = next(model.parameters()).device
    stages = Stages(len(RATIOS) + 3)
    by_ratio = []
    for ratio in RATIOS:
        # At the ratio that is quoted all held-out pictures count; the other points of the curve need fewer.
        test_x = pictures.test_x if ratio == MEASURED_AT else pictures.test_x[:1000]
        hidden = hide("random", ratio, len(test_x), model.n, context.generator(f"test masks {ratio}"))
        errors = []
        for x, h in zip(in_batches(test_x, 125, device), hidden.to(device).split(125), strict=True):
            fills = (fill_in(model, x, h, config.target), mean_fill(x, h, PATCH), neighbour_fill(x, h, PATCH))
            errors.append(torch.stack([masked_mse(x, fill, h, PATCH) for fill in fills]))
            yield stages.going()
        each = torch.cat(errors, dim=1).cpu()  # (3, N)
        model_mse, mean_mse, neighbour_mse = each.mean(dim=1).tolist()
        over_neighbour = Resampled(len(test_x)).ratio(each[0], each[2])
        by_ratio.append({
            "ratio": ratio, "model": model_mse, "mean": mean_mse, "neighbour": neighbour_mse,
            "over_neighbour": over_neighbour,
        })  # fmt: skip
        yield stages.over()
    quoted = by_ratio[RATIOS.index(MEASURED_AT)]

    untrained = build(config, context.generator("random encoder")).to(device).eval()
    labelled = Labelled(pictures, PROBED)
    probe: dict[str, Reading] = {}
    knn: dict[str, Reading] = {}
    for name, encoder in (("", model.features), ("_raw", lambda x: x.flatten(1)), ("_random", untrained.features)):
        features = []
        for part in labelled.x:
            coded = []
            for x in in_batches(part, 125, device):
                coded.append(encoder(x))
                yield stages.going()
            features.append(torch.cat(coded))
        here = labelled.split(features)
        probe[name] = linear_probe(here)
        yield stages.going()
        knn[name] = nearest_neighbours(here)
        yield stages.over()
    seen = Resampled(len(labelled.x[2]))
    return {
        "masked_mse": quoted["model"],
        "mean_fill_mse": quoted["mean"],
        "neighbour_fill_mse": quoted["neighbour"],
        **{f"probe_accuracy{name}": read.accuracy for name, read in probe.items()},
        **{f"knn_accuracy{name}": read.accuracy for name, read in knn.items()},
        "probe_interval": seen.difference(probe[""].right, probe["_raw"].right),
        "knn_interval": seen.difference(knn[""].right, knn["_raw"].right),
        "random_interval": seen.difference(probe[""].right, probe["_random"].right),
        **{f"probe_penalty{name}": read.chosen["penalty"] for name, read in probe.items()},
        **{f"knn_chosen{name}": read.chosen for name, read in knn.items()},
        "by_ratio": by_ratio,
        "held_out": len(pictures.test_x),
        "probe_labels": len(labelled.x[0]),
        "probe_validation": len(labelled.x[1]),
    }


EXPERIMENT = Experiment(
    name="mae",
    version=VERSION,
    title="Masked auto-encoder",
    config=Config,
    data_of=lambda config: config.data,
    build=build,
    train=train,
    warm=warm,
    measure=lambda model, config, context, younger: measure(model, config, data.load(config.data), context),
    maps=maps,
    presets={"quick": {"depth": 2, "decoder_depth": 1, "steps": 400}},
    baked=tuple(
        {"data": name, "mask_ratio": ratio} for name in ("fashion", "mnist", "openmoji") for ratio in (0.75, 0.5, 0.9)
    ),
    keeps_ages=lambda config: config.mask_ratio == Config.mask_ratio,
    metric_names=(
        "masked_mse", "mean_fill_mse", "neighbour_fill_mse",
        "probe_accuracy", "probe_accuracy_raw", "probe_accuracy_random", "knn_accuracy",
    ),
)  # fmt: skip
