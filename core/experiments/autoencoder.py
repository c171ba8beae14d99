"""Auto-encoders of several bottleneck sizes, trained together: how much of a picture fits into m numbers?

Hinton and Salakhutdinov 2006, "Reducing the dimensionality of data with neural networks": an encoder narrows a picture
down to a code of m numbers, a decoder draws it again, and the squared error trains both. The best *linear* pair is PCA
(Baldi and Hornik 1989), which stands beside them. All sizes see the same batches; no weight is shared.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core import data
from core.analysis.intervals import Resampled
from core.analysis.pca import PCA, pca
from core.analysis.probes import Labelled, Reading, linear_probe, nearest_neighbours
from core.data.augment import shift_and_mirror
from core.data.kept import kept
from core.data.pixels import as_bytes, in_batches
from core.events import Event, Outcome, Preview, Step
from core.experiment import BakedMap, Context, Experiment, knob, set_knob
from core.nn.stacked import ALL, Codes, StackedConv, StackedLinear, fold, init, unfold
from core.nn.weights import round_to_stored
from core.training.loop import Meanwhile, Stages, can_fuse, set_rate, steps
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
    pace, meanwhile = Pace(), Meanwhile(context)
    for i in steps(config.steps, context):
        meanwhile.look(i, i / config.steps, model)
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
    yield preview(i + 1, model, exhibit)
    context.learned(i + 1, state)
    metrics = yield from measure(model, config, pictures, context)
    return Outcome(state, metrics, i + 1)


@kept("PCA of pictures", group="results")  # at most 3 MB each
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


PROBED = 4_000  # labelled training pictures that a probe learns from, at most


@torch.no_grad()
def measure(
    model: Autoencoders, config: Config, pictures: data.Images, context: Context
) -> Generator[Event, None, dict[str, object]]:
    """Held-out error, linear probe and nearest neighbours of each size, and the same of PCA and of raw pixels."""
    device, sizes = next(model.parameters()).device, config.sizes
    stages = Stages(2 + len(sizes))
    errors, linear_errors, mean_errors = [], [], []
    for x in in_batches(pictures.test_x, 250, device):
        errors.append((model(x) - x).square().flatten(2).mean(dim=2))
        # In the range of pictures, as it is drawn: the network's sigmoid cannot leave that range either.
        drawn = torch.stack([model.linear(x, size).clamp(0, 1) for size in sizes])
        linear_errors.append((drawn - x).square().flatten(2).mean(dim=2))
        mean_errors.append((x.flatten(1) - model.pca_mean).square().mean(dim=1))
        yield stages.going()
    ours, linears = torch.cat(errors, dim=1).cpu(), torch.cat(linear_errors, dim=1).cpu()  # (S, N) each
    seen = Resampled(len(pictures.test_x))
    yield stages.over()

    labelled = Labelled(pictures, PROBED)
    codes: list[list[Tensor]] = []  # of the three parts, each by size
    for part in labelled.x:
        per_batch = []
        for batch in in_batches(part, 250, device):
            per_batch.append(model.encode(batch))
            yield stages.going()
        codes.append([torch.cat(one) for one in zip(*per_batch, strict=True)])
    linear = linear_code(config.data)
    by_pca = [linear.encode(x) for x in labelled.x]
    raw = linear_probe(labelled.pixels())
    yield stages.going()
    raw_knn = nearest_neighbours(labelled.pixels())
    yield stages.over()
    probe: dict[int, Reading] = {}
    knn: dict[int, Reading] = {}
    pca_probe: dict[int, Reading] = {}
    for i, size in enumerate(sizes):
        coded = labelled.split([part[i] for part in codes])
        probe[size] = linear_probe(coded)
        knn[size] = nearest_neighbours(coded)
        yield stages.going()
        pca_probe[size] = linear_probe(labelled.split([part[:, :size] for part in by_pca]))
        yield stages.over()
    pairs = [(small, large) for small in sizes for large in sizes if small < large]
    return {
        "sizes": list(sizes),
        "test_mse": {str(size): float(error.mean()) for size, error in zip(sizes, ours, strict=True)},
        "pca_mse": {str(size): float(error.mean()) for size, error in zip(sizes, linears, strict=True)},
        "over_pca": {str(size): seen.ratio(ours[i], linears[i]) for i, size in enumerate(sizes)},
        "mean_image_mse": float(torch.cat(mean_errors).mean()),
        "probe_accuracy": {str(size): read.accuracy for size, read in probe.items()},
        "probe_interval": {str(size): seen.difference(read.right, raw.right) for size, read in probe.items()},
        "probe_gains": {f"{a}-{b}": seen.difference(probe[b].right, probe[a].right) for a, b in pairs},
        "knn_accuracy": {str(size): read.accuracy for size, read in knn.items()},
        "knn_interval": {str(size): seen.difference(read.right, raw_knn.right) for size, read in knn.items()},
        "pca_probe_accuracy": {str(size): read.accuracy for size, read in pca_probe.items()},
        "probe_accuracy_raw": raw.accuracy,
        "knn_accuracy_raw": raw_knn.accuracy,
        "probe_penalty": {str(size): read.chosen["penalty"] for size, read in probe.items()},
        "probe_penalty_raw": raw.chosen["penalty"],
        "knn_chosen": {str(size): read.chosen for size, read in knn.items()},
        "knn_chosen_raw": raw_knn.chosen,
        "held_out": len(pictures.test_x),
        "probe_labels": len(labelled.x[0]),
        "probe_validation": len(labelled.x[1]),
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
    measure=lambda model, config, context, younger: measure(model, config, data.load(config.data), context),
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
