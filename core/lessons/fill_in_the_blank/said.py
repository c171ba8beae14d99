"""Numbers and words as this lesson writes them."""

from __future__ import annotations

import math

from core.data.visible import visible
from core.ui.words import plain


def percent(share: float) -> str:
    """62%, 1.2%, 0.034%, <0.001%: two digits that say something; 100% only where it is all."""
    hundred = 100 * share
    if hundred < 0.001:
        return "<0.001%" if share > 0 else "0%"
    if 99.5 <= hundred < 100:
        return ">99%"
    digits = 0 if hundred >= 9.95 else min(3, 1 - math.floor(math.log10(hundred) + 1e-9))
    return f"{hundred:.{digits}f}%"


def as_many(count: float) -> str:
    """The exponential of an entropy in words: "About 6 words are likely"."""
    if count < 1.15:
        return "Hardly a doubt"
    if count < 1.75:
        return "One word is likely, a second possible"
    return (
        f"About {count:.0f} words are likely"
        if count < 99.5
        else f"About {float(f'{count:.2g}'):,.0f} words are likely"
    )


def nats(value: float, digits: int = 2) -> str:
    """A difference of logarithms, with its sign."""
    return f"{value:+.{digits}f}".replace("-", "−")


def plain_word(word: str) -> str:
    """A word of a person's for a sentence in Markdown."""
    return plain(visible(word))
