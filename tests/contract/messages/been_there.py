"""The marks of the home page."""

from __future__ import annotations

from core.ui import cards


def send() -> None:
    cards.marks()
