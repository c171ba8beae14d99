"""A training step of contrastive learning, views included, against lightly's: how many pictures a second?

python -m benchmarks.simclr                            # Fashion-MNIST, the default setting
python -m benchmarks.simclr --data openmoji            # 32 x 32 pixels in colour, with gray views as in the paper

Both sides train the same network from the same first weights, with the same batch and optimiser. The lab makes the views
of a whole batch at once, in the process that trains; lightly's side is as its documentation shows it: a Dataset of PIL
pictures, SimCLRTransform, a DataLoader with a process a core, and NTXentLoss. Blocks of steps take turns in one run; each
begins with steps that do not count, in which the loader's queue empties or fills. A table says what the views alone cost.
"""

from __future__ import annotations

import argparse
import dataclasses
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from benchmarks.common import finish, load, say
from core import data
from core import device as devices
from core.compat import torchvision
from core.experiment import Context
from core.experiments import simclr
from core.nn.contrast import nt_xent
from core.nn.views import BLUR, BLURRED, JITTERED, Augment, views

torchvision()  # lightly and kornia import it, and beside a CPU build of torch that needs care
import kornia.augmentation as K  # noqa: E402
from lightly.loss import NTXentLoss  # noqa: E402
from lightly.transforms.simclr_transform import SimCLRTransform, SimCLRViewTransform  # noqa: E402
from PIL import Image  # noqa: E402
from torch.utils.data import DataLoader, Dataset  # noqa: E402

TARGET = 3.0
VIEWS, TURNS = 512, 5  # of the table: views made at once (a batch of 256), and how often


class Pictures(Dataset):
    """Two views of each picture (uint8 (N, C, H, W)), which is an Image first, as in torchvision's data sets."""

    def __init__(self, x: Tensor, transform: Callable[[Image.Image], list[Tensor]]):
        self.arrays = x.permute(0, 2, 3, 1).squeeze(3).contiguous().numpy()
        self.transform = transform

    def __len__(self) -> int:
        return len(self.arrays)

    def __getitem__(self, i: int) -> list[Tensor]:
        return self.transform(Image.fromarray(self.arrays[i]))


def strengths(augment: Augment, side: int) -> dict[str, Any]:
    """The lab's strengths as lightly's options. It has no cutout and no noise, which are the lab's alone to pay for."""
    return {
        "input_size": side, "min_scale": 1 - 0.92 * augment.crop, "hf_prob": augment.flip / 2, "cj_prob": JITTERED,
        "cj_strength": augment.colour, "random_gray_scale": augment.gray, "normalize": None,
        "gaussian_blur": BLURRED if augment.blur else 0.0, "sigmas": (1e-3, max(augment.blur * BLUR * side, 1e-3)),
        "rr_prob": float(augment.rotation > 0), "rr_degrees": 90 * augment.rotation,
    }  # fmt: skip


def our_losses(config: simclr.Config, model: simclr.Contrastive, x: Tensor) -> Iterator[Tensor]:
    """The loss of one batch after another, by the parts of the experiment."""
    context, augment = Context(x.device, 0), simclr.augment_of(config)
    changes, labels = context.generator("views"), torch.zeros(config.batch, dtype=torch.int64)
    for chosen in simclr.endless_batches(len(x), config.batch, context.generator("order")):
        batch = x[chosen.to(x.device)].float() / 255
        yield simclr.step_loss(model, batch, labels, config, augment, changes)


def peer_losses(config: simclr.Config, model: simclr.Contrastive, x: Tensor, workers: int) -> Iterator[Tensor]:
    """The same by lightly; its views are made in other processes while this one trains."""
    transform = SimCLRTransform(**strengths(simclr.augment_of(config), x.shape[-1]))
    loader = DataLoader(
        Pictures(x.cpu(), transform), config.batch, shuffle=True, drop_last=True, num_workers=workers,
        persistent_workers=workers > 0, pin_memory=x.is_cuda,
    )  # fmt: skip
    loss = NTXentLoss(temperature=config.temperature)
    while True:
        for one, two in loader:
            seen = torch.cat([one, two]).to(x.device, non_blocking=True)
            yield loss(*model(seen)[1].chunk(2))


class Side:
    """A network and its optimiser; `losses` gives the loss of each batch with its views."""

    def __init__(
        self, config: simclr.Config, device: torch.device, losses: Callable[..., Iterator[Tensor]], *args: Any
    ):
        self.model, self.batch = simclr.build(config, Context(device, 0).generator("init")).to(device), config.batch
        self.losses = losses(config, self.model, *args)
        self.optimiser = torch.optim.AdamW(
            self.model.parameters(), simclr.LEARNING_RATE, weight_decay=simclr.WEIGHT_DECAY, fused=device.type != "mps"
        )
        self.last = float("nan")

    def steps(self, count: int) -> float:
        """Seconds of so many steps: views, forward, loss, backward, optimiser."""
        began = time.perf_counter()
        for _ in range(count):
            loss = next(self.losses)
            self.optimiser.zero_grad(set_to_none=True)
            loss.backward()
            self.optimiser.step()
        self.last = loss.item()  # waits for the device
        return time.perf_counter() - began

    def speed(self, warm: int, count: int) -> float:
        """Pictures a second, after `warm` steps that do not count."""
        self.steps(warm)
        return self.batch * count / self.steps(count)


