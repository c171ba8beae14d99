"""Whether a worker is alive: what it says, and the processor time that it uses."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

EVERY = 1.0  # seconds between two beats of a worker that trains
LEAST = 0.01  # seconds of processor time that are work; a beat itself takes a hundredth of that
LOOKS = 4  # in vain, before silence counts: the page process may have been stopped itself, and reads first what came meanwhile


class Pulse:
    """A worker's pulse as the page process feels it, from the beginning of a job on."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        self._heard = self._worked = time.monotonic()
        self._processor, self._in_vain = 0.0, 0

    def look(self, messages: Sequence[dict[str, Any]]) -> None:
        """Messages that have come since the last look."""
        now, said = time.monotonic(), [message for message in messages if message.get("type") != "wake"]
        self._in_vain = 0 if said else self._in_vain + 1
        for message in said:
            self._heard = now
            if message.get("type") != "beat":
                self._worked = now
            elif abs(message["cpu"] - self._processor) >= LEAST:
                self._processor, self._worked = message["cpu"], now

    def stopped(self, silent: float, still: float) -> bool:
        """Whether nothing was said for `silent` seconds, or nothing done for `still`."""
        now = time.monotonic()
        return (now - self._heard > silent and self._in_vain >= LOOKS) or now - self._worked > still


class Beating:
    """A context in which a worker beats: send({"type": "beat", "cpu": seconds of processor time so far})."""

    def __init__(self, send: Callable[[dict[str, Any]], None]) -> None:
        self._send, self._over = send, threading.Event()

    def __enter__(self) -> None:
        threading.Thread(target=self._beat, daemon=True, name="beat").start()

    def __exit__(self, *_: object) -> None:
        self._over.set()

    def _beat(self) -> None:
        while not self._over.wait(EVERY):
            self._send({"type": "beat", "cpu": time.process_time()})
