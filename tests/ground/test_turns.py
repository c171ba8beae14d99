"""Runs of pages take turns, in the order of coming, and none waits for one that takes long."""

from __future__ import annotations

import threading
import time

import pytest

from core.server.turns import COMING, PATIENCE, Turns

SOON = 10.0  # seconds that a test waits for what has to come


def start(turns: Turns, name: str, log: list[str], go_on: threading.Event) -> threading.Thread:
    def run():
        with turns.turn():
            log.append(name)
            go_on.wait(SOON)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def until(condition) -> None:
    end = time.monotonic() + SOON
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.002)


def test_as_many_run_as_there_are_places_and_the_others_in_order_of_coming():
    turns, log, events = Turns(places=2, long=1e6), [], [threading.Event() for _ in range(6)]
    threads = []
    for i, event in enumerate(events):
        threads.append(start(turns, str(i), log, event))
        until(lambda i=i: len(log) + len(turns._waiting) == i + 1)
    assert log == ["0", "1"] and len(turns._waiting) == 4
    for i, event in enumerate(events):
        event.set()
        until(lambda i=i: len(log) >= min(6, i + 3))
        assert log == [str(k) for k in range(min(6, i + 3))]
    for thread in threads:
        thread.join(SOON)
    assert not turns._running and not turns._waiting


def test_a_run_that_takes_long_gives_its_place_away():
    now = [0.0]
    turns, log, never, events = (
        Turns(places=1, long=0.1, clock=lambda: now[0]),
        [],
        threading.Event(),
        threading.Event(),
    )
    start(turns, "long", log, never)
    until(lambda: log == ["long"])
    second = start(turns, "next", log, events)
    time.sleep(0.1)
    assert log == ["long"]
    now[0] = 1.0
    until(lambda: log == ["long", "next"])
    events.set()
    second.join(SOON)
    never.set()
    until(lambda: not turns._running)


def test_a_run_that_fails_gives_its_place_back():
    turns = Turns(places=1, long=1e6)
    with pytest.raises(ZeroDivisionError), turns.turn():
        raise ZeroDivisionError
    with turns.turn():
        assert len(turns._running) == 1


def test_hundred_runs_end():
    turns, done = Turns(places=3), []

    def run():
        with turns.turn():
            assert len(turns._running) <= 3
            done.append(1)

    threads = [threading.Thread(target=run, daemon=True) for _ in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SOON)
    assert len(done) == 100


def test_work_in_the_background_lets_visitors_pass_for_a_moment_alone():
    now = [0.0]
    turns = Turns(clock=lambda: now[0])

    def passed(monkey_sleep) -> float:
        began = now[0]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(time, "sleep", monkey_sleep)
            turns.let_pass()
        return now[0] - began

    def sleep(seconds: float) -> None:
        now[0] += seconds

    now[0] = 100.0
    assert passed(sleep) == 0, "nobody is there"
    turns.came()
    assert PATIENCE <= passed(sleep) < PATIENCE + 0.1, "a page loads"
    now[0] += COMING
    assert passed(sleep) == 0, "it is loaded"
    with turns.turn():
        assert PATIENCE <= passed(sleep) < PATIENCE + 0.1, "a page runs"
        now[0] += 2
        assert passed(sleep) == 0, "one that takes long computes itself"
