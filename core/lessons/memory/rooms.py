"""Rooms in memory: chains of drawings, each made from memory of the one before. They hold pixels and nothing about anybody.

They end with the server, are dropped where nobody used them for some hours, and are bounded in number and length.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

MOST_ROOMS, MOST_DRAWINGS, HOURS = 40, 40, 4.0


@dataclass(frozen=True, eq=False)
class Link:
    """One drawing of a chain. pixels: uint8 (side, side, C). of: the number of the drawing that was looked at; 0 is the picture."""

    pixels: np.ndarray
    of: int


@dataclass
class _Room:
    used: float
    links: list[Link] = field(default_factory=list)


class Full(Exception):
    """The chain takes no more drawings; the message is one sentence."""


class Rooms:
    """All rooms of this process; safe for many threads. now: seconds."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._rooms: dict[str, _Room] = {}

    def links(self, name: str) -> tuple[Link, ...]:
        """The drawings of a room in their order; none where there is no such room."""
        with self._lock:
            self._forget()
            room = self._rooms.get(name)
            return tuple(room.links) if room else ()

    def add(self, name: str, pixels: np.ndarray, of: int) -> int:
        """Put a drawing at the end of a room's chain, which begins with it where it is new; returns its number. Raises Full."""
        with self._lock:
            self._forget()
            room = self._rooms.pop(name, None) or _Room(self._now())
            self._rooms[name] = room  # the one used last stands last
            if len(room.links) >= MOST_DRAWINGS:
                raise Full(f"This chain has {MOST_DRAWINGS} drawings, and takes no more: choose another room.")
            while len(self._rooms) > MOST_ROOMS:
                del self._rooms[next(iter(self._rooms))]
            room.used = self._now()
            kept = pixels.copy()
            kept.setflags(write=False)
            room.links.append(Link(kept, of))
            return len(room.links)

    def clear(self, name: str) -> None:
        """Forget a room with all its drawings."""
        with self._lock:
            self._rooms.pop(name, None)

    def _forget(self) -> None:
        old = self._now() - 3600 * HOURS
        for name in [name for name, room in self._rooms.items() if room.used < old]:
            del self._rooms[name]


ROOMS = Rooms()


def tidy(name: str) -> str:
    """A room's name as it is kept: small letters and digits."""
    return "".join(c for c in name.lower() if c.isalnum())[:12]


def first_picture(name: str, count: int) -> int:
    """The number of the picture with which the chain of a room begins: the same for all who come."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=4).digest(), "big") % count
