"""The worker process by itself: its pipes, its pace, and what it says when a model can be stored nowhere."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace

import pytest
import torch

from core import experiment as experiments
from core.events import Step
from core.experiment import get
from core.store import artefacts, paths
from core.training import drive, wire, worker


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    monkeypatch.setenv("LATENT_LAB_EXPERIMENTS", "fake=tests.fake_experiment")
    experiments.get.cache_clear()
    yield
    experiments.get.cache_clear()


def test_the_worker_ends_with_its_stdin_also_in_mid_training(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-m", "core.training.worker", "--device", "cpu"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=paths.REPOSITORY,
    )
    try:
        assert wire.parse(process.stdout.readline())["type"] == "ready"
        process.stdin.write(b"what?\n" + wire.line({"op": "ping"}))
        process.stdin.flush()
        assert wire.parse(process.stdout.readline()) == {"type": "pong"}
        request = {"op": "train", "job": "j", "experiment": "fake", "config": {"pause": 30}, "seed": 0}
        process.stdin.write(wire.line(request | {"root": str(tmp_path)}))
        process.stdin.flush()
        assert wire.parse(process.stdout.readline()) == {"type": "started", "job": "j"}
        process.stdin.close()
        assert process.wait(2) == 0
        assert process.stdout.read() == b"", "stray prints stay off the pipe"
    finally:
        process.kill()


def test_messages_come_at_a_bounded_rate_and_the_last_ones_arrive():
    sent = []
    relay = worker._Relay("j", sent.append)
    for i in range(1000):
        relay(Step(i, 1000, {}))
    assert len(sent) < 10
    relay(Step(1000, 1000, {}, phase="measuring"))
    assert [(m["i"], m["phase"]) for m in sent[-2:]] == [(999, "training"), (1000, "measuring")], "at once, in order"
    relay(Step(1000, 1000, {"loss": 0.1}, phase="measuring"))
    relay.flush()
    assert sent[-1]["metrics"] == {"loss": 0.1}


def test_a_young_model_is_told_of_at_a_bounded_rate_and_a_trained_one_always(monkeypatch, tmp_path):
    finished, now, sent = drive.run(get("fake"), get("fake").default(), 0, torch.device("cpu")), [100.0], []
    monkeypatch.setattr(worker.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    relay, young = worker._Relay("j", sent.append), replace(finished, trained=False)
    relay(young)
    now[0] += worker.LEARNED_EVERY
    relay(young)
    relay(young)
    assert len(sent) == 1
    relay(finished)
    assert [message["type"] for message in sent] == ["learned"] * 2 and len({message["root"] for message in sent}) == 2
    for message in sent:
        assert artefacts.read_record(message["root"], "fake", finished.record.key).steps == 3
    monkeypatch.setattr(worker.drive, "store", lambda *about: (_ for _ in ()).throw(worker.CannotStore("full")))
    relay(finished)
    assert len(sent) == 2 and len(list(tmp_path.iterdir())) == 2, "where there is no place for it, the stage waits"


def test_a_model_that_can_be_stored_nowhere_is_said(monkeypatch, tmp_path):
    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    monkeypatch.setattr(worker.tempfile, "mkdtemp", lambda **_: str(tmp_path / "t"))
    sent = []
    request = {"job": "j", "experiment": "fake", "config": {}, "seed": 0, "root": str(tmp_path)}
    worker.train(request, torch.device("cpu"), sent.append, set())
    assert sent[-1]["type"] == "failed" and "free some space and train again" in sent[-1]["message"]
    shutil.rmtree(tmp_path / "t", ignore_errors=True)
