"""Auto-encoders of several bottleneck sizes, trained together: how much of a picture fits into m numbers?

Hinton and Salakhutdinov 2006, "Reducing the dimensionality of data with neural networks": an encoder narrows a picture
down to a code of m numbers, a decoder draws it again, and the squared error trains both. The best *linear* pair is PCA
(Baldi and Hornik 1989), which stands beside them. All sizes see the same batches; no weight is shared.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core import data
from core.analysis.pca import PCA, pca, reconstruction_mse
from core.analysis.probes import Split, knn_accuracy, linear_probe
from core.data.augment import shift_and_mirror
from core.data.pixels import as_bytes, in_batches
from core.events import Event, Outcome, Preview, Step
from core.experiment import BakedMap, Context, Experiment, knob, set_knob
from core.nn.stacked import ALL, Codes, StackedConv, StackedLinear, fold, init, unfold
from core.nn.weights import round_to_stored
from core.training.loop import Stages, can_fuse, set_rate
from core.training.pace import Pace
from core.training.schedule import warm_cosine

VERSION = 1
SIZES = (1, 2, 4, 8, 16, 32, 64, 128)


@dataclass(frozen=True)
class Config:
    data: str = knob("fashion", "Pictures", ("fashion", "mnist", "openmoji", "shapes"))
    encoder: str = knob("conv", "Network", ("conv", "mlp"), help="conv: two convolutions; mlp: two dense layers.")
    sizes: tuple[int, ...] = set_knob(SIZES, "Bottleneck sizes", SIZES, help="Trained together, in one run.")
    width: int = knob(128, "Width", (64, 128, 256), help="Hidden units; a convolution has a 16th and an 8th of it.")
    steps: int = knob(8000, "Training steps", (100, 400, 1500, 3000, 8000, 20000), unit="batches of 32")


class Autoencoders(nn.Module):
    """One auto-encoder a size. Pictures are float tensors (B, C, side, side) in [0, 1]; S is the number of sizes.

    mlp:  pixels -> width -> m -> width -> pixels
    conv: pixels -> width/16 maps -> width/8 maps -> m -> width/8 maps -> width/16 maps -> pixels

    The module carries the PCA of its training pictures as well, so that both can be drawn side by side.
    """

    def __init__(self, kind: str, sizes: Sequence[int], channels: int, side: int, width: int):
        super().__init__()
        self.kind, self.sizes, self.shape = kind, tuple(sizes), (channels, side, side)
        S, pixels = len(self.sizes), channels * side * side
        if kind == "mlp":
            self.first, self.last = StackedLinear(S, pixels, width), StackedLinear(S, width, pixels)
            features = width
        else:
            narrow, wide = width // 16, width // 8
            self.maps = (wide, side // 4, side // 4)
            self.first = StackedConv(S, channels, narrow, shared=True)
            self.second = StackedConv(S, narrow, wide)
            self.third = StackedConv(S, wide, narrow, up=True)
            self.last = StackedConv(S, narrow, channels, up=True)
            features = wide * (side // 4) ** 2
        self.codes = Codes(self.sizes, features)
        self.register_buffer("pca_mean", torch.zeros(pixels))
        self.register_buffer("pca_components", torch.zeros(max(SIZES), pixels))

    def at(self, size: int) -> slice:
        """What `encode` and `decode` take as `which` to compute one size alone. Raises ValueError for another size."""
        i = self.sizes.index(size)
        return slice(i, i + 1)

    def encode(self, x: Tensor, which: slice = ALL) -> list[Tensor]:
        """One code (B, m) a size."""
        if self.kind == "mlp":
            return self.codes.encode(F.relu(self.first(x.flatten(1), which)), which)
        x = F.relu(self.second(F.relu(self.first(x.contiguous(memory_format=torch.channels_last), which)), which))
        return self.codes.encode(unfold(x, len(self.sizes[which])).flatten(2), which)

    def decode(self, codes: list[Tensor], which: slice = ALL) -> Tensor:
        """Pictures (S, B, C, side, side) in (0, 1) from one code (B, m) a size."""
        x = F.relu(self.codes.decode(codes, which))
        if self.kind == "mlp":
            x = self.last(x, which)
        else:
            x = self.last(F.relu(self.third(fold(x.unflatten(2, self.maps)), which)), which)
            x = unfold(x, len(self.sizes[which]))
        return torch.sigmoid(x).reshape(len(codes), -1, *self.shape)

    def forward(self, x: Tensor) -> Tensor:
        return self.decode(self.encode(x))

    def linear(self, x: Tensor, size: int) -> Tensor:
        """What PCA makes of the pictures with `size` numbers each, (B, C, side, side), not clipped."""
        directions = self.pca_components[:size]
        codes = (x.flatten(1) - self.pca_mean) @ directions.T
        return (codes @ directions + self.pca_mean).unflatten(1, self.shape)


def loss(y: Tensor, x: Tensor) -> Tensor:
    """The mean squared error of each network, summed: a gradient reaches its own network alone.

    y: (S, B, C, side, side), x: (B, C, side, side). In one pass, since this is where memory is moved most.
    """
    return F.mse_loss(y, x.expand_as(y), reduction="sum") / x.numel()


@torch.no_grad()
def loss_by_size(y: Tensor, x: Tensor) -> list[float]:
    """The terms of `loss`, one a network."""
    return (y - x).square().flatten(1).mean(dim=1).tolist()


def build(config: Config, generator: torch.Generator | None = None) -> Autoencoders:
    """An untrained model. Every size draws its weights whether it is asked for or not, so that a network's first
    weights do not depend on the company it is trained in."""
    channels, side = CHANNELS_AND_SIDE[config.data]
    model = Autoencoders(config.encoder, config.sizes, channels, side, config.width)
    names = ("first", "last") if config.encoder == "mlp" else ("first", "second", "third", "last")
    features = model.codes.encode_weight.shape[1]
    for size in SIZES:
        i = config.sizes.index(size) if size in config.sizes else None
        for layer in (getattr(model, name) for name in names):
            draw = torch.empty(layer.weight.shape[1:])
            kernel = draw[0, 0].numel() if draw.ndim == 4 else 1
            init(draw, draw.shape[0] * kernel, draw.shape[1] * kernel, generator)
            if i is not None:
                layer.weight.data[i] = draw
        for weight in (model.codes.encode_weight, model.codes.decode_weight):
            draw = torch.empty(size, features)
            init(draw, features, size, generator)
            if i is not None:
                weight.data.split(config.sizes)[i].copy_(draw)
    return model


CHANNELS_AND_SIDE = {"fashion": (1, 28), "mnist": (1, 28), "openmoji": (3, 32), "shapes": (3, 32)}
BATCH = 32
LEARNING_RATE = 3e-3
EXHIBITED = 6  # the first held-out pictures are what previews show
SHOWN_LINEAR = 8  # the number of components in the preview's row of PCA


def train(config: Config, context: Context) -> Generator[Event, None, Outcome]:
    """Train all sizes on the same batches; yields Step and Preview, returns the Outcome."""
    pictures, device = data.load(config.data), context.device
    train_x = pictures.train_x.to(device)
    model = build(config, context.generator("init")).to(device)
    linear = linear_code(config.data)
    model.pca_mean.copy_(linear.mean / 255)
    model.pca_components.copy_(linear.components)
    optimiser = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE, betas=(0.9, 0.99), fused=can_fuse(device))
    order, shifts = (context.generator(purpose) for purpose in ("order", "augmentation"))
    exhibit = pictures.test_x[:EXHIBITED].to(device).float() / 255
    pace = Pace()
    for i in range(config.steps):
        if pace.preview_due(i):
            yield preview(i, model, exhibit)
        set_rate(optimiser, LEARNING_RATE * warm_cosine(i / config.steps))
        x = train_x[torch.randint(len(train_x), (BATCH,), generator=order).to(device)]
        if config.data == "openmoji":  # the smallest set by far: without this, large codes learn it by heart
            x = shift_and_mirror(x, shifts, mirror=True)
        x = x.float() / 255
        y = model(x)
        optimiser.zero_grad(set_to_none=True)
        loss(y, x).backward()
        optimiser.step()
        if pace.step_due(i + 1, config.steps):
            by_size = loss_by_size(y, x)
            each = {f"loss_{size}": error for size, error in zip(config.sizes, by_size, strict=True)}
            yield Step(i + 1, config.steps, {"loss": sum(by_size) / len(by_size), **each})

    state = round_to_stored(model)
    model.eval().requires_grad_(False)
    yield preview(config.steps, model, exhibit)
    metrics = yield from measure(model, config, pictures)
    return Outcome(state, metrics, config.steps)


@lru_cache(maxsize=4)  # at most 3 MB each; the worker, which has no budget, needs them too
def linear_code(name: str) -> PCA:
    """The PCA of a data set's training pictures, in units of their bytes (0 to 255)."""
    return pca(data.load(name).train_x, max(SIZES))


