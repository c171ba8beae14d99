"""Eight auto-encoders as one stack against the same eight one after the other.

python -m benchmarks.stacked_training                              # both networks, one thread and all cores
python -m benchmarks.stacked_training --encoder conv --repeats 9   # the default network alone, more often

Both sides run the experiment's own loop (`autoencoder.train`: same data, same seed, same batches), from its first step
until its last; PCA before it and the measuring after it are left out. Together and apart alternate within one process.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import statistics
import subprocess
import sys
import time
from typing import Any

import torch

from benchmarks.common import ROOT, finish, load, say, summary
from core.device import core_count
from core.events import Step
from core.experiment import Context
from core.experiments import autoencoder

TARGET = 0.6
WARM_UP = 10  # steps that are not counted: the first ones ask for memory and start the threads


class Marks:
    """Takes the place of `Pace`: the loop speaks where the clock starts and where it stops, and nowhere between."""

    def __init__(self, steps: int):
        self.spoken = (WARM_UP, WARM_UP + steps)

    def step_due(self, i: int, total: int) -> bool:
        return i in self.spoken

    def preview_due(self, i: int) -> bool:
        return False


def step_ms(config: autoencoder.Config, steps: int) -> float:
    """Milliseconds a training step, the mean of `steps` in a row."""
    autoencoder.Pace = lambda: Marks(steps)
    longer = dataclasses.replace(config, steps=WARM_UP + steps + 1)  # so that the loop is left before it ends
    clock = []
    for event in autoencoder.train(longer, Context(torch.device("cpu"), 0)):
        clock.append(time.perf_counter())
        assert isinstance(event, Step) and event.phase == "training"
        if len(clock) == 2:
            break
    return 1000 * (clock[1] - clock[0]) / steps


def stacked(config: autoencoder.Config, steps: int) -> float:
    return step_ms(config, steps)


def one_by_one(config: autoencoder.Config, steps: int) -> float:
    """The sum over the sizes: what one step of all of them costs when each is trained by itself."""
    return sum(step_ms(dataclasses.replace(config, sizes=(size,)), steps) for size in config.sizes)


def child(encoder: str, threads: int, steps: int, repeats: int) -> dict[str, list[float]]:
    """The measurements of one process: {"together": [ms a step, ...], "apart": [...]}."""
    torch.set_num_threads(threads)
    config = autoencoder.Config(encoder=encoder)
    sides = {"together": stacked, "apart": one_by_one}
    for side in sides.values():
        side(config, 3)
    found: dict[str, list[float]] = {name: [] for name in sides}
    for i in range(repeats):
        for name in list(sides)[:: 1 if i % 2 else -1]:  # neither is always the first
            found[name].append(sides[name](config, steps))
    return found


def in_a_process(encoder: str, threads: int, steps: int, repeats: int) -> dict[str, list[float]]:
    given = json.dumps([encoder, threads, steps, repeats])
    command = [sys.executable, "-m", "benchmarks.stacked_training", "--child", given]
    return json.loads(subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True).stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encoder", choices=("conv", "mlp"), action="append", help="both by default")
    parser.add_argument("--steps", type=int, default=100, help="training steps that are timed at a stretch")
    parser.add_argument("--repeats", type=int, default=5, help="measurements of each side")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        print(json.dumps(child(*json.loads(args.child))))
        return

    result: dict[str, Any] = {"load_before": load(), "target": TARGET, "runs": []}
    lines = []
    encoders = args.encoder or ["conv", "mlp"]
    thread_counts = sorted({1, core_count()})
    for encoder in encoders:
        for threads in thread_counts:
            say(f"{encoder}, {threads} thread(s): together and apart")
            found = in_a_process(encoder, threads, args.steps, args.repeats)
            together, apart = (statistics.median(found[name]) for name in ("together", "apart"))
            ratios = [a / b for a, b in zip(found["together"], found["apart"], strict=True)]
            ratio = statistics.median(ratios)
            result["runs"].append(
                {"encoder": encoder, "threads": threads, "ratio": round(ratio, 3), "ratios": summary_of(ratios)}
                | {name: summary(values) for name, values in found.items()}
            )
            asked = (
                f"target ≤ {TARGET:g}: {'met' if ratio <= TARGET else 'MISSED'}" if encoder == "conv" else "no target"
            )
            lines.append(
                f"{encoder:4}  {threads} thread(s)   together {together:6.2f} ms a step   apart {apart:6.2f} ms   "
                f"ratio {ratio:.2f} ({min(ratios):.2f} to {max(ratios):.2f}; {asked})"
            )
    finish(result, lines, args.json)


def summary_of(ratios: list[float]) -> dict[str, float]:
    return {"min": round(min(ratios), 3), "max": round(max(ratios), 3)}


if __name__ == "__main__":
    main()
