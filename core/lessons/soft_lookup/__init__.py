"""Soft look-up: attention as a dictionary that answers a little from every key."""

from core.lessons.soft_lookup.links import BOX, TABLE
from core.ui.lesson import Slice


def _card() -> str | None:
    from core.lessons.soft_lookup import card

    return card.answers()


def _reset() -> None:
    from core.lessons.soft_lookup.soft_dictionary import clear

    clear(BOX)


LESSON = Slice(links=TABLE, card=_card, reset=_reset)
