"""One queue under all that a page does not wait for: trainings, maps, and work in the background.

    view = queue.ask(key, lambda: Task(key, work))
    view.state    # "queued" or "running": ask again in a second; "done": view.value; "failed", "stopped": view.message

All who ask for a key share one task. Tasks are served in the order of arrival, owners in turn, by as many lanes as the queue has, each in
a thread of its own. A task that nobody asks for any more ends by itself.
"""

from __future__ import annotations

import atexit
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, Protocol, TypeVar

log = logging.getLogger(__name__)

State = Literal["queued", "running", "done", "failed", "stopped"]
LIVE = ("queued", "running")


class Stopped(Exception):
    """The task was asked to stop, and did."""


class Failed(Exception):
    """The task could not be done; the message is one sentence for a student."""


@dataclass(frozen=True)
class View:
    """A moment of a task.

    value:       of a task that is done.
    done, total: how far it is, in units of its own; 0 of 0 where it has not said so.
    position:    1 is next in the queue; 0 is not queued.
    message:     one sentence for a student, or none.
    """

    state: State
    value: Any = None
    done: int = 0
    total: int = 0
    position: int = 0
    message: str = ""

    @property
    def live(self) -> bool:
        return self.state in LIVE

    @property
    def share(self) -> float:
        """How much of the task is done, from 0 to 1."""
        if not self.live:
            return 1.0
        return min(1.0, self.done / self.total) if self.total else 0.0


@dataclass(frozen=True)
class Several:
    """Views of tasks that are waited for together."""

    views: tuple[View, ...]

    @property
    def live(self) -> bool:
        return any(view.live for view in self.views)

    @property
    def share(self) -> float:
        """How much of all tasks is done, from 0 to 1."""
        return sum(view.share for view in self.views) / max(1, len(self.views))

    @property
    def failure(self) -> str | None:
        """The message of the first task that failed or was stopped, if one was."""
        return next((view.message for view in self.views if view.state in ("failed", "stopped")), None)


@dataclass(eq=False)
class Task:
    """What the queue knows of a task; read and written under the queue's lock alone.

    work:       what a lane serves; gone when the task is over, because it may be large.
    keep:       the task goes on when nobody asks for it any more.
    owner:      who asked for it first; owners take turns.
    turn:       in which round of turns it is served; the queue's own.
    asked:      when it was last asked for; this and stop_asked in seconds of time.monotonic().
    stop_asked: when it was asked to stop; minus infinity where it should end at once.
    abandoned:  it was asked to stop because nobody asked for it.
    """

    key: str
    work: Any = None
    keep: bool = False
    owner: str = ""
    turn: int = 0
    state: State = "queued"
    value: Any = None
    done: int = 0
    total: int = 0
    position: int = 0
    message: str = ""
    asked: float = field(default_factory=lambda: time.monotonic())
    stop_asked: float | None = None
    abandoned: bool = False

    @property
    def live(self) -> bool:
        return self.state in LIVE

    @property
    def forgettable(self) -> bool:
        """Whether the queue may drop the task, once it is over, for newer ones."""
        return True

    def view(self) -> View:
        return View(self.state, self.value, self.done, self.total, self.position, self.message)

    def end(self, state: State, message: str, value: Any) -> None:
        """The queue calls this once, when the task is over."""
        self.state, self.message, self.value, self.position, self.work = state, message, value, 0, None


T = TypeVar("T", bound=Task)


class Lane(Protocol[T]):
    """What serves tasks, one after the other."""

    def serve(self, task: T, queue: Queue[T]) -> Any:
        """The value of the task. Raises Failed with a sentence, Stopped once `task.stop_asked` is set, or anything else."""

    def wake(self) -> None:
        """The task in hand was asked to stop. Called by another thread, under the queue's lock: it must not wait."""

    def close(self) -> None:
        """No task came for a while, or the queue was closed: let go of what the lane holds."""


@dataclass(frozen=True)
class Rules:
    """silence: seconds without anybody asking, after which a task ends. kept: tasks in memory that are over.

    idle:      seconds without a task, after which a lane is closed; None is never.
    abandoned: the message of a task that ended for silence. failed: that of one whose lane raised {error}.
    """

    silence: float
    kept: int = 64
    idle: float | None = 0.0
    abandoned: str = ""
    failed: str = "This could not be computed ({error})."


