"""Colour from gray: a network guesses the colours of a gray picture, as one answer and as a distribution."""

from core.lessons.colour.links import BOX, TABLE
from core.ui.lesson import Slice


def _card() -> str | None:
    from core.lessons.colour import card

    return card.picture()


def _warm() -> None:
    from core.lessons.colour import subject

    subject.warm()


def _reset() -> None:
    from core.lessons.colour.colour_pad import clear

    clear(BOX)


LESSON = Slice(links=TABLE, card=_card, warm=_warm, reset=_reset)
