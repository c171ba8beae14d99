"""Driving a training loop to its end, thinning its events, and their way over the pipe."""

from __future__ import annotations

import dataclasses
import time

import numpy as np
import pytest
import torch

from core.events import Outcome, Preview, Step
from core.training import drive, wire
from core.training.thinned import Thinned
from tests.fake_experiment import EXPERIMENT, Config

CPU = torch.device("cpu")


def test_run_collects_record_history_and_previews():
    events = []
    finished = drive.run(EXPERIMENT, Config(steps=20), 0, CPU, events.append)
    assert [e.i for e in events if isinstance(e, Step) and e.phase == "training"] == list(range(1, 21))
    record = finished.record
    assert record.key == EXPERIMENT.key(Config(steps=20), 0)
    assert [row["i"] for row in record.history] == list(range(1, 21))
    assert record.history[1] == {"i": 2, "total": 20, "loss": 0.5}
    assert record.parameters == 4 * 4 + 4 + 4 + 4  # batch norm's running statistics are no parameters
    assert record.metrics["nothing"] is None, "JSON knows no nan"
    [(at, learned)] = [(i, e) for i, e in enumerate(events) if isinstance(e, drive.Finished)]
    assert events[at + 1].phase == "measuring" and learned.trained and learned.record.metrics == {}
    assert learned.record.history == record.history and learned.checkpoints == finished.checkpoints
    assert all(torch.equal(learned.state[name], finished.state[name]) for name in finished.state)
    assert len(finished.previews) <= drive.PREVIEWS
    assert (finished.previews[0].i, finished.previews[-1].i) == (1, 20)


def test_the_same_seed_gives_the_same_weights():
    first, second, other = (drive.run(EXPERIMENT, Config(), seed, CPU).state for seed in (0, 0, 1))
    assert torch.equal(first["0.weight"], second["0.weight"])
    assert not torch.equal(first["0.weight"], other["0.weight"])


def test_the_record_says_with_how_many_threads_and_how_much_work_it_was_trained():
    def loop(config, context):
        for i in range(3):
            time.sleep(0.05)  # waiting takes time and no work
            yield Step(i, 3, {})
        sum(range(3_000_000))  # after the last step of training: measuring is not counted
        yield Step(0, 1, {}, phase="measuring")
        return Outcome(EXPERIMENT.build(config).state_dict(), {}, 3)

    before = torch.get_num_threads()
    try:
        for threads in (1, 2):
            torch.set_num_threads(threads)
            record = drive.run(dataclasses.replace(EXPERIMENT, train=loop), Config(), 0, CPU).record
            assert record.threads == threads
            assert record.machine.endswith(f", {threads} thread{'s' if threads > 1 else ''}")
            assert record.seconds >= 0.15 and record.processor_seconds < 0.15
    finally:
        torch.set_num_threads(before)


def test_work_is_that_of_the_whole_training():
    def loop(config, context):
        spent = time.process_time()
        while time.process_time() < spent + 0.1:
            pass
        yield Step(1, 1, {})
        return Outcome(EXPERIMENT.build(config).state_dict(), {}, 1)

    assert drive.run(dataclasses.replace(EXPERIMENT, train=loop), Config(), 0, CPU).record.processor_seconds >= 0.1


def test_stop_closes_the_loop_after_the_event():
    closed, seen = [], []

    def loop(config, context):
        try:
            for i in range(10):
                yield Step(i, 10, {})
        finally:
            closed.append(True)

    experiment = dataclasses.replace(EXPERIMENT, train=loop)
    with pytest.raises(drive.Stopped):
        drive.run(experiment, Config(), 0, CPU, seen.append, lambda: len(seen) == 3)
    assert len(seen) == 3 and closed == [True]


def test_a_failing_listener_closes_the_loop_too():
    closed = []

    def loop(config, context):
        try:
            yield Step(0, 1, {})
        finally:
            closed.append(True)

    def listener(event):
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        drive.run(dataclasses.replace(EXPERIMENT, train=loop), Config(), 0, CPU, listener)
    assert closed == [True]


def test_weights_that_cannot_be_loaded_again_fail_the_run():
    def loop(config, context):
        yield Step(1, 1, {})
        return Outcome({"wrong": torch.zeros(1)}, {}, 1)

    with pytest.raises(RuntimeError, match="wrong"):
        drive.run(dataclasses.replace(EXPERIMENT, train=loop), Config(), 0, CPU)


@pytest.mark.parametrize("count", [0, 1, 3, 8, 9, 100, 4097])
def test_thinned_keeps_first_newest_and_an_even_spread(count):
    thinned = Thinned(8)
    for i in range(count):
        thinned.add(object() if i < 0 else (i,))
    items = [i for (i,) in thinned.items()]
    assert len(items) == min(count, len(items)) <= 8
    if count <= 7:
        assert items == list(range(count))
    else:
        gaps = np.diff(items)
        assert (items[0], items[-1]) == (0, count - 1) and len(items) >= 4
        assert len(set(gaps[:-1])) == 1 and gaps[-1] <= gaps[0]


def test_events_survive_the_wire():
    step = Step(3, 9, {"loss": 0.5, "odd": float("inf")}, phase="measuring")
    back = wire.to_step(wire.parse(wire.line(wire.step_message("j", step))))
    assert back == Step(3, 9, {"loss": 0.5, "odd": None}, phase="measuring")
    pictures = np.arange(2 * 3 * 4 * 3, dtype=np.uint8).reshape(2, 3, 4, 3)[:, ::-1]  # not contiguous
    preview = wire.to_preview(wire.parse(wire.line(wire.preview_message("j", Preview(7, {"a": pictures})))))
    assert preview.i == 7 and np.array_equal(preview.arrays["a"], pictures)
    with pytest.raises(TypeError, match="uint8"):
        wire.preview_message("j", Preview(0, {"a": np.zeros(3)}))
    assert wire.parse(b"not json\n") is None and wire.parse(b"[1]\n") is None
