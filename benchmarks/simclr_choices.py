"""Why SimCLR's defaults are what they are: the comparison that docs/LOG.md quotes.

python -m benchmarks.simclr_choices               # 2,000 steps of each setting on Fashion-MNIST, five minutes each on two cores
"""

from __future__ import annotations

import argparse
import dataclasses
import time
from unittest import mock

import torch

from core import data
from core.analysis.probes import Labelled, few_label_probe, linear_probe
from core.events import Outcome
from core.experiment import Context
from core.experiments import simclr

SETTINGS = (
    {"colour": 0.5, "more": ("flip",)},
    {"colour": 0.5, "more": ("flip",), "temperature": 0.5},
    {"colour": 1.0, "more": ("flip", "blur", "cutout")},
)


def measure(model, config, pictures, context):
    """The probes of h and z alone, with 10,000 labels, and of h with ten a class."""
    yield from ()
    labelled = Labelled(pictures, 10_000)
    h, z = (
        labelled.split(codes)
        for codes in zip(*(simclr.embed(model, x, context.device) for x in labelled.x), strict=True)
    )
    few = simclr.few_labels(labelled.y[0], simclr.FEW, simclr.DRAWS, context.generator("few labels"))
    return {
        "h": linear_probe(h).accuracy,
        "z": linear_probe(z).accuracy,
        "h, ten labels a class": few_label_probe(h, few).accuracy,
    }


def run(steps: int, **changed: object) -> Outcome:
    """Train one setting; its outcome has the metrics of `measure`."""
    config = dataclasses.replace(simclr.Config(), **changed, steps=steps)
    loop = simclr.train(config, Context(torch.device("cpu"), 0))
    with mock.patch.object(simclr, "measure", measure):
        while True:
            try:
                next(loop)
            except StopIteration as end:
                return end.value


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=2_000)
    args = parser.parse_args()
    data.load("fashion")
    for setting in SETTINGS:
        started = time.perf_counter()
        found = run(args.steps, **setting).metrics
        read = "  ".join(f"{name} {100 * found[name]:.1f} %" for name in ("h", "z", "h, ten labels a class"))
        print(f"{setting}: {read}  ({time.perf_counter() - started:.0f} s)", flush=True)


if __name__ == "__main__":
    main()
