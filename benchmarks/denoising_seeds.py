"""How much the share of noise that the over-complete network fails to copy differs between trainings: docs/LOG.md quotes it.

python -m benchmarks.denoising_seeds --seeds 4         # 4,000 steps of that network alone; a minute a training on one thread
"""

from __future__ import annotations

import argparse

import torch
from torch.nn import functional as F

from core import data
from core.data.augment import shift_and_mirror
from core.experiment import Context
from core.experiments import denoising
from core.training.loop import set_rate
from core.training.schedule import warm_cosine


def ratio(config: denoising.Config, seed: int) -> float:
    """The metric `overcomplete.noise_copy_ratio` of one training: the network shares no weight and no gradient with the others."""
    context, x = Context(torch.device("cpu"), seed), data.load(config.data).train_x
    network = denoising.build(config, context.generator("init")).overcomplete
    optimiser = torch.optim.Adam(network.parameters(), lr=denoising.LEARNING_RATE, betas=(0.9, 0.99), fused=True)
    order, shifts = context.generator("order"), context.generator("augmentation")
    for i in range(config.steps):
        set_rate(optimiser, denoising.LEARNING_RATE * warm_cosine(i / config.steps))
        batch = x[torch.randint(len(x), (denoising.BATCH,), generator=order)]
        if config.data == "openmoji":
            batch = shift_and_mirror(batch, shifts, mirror=True)
        batch = batch.float() / 255
        optimiser.zero_grad(set_to_none=True)
        F.mse_loss(network(batch), batch).backward()
        optimiser.step()
    noise = denoising.noise_images(denoising.NOISE_IMAGES, tuple(x.shape[1:]), context.generator("noise images"))
    with torch.no_grad():
        return float((network(noise) - noise).square().mean() / noise.var())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--data", default="mnist-shapes-openmoji-fashion")
    args = parser.parse_args()
    torch.set_num_threads(1)
    for name in args.data.split("-"):
        found = []
        for seed in range(args.first, args.first + args.seeds):
            found.append(ratio(denoising.Config(data=name), seed))
            print(f"{name} seed {seed}: {found[-1]:.4f}", flush=True)
        values = torch.tensor(found)
        print(
            f"{name}: mean {values.mean():.4f}, standard deviation {values.std() / values.mean():.0%} of it", flush=True
        )


if __name__ == "__main__":
    main()
