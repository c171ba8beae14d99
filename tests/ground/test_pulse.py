"""A worker that hangs: stopped, or waiting for something that does not come. The next in the queue must not wait for it."""

from __future__ import annotations

import os
import signal
import time

import pytest

from core import experiment as experiments
from core.training import lane, pulse
from core.training.job import Request
from core.training.jobs import Board
from core.training.pulse import Pulse
from tests.fake_experiment import EXPERIMENT, Config

PATIENCE = 60  # seconds; a worker imports torch, perhaps on a busy machine
LONG = Config(steps=1000, pause=0.02)
WAITS = Config(steps=20, pause=30.0)  # for something, without using the processor


@pytest.fixture
def board(tmp_path, monkeypatch):
    monkeypatch.setenv("LATENT_LAB_EXPERIMENTS", "fake=tests.fake_experiment")
    experiments.get.cache_clear()
    board = Board(devices=("cpu",), root=tmp_path)
    yield board
    board.close()
    experiments.get.cache_clear()


def submit(board: Board, config: Config, seed: int = 0) -> str:
    key = EXPERIMENT.key(config, seed)
    board.submit(Request("fake", config, seed, key), keep=True)
    return key


def until_running(board: Board, key: str) -> int:
    """The worker's process, once it trains."""
    end = time.monotonic() + PATIENCE
    while board.snapshot(key).started is None:
        assert time.monotonic() < end
        time.sleep(0.01)
    return board.queue.lanes[0].process.pid


def test_a_stopped_worker_fails_its_run_in_one_sentence_and_the_next_one_runs(board, monkeypatch):
    monkeypatch.setattr(lane, "SILENT", 3.0)
    stuck, following = submit(board, LONG), submit(board, Config())
    os.kill(until_running(board, stuck), signal.SIGSTOP)
    failed = board.wait(stuck, PATIENCE)
    assert failed.state == "failed" and failed.message.startswith("The training process did not answer any more")
    assert board.wait(following, PATIENCE).state == "done"


def test_a_worker_that_was_stopped_while_it_was_idle_costs_no_run(board, monkeypatch):
    monkeypatch.setattr(lane, "SILENT", 3.0)
    assert board.wait(submit(board, Config()), PATIENCE).state == "done"
    os.kill(board.queue.lanes[0].process.pid, signal.SIGSTOP)
    assert board.wait(submit(board, Config(), seed=1), PATIENCE).state == "done"


def test_a_worker_that_waits_for_ever_is_ended(board, monkeypatch):
    monkeypatch.setattr(lane, "STILL", 3.0)
    stuck, following = submit(board, WAITS), submit(board, Config())
    failed = board.wait(stuck, PATIENCE)
    assert failed.state == "failed" and "did not answer" in failed.message
    assert board.wait(following, PATIENCE).state == "done"


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(pulse.time, "monotonic", lambda: now[0])
    return now


def test_what_is_heard_and_what_is_done_count_by_themselves(clock):
    felt = Pulse()
    for second in range(1, 60):  # it beats and works, without an event
        clock[0] += 1
        felt.look([{"type": "beat", "cpu": 0.5 * second}])
        assert not felt.stopped(20, 45)
    for second in range(60, 106):  # it beats, and does nothing
        assert not felt.stopped(20, 45)
        clock[0] += 1
        felt.look([{"type": "beat", "cpu": 29.5 + 1e-5 * second}])
    assert felt.stopped(20, 45)
    felt.look([{"type": "step"}])
    assert not felt.stopped(20, 45)


def test_a_page_process_that_was_stopped_itself_reads_what_came_meanwhile_first(clock):
    felt = Pulse()
    clock[0] += 30
    felt.look([])
    assert not felt.stopped(20, 45)
    felt.look([{"type": "beat", "cpu": 9.0}])
    for _ in range(9):
        felt.look([{"type": "wake"}])
        assert not felt.stopped(20, 45)
    clock[0] += 21
    assert felt.stopped(20, 45)
