"""One dimension: as the act opens."""

from __future__ import annotations

from core.lessons.layers import one_dimension


def send() -> None:
    one_dimension.show()
