"""One operation: as the act opens."""

from __future__ import annotations

from core.lessons.layers import one_operation


def send() -> None:
    one_operation.show()
