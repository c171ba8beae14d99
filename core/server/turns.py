"""Runs of whole pages take turns: a class that opens a lesson in the same second is served one after the other.

A hundred threads that share one interpreter slow each other down: each switch empties the processor's caches, and the thread
that sends waits behind all of them. In turn, the same hundred pages take a fourth of the time, and the first ones are there
at once (docs/LOG.md). Gestures run as fragments, which do not wait here. Work in the background gives way to visitors who come.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator

PLACES = 2
LONG = 1.0  # seconds after which a run no longer keeps others waiting: it computes, or waits for something itself
COMING = 1.0  # seconds after a request over HTTP in which more of them are likely: somebody's page loads
PATIENCE = 0.25  # seconds that work in the background gives away at a time, so that it goes on in a crowd, too


class Turns:
    """A few places for runs of pages. Who waits is served in the order of coming; a run that takes long gives its place away."""

    def __init__(self, places: int = PLACES, long: float = LONG, clock: Callable[[], float] = time.monotonic) -> None:
        self._places, self._long, self._clock = places, long, clock
        self._lock = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._running: dict[threading.Event, float] = {}  # when each run began
        self._came = -COMING

    @contextlib.contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a place, and hold it for the block."""
        mine = threading.Event()  # set when it may be time; only the first one in line is woken
        with self._lock:
            self._waiting.append(mine)
        while not self._begin(mine):
            mine.wait(self._long / 4 if self._waiting[0] is mine else None)
            mine.clear()
        try:
            yield
        finally:
            with self._lock:
                del self._running[mine]
                self._wake()

    def came(self) -> None:
        """Somebody has asked for something over HTTP."""
        self._came = self._clock()

    def let_pass(self) -> None:
        """For work in the background, between two of its steps: wait while a page loads or runs, PATIENCE at the most."""
        end = self._clock() + PATIENCE
        while (now := self._clock()) < end and (now - self._came < COMING or self._recent(now)):
            time.sleep(0.02)

    def _recent(self, now: float) -> int:
        """Runs that keep others waiting."""
        return sum(now - began < self._long for began in tuple(self._running.values()))

    def _begin(self, mine: threading.Event) -> bool:
        now = self._clock()
        with self._lock:
            if self._waiting[0] is not mine or self._recent(now) >= self._places:
                return False
            self._waiting.popleft()
            self._running[mine] = now
            self._wake()
            return True

    def _wake(self) -> None:
        if self._waiting:
            self._waiting[0].set()


pages = Turns()
