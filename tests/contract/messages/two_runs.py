"""Two runs: as the act opens."""

from __future__ import annotations

from core.lessons.layers import two_runs


def send() -> None:
    two_runs.show()
