"""A logarithmic axis: its domain around the values, and where its labels stand."""

from __future__ import annotations

from collections.abc import Sequence

TICKS = [float(f"{m}e{e}") for e in range(-6, 3) for m in (1, 2, 5)]  # where a logarithmic axis has its labels


def around(values: Sequence[float]) -> tuple[float, float]:
    """A logarithmic domain with some air below and above the values."""
    return min(values) / 1.35, max(values) * 1.4


def ticks(low: float, high: float) -> list[float]:
    return [tick for tick in TICKS if low <= tick <= high]
