"""A masked auto-encoder of short clips: hide most cubes of space and time, encode the rest, and fill in what was hidden.

Feichtenhofer, Fan, Li, He 2022, "Masked autoencoders as spatiotemporal learners", and Tong, Song, Wang, Wang 2022, "VideoMAE". The encoder
sees visible cubes alone. Here the decoder is that of Fu et al. 2024 ("Rethinking patch dependence for masked autoencoders"): each hidden
cube asks the visible ones, and hidden cubes do not ask each other. Their guesses are then independent of which of them are asked, so a
training step decodes a sample of them, and a processor is enough.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from core.analysis.clip_fills import clip_mean_fill, hidden_mse, previous_frame
from core.analysis.intervals import Resampled
from core.analysis.probes import Reading, Split, labelled_rows, linear_probe
from core.data import clips
from core.data.clips import FRAMES, SIDE, Clips
from core.data.pixels import as_bytes
from core.events import Event, Outcome, Preview, Step
from core.experiment import Context, Experiment, knob
from core.nn.attention import attend
from core.nn.blocks import Block
from core.nn.cubes import (
    KINDS,
    cube_positions,
    cubify,
    exact_share,
    hide_cubes,
    indices,
    mask_to_voxels,
    take,
    uncubify,
)
from core.nn.muon import Muon
from core.nn.weights import round_to_stored, stored
from core.training.loop import Meanwhile, Stages, can_fuse, set_rate, steps
from core.training.pace import Pace
from core.training.schedule import warm_cosine

VERSION = 1
CUBE_FRAMES, PATCH = 2, 8  # of a cube: frames, and pixels a side
SLOTS, PLACES = FRAMES // CUBE_FRAMES, SIDE // PATCH
SHAPE = SLOTS, PLACES
CUBES = SLOTS * PLACES**2
WIDTH, DEPTH, DECODER_DEPTH, HEADS = 64, 4, 2, 4


@dataclass(frozen=True)
class Config:
    data: str = knob("shapes", "Clips of", clips.SOURCES)
    kind: str = knob("agnostic", "Hidden in training", KINDS, help="Which kind of mask the network learns from.")
    mask_ratio: float = knob(0.9, "Share hidden in training", (0.5, 0.75, 0.9, 0.95))
    target: str = knob(
        "pixels", "Target", ("pixels", "normalised"), help="Normalised: each cube has mean 0, variance 1."
    )
    clips: int = knob(2000, "Training clips", (250, 500, 1000, 2000, 4000))
    steps: int = knob(1500, "Training steps", (20, 150, 500, 1500, 3000), unit="batches of 32")


class Asking(nn.Module):
    """A decoder's block: tokens (B, H, D) attend to others (B, V, D), and not to each other; then an MLP."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.norm, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.ask, self.told, self.out = nn.Linear(width, width), nn.Linear(width, 2 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x: Tensor, others: Tensor) -> Tensor:
        B, _, D = x.shape
        q = self.ask(self.norm(x)).view(B, -1, self.heads, D // self.heads).transpose(1, 2)
        k, v = self.told(others).view(B, -1, 2, self.heads, D // self.heads).permute(2, 0, 3, 1, 4)
        x = x + self.out(attend(q, k, v).transpose(1, 2).reshape(B, -1, D))
        return x + self.mlp(self.norm2(x))


class VideoAutoencoder(nn.Module):
    """Encoder of visible cubes, decoder of hidden ones, fixed positions in space and time. Clips are float (B, C, T, H, W) in [0, 1]."""

    def __init__(self, channels: int):
        super().__init__()
        values = CUBE_FRAMES * PATCH * PATCH * channels
        self.channels = channels
        self.embed = nn.Linear(values, WIDTH)
        self.encoder = nn.ModuleList(Block(WIDTH, HEADS) for _ in range(DEPTH))
        self.encoder_norm = nn.LayerNorm(WIDTH)
        self.mask_token = nn.Parameter(torch.zeros(1, 1, WIDTH))
        self.decoder = nn.ModuleList(Asking(WIDTH, HEADS) for _ in range(DECODER_DEPTH))
        self.decoder_norm = nn.LayerNorm(WIDTH)
        self.head = nn.Linear(WIDTH, values)
        self.register_buffer("positions", cube_positions(WIDTH, SLOTS, PLACES), persistent=False)

    def encode_visible(self, x: Tensor, visible: Tensor) -> Tensor:
        """(B, V, D): what the encoder makes of the cubes `visible` (B, V), and of nothing else."""
        cubes = scaled(take(cubify(x, CUBE_FRAMES, PATCH), visible))
        tokens = self.embed(cubes) + self.positions[visible]
        for block in self.encoder:
            tokens = block(tokens)
        return self.encoder_norm(tokens)

    def decode(self, latent: Tensor, visible: Tensor, asked: Tensor) -> Tensor:
        """Predicted cubes (B, H, values) at the places `asked` (B, H), in the units of the target, from codes of the `visible` ones."""
        latent = latent + self.positions[visible]
        tokens = self.mask_token + self.positions[asked]
        for block in self.decoder:
            tokens = block(tokens, latent)
        return self.head(self.decoder_norm(tokens))

    def features(self, x: Tensor) -> Tensor:
        """Frozen features of clips for probes, (B, 8*D): the encoder reads every fourth cube, on a lattice that moves with time,
        about as many as in training; the tokens of each half of the time and quarter of the picture are averaged."""
        tokens = self.encode_visible(x, LATTICE.to(x.device).expand(len(x), -1))
        return (POOLING.to(x.device) @ tokens).flatten(1)


def _lattice() -> tuple[Tensor, Tensor]:
    """Indices (V,) of the cubes that features are read from, and the means (8, V) over parts of space and time."""
    slot, row, column = torch.meshgrid(*(torch.arange(k) for k in (SLOTS, PLACES, PLACES)), indexing="ij")
    kept = (row % 2 == slot % 2) & (column % 2 == slot // 2 % 2)
    part = 4 * (slot >= SLOTS // 2) + 2 * (row >= PLACES // 2) + (column >= PLACES // 2)
    member = nn.functional.one_hot(part[kept], 8).float().T
    return kept.flatten().nonzero().squeeze(1), member / member.sum(dim=1, keepdim=True)


LATTICE, POOLING = _lattice()
WHITE = 3.0  # then the voxels' spread is about 1


def scaled(x: Tensor) -> Tensor:
    """Voxels in [0, 1] as the network takes and predicts them: black is 0, white 3. Most of a clip is black, which then says nothing."""
    return WHITE * x


def normalised(cubes: Tensor) -> Tensor:
    """Each cube (..., values) with mean 0 and variance 1 (He et al. 2021, section 4; all channels together)."""
    mean, std = statistics(cubes)
    return (cubes - mean) / std


def statistics(cubes: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation (..., 1) of each cube (..., values)."""
    return cubes.mean(-1, keepdim=True), (cubes.var(-1, keepdim=True) + 1e-6).sqrt()


def loss_on(model: VideoAutoencoder, x: Tensor, hidden: Tensor, asked: Tensor, target: str) -> Tensor:
    """Mean squared error of the cubes `asked` (B, H), hidden ones, of clips x (B, C, T, H, W) masked by `hidden` (B, N)."""
    visible = indices(~hidden)
    prediction = model.decode(model.encode_visible(x, visible), visible, asked)
    truth = scaled(take(cubify(x, CUBE_FRAMES, PATCH), asked))
    if target == "normalised":
        truth = normalised(truth)
    return (prediction - truth).square().mean()


# From a prediction to a clip -----------------------------------------------------------------------------------------

LENDERS = ("neighbours", "truth")


def lent(x: Tensor, hidden: Tensor, lender: str) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation (B, N, 1) that a normalised prediction needs and does not have.

    truth: of the hidden cube itself, as in public demonstrations; nobody who sees the visible cubes alone knows them.
    neighbours: of the visible cubes, the nearer the more (Shepard 1968: weights 1 / distance^4).
    Raises ValueError for another lender.
    """
    mean, std = statistics(scaled(cubify(x, CUBE_FRAMES, PATCH)))
    if lender == "truth":
        return mean, std
    if lender != "neighbours":
        raise ValueError(f"lender {lender!r} is unknown; allowed: {', '.join(LENDERS)}")
    visible = (~hidden)[..., None].to(mean)  # (B, N, 1)
    near = NEARNESS.to(x.device)
    total = (near @ visible).clamp_min(1e-12)
    return near @ (mean * visible) / total, near @ (std * visible) / total


def _nearness() -> Tensor:
    """(N, N): one over the fourth power of the distance of two cubes, in cubes; 1 for a cube and itself."""
    grid = torch.meshgrid(*(torch.arange(k, dtype=torch.float32) for k in (SLOTS, PLACES, PLACES)), indexing="ij")
    places = torch.stack(grid, dim=-1).view(-1, 3)
    squared = (places[:, None] - places).square().sum(dim=-1)
    return 1 / squared.clamp_min(1).square()


NEARNESS = _nearness()


@torch.no_grad()
def fill_in(
    model: VideoAutoencoder, x: Tensor, hidden: Tensor, target: str = "pixels", lender: str = "neighbours"
) -> Tensor:
    """Clips (B, C, T, H, W) in [0, 1] with the model's guess in the hidden cubes (B, N) bool, and the true voxels elsewhere.

    Every row of the mask hides equally many; with nothing hidden or nothing visible there is nothing to ask, and x or gray comes back.
    """
    if not hidden.any():
        return x
    if hidden.all():
        return torch.full_like(x, 0.5)
    asked, visible = indices(hidden), indices(~hidden)
    prediction = model.decode(model.encode_visible(x, visible), visible, asked)
    if target == "normalised":
        mean, std = lent(x, hidden, lender)
        prediction = prediction * take(std, asked) + take(mean, asked)
    return with_cubes(x, asked, prediction)


def with_cubes(x: Tensor, asked: Tensor, prediction: Tensor) -> Tensor:
    """Clips x with the cubes `asked` (B, H) replaced by predictions (B, H, values) in the network's units."""
    cubes = cubify(x, CUBE_FRAMES, PATCH)
    filled = (prediction / WHITE).clamp(0, 1)
    cubes = cubes.scatter(1, asked[..., None].expand_as(filled), filled)
    return uncubify(cubes, CUBE_FRAMES, PATCH, x.shape[1], PLACES)


def holes_of(hidden: Tensor) -> Tensor:
    """(B, 1, T, H, W) bool: the voxels of the hidden cubes (B, N)."""
    return mask_to_voxels(hidden, CUBE_FRAMES, PATCH, PLACES)


# Training ------------------------------------------------------------------------------------------------------------


def build(config: Config, generator: torch.Generator | None = None) -> VideoAutoencoder:
    """An untrained network, weights drawn from `generator` as in the MAE code: Xavier uniform, the mask token N(0, 0.02)."""
    model = VideoAutoencoder(1 if config.data == "mnist" else 3)
    for module in model.modules():
        if isinstance(module, nn.Linear):
            nn.init.xavier_uniform_(module.weight, generator=generator)
            nn.init.zeros_(module.bias)
    nn.init.normal_(model.mask_token, std=0.02, generator=generator)
    with torch.no_grad():
        for block in (
            model.decoder
        ):  # near places attend to each other from the first step on, without which learning waits for hundreds
            block.told.weight[:WIDTH] = block.ask.weight
    return model


BATCH = 32
MATRIX_RATE, OTHER_RATE = 0.02, 5e-3  # Muon's for the matrices inside the blocks, AdamW's for all else
DECODED = 64  # hidden cubes of a clip that a training step asks for, at most
EXHIBITED = 4


class Optimisers:
    """Muon for the matrices of the blocks, AdamW for all else."""

    def __init__(self, model: VideoAutoencoder) -> None:
        blocks = [*model.encoder, *model.decoder]
        threes = [block.attention.qkv.weight for block in model.encoder]
        matrices = [
            p for block in blocks for p in block.parameters() if p.ndim == 2 and all(p is not q for q in threes)
        ]
        self.muon = Muon(matrices, MATRIX_RATE, threes)
        chosen = {id(p) for p in (*matrices, *threes)}
        others = [p for p in model.parameters() if id(p) not in chosen]
        self.adam = torch.optim.AdamW(
            others, OTHER_RATE, betas=(0.9, 0.95), weight_decay=0.0, fused=can_fuse(others[0].device)
        )

    def step(self, loss: Tensor, share: float) -> None:
        """A step along the gradients of the loss, at this share of both rates."""
        set_rate(self.muon, MATRIX_RATE * share)
        set_rate(self.adam, OTHER_RATE * share)
        for optimiser in (self.muon, self.adam):
            optimiser.zero_grad(set_to_none=True)
        loss.backward()
        for optimiser in (self.muon, self.adam):
            optimiser.step()


def train(config: Config, context: Context) -> Generator[Event, None, Outcome]:
    """Learn, then measure on held-out clips; yields Step and Preview, returns the Outcome."""
    model, taken = yield from learn(config, context)
    state = stored(model)
    context.learned(taken, state)
    metrics = yield from measure(model, config, context)
    return Outcome(state, metrics, taken)


def learn(config: Config, context: Context) -> Generator[Event, None, tuple[VideoAutoencoder, int]]:
    """Train on masks of one kind; yields Step and Preview, returns the network and how many steps it took."""
    device = context.device
    train_x = clips.load(config.data, "train", config.clips).frames.to(device)
    test = clips.load(config.data, "test", TESTED)
    model = build(config, context.generator("init")).to(device)
    optimisers = Optimisers(model)
    order, masks, changes = (context.generator(purpose) for purpose in ("order", "masks", "augmentation"))
    exhibit = test.frames[:EXHIBITED].to(device).float() / 255
    exhibit_hidden = hide_cubes(config.kind, config.mask_ratio, EXHIBITED, SHAPE, context.generator("exhibit")).to(
        device
    )
    pace, meanwhile = Pace(), Meanwhile(context)

    for i in steps(config.steps, context):
        meanwhile.look(i, i / config.steps, model)
        if pace.preview_due(i):
            yield preview(i, model, exhibit, exhibit_hidden, config.target)
        batch = torch.randint(len(train_x), (BATCH,), generator=order).to(device)
        x = changed(train_x[batch], changes, mirror=config.data != "mnist").float() / 255
        hidden = hide_cubes(config.kind, config.mask_ratio, BATCH, SHAPE, masks)
        asked = sampled(indices(hidden), DECODED, masks).to(device)
        loss = loss_on(model, x, hidden.to(device), asked, config.target)
        optimisers.step(loss, warm_cosine(i / config.steps))
        if pace.step_due(i + 1, config.steps):
            yield Step(i + 1, config.steps, {"loss": loss.item()})

    round_to_stored(model)
    model.eval().requires_grad_(False)
    yield preview(i + 1, model, exhibit, exhibit_hidden, config.target)
    return model, i + 1


def changed(x: Tensor, generator: torch.Generator, mirror: bool) -> Tensor:
    """Half of the clips uint8 (B, C, T, H, W) run backwards; with `mirror` half are mirrored each way, and colours change places."""
    axes = (2, 3, 4) if mirror else (2,)
    for axis in axes:
        turned = (torch.rand(len(x), generator=generator) < 0.5).to(x.device)
        x = torch.where(turned[:, None, None, None, None], x.flip(axis), x)
    if mirror and x.shape[1] > 1:
        channels = torch.rand(len(x), x.shape[1], generator=generator).argsort(dim=1).to(x.device)
        x = x[torch.arange(len(x), device=x.device)[:, None], channels]
    return x


def sampled(which: Tensor, most: int, generator: torch.Generator) -> Tensor:
    """(B, at most `most`): of the indices (B, H) some at random."""
    chosen = torch.rand(which.shape, generator=generator).argsort(dim=1)[:, :most]
    return which.gather(1, chosen)


def preview(i: int, model: VideoAutoencoder, x: Tensor, hidden: Tensor, target: str) -> Preview:
    """A frame of each clip of the exhibit as the model fills it in now; the first preview also holds what it is asked."""
    at = FRAMES // 2
    pictures = {"filled": fill_in(model, x, hidden, target)[:, :, at]}
    if i == 0:
        pictures |= {"original": x[:, :, at], "masked": torch.where(holes_of(hidden), 0.5, x)[:, :, at]}
    return Preview(i, {name: as_bytes(p) for name, p in pictures.items()})


# Measuring -----------------------------------------------------------------------------------------------------------

RATIOS = (0.5, 0.75, 0.9, 0.95, 0.98)
MEASURED_AT = 0.75  # every kind of mask can hide exactly this share
TESTED, TESTED_ELSEWHERE = 300, 100  # held-out clips at the ratio that is quoted, and at the others
PROBED = 1_500  # labelled training clips that a probe learns from, at most


@torch.no_grad()
def measure(model: VideoAutoencoder, config: Config, context: Context) -> Generator[Event, None, dict[str, object]]:
    """Held-out errors of each kind of mask at each ratio, beside two fills that learned nothing; probes of the frozen encoder."""
    stages = Stages(len(KINDS) * len(RATIOS) + 3)
    test = clips.load(config.data, "test", TESTED)
    by_ratio: list[dict[str, Any]] = []
    quoted: dict[str, Tensor] = {}
    for kind in KINDS:
        for ratio in RATIOS:
            count = TESTED if ratio == MEASURED_AT else TESTED_ELSEWHERE
            hidden = hide_cubes(kind, ratio, count, SHAPE, context.generator(f"test masks {kind} {ratio}"))
            errors = []
            for x, h in in_parts(test.frames[:count], hidden, context.device):
                fills = (
                    fill_in(model, x, h, config.target),
                    previous_frame(x, holes_of(h)),
                    clip_mean_fill(x, holes_of(h)),
                )
                errors.append(torch.stack([hidden_mse(x, fill, holes_of(h)) for fill in fills]).cpu())
                yield stages.going()
            each = torch.cat(errors, dim=1)  # (3, count)
            by_ratio.append(
                {"kind": kind, "ratio": exact_share(kind, ratio, SHAPE), "asked": ratio, **errors_told(each)}
            )
            if ratio == MEASURED_AT:
                quoted[kind] = each
            yield stages.over()
    found = {**kinds_told(quoted), "by_ratio": by_ratio, "held_out": TESTED, "held_out_elsewhere": TESTED_ELSEWHERE}
    if config.target == "normalised":
        found["lent"] = yield from lent_told(model, test, context, stages)
    return found | (yield from probes_told(model, config, test, context, stages))


def in_parts(frames: Tensor, hidden: Tensor, device: torch.device, size: int = 25) -> Iterator[tuple[Tensor, Tensor]]:
    """Clips float (B, C, T, H, W) in [0, 1] and their masks (B, N), at most `size` at a time."""
    for x, h in zip(frames.split(size), hidden.split(size), strict=True):
        yield x.to(device).float() / 255, h.to(device)


def errors_told(each: Tensor) -> dict[str, Any]:
    """Means of errors (3, count) of the model, the copy and the mean, and the interval of the model's share of the copy's."""
    model, previous, mean = each.mean(dim=1).tolist()
    return {
        "model": model, "previous": previous, "mean": mean,
        "over_previous": Resampled(each.shape[1]).ratio(each[0], each[1]),
    }  # fmt: skip


def kinds_told(quoted: dict[str, Tensor]) -> dict[str, Any]:
    """Errors by kind of mask at MEASURED_AT, and intervals of what is compared: with the copy, and with the other kinds."""
    seen = Resampled(TESTED)
    told: dict[str, Any] = {}
    for i, name in enumerate(("masked_mse", "previous_frame_mse", "mean_fill_mse")):
        told |= {f"{name}.{kind}": float(each[i].mean()) for kind, each in quoted.items()}
    return told | {
        "masked_interval": {kind: seen.interval(seen.means(each[0])) for kind, each in quoted.items()},
        "previous_interval": {kind: seen.interval(seen.means(each[1])) for kind, each in quoted.items()},
        "over_previous": {kind: seen.ratio(each[0], each[1]) for kind, each in quoted.items()},
        "previous_over_mean": {kind: seen.ratio(each[1], each[2]) for kind, each in quoted.items()},
        "over_agnostic": {kind: seen.difference(each[0], quoted["agnostic"][0]) for kind, each in quoted.items()},
    }


def lent_told(
    model: VideoAutoencoder, test: Clips, context: Context, stages: Stages
) -> Generator[Event, None, dict[str, Any]]:
    """Errors of a normalised prediction by who lends mean and contrast, and of what is lent without any prediction."""
    hidden = hide_cubes("agnostic", MEASURED_AT, TESTED, SHAPE, context.generator(f"test masks agnostic {MEASURED_AT}"))
    rows: dict[str, list[Tensor]] = {}
    for x, h in in_parts(test.frames, hidden, context.device):
        for name, filled in lent_ways(model, x, h).items():
            rows.setdefault(name, []).append(hidden_mse(x, filled, holes_of(h)).cpu())
        yield stages.going()
    each = {name: torch.cat(parts) for name, parts in rows.items()}
    seen = Resampled(TESTED)
    return {
        **{name: float(errors.mean()) for name, errors in each.items()},
        "truth-neighbours": seen.difference(each["truth"], each["neighbours"]),
        "nothing-neighbours": seen.difference(each["nothing"], each["neighbours"]),
    }


def lent_ways(model: VideoAutoencoder, x: Tensor, hidden: Tensor) -> dict[str, Tensor]:
    """Clips filled in by a model of normalised targets: mean and contrast lent by the neighbours, by the truth, and lent by the truth
    to a prediction that is 0 everywhere."""
    asked = indices(hidden)
    mean, _ = lent(x, hidden, "truth")
    flat = take(mean, asked).expand(-1, -1, CUBE_FRAMES * PATCH * PATCH * x.shape[1])
    filled = {lender: fill_in(model, x, hidden, "normalised", lender) for lender in LENDERS}
    return {**filled, "nothing": with_cubes(x, asked, flat)}


def probes_told(
    model: VideoAutoencoder, config: Config, test: Clips, context: Context, stages: Stages
) -> Generator[Event, None, dict[str, Any]]:
    """A linear probe of the frozen encoder, the same network untrained, and raw pixels, for the class and for the direction."""
    labelled = clips.load(config.data, "train", config.clips)
    train, valid = labelled_rows(len(labelled.frames), PROBED)
    parts = labelled.frames[train], labelled.frames[valid], test.frames
    untrained = build(config, context.generator("init")).to(context.device).eval()
    readers: dict[str, Callable[[Tensor], Tensor]] = {"": model.features, "_raw": raw, "_untrained": untrained.features}
    read: dict[str, dict[str, Reading]] = {"class": {}, "heading": {}}
    for name, encoder in readers.items():
        coded = []
        for part in parts:
            rows = []
            for x in part.split(50):
                rows.append(encoder(x.to(context.device).float() / 255))
                yield stages.going()
            coded.append(torch.cat(rows))
        for task, (y, test_y) in {
            "class": (labelled.label, test.label),
            "heading": (labelled.heading, test.heading),
        }.items():
            read[task][name] = linear_probe(Split(coded[0], y[train], coded[1], y[valid], coded[2], test_y))
            yield stages.going()
        yield stages.over()
    seen = Resampled(len(test.label))
    told: dict[str, Any] = {"probe_labels": len(train), "probe_validation": len(valid)}
    for task, readings in read.items():
        told |= {f"probe_{task}{name}": reading.accuracy for name, reading in readings.items()}
        told[f"probe_gains_{task}"] = {
            other: seen.difference(readings[""].right, readings[f"_{other}"].right) for other in ("raw", "untrained")
        }
    return told


def raw(x: Tensor) -> Tensor:
    """Clips (B, C, T, H, W) as numbers (B, T/2 * H * W): gray, the first frame of each cube."""
    return x[:, :, ::CUBE_FRAMES].mean(dim=1).flatten(1)


def warm(model: VideoAutoencoder, config: Config) -> None:
    """One clip through the network."""
    device = next(model.parameters()).device
    x = torch.zeros(1, model.channels, FRAMES, SIDE, SIDE, device=device)
    fill_in(model, x, hide_cubes("agnostic", 0.9, 1, SHAPE, torch.Generator().manual_seed(0)).to(device), config.target)


EXPERIMENT = Experiment(
    name="video_mae",
    version=VERSION,
    title="Masked auto-encoder of clips",
    config=Config,
    data_of=lambda config: config.data,
    build=build,
    train=train,
    warm=warm,
    measure=lambda model, config, context, younger: measure(model, config, context),
    keeps_ages=lambda config: False,
    presets={"quick": {"steps": 150, "clips": 500}},
    baked=({}, {"data": "mnist"}, {"target": "normalised"}),
    metric_names=tuple(
        f"{name}.{kind}" for name in ("masked_mse", "previous_frame_mse", "mean_fill_mse") for kind in KINDS
    ),
)
