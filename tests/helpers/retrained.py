"""Experiments whose default is trained again in a moment: for three steps, and without measuring what comes of it.

The record then has the key of the model that ships with the lab, and other weights. A module of its own is what the
training process can be told of (LATENT_LAB_EXPERIMENTS); `offer` writes one for each experiment.
"""

from __future__ import annotations

import dataclasses
import importlib
import os
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

import pytest

from core import experiment as experiments
from core.data import sounds
from core.events import Event, Outcome
from core.experiment import Context, Experiment
from core.store import artefacts, paths

# Counting is quick; all others learn step by step, and a few clips are enough for that.
SHORT = {"word2vec": {"method": "ppmi-svd"}, "video_mae": {"steps": 3, "clips": 250}}
STEPS = {"steps": 3}


def again(name: str) -> Experiment:
    """The experiment, with a short training; its metrics are those of the model that ships with the lab."""
    module = importlib.import_module(f"core.experiments.{name}")

    def train(config: Any, context: Context) -> Generator[Event, None, Outcome]:
        record = artefacts.read_record(paths.baked_dir(), name, module.EXPERIMENT.key(config, context.seed))

        def measure(*arguments: Any) -> Generator[Event, None, dict[str, Any]]:
            yield from ()
            metrics = dict(record.metrics)
            if "ages" in metrics:  # of the younger selves that this run kept
                rows = zip(metrics["ages"], arguments[-1], strict=False)
                metrics["ages"] = [{**row, "step": step} for row, (step, _) in rows]
            return metrics

        module.measure = measure  # in the training process alone, and so are the few sounds
        sounds.COUNTS = {part: 40 for part in sounds.COUNTS}
        return (yield from module.train(dataclasses.replace(config, **SHORT.get(name, STEPS)), context))

    return dataclasses.replace(module.EXPERIMENT, train=train)


def offer(names: Sequence[str], folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Put these experiments in the place of those of the same name, here and in training processes that start later."""
    for name in names:
        source = f"from tests.helpers.retrained import again\n\nEXPERIMENT = again({name!r})\n"
        (folder / f"retrained_{name}.py").write_text(source)
    patch.syspath_prepend(folder)
    patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")])))
    patch.setenv("LATENT_LAB_EXPERIMENTS", ",".join(f"{name}=retrained_{name}" for name in names))
    experiments.get.cache_clear()
