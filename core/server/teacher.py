"""The teacher's code: with it, a session may stop and delete what others started and look at.

LATENT_LAB_TEACHER holds the code. It never stands in an address or a log; wrong tries are bounded, for each session and for the
whole server, so that a class cannot guess it together.
"""

from __future__ import annotations

import hmac
import os
import threading
import time
from collections.abc import Callable

TRIES, TRIES_OF_ALL, SECONDS = 5, 50, 600.0  # wrong tries within so many seconds


class Closed(Exception):
    """The code was not taken; the message is one sentence."""


class Door:
    """Takes the code. Safe for many threads. code: what is asked for; None where there is none. now: seconds."""

    def __init__(self, code: Callable[[], str | None], now: Callable[[], float] = time.monotonic) -> None:
        self._code, self._now = code, now
        self._lock = threading.Lock()
        self._wrong: list[tuple[float, str]] = []  # when, and which browser

    def knock(self, given: str, browser: str) -> None:
        """Raises Closed unless the code is right and may still be tried."""
        code = self._code()
        if code is None:
            raise Closed("This server has no teacher's code.")
        with self._lock:
            since = self._now() - SECONDS
            self._wrong = [(at, who) for at, who in self._wrong if at > since]
            own = sum(who == browser for _, who in self._wrong)
            if own >= TRIES or len(self._wrong) >= TRIES_OF_ALL:
                raise Closed(f"Too many wrong tries: wait {SECONDS / 60:.0f} minutes.")
            if hmac.compare_digest(given.strip().encode(), code.encode()):
                return
            self._wrong.append((self._now(), browser))
        raise Closed("That is not the code.")


def code() -> str | None:
    """The code of this server, or None."""
    return os.environ.get("LATENT_LAB_TEACHER", "").strip() or None


door = Door(code)
