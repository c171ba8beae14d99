"""Work of some seconds that a page does not wait for: asked for again and again until it is there.

    shown = background.ask(key, lambda progress: answer_all(vectors, questions, on_progress=progress))
    shown.state    # "working": ask again in a second; "ready": shown.value; "failed": shown.message

One thread does one thing after the other and lets go of the interpreter's lock in torch's products, so that pages stay
quick. All who ask for the same key share one piece of work. What nobody asks for any more ends by itself.
"""

from __future__ import annotations

import atexit
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

log = logging.getLogger(__name__)

KEPT = 64  # results and failures in memory
ABANDONED = 10.0  # seconds without anybody asking, after which work ends
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Work:
    """The state of one piece of work. done, total: how far it is, 0 of 0 where it has not begun."""

    state: Literal["working", "ready", "failed"]
    value: Any = None
    done: int = 0
    total: int = 0
    message: str = ""


class _Abandoned(Exception):
    """Nobody asks for this work any more."""


@dataclass
class _Job:
    key: str
    function: Callable[[Progress], Any]
    asked: float = field(default_factory=time.monotonic)
    done: int = 0
    total: int = 0


class Service:
    """A queue, one thread, and the newest results; safe for many threads. It ends with the process."""

    def __init__(self, abandoned: float = ABANDONED) -> None:
        self._abandoned = abandoned
        self._closed = False
        self._changed = threading.Condition()
        self._over: OrderedDict[str, Work] = OrderedDict()
        self._jobs: OrderedDict[str, _Job] = OrderedDict()  # in order of arrival, the running one too
        self._thread: threading.Thread | None = None

    def ask(self, key: str, function: Callable[[Progress], Any], retry: bool = False) -> Work:
        """The state of the work of this key; it begins with the first call. `function` gets what it reports progress to.

        retry: begin anew where it has failed; without it a failure stays, so that polling pages do not loop.
        """
        with self._changed:
            if key in self._over and not (retry and self._over[key].state == "failed"):
                self._over.move_to_end(key)
                return self._over[key]
            self._over.pop(key, None)
            job = self._jobs.setdefault(key, _Job(key, function))
            job.asked = time.monotonic()
            if self._thread is None:
                atexit.register(self.close)
                self._thread = threading.Thread(target=self._work, daemon=True, name="background")
                self._thread.start()
            self._changed.notify()
            return Work("working", None, job.done, job.total)

    def close(self, patience: float = 5.0) -> None:
        """End the work in hand at its next report, and wait for that: torch aborts a process that leaves a thread in it."""
        self._closed = True
        atexit.unregister(self.close)
        with self._changed:
            thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(patience)

    def _work(self) -> None:
        while (job := self._next()) is not None:

            def report(done: int, total: int, job: _Job = job) -> None:
                job.done, job.total = done, total
                if self._closed or time.monotonic() - job.asked > self._abandoned:
                    raise _Abandoned

            try:
                result = Work("ready", job.function(report))
            except _Abandoned:
                result = None
            except BaseException as error:  # whatever it is, those who ask must hear of it
                log.exception("background work %s", job.key)
                result = Work("failed", message=f"This could not be computed ({error}).")
            with self._changed:
                del self._jobs[job.key]
                if result is not None:
                    self._over[job.key] = result
                    if len(self._over) > KEPT:
                        self._over.popitem(last=False)

    def _next(self) -> _Job | None:
        """The next job; None, and no thread any more, where there is none."""
        with self._changed:
            for job in list(self._jobs.values()):
                if not self._closed and time.monotonic() - job.asked <= self._abandoned:
                    return job
                del self._jobs[job.key]
            self._thread = None
            if not self._closed:
                atexit.unregister(self.close)
            return None


_service = Service()


def ask(key: str, function: Callable[[Progress], Any], retry: bool = False) -> Work:
    """`Service.ask` of the one service of this process."""
    return _service.ask(key, function, retry)
