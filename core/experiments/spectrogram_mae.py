"""A masked auto-encoder of sound: the network of `mae` on log-mel spectrograms, whose patches are 8 bands by 8 frames.

Huang et al. 2022, "Masked autoencoders that listen", section 3: a spectrogram is a picture, most of its patches are hidden, and the loss is taken on
those alone. The sounds are made by this project (`core.data.sounds`). Errors are mean squares of levels from 0 to 1 (60 dB), on hidden patches alone.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import torch
from torch import Tensor

from core.analysis.fills import masked_mse, mean_fill, neighbour_fill
from core.analysis.intervals import Resampled
from core.data import sounds
from core.data.kept import kept
from core.data.pixels import as_bytes, in_batches
from core.events import Event, Outcome, Preview, Step
from core.experiment import Context, Experiment, knob
from core.experiments.mae import MaskedAutoencoder, decoder_width, draw_weights, fill_in, loss_and_prediction
from core.nn.masks import SAMPLINGS, hidden_count, hide, scores
from core.nn.mel import BANDS, spectrogram
from core.nn.patches import mask_to_pixels
from core.nn.weights import round_to_stored
from core.training.loop import Meanwhile, Stages, adamw, set_rate, steps
from core.training.pace import Pace
from core.training.schedule import warm_cosine

VERSION = 1
PATCH = 8  # bands and frames
N = BANDS // PATCH  # patches a side


@dataclass(frozen=True)
class Config:
    mask_ratio: float = knob(0.75, "Hidden in training", (0.25, 0.5, 0.75, 0.9), help="Share of patches hidden.")
    sampling: str = knob("random", "Hidden how", SAMPLINGS)
    width: int = knob(64, "Width", (32, 64, 96), help="Numbers a patch token carries in the encoder.")
    depth: int = knob(3, "Encoder depth", (1, 2, 3, 4), help="Transformer blocks in the encoder.")
    decoder_depth: int = knob(2, "Decoder depth", (1, 2), help="Transformer blocks in the decoder.")
    steps: int = knob(2500, "Training steps", (40, 400, 1000, 2500, 6000), unit="batches of 32")


class SpectrogramAutoencoder(MaskedAutoencoder):
    """The network of `mae` with larger patches. Spectrograms are float (B, 1, BANDS, FRAMES) in [0, 1]."""

    patch = PATCH


def build(config: Config, generator: torch.Generator | None = None) -> SpectrogramAutoencoder:
    """An untrained network."""
    wide = decoder_width(config.width)
    model = SpectrogramAutoencoder(1, BANDS, config.width, config.depth, wide, config.decoder_depth)
    draw_weights(model, generator)
    return model


@kept("Spectrograms of sounds")
def spectrograms(part: str) -> Tensor:
    """All sounds of a part, "train" or "test", as uint8 (count, 1, BANDS, FRAMES); a few seconds at the first call."""
    count = sounds.COUNTS[part]
    parts = [spectrogram(sounds.waves(part, range(i, min(i + 100, count)))) for i in range(0, count, 100)]
    return (torch.cat(parts) * 255).round().to(torch.uint8)


BATCH, LEARNING_RATE = 32, 3e-3
EXHIBITED = 5  # the first held-out sounds, one of each kind, are what previews show


def train(config: Config, context: Context) -> Generator[Event, None, Outcome]:
    """Train on random hidden patches, each sound shifted in time; yields Step and Preview, returns the Outcome."""
    device = context.device
    train_x, test_x = (spectrograms(part).to(device) for part in ("train", "test"))
    model = build(config, context.generator("init")).to(device)
    visible = N * N - hidden_count(config.mask_ratio, N * N)
    optimiser = adamw(model, LEARNING_RATE, decay=0.05, betas=(0.9, 0.95))
    order, masks, shifts = (context.generator(purpose) for purpose in ("order", "masks", "shifts"))
    exhibit = test_x[:EXHIBITED].float() / 255
    exhibit_hidden = hide("random", MEASURED_AT, EXHIBITED, N, context.generator("exhibit")).to(device)
    pace, meanwhile = Pace(), Meanwhile(context)
    for i in steps(config.steps, context):
        meanwhile.look(i, i / config.steps, model)
        if pace.preview_due(i):
            yield preview(i, model, exhibit, exhibit_hidden)
        set_rate(optimiser, LEARNING_RATE * warm_cosine(i / config.steps))
        x = train_x[torch.randint(len(train_x), (BATCH,), generator=order).to(device)].float() / 255
        x = shifted(x, shifts)
        noise = scores(config.sampling, BATCH, N, masks).to(device)
        loss, _ = loss_and_prediction(model, x, noise, visible, "pixels")
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        if pace.step_due(i + 1, config.steps):
            yield Step(i + 1, config.steps, {"loss": loss.item()})

    state = round_to_stored(model)
    model.eval().requires_grad_(False)
    yield preview(i + 1, model, exhibit, exhibit_hidden)
    context.learned(i + 1, state)
    metrics = yield from measure(model, context)
    return Outcome(state, metrics, i + 1)


def shifted(x: Tensor, generator: torch.Generator) -> Tensor:
    """Each spectrogram (B, 1, BANDS, FRAMES) later by 0 to 12 frames (0.2 s), with silence before it."""
    by = torch.randint(13, (len(x), 1, 1, 1), generator=generator).to(x.device)
    frames = torch.arange(x.shape[3], device=x.device)
    from_frame = (frames - by).expand_as(x)
    return x.gather(3, from_frame.clamp(min=0)) * (from_frame >= 0)


def preview(i: int, model: SpectrogramAutoencoder, x: Tensor, hidden: Tensor) -> Preview:
    """The exhibit as the model fills it in now; the first preview also holds what it is asked."""
    holes = mask_to_pixels(hidden, PATCH)
    pictures = {"filled": torch.where(holes, fill_in(model, x, hidden, "pixels"), x)}
    if i == 0:
        pictures |= {"original": x, "masked": torch.where(holes, 0.5, x)}
    return Preview(i, {name: as_bytes(p) for name, p in pictures.items()})


# Measuring ---------------------------------------------------------------------------------------------------------

RATIOS = (0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
MEASURED_AT = 0.75


@torch.no_grad()
def measure(model: SpectrogramAutoencoder, context: Context) -> Generator[Event, None, dict[str, object]]:
    """Held-out errors at each share hidden, beside two fills that learned nothing; and by the kind of sound."""
    device = next(model.parameters()).device
    test_x, stages = spectrograms("test"), Stages(len(RATIOS))
    seen, by_ratio, at_quoted = Resampled(len(test_x)), [], None
    for ratio in RATIOS:
        hidden = hide("random", ratio, len(test_x), N, context.generator(f"test masks {ratio}"))
        errors = []
        for x, h in zip(in_batches(test_x, 100, device), hidden.to(device).split(100), strict=True):
            fills = (fill_in(model, x, h, "pixels"), mean_fill(x, h, PATCH), neighbour_fill(x, h, PATCH))
            errors.append(torch.stack([masked_mse(x, fill, h, PATCH) for fill in fills]))
            yield stages.going()
        each = torch.cat(errors, dim=1).cpu()  # (3, N)
        names = ("model", "mean", "neighbour")
        by_ratio.append({
            "ratio": ratio, **dict(zip(names, each.mean(dim=1).tolist(), strict=True)),
            "over_mean": seen.ratio(each[0], each[1]), "over_neighbour": seen.ratio(each[0], each[2]),
        })  # fmt: skip
        at_quoted = each if ratio == MEASURED_AT else at_quoted
        yield stages.over()
    quoted = by_ratio[RATIOS.index(MEASURED_AT)]
    kinds = {kind: at_quoted[:, i :: len(sounds.KINDS)].mean(dim=1).tolist() for i, kind in enumerate(sounds.KINDS)}
    return {
        "masked_mse": quoted["model"],
        "mean_fill_mse": quoted["mean"],
        "neighbour_fill_mse": quoted["neighbour"],
        "by_ratio": by_ratio,
        "by_kind": kinds,
        "held_out": len(test_x),
    }


def warm(model: SpectrogramAutoencoder, config: Config) -> None:
    """One spectrogram through the network."""
    hidden = torch.zeros(1, N * N, dtype=torch.bool)
    hidden[:, ::2] = True
    device = next(model.parameters()).device
    fill_in(model, torch.zeros(1, 1, BANDS, BANDS, device=device), hidden.to(device), "pixels")


EXPERIMENT = Experiment(
    name="spectrogram_mae",
    version=VERSION,
    title="Masked auto-encoder of sound",
    config=Config,
    data_of=lambda config: "none",  # the sounds are part of the program: VERSION stands for them
    build=build,
    train=train,
    warm=warm,
    measure=lambda model, config, context, younger: measure(model, context),
    keeps_ages=lambda config: False,
    presets={"quick": {"depth": 1, "decoder_depth": 1, "width": 32, "steps": 400}},
    baked=({}, {"mask_ratio": 0.5}, {"mask_ratio": 0.9}),
    metric_names=("masked_mse", "mean_fill_mse", "neighbour_fill_mse"),
)