@torch.no_grad()
def preview(i: int, model: Autoencoders, x: Tensor) -> Preview:
    """The exhibit as each size draws it now; the first preview also holds the truth and PCA."""
    found = {f"{size} number{'s' if size > 1 else ''}": y for size, y in zip(model.sizes, model(x), strict=True)}
    if i == 0:
        found |= {"original": x, f"PCA, {SHOWN_LINEAR} numbers": model.linear(x, SHOWN_LINEAR)}
    return Preview(i, {name: as_bytes(y) for name, y in found.items()})


PROBED = 4_000  # labelled training pictures for the probes, and at most as many held-out ones to score them


@torch.no_grad()
def measure(model: Autoencoders, config: Config, pictures: data.Images) -> Generator[Event, None, dict[str, object]]:
    """Held-out error, linear probe and nearest neighbours of each size, and the same of PCA and of raw pixels."""
    device, sizes = next(model.parameters()).device, config.sizes
    stages = Stages(2 + len(sizes))
    test_x = pictures.test_x.to(device)
    errors = []
    for x in in_batches(test_x, 250):
        errors.append((model(x) - x).square().flatten(2).mean(dim=2))
        yield stages.going()
    test_mse = torch.cat(errors, dim=1).mean(dim=1).tolist()
    yield stages.over()
    linear = linear_code(config.data)
    pca_mse = reconstruction_mse(linear, pictures.test_x, (0, *sizes))
    yield stages.over()

    labelled = pictures.train_x[:PROBED].to(device), test_x[:PROBED]
    labels = pictures.train_y[:PROBED], pictures.test_y[:PROBED]

    def split(train_x: Tensor, test_x: Tensor) -> Split:
        return Split(train_x, labels[0], test_x, labels[1])

    codes: list[list[Tensor]] = [[], []]
    for part, x in enumerate(labelled):
        per_batch = []
        for batch in in_batches(x, 250):
            per_batch.append(model.encode(batch))
            yield stages.going()
        codes[part] = [torch.cat(one) for one in zip(*per_batch, strict=True)]
    probe, knn, pca_probe = {}, {}, {}
    flat = split(*(x.flatten(1).float() / 255 for x in labelled))
    by_pca = [linear.encode(x) for x in labelled]
    for i, size in enumerate(sizes):
        coded = split(codes[0][i], codes[1][i])
        probe[str(size)] = linear_probe(coded)
        knn[str(size)] = knn_accuracy(coded, cosine=False)
        pca_probe[str(size)] = linear_probe(split(by_pca[0][:, :size], by_pca[1][:, :size]))
        yield stages.over()
    raw = {
        "probe_accuracy_raw": linear_probe(flat),
        "knn_accuracy_raw": knn_accuracy(flat, cosine=False),
    }
    return {
        "sizes": list(sizes),
        "test_mse": {str(size): mse for size, mse in zip(sizes, test_mse, strict=True)},
        "pca_mse": {str(size): pca_mse[size] / 255**2 for size in sizes},
        "mean_image_mse": pca_mse[0] / 255**2,
        "probe_accuracy": probe,
        "knn_accuracy": knn,
        "pca_probe_accuracy": pca_probe,
        **raw,
        "held_out": len(test_x),
        "probe_labels": len(labels[0]),
    }


