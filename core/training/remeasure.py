"""Measure stored weights again, without a training: for a record whose experiment has learned to measure more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch

from core.events import Event
from core.experiment import Context, Experiment
from core.store import artefacts
from core.store.record import Record, json_ready
from core.training.drive import as_float32


class NotMeasured(Exception):
    """The experiment cannot measure stored weights; the message is one sentence."""


def remeasure(
    experiment: Experiment,
    root: Path,
    record: Record,
    device: torch.device,
    on_event: Callable[[Event], None] = lambda event: None,
) -> Record:
    """The record with the metrics that its weights have by today's `measure`; written beside the weights under `root`.

    What only a training can know (its speed, say) stays as it was. Raises NotMeasured, artefacts.Damaged,
    artefacts.CannotStore and core.data.Missing.
    """
    if experiment.measure is None:
        raise NotMeasured(f"{experiment.name} is measured while it is trained alone.")
    config = experiment.strict(record.config)
    module = experiment.build(config)
    module.load_state_dict(as_float32(artefacts.load_state(root, record)))
    module = module.to(device).eval().requires_grad_(False)
    younger = [(step, as_float32(state)) for step, state in artefacts.load_checkpoints(root, record)]
    loop = experiment.measure(module, config, Context(device, record.seed), younger)
    while True:
        try:
            on_event(next(loop))
        except StopIteration as end:
            found = end.value
            break
    record = replace(record, metrics=dict(record.metrics) | json_ready(found))
    artefacts.rewrite(root, record)
    return record