def training(config: simclr.Config, device: torch.device, workers: int, steps: int, pairs: int) -> dict[str, Any]:
    """{"lab": [pictures a second, one a pair], "lightly": [...], "loss": {side: the last one}}"""
    x = data.load(config.data).train_x.to(device)
    sides = {
        "lab": Side(config, device, our_losses, x),
        "lightly": Side(config, device, peer_losses, x, workers),
    }
    warm = 3 * workers + 5  # a loader keeps two batches a worker ready
    found: dict[str, Any] = {name: [] for name in sides}
    for pair in range(pairs):
        for name in list(sides)[:: -1 if pair % 2 else 1]:  # neither is always the first
            found[name].append(round(sides[name].speed(warm, steps)))
            say(f"pair {pair}, {name}: {found[name][-1]:,} pictures/s, loss {sides[name].last:.2f}")
    return {**found, "loss": {name: round(side.last, 3) for name, side in sides.items()}}


def alone(name: str, augment: Augment) -> dict[str, list[float]]:
    """Milliseconds for VIEWS views in colour, without a network: crop, mirror, jitter with hue, gray; by side, one a turn."""
    x = data.load(name).train_x[:VIEWS]
    x = x.expand(-1, 3, -1, -1).contiguous()
    side, s, floats = x.shape[-1], augment.colour, x.float() / 255
    augment = dataclasses.replace(augment.only("crop", "flip", "colour"), gray=0.2)
    options = strengths(augment, side)
    batched = K.AugmentationSequential(
        K.RandomResizedCrop((side, side), scale=(options["min_scale"], 1.0), ratio=(3 / 4, 4 / 3)),
        K.RandomHorizontalFlip(p=options["hf_prob"]),
        K.ColorJitter(0.8 * s, 0.8 * s, 0.8 * s, 0.2 * s, p=JITTERED),
        K.RandomGrayscale(p=augment.gray),
        data_keys=["input"],
    )
    single = Pictures(x, SimCLRViewTransform(**options))
    generator = torch.Generator().manual_seed(0)
    makers: dict[str, Callable[[], Tensor]] = {
        "lab": lambda: views(floats, augment, generator),
        "kornia": lambda: batched(floats),
        "lightly": lambda: torch.stack([single[i] for i in range(len(x))]),
    }
    found: dict[str, list[float]] = {maker: [] for maker in makers}
    for turn in range(TURNS + 1):
        for maker, make in makers.items():
            began = time.perf_counter()
            seen = make()
            seconds = time.perf_counter() - began
            if seen.shape != x.shape:
                raise RuntimeError(f"{maker} made views of another shape: {tuple(seen.shape)}")
            if turn:  # the first is for warming up
                found[maker].append(round(1000 * seconds, 2))
    return found


def loss_alone(config: simclr.Config) -> dict[str, float]:
    """The largest difference between both sides' loss on the same embeddings, and the loss: a check of what is compared."""
    z = torch.randn(2, config.batch, simclr.Z, generator=torch.Generator().manual_seed(0))
    ours, theirs = nt_xent(*z, config.temperature), NTXentLoss(temperature=config.temperature)(*z)
    return {"lab": round(float(ours), 6), "lightly": round(float(theirs), 6)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", choices=("fashion", "openmoji", "shapes"), default="fashion", help="default fashion")
    parser.add_argument("--steps", type=int, default=60, help="of each block (default 60)")
    parser.add_argument("--pairs", type=int, default=3, help="blocks of each side (default 3)")
    parser.add_argument("--threads", type=int, default=devices.core_count(), help="of torch (default: all cores)")
    parser.add_argument(
        "--workers", type=int, default=devices.core_count(), help="of lightly's loader (default: a core each)"
    )
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    config, device = simclr.Config(data=args.data), devices.best_device()
    if data.load(args.data).channels == 3:
        config = dataclasses.replace(config, more=(*config.more, "gray"))

    result: dict[str, Any] = {
        "load_before": load(), "config": dataclasses.asdict(config), "device": devices.describe(device),
        "threads": args.threads, "workers": args.workers, "loss_of_the_same_embeddings": loss_alone(config),
    }  # fmt: skip
    result["pictures_per_second"] = rows = training(config, device, args.workers, args.steps, args.pairs)
    ratios = [a / b for a, b in zip(rows["lab"], rows["lightly"], strict=True)]
    ratio = statistics.median(ratios)
    result["ratio"] = {"median": round(ratio, 3), "min": round(min(ratios), 3), "max": round(max(ratios), 3)}
    say("the views alone")
    result["views_ms"] = alone(args.data, simclr.augment_of(config))
    medians = {name: statistics.median(values) for name, values in result["views_ms"].items()}

    both = {name: statistics.median(rows[name]) for name in ("lab", "lightly")}
    lines = [
        f"{args.data}, {', '.join(('crop', 'colour', *config.more))}; batch {config.batch}, {result['device']}, "
        f"{args.threads} thread(s); lightly has {args.workers} more process(es), and no cutout",
        "",
        *(f"{name:8} {speed:8,.0f} pictures/s ({min(rows[name]):,} to {max(rows[name]):,})" for name, speed in both.items()),
        f"the lab trains {ratio:.2f} × as fast ({min(ratios):.2f} to {max(ratios):.2f}; target ≥ {TARGET:g} ×: "
        f"{'met' if ratio >= TARGET else 'MISSED'})",
        "",
        f"{VIEWS} views alone, in colour (crop, mirror, jitter with hue, gray), one process:",
        *(f"{name:8} {value:8.1f} ms = {value / medians['lab']:.1f} × the lab's" for name, value in medians.items()),
    ]  # fmt: skip
    finish(result, lines, args.json)


if __name__ == "__main__":
    main()
