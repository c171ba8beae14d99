"""A tiny experiment with knobs for what can go wrong; LATENT_LAB_EXPERIMENTS="fake=tests.fake_experiment" adds it."""

from __future__ import annotations

import os
import time
from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from core.events import Event, Outcome, Preview, Step
from core.experiment import Context, Experiment, knob
from core.training.loop import steps


@dataclass(frozen=True)
class Config:
    steps: int = knob(3, "Steps", (3, 20, 1000))
    pause: float = knob(0.0, "Seconds a step", (0.0, 0.02, 0.2, 30.0))
    fail_at: int = knob(-1, "Fails at step", (-1, 2))
    error: str = knob("error", "How it fails", ("error", "memory"))
    measures: float = knob(0.0, "Seconds of measuring", (0.0, 30.0))
    data: str = knob("none", "Data", ("none",))


def build(config: Config, generator: torch.Generator | None = None) -> nn.Module:
    model = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4))
    with torch.no_grad():
        model[0].weight.copy_(torch.randn(4, 4, generator=generator))
    return model


def train(config: Config, context: Context) -> Generator[Event, None, Outcome]:
    if "FAKE_EXPERIMENT_LOG" in os.environ:  # how often it was trained, over all processes
        with open(os.environ["FAKE_EXPERIMENT_LOG"], "a") as file:
            file.write(f"{config.steps} {context.seed}\n")
    print("a stray print must not reach the pipe")
    os.write(1, b"nor one from C\n")
    model = build(config, context.generator("init")).to(context.device)
    younger = {name: t.clone() for name, t in model.state_dict().items()}
    for i in (n + 1 for n in steps(config.steps, context)):
        time.sleep(config.pause)
        if i == config.fail_at:
            raise MemoryError if config.error == "memory" else RuntimeError("the loss is odd\nsecond line")
        with torch.no_grad():
            model[0].weight.mul_(0.9)
        yield Step(i, config.steps, {"loss": 1 / i})
        yield Preview(i, {"picture": np.full((2, 4, 4, 1), i % 256, np.uint8)})
    context.learned(i, model.state_dict(), ((1, younger),))
    yield Step(i, config.steps, {"loss": 1 / i}, phase="measuring")
    time.sleep(config.measures)
    norm = float(model[0].weight.detach().norm())
    return Outcome(model.state_dict(), {"norm": norm, "nothing": float("nan")}, i, ((1, younger),))


def measure(
    model: nn.Module, config: Config, context: Context, younger: list
) -> Generator[Event, None, dict[str, object]]:
    yield Step(0, 1, {}, phase="measuring")
    norms = [float(state["0.weight"].norm()) for _, state in younger]
    return {"norm": float(model[0].weight.norm()), "younger_norms": norms, "nothing": float("nan")}


EXPERIMENT = Experiment(
    name="fake",
    version=1,
    title="Fake",
    config=Config,
    data_of=lambda config: config.data,
    build=build,
    train=train,
    measure=measure,
    presets={"quick": {"steps": 3}},
    baked=({},),
    metric_names=("norm",),
)
