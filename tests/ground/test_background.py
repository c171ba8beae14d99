"""Work in the background: shared, watched, retried, given up; with a clock that the test moves."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from types import SimpleNamespace

import pytest

from core import background
from core import queue as queues
from core.background import Service
from core.queue import View

PATIENCE = 20


class Clock:
    now = 1_000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(queues, "time", SimpleNamespace(monotonic=clock.monotonic))
    return clock


@pytest.fixture
def service(clock) -> Service:
    made = Service(abandoned=10.0)
    yield made
    wait_for(lambda: not made.queue.lanes)


class Task:
    """Work that waits to be let go, reports, and counts how often it began."""

    def __init__(self, *reports: tuple[int, int], value: object = "done"):
        self.reports, self.value = reports, value
        self.began, self.go_on, self.times = threading.Event(), threading.Event(), 0

    def __call__(self, progress) -> object:
        self.times += 1
        self.began.set()
        assert self.go_on.wait(PATIENCE)
        for done, total in self.reports:
            progress(done, total)
        return self.value


def wait_for(condition) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.002)


def settled(service: Service, key: str, function) -> View:
    wait_for(lambda: not service.ask(key, function).live)
    return service.ask(key, function)


def test_work_is_begun_once_shared_and_remembered(service):
    task = Task()
    assert service.ask("a", task) == View("queued", None, 0, 0, position=1)
    states = []
    threads = [threading.Thread(target=lambda: states.append(service.ask("a", task).live)) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert states == [True] * 30
    task.go_on.set()
    assert settled(service, "a", task) == View("done", "done")
    assert service.ask("a", Task(value="another")).value == "done" and task.times == 1


def test_progress_is_seen_while_it_works(service):
    reported, go_on = threading.Event(), threading.Event()

    def work(progress):
        progress(3, 7)
        reported.set()
        assert go_on.wait(PATIENCE)

    service.ask("a", work)
    assert reported.wait(PATIENCE)
    assert service.ask("a", work) == View("running", None, 3, 7)
    go_on.set()
    assert settled(service, "a", work) == View("done", None, 3, 7)


def test_one_thing_after_the_other_in_the_order_of_asking(service):
    running, most, order = [], [], []

    def work_of(key):
        def work(progress):
            running.append(key)
            most.append(len(running))
            order.append(key)
            time.sleep(0.005)
            running.remove(key)

        return work

    gate = Task()
    service.ask("gate", gate)
    for key in "abcdef":
        service.ask(key, work_of(key))
    gate.go_on.set()
    for key in "abcdef":
        assert settled(service, key, work_of(key)).state == "done"
    assert order == list("abcdef") and set(most) == {1}


def test_a_failure_stays_until_a_retry(service):
    times = []

    def fails_once(progress):
        times.append(1)
        if len(times) == 1:
            raise ValueError("the table is gone")
        return "at last"

    failed = settled(service, "a", fails_once)
    assert failed.state == "failed" and failed.value is None and "the table is gone" in failed.message
    assert service.ask("a", fails_once) == failed and len(times) == 1, "polling does not begin anew"
    assert service.ask("a", fails_once, retry=True).state == "queued"
    assert settled(service, "a", fails_once) == View("done", "at last")
    assert service.ask("a", fails_once, retry=True).value == "at last", "what is done is not done again"
    assert len(times) == 2


def test_a_failure_does_not_hold_up_what_waits(service):
    gate = Task()
    service.ask("gate", gate)
    service.ask("bad", lambda progress: 1 / 0)
    service.ask("good", lambda progress: "good")
    gate.go_on.set()
    assert settled(service, "good", lambda progress: None).value == "good"
    assert settled(service, "bad", lambda progress: None).state == "failed"


def test_what_nobody_asks_for_ends_at_its_next_report(service, clock):
    task = Task((1, 2), (2, 2))
    service.ask("a", task)
    assert task.began.wait(PATIENCE)
    clock.now += 10.5
    task.go_on.set()
    wait_for(lambda: not service.queue.lanes)
    ended = service.queue.get("a")
    assert ended.state == "stopped" and ended.value is None, "neither result nor failure"
    again = Task((1, 2))
    again.go_on.set()
    assert service.ask("a", again).live
    assert settled(service, "a", again).value == "done" and again.times == 1


def test_asking_keeps_work_alive(service, clock):
    task = Task((1, 2), (2, 2))
    service.ask("a", task)
    assert task.began.wait(PATIENCE)
    for _ in range(5):
        clock.now += 9
        assert service.ask("a", task).live
    task.go_on.set()
    assert settled(service, "a", task).value == "done"


def test_what_waits_and_is_not_asked_for_is_never_begun(service, clock):
    gate, forgotten, wanted = Task(), Task(), Task()
    service.ask("gate", gate)
    assert gate.began.wait(PATIENCE)
    service.ask("forgotten", forgotten)
    service.ask("wanted", wanted)
    clock.now += 10.5
    service.ask("wanted", wanted)
    wanted.go_on.set()
    gate.go_on.set()
    assert settled(service, "wanted", wanted).value == "done"
    assert forgotten.times == 0


def test_the_thread_ends_and_another_one_begins(service):
    for key in "ab":
        assert settled(service, key, lambda progress: threading.current_thread().name) == View("done", "background")
        wait_for(lambda: not service.queue.lanes)
    assert service.ask("a", lambda progress: None).state == "done" and not service.queue.lanes, "results need none"


def test_only_the_newest_results_are_kept(service, monkeypatch):
    monkeypatch.setattr(service.queue, "rules", replace(service.queue.rules, kept=3))
    for i in range(3):
        settled(service, f"{i}", lambda progress: "old")
    service.ask("0", lambda progress: None)  # what is asked for stays longest
    settled(service, "3", lambda progress: "old")
    assert [task.key for task in service.queue.tasks()] == ["2", "0", "3"]
    assert service.ask("1", lambda progress: "new").live


def test_a_process_has_one_service(monkeypatch):
    service = Service()
    monkeypatch.setattr(background, "_service", service)
    wait_for(lambda: background.ask("a", lambda progress: 7).state == "done")
    assert service.ask("a", lambda progress: 8) == background.ask("a", lambda progress: 9) == View("done", 7)
