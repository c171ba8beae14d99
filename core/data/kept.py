"""Data that are read or counted once for the process: they stand in the memory budget of the models, and the least recently used goes first.

    @kept("Texts")
    def _load(name: str) -> Text: ...

The training process and the command line have a budget of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from core.store import cache
from core.store.memo import Cost, memoized

P = ParamSpec("P")
R = TypeVar("R")


def kept(label: str, cost: Cost | None = None, group: str = "data") -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorator: the same arguments give the same object, to all threads, until its room is needed; who holds it keeps it.

    Threads that ask at the same time wait for one reading. An error goes to all who wait, and the next call tries again.
    `cache_clear()` of the new function forgets all. label, cost: as in `core.lab.memo`; group: one of `core.store.cache.GROUPS`.
    """
    return lambda function: memoized(function, lambda: store(), label, cost, group)


def store() -> cache.ModelCache:
    """Where the data are: the one cache of this process."""
    return cache.shared()


def forget() -> None:
    """Read all anew: some of what people brought was removed."""
    store().drop_where(lambda about: about.group == "data")
