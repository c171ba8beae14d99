"""Numbers as pages and charts write them."""

from __future__ import annotations

import math

DIGITS = (
    3  # significant ones, of a number by itself; what stands in a column of shares or differences has decimals instead
)


def number(value: float) -> str:
    """Three significant digits: 0.00841, 0.0461, 1.23, 57.1, 1,234; 1.62e-06 where zeros would be longer than what they lead
    to; – where it is none."""
    if not math.isfinite(value) or value == 0:
        return "0" if value == 0 else "–"
    mantissa, exponent = f"{value:.{DIGITS - 1}e}".split("e")  # of the rounded number
    places = max(0, DIGITS - 1 - int(exponent))
    text = f"{mantissa}e{exponent}" if int(exponent) < -4 else f"{value:,.{places}f}"
    return text.replace("-", "−", 1) if value < 0 else text


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
