"""How many runs may wait: of one session, and in all."""

from __future__ import annotations

import pytest

from core import experiment as experiments
from core.training import jobs
from core.training.job import Full, Request
from core.training.jobs import Board
from tests.fake_experiment import EXPERIMENT, Config

SLOW = Config(steps=1000, pause=0.02)


@pytest.fixture
def board(tmp_path, monkeypatch):
    monkeypatch.setenv("LATENT_LAB_EXPERIMENTS", "fake=tests.fake_experiment")
    monkeypatch.setattr(jobs, "MOST_OF_ONE", 3)
    monkeypatch.setattr(jobs, "MOST", 5)
    experiments.get.cache_clear()
    board = Board(devices=("cpu",), root=tmp_path)
    yield board
    board.close()
    experiments.get.cache_clear()


def submit(board: Board, session: str | None, seed: int):
    return board.submit(Request("fake", SLOW, seed, EXPERIMENT.key(SLOW, seed)), keep=True, session_id=session)


def test_one_session_asks_for_so_many_and_is_told(board):
    mine = [submit(board, "a", seed) for seed in range(3)]
    with pytest.raises(Full, match="3 trainings that you asked for wait already"):
        submit(board, "a", 3)
    assert submit(board, "a", 1) is mine[1], "joining what is there asks for nothing new"
    assert submit(board, "b", 4).live
    board.stop(mine[2].key, "a")
    assert submit(board, "a", 5).live


def test_where_all_places_are_taken_what_nobody_watches_goes_first(board):
    watched = [submit(board, session, seed) for seed, session in enumerate("aabb")]
    left = submit(board, None, 4)
    assert submit(board, "c", 5).live
    assert left.state == "stopped" and "nobody watched" in left.message
    with pytest.raises(Full, match="5 trainings wait already"):
        submit(board, "d", 6)
    assert all(job.live for job in watched)
