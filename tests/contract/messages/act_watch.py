"""The place of an act that nobody has looked at."""

from __future__ import annotations

from core.ui import acts


def send() -> None:
    acts.place("c", "look-at-the-space")
