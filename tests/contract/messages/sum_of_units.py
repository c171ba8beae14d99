"""The sum of units: as the act opens."""

from __future__ import annotations

from core.lessons.layers import sum_of_units


def send() -> None:
    sum_of_units.show()
