"""Why the masked auto-encoder's defaults are what they are: the comparisons that docs/LOG.md quotes.

python -m benchmarks.mae_choices pooling     # features of the baked encoder, read by the same linear probe
python -m benchmarks.mae_choices batch       # batch size and learning rate at an equal number of pictures
python -m benchmarks.mae_choices threads     # seconds a training step with one and with two threads
"""

from __future__ import annotations

import argparse
import dataclasses
import time

import torch
from torch.nn import functional as F

from core import data, lab
from core.analysis.fills import masked_mse
from core.analysis.probes import Labelled, linear_probe
from core.events import Step
from core.experiment import Context
from core.experiments import mae


def pooling() -> None:
    config = mae.EXPERIMENT.default()
    shown = lab.view("mae", config, 0)
    assert isinstance(shown, lab.Ready), "bake the default first"
    model, pictures = lab.model(shown.record), data.load(config.data)
    labelled = Labelled(pictures, mae.PROBED)

    def tokens(x: torch.Tensor) -> torch.Tensor:
        coding = model.encode_visible(x, torch.zeros(len(x), model.n**2), model.n**2)
        grid = coding.latent[:, 1:].gather(1, coding.restore[..., None].expand(-1, -1, coding.latent.shape[-1]))
        return torch.cat([coding.latent[:, :1], grid], dim=1)  # class token, then the patches in their order

    with torch.no_grad():
        coded = [torch.cat([tokens(x.float() / 255) for x in part.split(125)]) for part in labelled.x]

    def cells(t: torch.Tensor, n: int) -> torch.Tensor:
        grid = t[:, 1:].transpose(1, 2).unflatten(2, (model.n, model.n))
        return F.adaptive_avg_pool2d(grid, n).flatten(1)

    poolings = {
        "class token": lambda t: t[:, 0],
        "mean of all patches (the paper's)": lambda t: cells(t, 1),
        "mean of each quarter (used here)": lambda t: cells(t, 2),
        "mean of each ninth": lambda t: cells(t, 3),
    }
    for name, pool in poolings.items():
        accuracy = linear_probe(labelled.split([pool(part) for part in coded])).accuracy
        print(f"{name:36} {pool(coded[0]).shape[1]:5} numbers   linear probe {accuracy:.3f}", flush=True)


def batch() -> None:
    """48,000 pictures in batches of 128, 64 and 32: held-out error at 75 % hidden, and seconds."""
    for size, rate in ((128, 3e-3), (64, 3e-3), (32, 1.5e-3), (32, 3e-3), (32, 6e-3)):
        error, seconds = _short_run(size, rate, 48_000 // size)
        print(f"batch {size:4}  learning rate {rate:g}  held-out MSE {error:.4f}  {seconds:.0f} s", flush=True)


def threads() -> None:
    for count in (1, 2):
        torch.set_num_threads(count)
        _, seconds = _short_run(32, 3e-3, 200)
        print(f"{count} thread(s): {1000 * seconds / 200:.1f} ms a step", flush=True)


def _short_run(size: int, rate: float, steps: int) -> tuple[float, float]:
    """Train the default network for `steps`; held-out masked MSE on 1,000 pictures and seconds of training."""
    mae.BATCH, mae.LEARNING_RATE = size, rate
    config = dataclasses.replace(mae.EXPERIMENT.default(), steps=steps)
    loop = mae.train(config, Context(torch.device("cpu"), 0))
    started = time.perf_counter()
    model = mae.build(config)
    for event in loop:
        if isinstance(event, Step) and event.i == steps:
            model = loop.gi_frame.f_locals["model"]
            break
    seconds = time.perf_counter() - started
    x = data.load(config.data).test_x[:1000].float() / 255
    hidden = mae.hide("random", 0.75, len(x), model.n, Context(torch.device("cpu"), 0).generator("choices"))
    return float(masked_mse(x, mae.fill_in(model, x, hidden, config.target), hidden, mae.PATCH).mean()), seconds


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("pooling", "batch", "threads"))
    torch.set_num_threads(1)
    {"pooling": pooling, "batch": batch, "threads": threads}[parser.parse_args().what]()
