"""The board and real worker processes: queue, single flight, stop, death, abandonment."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from core import experiment as experiments
from core import lab
from core.events import Step
from core.store import artefacts, paths
from core.training.job import Job, Request, Saved
from core.training.jobs import Board
from tests.fake_experiment import EXPERIMENT, Config

QUICK, SLOW, DEAF = Config(), Config(steps=1000, pause=0.02), Config(pause=30.0)  # DEAF: one step of 30 s
PATIENCE = 60  # seconds; a worker imports torch, perhaps on a busy machine


@pytest.fixture(scope="module", autouse=True)
def environment(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LATENT_LAB_EXPERIMENTS", "fake=tests.fake_experiment")
        patch.setenv("FAKE_EXPERIMENT_LOG", str(tmp_path_factory.mktemp("log") / "trained"))
        experiments.get.cache_clear()
        yield
    experiments.get.cache_clear()


@pytest.fixture(scope="module")
def board(environment, tmp_path_factory):
    """One board, and mostly one worker, for the whole file: spawning costs seconds."""
    board = Board(devices=("cpu",), root=tmp_path_factory.mktemp("models"))
    yield board
    board.close()


def key_of(config, seed=0) -> str:
    return EXPERIMENT.key(config, seed)


def submit(board, config, seed=0, **more):
    return board.submit(Request("fake", config, seed, key_of(config, seed)), **more)


def until(condition, timeout=PATIENCE):
    end = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.01)


def until_running(board, key):
    until(lambda: board.snapshot(key).started is not None)


def trained() -> list[str]:
    path = Path(os.environ["FAKE_EXPERIMENT_LOG"])
    return path.read_text().splitlines() if path.exists() else []


def test_thirty_threads_ask_for_one_model_and_one_training_runs(board):
    config, gate, jobs = Config(steps=20, pause=0.02), threading.Barrier(30), []

    def ask():
        gate.wait()
        jobs.append(submit(board, config, again=False))

    threads = [threading.Thread(target=ask) for _ in range(30)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert len({id(job) for job in jobs}) == 1
    view = board.wait(key_of(config), PATIENCE)
    assert view.state == "done" and view.stored, view.message
    assert submit(board, config, again=False) is jobs[0], "late askers get the finished run"
    assert trained().count("20 0") == 1
    record = artefacts.read_record(Path(view.root), "fake", key_of(config))
    assert record.steps == 20 and len(record.history) == 20
    assert view.history[0]["i"] == 1 and view.history[-1]["i"] == 20 and view.done == view.total == 20
    assert view.preview.i == 20 and view.preview.arrays["picture"].shape == (2, 4, 4, 1)
    assert len(view.previews) <= 8 and view.device.startswith("CPU") and view.seconds > 0.3


def test_queue_positions_and_snapshots(board):
    first = submit(board, SLOW, 1)
    until_running(board, first.key)
    others = [submit(board, SLOW, seed) for seed in (2, 3, 4)]
    assert [board.snapshot(j.key).position for j in others] == [1, 2, 3]
    assert [v.seed for v in board.snapshots()[:4]] == [1, 2, 3, 4]
    until(lambda: board.snapshot(first.key).seconds_left is not None)
    assert 5 < board.snapshot(first.key).seconds_left < 200
    assert board.stop(others[0].key) is None
    assert board.snapshot(others[0].key).state == "stopped", "a queued run stops at once"
    assert [board.snapshot(j.key).position for j in others[1:]] == [1, 2]
    for job in (*others[1:], first):
        board.stop(job.key)
    assert board.wait(first.key, 1.0).state == "stopped"


def test_polls_get_the_same_view_until_something_happens(board):
    job = submit(board, DEAF, 7)
    until_running(board, job.key)
    board.watch(job.key, "a")
    time.sleep(0.1)
    assert board.snapshot(job.key) is board.snapshot(job.key)
    started = time.perf_counter()
    for _ in range(100):
        board.watch(job.key, "a")
    assert (time.perf_counter() - started) / 100 < 0.005
    pid = board.queue.lanes[0].process.pid
    started = time.monotonic()
    board.stop(job.key, "a")
    assert board.wait(job.key, 1.0).state == "stopped", "also a loop that does not listen stops within a second"
    assert time.monotonic() - started < 1.0
    until(lambda: not alive(pid), 2)
    again = submit(board, QUICK, 8)  # and the next run gets a fresh worker
    assert board.wait(again.key, PATIENCE).state == "done"


def test_a_stop_is_refused_while_others_watch(board):
    job = submit(board, SLOW, 10, session_id="anna")
    until_running(board, job.key)
    board.watch(job.key, "anna")
    assert board.watch(job.key, "ben").watchers == 2
    refused = board.stop(job.key, "anna")
    assert refused.others == 1 and "1 other person" in refused.message
    assert board.snapshot(job.key).live
    assert board.stop(job.key, "anna", force=True) is None
    rejoined = submit(board, SLOW, 10)  # asked for again while it is stopping: a run of its own
    assert rejoined is not job
    until(lambda: not job.live, 1.0)
    assert job.state == "stopped" and rejoined.live
    board.stop(job.key, force=True)
    assert board.wait(job.key, PATIENCE).state == "stopped"


def test_a_run_that_is_enough_keeps_its_model_for_who_watched(board, monkeypatch):
    monkeypatch.setattr(lab, "board", lambda: board)
    job = submit(board, SLOW, 11, session_id="anna.1")
    board.watch(job.key, "ben.1")
    until(lambda: board.snapshot(job.key).done > 2)
    assert board.finish(job.key, "anna.1").others == 1 and board.finish(job.key, "anna.1", force=True) is None
    view = board.wait(job.key, PATIENCE)
    assert view.state == "done" and view.early and not view.stored
    for session in ("anna.2", "ben.1"):
        shown = lab.view("fake", SLOW, 11, session)
        assert isinstance(shown, lab.Ready) and shown.source == "early" and 2 < shown.record.steps < 1000
    assert lab.model(shown.record)[0].weight.shape == (4, 4), "it can be used"
    assert isinstance(lab.view("fake", SLOW, 11, "cleo.1"), lab.Absent), "for others there is no model of this setting"
    lab.drop_early(job.key, "cleo.1")
    assert Path(view.root).exists()
    again = lab.train("fake", SLOW, 11, session_id="cleo.1")
    assert isinstance(again, lab.Queued | lab.Running) and again.job.usual is not None and not Path(view.root).exists()
    until(lambda: board.snapshot(job.key).done > 2)
    board.finish(job.key, "cleo.1", force=True)
    lab.drop_early(job.key, "cleo.1")  # it is still measured
    early = board.wait(job.key, PATIENCE)
    lab.drop_early(job.key, "cleo.1")
    assert early.early and not Path(early.root).exists() and board.snapshot(job.key) is None


def test_a_model_is_there_for_who_watches_while_it_is_measured(board, monkeypatch):
    monkeypatch.setattr(lab, "board", lambda: board)
    config = Config(measures=30.0)
    assert isinstance(lab.train("fake", config, 12, session_id="anna.1"), lab.Queued | lab.Running)
    key = key_of(config, 12)
    until(lambda: board.snapshot(key).learned)
    shown, folder = lab.view("fake", config, 12, "anna.2"), Path(board.snapshot(key).learned[-1])
    assert isinstance(shown, lab.Ready) and shown.source == "measuring" and shown.job.live
    assert shown.record.metrics == {} and shown.record.steps == 3 and len(shown.record.history) == 3
    assert lab.model(shown.record)[0].weight.shape == lab.checkpoint(shown.record, 1)[0].weight.shape == (4, 4)
    assert isinstance(lab.view("fake", config, 12, "cleo.1"), lab.Running), "others wait until it is measured"
    assert board.snapshot(key).anonymous().learned == ()
    board.stop(key, "anna.1")
    board.wait(key, PATIENCE)
    assert not folder.exists() and isinstance(lab.view("fake", config, 12, "anna.1"), lab.Stopped)


def test_of_a_model_that_learns_the_newest_and_the_one_before_stay(tmp_path):
    job = Job("k", request=Request("fake", {}, 0, "k"), root="", recent=5.0, state="running")
    roots = [str(tmp_path / name) for name in "abc"]
    for root in roots:
        Path(root).mkdir()
        before = job.view()
        job.learn(root)
        assert job.view().learned[-1] == root and job.view() is not before
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["b", "c"] and job.view().learned == tuple(roots[1:])
    job.end("failed", "It died.", None)
    assert not list(tmp_path.iterdir()) and job.view().learned == ()


def test_losses_of_earlier_runs_are_those_that_the_browser_saw(board, monkeypatch, tmp_path):
    monkeypatch.setattr(lab, "board", lambda: board)
    monkeypatch.setattr(board, "_root", tmp_path)
    found = {}
    for config, seed, session in ((QUICK, 13, "dora.1"), (Config(steps=20), 14, "emil.1"), (QUICK, 15, "dora.2")):
        submit(board, config, seed, session_id=session)
        found[seed] = board.wait(key_of(config, seed), PATIENCE).history
    running = submit(board, Config(steps=20), 16, session_id="fred.1")
    view = board.wait(running.key, PATIENCE)
    assert lab.earlier(view, "dora.3") == [found[13], found[15]] and lab.earlier(view, "emil.9") == [found[14]]
    assert lab.earlier(view, "nobody.1") == []
    monkeypatch.setattr(
        lab,
        "_find",
        lambda *about: artefacts.Found(artefacts.read_record(tmp_path, "fake", view.key), "cache", tmp_path),
    )
    [own] = lab.earlier(view, "nobody.1")
    assert len(own) == 20, "and of the model that is there for this setting"


def test_the_time_that_is_left_has_the_usual_measuring_in_it():
    job = Job("k", request=Request("fake", {}, 0, "k"), root="", recent=5.0, usual=40.0, state="running")
    job.begin("CPU")
    job.take(Step(1, 3, {}))
    job.take(Step(2, 3, {}))
    assert job.view().seconds_left >= 39
    job.take(Step(0, 4, {}, phase="measuring"))
    assert 39 <= job.view().seconds_left <= 40, "before the first stage is over"
    job.take(Step(2, 4, {}, phase="measuring"))
    assert job.view().seconds_left < 39, "then by its own pace"
    job.end("done", "", Saved("", True))
    assert job.measured is not None


def test_a_killed_worker_fails_the_run_and_the_queue_goes_on(board):
    job, waiting = submit(board, SLOW, 20), submit(board, QUICK, 21)
    until(lambda: board.snapshot(job.key).done > 0)
    os.kill(board.queue.lanes[0].process.pid, signal.SIGKILL)
    view = board.wait(job.key, 5)
    assert view.state == "failed"
    assert view.message.startswith("The training process was killed (SIGKILL")
    assert view.message.endswith("Your page is fine: press Try again.")
    assert board.wait(waiting.key, PATIENCE).state == "done"
    retried = submit(board, SLOW, 20)
    assert retried is not job
    until(lambda: board.snapshot(job.key).done > 0)
    board.stop(job.key)
    assert board.wait(job.key, 1.0).state == "stopped"


def test_a_worker_that_dies_idle_costs_nobody_a_run(board):
    process = board.queue.lanes[0].process
    os.kill(process.pid, signal.SIGKILL)
    job = submit(board, QUICK, 30)
    assert board.wait(job.key, PATIENCE).state == "done"


@pytest.mark.parametrize("error,words", [("error", "RuntimeError: the loss is odd)."), ("memory", "not enough memory")])
def test_an_error_becomes_one_sentence(board, error, words):
    job = submit(board, Config(fail_at=2, error=error), 40)
    view = board.wait(job.key, PATIENCE)
    assert view.state == "failed" and words in view.message and "\n" not in view.message
    assert view.history[-1]["i"] == 1


def test_unknown_settings_fail_with_a_sentence(board):
    board.submit(Request("fake", {"steps": 4}, 0, "0" * 16))
    assert "allowed: 3, 20, 1000" in board.wait("0" * 16, PATIENCE).message
    board.submit(Request("nobody", {}, 0, "1" * 16))
    assert "no experiment 'nobody'" in board.wait("1" * 16, PATIENCE).message


def test_a_cache_that_cannot_be_written_keeps_the_model_in_memory(board, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr(board, "_root", tmp_path / "file" / "models")
    monkeypatch.setattr(paths, "baked_dir", lambda: tmp_path / "baked")
    monkeypatch.setattr(lab, "board", lambda: board)
    shown = lab.train("fake", QUICK, 50)
    assert isinstance(shown, lab.Queued | lab.Running)
    view = board.wait(key_of(QUICK, 50), PATIENCE)
    assert view.state == "done" and not view.stored and "stays in memory until the app restarts" in view.message
    shown = lab.view("fake", QUICK, 50)
    assert isinstance(shown, lab.Ready) and shown.source == "memory"
    assert lab.model(shown.record)[0].weight.shape == (4, 4)
    assert len(lab.previews(shown.record)) == 3
    assert isinstance(lab.train("fake", QUICK, 50), lab.Ready), "it is not trained twice"
    assert lab.delete("fake", view.key) and not Path(view.root).exists()


def test_damaged_model_is_trained_again_through_the_lab(board, tmp_path, monkeypatch):
    monkeypatch.setenv("LATENT_LAB_CACHE", str(tmp_path))
    monkeypatch.setattr(board, "_root", None)
    monkeypatch.setattr(paths, "baked_dir", lambda: tmp_path / "baked")
    monkeypatch.setattr(lab, "board", lambda: board)
    lab.train("fake", QUICK, 60)
    key = key_of(QUICK, 60)
    assert board.wait(key, PATIENCE).state == "done"
    file = paths.models_dir() / "fake" / key / "model.safetensors"
    file.write_bytes(file.read_bytes()[:100])
    assert isinstance(lab.view("fake", QUICK, 60), lab.Absent)
    assert isinstance(lab.train("fake", QUICK, 60), lab.Queued | lab.Running)
    assert board.wait(key, PATIENCE).state == "done"
    shown = lab.view("fake", QUICK, 60)
    assert isinstance(shown, lab.Ready) and trained().count("3 60") == 2
    started = time.perf_counter()
    for _ in range(50):
        lab.view("fake", QUICK, 60)
    assert (time.perf_counter() - started) / 50 < 0.005


def test_an_abandoned_run_ends_and_a_kept_one_goes_on(tmp_path):
    board = Board(devices=("cpu",), root=tmp_path, grace=1.0)
    try:
        kept = submit(board, SLOW, 70, keep=True)
        job, queued = submit(board, SLOW, 71, session_id="a"), submit(board, SLOW, 72)
        until(lambda: board.watch(job.key, "a") and not board.snapshot(queued.key).live, 10)
        assert "Nobody watched" in board.snapshot(queued.key).message
        assert board.snapshot(job.key).live, "a heartbeat keeps a queued run in the queue"
        assert board.snapshot(kept.key).live
        until(lambda: board.watch(job.key, "a") and board.snapshot(kept.key).started is not None)
        board.stop(kept.key)
        until(lambda: board.watch(job.key, "a").started is not None)
        started = time.monotonic()
        assert board.wait(job.key, 5).state == "stopped" and "Nobody watched" in board.snapshot(job.key).message
        assert time.monotonic() - started > 0.5
    finally:
        board.close()


def test_a_worker_that_cannot_start_fails_the_run(tmp_path):
    board = Board(devices=("abacus",), root=tmp_path)
    try:
        job = submit(board, QUICK, 80)
        view = board.wait(job.key, PATIENCE)
        assert view.state == "failed" and "did not start (exit code 1)" in view.message
    finally:
        board.close()


def test_close_ends_worker_and_run(tmp_path):
    board = Board(devices=("cpu",), root=tmp_path)
    job = submit(board, DEAF, 90)
    until(lambda: board.queue.lanes and board.queue.lanes[0].process is not None)
    pid = board.queue.lanes[0].process.pid
    board.close()
    assert board.wait(job.key, 2).state == "stopped"
    until(lambda: not alive(pid), 2)
    with pytest.raises(RuntimeError, match="closed"):
        submit(board, QUICK, 91)


def alive(pid: int) -> bool:
    """Whether the process runs (one that nobody has waited for yet counts as ended)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
