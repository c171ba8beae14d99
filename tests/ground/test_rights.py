"""Who may stop a run and delete a model: who started it, and anybody where nobody looks; the rest is the teacher's."""

from __future__ import annotations

import gc

import pytest

from core import lab
from core.server import teacher
from core.server.teacher import Closed, Door
from core.store import artefacts, paths
from core.store.record import Record
from core.training import presence
from core.training.job import Request
from core.training.jobs import Board

KEY = "a" * 16
ANNA, ANNA_TOO, BEN, CARL = "anna.1", "anna.2", "ben.1", "carl.1"


@pytest.fixture
def board(tmp_path, monkeypatch):
    """A board without devices: what is asked for waits."""
    monkeypatch.setenv("LATENT_LAB_CACHE", str(tmp_path))
    monkeypatch.setattr("core.store.cache._shared", None)
    monkeypatch.setattr(lab, "_board", Board(devices=()))
    yield lab.board()
    lab.board().close()


def run(board, session: str | None, key: str = KEY):
    return board.submit(Request("fake", {"data": "none"}, 0, key), session_id=session)


# Runs ------------------------------------------------------------------------------------------------------------


def test_who_started_it_may_stop_it_for_everyone_and_others_may_not(board):
    job = run(board, ANNA)
    board.watch(KEY, BEN)
    board.watch(KEY, CARL)
    refused = lab.stop(KEY, BEN, force=True)
    assert refused.others == 2 and not refused.may and "only who started it, or the teacher" in refused.message
    asked = lab.stop(KEY, ANNA)
    assert asked.others == 2 and asked.may and "unless you stop it for everyone" in asked.message
    assert job.live
    assert lab.stop(KEY, ANNA, force=True) is None and not job.live


def test_another_tab_of_the_same_browser_is_the_same_person(board):
    job = run(board, ANNA)
    board.watch(KEY, ANNA_TOO)
    assert lab.stop(KEY, ANNA_TOO) is None and not job.live


def test_what_nobody_watches_anybody_may_stop(board):
    job = run(board, None)
    assert lab.stop(KEY, BEN) is None and not job.live


def test_a_teacher_is_asked_once_and_then_stops_it(board):
    job = run(board, ANNA)
    refused = lab.stop(KEY, BEN, teacher=True)
    assert refused.may and job.live, "a slip of the hand ends nothing"
    assert lab.stop(KEY, BEN, force=True, teacher=True) is None and not job.live


# Models ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def model(board) -> Record:
    record = Record("fake", KEY, 1, {"data": "none"}, 0, "CPU", 1.0, 1, {}, (), "2026-01-01", 1)
    return artefacts.save(paths.models_dir(), record, {})


def looking(session: str) -> lab.Watcher:
    watcher = lab.Watcher(session)
    watcher.key = KEY
    return watcher


def test_a_model_that_others_look_at_is_not_deleted(model):
    bens = looking(BEN)
    refused = lab.may_delete(KEY, CARL)
    assert refused.message == "1 other person watches this model: only who started it, or the teacher, may end that."
    assert lab.may_delete(KEY, CARL, teacher=True) is None
    assert lab.may_delete(KEY, BEN) is None, "one's own looking is no hindrance"
    assert lab.may_delete("b" * 16, CARL) is None
    bens.key = "b" * 16
    assert lab.may_delete(KEY, CARL) is None


def test_who_started_its_training_may_delete_it_under_the_eyes_of_others(board, model):
    run(board, ANNA)
    bens = looking(BEN)
    assert lab.may_delete(KEY, ANNA_TOO) is None and lab.may_delete(KEY, CARL).others == 1
    del bens


def test_a_tab_that_is_closed_looks_no_more(model):
    bens = looking(BEN)
    assert presence.others(KEY, CARL) == 1
    del bens
    gc.collect()
    assert presence.others(KEY, CARL) == 0


# The teacher's code ----------------------------------------------------------------------------------------------


def tried(door: Door, given: str, browser: str = "ben") -> str:
    try:
        door.knock(given, browser)
    except Closed as closed:
        return str(closed)
    return ""


def test_the_code_opens_and_nothing_else_does():
    door = Door(lambda: "a long code é")
    assert tried(door, " a long code é ") == ""
    assert {tried(door, given, given) for given in ("", "a long code", "A LONG CODE É", "é", "\x00")} == {
        "That is not the code."
    }


def test_without_a_code_nobody_is_the_teacher(monkeypatch):
    monkeypatch.setenv("LATENT_LAB_TEACHER", "  ")
    assert teacher.code() is None and tried(teacher.door, "") == "This server has no teacher's code."
    monkeypatch.setenv("LATENT_LAB_TEACHER", "x")
    assert teacher.code() == "x"


def test_tries_are_bounded_for_one_and_for_all_and_come_back():
    now = [0.0]
    door = Door(lambda: "right", lambda: now[0])
    assert [tried(door, "wrong") for _ in range(teacher.TRIES)] == ["That is not the code."] * teacher.TRIES
    assert tried(door, "right") == "Too many wrong tries: wait 10 minutes."
    assert tried(door, "right", "another") == "", "another browser is not locked out"
    for i in range(teacher.TRIES_OF_ALL - teacher.TRIES):
        assert tried(door, "wrong", f"browser {i}") == "That is not the code."
    assert tried(door, "right", "one more") == "Too many wrong tries: wait 10 minutes.", (
        "a class cannot guess it together"
    )
    now[0] = teacher.SECONDS + 1
    assert tried(door, "right") == ""
