"""A bounded record of a stream whose length nobody knows yet."""

from __future__ import annotations

from typing import Generic, TypeVar

T = TypeVar("T")


class Thinned(Generic[T]):
    """The first, the newest and an even spread between; at most `limit` (>= 4) items, O(1) amortised per item.

    Each `stride`-th item is kept; when there are too many, every second one goes and the stride doubles.
    """

    def __init__(self, limit: int) -> None:
        if limit < 4:
            raise ValueError(f"limit must be at least 4, not {limit}")
        self._limit, self._stride, self._count = limit, 1, 0
        self._kept: list[T] = []
        self._newest: T | None = None

    def add(self, item: T) -> None:
        if self._count % self._stride == 0:
            if len(self._kept) == self._limit - 1:  # one place is the newest's
                self._kept = self._kept[::2]
                self._stride *= 2
            if self._count % self._stride == 0:
                self._kept.append(item)
        self._newest = item
        self._count += 1

    def items(self) -> tuple[T, ...]:
        """Oldest first."""
        if self._newest is None or self._kept[-1] is self._newest:
            return tuple(self._kept)
        return (*self._kept, self._newest)