class Queue(Generic[T]):
    """Safe for many threads. Its own are daemons, and a queue with such a thread is closed when the process ends.

    lanes: make the lanes, one each, with the first task and again after a lane was closed.
    """

    def __init__(self, name: str, lanes: Sequence[Callable[[], Lane[T]]], rules: Rules) -> None:
        self.rules = rules
        self.closed = False
        self.changed = threading.Condition(threading.RLock())  # guards all below and each task
        self.lanes: dict[int, Lane[T]] = {}  # those that have a thread now
        self._name, self._makers = name, tuple(lanes)
        self._tasks: OrderedDict[str, T] = OrderedDict()  # key -> its newest task; what was asked for last is last
        self._waiting: list[T] = []
        self._turn = 0  # of the task that was taken last
        self._turns: dict[str, int] = {}  # owner -> the turn of its last task
        self._serving: dict[int, T] = {}
        self._threads: dict[int, threading.Thread] = {}

    # For those who ask -------------------------------------------------------------------------------------------

    def ask(self, key: str, make: Callable[[], T], retry: bool = False) -> View:
        """The view of the task of this key, which begins with the first call; a call keeps it alive.

        make:  the task, where there is none yet; called under the lock. What it raises is passed on.
        retry: begin anew where the task failed or was stopped; without it that stays, so that polling pages do not loop.
               What ended because nobody asked begins anew in any case.
        """
        with self.changed:
            task = self._tasks.get(key)
            if task is not None and task.live and task.abandoned:
                task.abandoned, task.stop_asked, task.message = False, None, ""  # it has not heard of its end yet
            if task is None or (task.live and task.stop_asked is not None) or self._is_over(task, retry):
                task = self.put(make())
            task.asked = time.monotonic()
            self._tasks.move_to_end(key)
            return task.view()

    def get(self, key: str) -> T | None:
        """The task of this key, as it is."""
        with self.changed:
            return self._tasks.get(key)

    def tasks(self) -> list[T]:
        """All tasks that are known, oldest first."""
        with self.changed:
            return list(self._tasks.values())

    def ahead(self, task: T) -> int:
        """How many tasks come before this one: those that run, and those that have waited longer."""
        with self.changed:
            return len(self._serving) + self._line().index(task) if task in self._waiting else 0

    def put(self, task: T) -> T:
        """Let the task be the one of its key; it waits for its turn unless it is over. Raises RuntimeError where closed."""
        with self.changed:
            if self.closed:
                raise RuntimeError("this queue is closed")
            self._tasks.pop(task.key, None)
            self._tasks[task.key] = task
            if task.live:
                task.turn = self._turn_of(task.owner)
                self._waiting.append(task)
                self._start_lanes()
            self._tidy()
            return task

    def stop(self, task: T, message: str = "") -> None:
        """Ask the task to stop: one that waits is over at once, one that runs as soon as its lane hears of it."""
        with self.changed:
            if task.state == "queued":
                self._end(task, "stopped", message)
            elif task.live and task.stop_asked is None:
                self._interrupt(task, time.monotonic(), message)

    def poke(self, task: T) -> None:
        """Let the lane that serves the task look at it again."""
        with self.changed:
            for index, served in self._serving.items():
                if served is task:
                    self.lanes[index].wake()

    def forget(self, key: str) -> T | None:
        """Drop the task of this key if it is over; it, where it was dropped."""
        with self.changed:
            task = self._tasks.get(key)
            return self._tasks.pop(key) if task is not None and not task.live else None

    def wait(self, key: str, timeout: float) -> None:
        """Block until the task of this key is over or forgotten, or for so many seconds."""
        with self.changed:
            self.changed.wait_for(lambda: key not in self._tasks or not self._tasks[key].live, timeout)

    def close(self, patience: float = 5.0) -> None:
        """Stop all tasks, and wait so many seconds for each lane to end: torch aborts a process that leaves a thread in it."""
        with self.changed:
            self.closed = True
            for task in list(self._waiting):
                self._end(task, "stopped", "")
            for task in list(self._serving.values()):
                self._interrupt(task, float("-inf"), "")
            self.changed.notify_all()
            threads = list(self._threads.values())
        atexit.unregister(self.close)
        for thread in threads:
            if thread is not threading.current_thread():
                thread.join(patience)

    # For the lanes -----------------------------------------------------------------------------------------------

    def report(self, task: T, done: int, total: int) -> None:
        """Say how far the task is. Raises Stopped where it should end."""
        with self.changed:
            task.done, task.total = done, total
            self.reap()
            if task.stop_asked is not None:
                raise Stopped

    def reap(self) -> None:
        """Stop the tasks that nobody has asked for in a while. Lanes call this now and then, and before each task."""
        with self.changed:
            long_ago = time.monotonic() - self.rules.silence
            for task in [*self._waiting, *self._serving.values()]:
                if not task.keep and task.stop_asked is None and task.asked < long_ago:
                    task.abandoned = True
                    self.stop(task, self.rules.abandoned)

    # Inside ------------------------------------------------------------------------------------------------------

    @staticmethod
    def _is_over(task: T, retry: bool) -> bool:
        """Whether asking for a task that has no value begins a new one."""
        return task.state in ("failed", "stopped") and (retry or task.abandoned)

    def _interrupt(self, task: T, now: float, message: str) -> None:
        task.stop_asked, task.message = now, message or task.message
        self.poke(task)

    def _start_lanes(self) -> None:
        if not self._threads:
            atexit.register(self.close)
        for index, make in enumerate(self._makers):
            if index not in self._threads:
                self.lanes[index] = make()
                name = self._name if len(self._makers) == 1 else f"{self._name}-{index}"
                thread = threading.Thread(target=self._loop, args=(index,), daemon=True, name=name)
                self._threads[index] = thread
                thread.start()
        self.changed.notify_all()

    def _loop(self, index: int) -> None:
        """One lane's thread: serve tasks until none has come for a while."""
        lane = self.lanes[index]
        while (task := self._take(index)) is not None:
            try:
                value = lane.serve(task, self)
            except Stopped:
                with self.changed:
                    if (
                        task.stop_asked is None
                    ):  # asked for again when its lane had heard already: whoever asks next begins anew
                        task.abandoned = True
                    self._end(task, "stopped", task.message)
            except Failed as error:
                self._end(task, "failed", str(error))
            except BaseException as error:  # whatever it is, the lane must live, and those who ask must hear of it
                log.exception("%s %s", self._name, task.key)
                self._end(task, "failed", self.rules.failed.format(error=error))
            else:
                self._end(task, "done", "", value)
            del task  # it may hold much
        lane.close()

    def _take(self, index: int) -> T | None:
        """The next task, waiting for one; None, and no thread any more, where none came."""
        with self.changed:
            while not self.closed:
                self.reap()
                if self._waiting:
                    task = self._serving[index] = self._line()[0]
                    self._waiting.remove(task)
                    self._turn = task.turn
                    task.state, task.position = "running", 0
                    self._tidy()
                    return task
                if not self.changed.wait(self.rules.idle) and not self._waiting:
                    break
            del self._threads[index], self.lanes[index]
            if not self._threads and not self.closed:
                atexit.unregister(self.close)
            return None

    def _line(self) -> list[T]:
        """What waits, in the order of service."""
        return sorted(self._waiting, key=lambda task: task.turn)

    def _turn_of(self, owner: str) -> int:
        """The turn of an owner's next task: one after that of its last one, and not before the turn that is served now.

        A task without an owner is that of somebody who has asked for nothing else.
        """
        if not owner:
            return self._turn
        turn = max(self._turn, self._turns.get(owner, -1) + 1)
        self._turns = {name: last for name, last in self._turns.items() if last >= self._turn} | {owner: turn}
        return turn

    def _end(self, task: T, state: State, message: str, value: Any = None) -> None:
        with self.changed:
            if task in self._waiting:
                self._waiting.remove(task)
            self._serving = {index: served for index, served in self._serving.items() if served is not task}
            task.end(state, message, value)
            self._tidy()
            self.changed.notify_all()

    def _tidy(self) -> None:
        """Number the tasks that wait; forget the oldest that are over."""
        for position, task in enumerate(self._line(), start=1):
            task.position = position
        over = [task for task in self._tasks.values() if not task.live and task.forgettable]
        for task in over[: max(0, len(over) - self.rules.kept)]:
            del self._tasks[task.key]