MAPPED = 1_500  # held-out pictures whose codes are drawn as a map
COMPARED, COMPARED_SIZE = 10_000, 32  # of the map beside that of contrastive learning


@torch.no_grad()
def maps(model: Autoencoders, config: Config, younger: Mapping[int, Autoencoders]) -> Iterator[BakedMap]:
    """Codes of the first held-out pictures, of each size that needs a projection to be drawn in the plane; and of more
    pictures for the comparison with contrastive learning."""
    x = data.load(config.data).test_x.to(next(model.parameters()).device)

    def codes(size: int, count: int) -> Tensor:
        return torch.cat([model.encode(part, model.at(size))[0].cpu() for part in in_batches(x[:count], 250)])

    for size in config.sizes:
        if size > 2:
            yield BakedMap(str(size), codes(size, MAPPED))
    if config == Config(data=config.data):
        yield BakedMap("map", codes(COMPARED_SIZE, COMPARED), settings={"quick": True})


def warm(model: Autoencoders, config: Config) -> None:
    """One picture there and back, in all sizes and in one."""
    x = data.load(config.data).test_x[:1].float().to(next(model.parameters()).device) / 255
    model(x)
    one = model.at(model.sizes[0])
    model.decode(model.encode(x, one), one)


EXPERIMENT = Experiment(
    name="autoencoder",
    version=VERSION,
    title="Auto-encoders",
    config=Config,
    data_of=lambda config: config.data,
    build=build,
    train=train,
    warm=warm,
    keeps_ages=lambda config: False,
    maps=maps,
    presets={"quick": {"steps": 400}},
    baked=(
        {"data": "fashion"}, {"data": "mnist"}, {"data": "openmoji"}, {"data": "shapes"},
        {"data": "fashion", "encoder": "mlp"}, {"data": "mnist", "encoder": "mlp"},
    ),
    metric_names=(
        "sizes", "test_mse", "pca_mse", "mean_image_mse", "probe_accuracy", "knn_accuracy",
    ),
)  # fmt: skip
