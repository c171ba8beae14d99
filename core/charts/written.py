"""Numbers as pages and charts write them."""

from __future__ import annotations


def number(value: float) -> str:
    """0.0084, but 1.6e-06 where four decimals would say nothing."""
    return f"{value:.4f}" if value >= 5e-4 or value == 0 else f"{value:.1e}"


def duration(seconds: float) -> str:
    """8.3 s, 42 s, 6 min 40 s, 1 h 5 min."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"
