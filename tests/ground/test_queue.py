"""The queue under trainings, maps and background work: what its three users do not show of it."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from types import SimpleNamespace

import pytest

from core import queue as queues
from core.queue import Failed, Queue, Rules, Several, Stopped, Task, View

PATIENCE = 20


class Gate:
    """A lane whose tasks are functions, which may wait for `woken`."""

    def __init__(self) -> None:
        self.woken, self.closed = threading.Event(), threading.Event()

    def serve(self, task, queue):
        if task.stop_asked is None:
            self.woken.clear()
        return task.work(task, self)

    def wake(self) -> None:
        self.woken.set()

    def close(self) -> None:
        self.closed.set()


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
def new_queue(clock):
    made = []

    def make(lanes: int = 1, **rules) -> Queue:
        made.append(Queue("test", [Gate] * lanes, Rules(**{"silence": 10.0} | rules)))
        return made[-1]

    yield make
    for queue in made:
        queue.close()
        assert not queue.lanes


def wait_for(condition) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.002)


def held(task, lane):
    """Work that lasts until it is woken, and then follows."""
    assert lane.woken.wait(PATIENCE)
    raise Stopped


def begun(queue: Queue, *keys: str) -> None:
    wait_for(lambda: all(queue.get(key).state == "running" for key in keys))


def test_two_lanes_serve_two_tasks_at_once_and_the_third_waits(new_queue):
    queue, meet = new_queue(lanes=2), threading.Barrier(3)
    for key in "ab":
        queue.ask(key, lambda key=key: Task(key, lambda task, lane: meet.wait(PATIENCE)))
    begun(queue, "a", "b")
    views = [queue.ask(key, lambda key=key: Task(key, lambda task, lane: task.key)) for key in "cd"]
    assert [(view.state, view.position) for view in views] == [("queued", 1), ("queued", 2)]
    assert [queue.ahead(queue.get(key)) for key in "acd"] == [0, 2, 3]
    meet.wait(PATIENCE)
    wait_for(lambda: not any(task.live for task in queue.tasks()))
    assert [(task.state, task.position) for task in queue.tasks()] == [("done", 0)] * 4
    assert queue.get("d").value == "d" and queue.get("d").work is None, "what it needed is let go of"


def test_a_task_that_waits_stops_at_once_and_one_that_runs_when_its_lane_is_woken(new_queue):
    queue = new_queue()
    for key in "abc":
        queue.ask(key, lambda key=key: Task(key, held))
    begun(queue, "a")
    queue.stop(queue.get("b"), "Not now.")
    assert queue.get("b").view() == View("stopped", message="Not now.") and queue.get("c").position == 1
    queue.stop(queue.get("a"), "Enough.")
    wait_for(lambda: not queue.get("a").live)
    assert queue.get("a").view() == View("stopped", message="Enough.")
    begun(queue, "c")


def test_what_was_stopped_stays_so_until_a_retry(new_queue):
    queue = new_queue()
    queue.ask("a", lambda: Task("a", held))
    begun(queue, "a")
    queue.stop(queue.get("a"))
    wait_for(lambda: not queue.get("a").live)
    assert queue.ask("a", lambda: Task("a", held)).state == "stopped", "a page that polls does not start it again"
    assert queue.ask("a", lambda: Task("a", lambda task, lane: 7), retry=True).state == "queued"
    wait_for(lambda: queue.get("a").state == "done")


def test_a_task_that_is_stopping_is_nobodys_flight(new_queue):
    queue, go_on = new_queue(), threading.Event()
    queue.ask("a", lambda: Task("a", lambda task, lane: go_on.wait(PATIENCE)))
    begun(queue, "a")
    first = queue.get("a")
    queue.stop(first)
    assert queue.ask("a", lambda: Task("a", lambda task, lane: "new")).state == "queued"
    assert queue.get("a") is not first
    go_on.set()
    wait_for(lambda: queue.get("a").state == "done")
    assert queue.get("a").value == "new" and first.state == "done", "it did not listen, and hurts nobody"


def test_who_comes_back_in_time_finds_the_task_that_was_given_up(new_queue, clock):
    queue, go_on = new_queue(), threading.Event()

    def work(task, lane):
        assert go_on.wait(PATIENCE)
        queue.report(task, 1, 2)
        return "kept"

    queue.ask("a", lambda: Task("a", work))
    begun(queue, "a")
    clock.now += 11
    queue.reap()
    assert queue.get("a").stop_asked is not None and queue.get("a").abandoned
    assert queue.ask("a", lambda: Task("a", work)).state == "running"
    go_on.set()
    wait_for(lambda: not queue.get("a").live)
    assert queue.get("a").view() == View("done", "kept", 1, 2)


def test_who_comes_back_when_a_lane_has_heard_already_gets_it_begun_anew(new_queue, clock):
    """Between the word of its end and the end itself: it may not stay stopped for ever."""
    queue = new_queue()

    def ends(task, lane):
        lane.woken.wait(PATIENCE)
        queue.ask("a", lambda: Task("a", ends))  # somebody comes in this moment
        raise Stopped

    queue.ask("a", lambda: Task("a", ends))
    begun(queue, "a")
    clock.now += 11
    queue.reap()
    wait_for(lambda: queue.get("a").state == "stopped")
    queue.ask("a", lambda: Task("a", lambda task, lane: "there"))
    wait_for(lambda: queue.get("a").state == "done")
    assert queue.get("a").value == "there"


def test_silence_ends_what_waits_with_a_message_and_leaves_what_is_to_be_kept(new_queue, clock):
    queue = new_queue(abandoned="Nobody watched.")
    queue.ask("a", lambda: Task("a", held, keep=True))
    begun(queue, "a")
    queue.ask("b", lambda: Task("b", held))
    clock.now += 11
    queue.reap()
    assert queue.get("a").stop_asked is None and queue.get("a").live
    assert queue.get("b").view() == View("stopped", message="Nobody watched.")
    assert queue.ask("b", lambda: Task("b", held)).live, "asked for again, it begins anew"


def test_closing_stops_everything_at_once(new_queue):
    queue = new_queue(lanes=2, idle=None)
    for key in "abc":
        queue.ask(key, lambda key=key: Task(key, held))
    begun(queue, "a", "b")
    lanes, asked = list(queue.lanes.values()), queue.get("a")
    queue.close()
    assert [task.state for task in queue.tasks()] == ["stopped"] * 3
    assert asked.stop_asked == float("-inf"), "without patience"
    assert all(lane.closed.is_set() for lane in lanes) and not queue.lanes
    with pytest.raises(RuntimeError, match="closed"):
        queue.put(Task("d", held))


def test_an_idle_lane_is_closed_and_another_one_made(new_queue):
    queue, seen = new_queue(), []
    for key in "ab":
        queue.ask(key, lambda key=key: Task(key, lambda task, lane: seen.append(lane)))
        wait_for(lambda: not queue.lanes)
    assert seen[0] is not seen[1]
    wait_for(lambda: all(lane.closed.is_set() for lane in seen))


def test_errors_become_sentences(new_queue):
    def refuse(task, lane):
        raise Failed("There are no data.")

    queue = new_queue(failed="It broke ({error}).")
    queue.ask("a", lambda: Task("a", refuse))
    queue.ask("b", lambda: Task("b", lambda task, lane: {}["k"]))
    wait_for(lambda: queue.get("b").state == "failed")
    assert [queue.get(key).message for key in "ab"] == ["There are no data.", "It broke ('k')."]


def test_what_may_not_be_forgotten_stays_and_makes_no_room(new_queue):
    class Precious(Task):
        forgettable = False

    queue = new_queue(kept=2)
    queue.put(Precious("p", state="done", value=1))
    for key in "abc":
        queue.put(Task(key, state="done"))
    assert [task.key for task in queue.tasks()] == ["p", "b", "c"]
    assert queue.forget("p").value == 1 and queue.get("p") is None and queue.forget("p") is None
    queue.rules = replace(queue.rules, kept=0)
    go_on = threading.Event()
    queue.ask("d", lambda: Task("d", lambda task, lane: go_on.wait(PATIENCE)))
    assert queue.forget("d") is None, "it is live"
    go_on.set()
    wait_for(lambda: queue.get("d") is None)


def test_views_say_how_far_they_are():
    assert [View("queued").share, View("running", done=3, total=4).share, View("failed", done=1, total=4).share] == [
        0,
        0.75,
        1,
    ]
    assert View("running", done=9, total=4).share == 1
    both = Several((View("done", 5), View("running", done=1, total=2)))
    assert both.live and both.share == 0.75 and both.failure is None
    over = Several((View("done", 5), View("failed", message="It broke.")))
    assert not over.live and over.failure == "It broke."
    assert not Several(()).live and Several(()).share == 0


def test_owners_take_turns_and_each_ones_tasks_keep_their_order(new_queue):
    """One who asks for many does not stand before everybody else."""
    queue, served = new_queue(), []

    def serve(task, lane):
        served.append(task.key)

    gate = threading.Event()
    queue.ask("gate", lambda: Task("gate", lambda task, lane: gate.wait(PATIENCE)))
    begun(queue, "gate")
    for key in ("a1", "a2", "a3", "b1", "n1", "b2", "c1", "n2"):
        owner = "" if key.startswith("n") else key[0]
        queue.ask(key, lambda key=key, owner=owner: Task(key, serve, owner=owner))
    order = ["a1", "b1", "n1", "c1", "n2", "a2", "b2", "a3"]
    assert [queue.get(key).position for key in order] == list(range(1, 9))
    assert [queue.ahead(queue.get(key)) for key in order] == list(range(1, 9))
    gate.set()
    wait_for(lambda: len(served) == 8)
    assert served == order


def test_what_runs_is_its_owners_turn(new_queue):
    queue = new_queue()
    for key in ("a1", "a2", "b1"):
        queue.ask(key, lambda key=key: Task(key, held, owner=key[0]))
    begun(queue, "a1")
    wait_for(lambda: queue.get("b1").position == 1)
    assert queue.get("a2").position == 2
