"""Run one training to its end: what the command line, the worker and the tests have in common."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

from core import device as devices
from core.events import Event, Outcome, Preview, Step
from core.experiment import Context, Experiment, config_dict
from core.store import artefacts
from core.store.record import Record, json_ready
from core.training.thinned import Thinned

HISTORY_ROWS = 200
PREVIEWS = 8
State = Mapping[str, torch.Tensor]


class Stopped(Exception):
    """The run was asked to stop and did."""


@dataclass(frozen=True)
class Finished:
    """A model in memory; `record.files` is empty until it is stored. trained: whether it learns no more."""

    record: Record
    state: State
    checkpoints: tuple[tuple[int, State], ...]
    previews: tuple[Preview, ...]
    trained: bool = True


def run(
    experiment: Experiment,
    config: Any,
    seed: int,
    device: torch.device,
    on_event: Callable[[Event | Finished], None] = lambda event: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Finished:
    """Train, telling `on_event` of each event, and of the model now and then and as soon as it is trained: without metrics, because
    these are measured after that.

    Raises Stopped when `should_stop()` is true after an event, core.data.Missing where the data set is absent, and
    whatever the training loop raises.
    """
    key, threads = experiment.key(config, seed), torch.get_num_threads()
    history: Thinned[dict[str, Any]] = Thinned(HISTORY_ROWS)
    previews: Thinned[Preview] = Thinned(PREVIEWS)
    started = trained = _clock()

    def finished(outcome: Outcome) -> Finished:
        record = _record(experiment, config, seed, key, outcome)
        taken = {"device": devices.describe(device), "threads": threads, **_between(started, trained)}
        record = replace(record, history=history.items(), **taken)
        return Finished(record, outcome.state, outcome.checkpoints, previews.items())

    def learned(steps: int, state: State, younger: tuple[tuple[int, State], ...] = (), trained: bool = True) -> None:
        on_event(replace(finished(Outcome(state, {}, steps, younger)), trained=trained))

    loop = experiment.train(config, Context(device, seed, learned=learned))
    outcome: Outcome | None = None
    try:
        while outcome is None:
            try:
                event = next(loop)
            except StopIteration as end:
                outcome = end.value
                break
            if isinstance(event, Step):
                if event.phase == "training":
                    history.add(history_row(event))
                    trained = _clock()
            else:
                previews.add(event)
            on_event(event)
            if should_stop():
                raise Stopped(f"{experiment.name} stopped")
    finally:
        loop.close()
    if not isinstance(outcome, Outcome):
        raise TypeError(f"train() of {experiment.name} must return an Outcome, not {type(outcome).__name__}")
    return finished(outcome)


def _record(experiment: Experiment, config: Any, seed: int, key: str, outcome: Outcome) -> Record:
    """The record without what only the run knows. Loading the weights once proves here, and not on a student's page, that what is
    stored can be read back."""
    module = experiment.build(config)
    module.load_state_dict(as_float32(outcome.state))
    return Record(
        name=experiment.name,
        key=key,
        version=experiment.version,
        config=config_dict(config),
        seed=seed,
        device="",
        seconds=0.0,
        steps=outcome.steps,
        metrics=json_ready(outcome.metrics),
        history=(),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        parameters=sum(p.numel() for p in module.parameters()),
    )


def _clock() -> tuple[float, float]:
    """Seconds by the clock, and of this process's threads together."""
    return time.monotonic(), time.process_time()


def _between(started: tuple[float, float], trained: tuple[float, float]) -> dict[str, float]:
    """How long training took by both clocks; measuring is not learning. A training without steps ends now."""
    ended = _clock() if trained == started else trained
    return {"seconds": round(ended[0] - started[0], 3), "processor_seconds": round(ended[1] - started[1], 3)}


def store(finished: Finished, root: Path) -> Finished:
    """Write the model under `root`; the same with the stored record. Raises artefacts.CannotStore."""
    record = artefacts.save(root, finished.record, finished.state, finished.checkpoints, finished.previews)
    return replace(finished, record=record)


def history_row(step: Step) -> dict[str, Any]:
    """{"i", "total", **metrics}; a metric that is not finite becomes None, a gap in a chart."""
    return json_ready({"i": step.i, "total": step.total, **step.metrics})


def as_float32(state: State) -> dict[str, torch.Tensor]:
    """The state with floating tensors in float32: weights may be stored in half precision."""
    return {name: t.float() if t.is_floating_point() else t for name, t in state.items()}
