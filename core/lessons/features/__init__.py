"""What does a neuron see? Pictures that excite a unit, pictures that are made for it, and where a network looks."""

from core.lessons.features.links import GRID, TABLE
from core.ui.lesson import Slice


def _card() -> str | None:
    from core.lessons.features import card

    return card.picture()


def _warm() -> None:
    from core.lessons.features import subject

    subject.warm()


def _reset() -> None:
    from core.lessons.features.unit_grid import clear

    clear(GRID)


LESSON = Slice(links=TABLE, card=_card, warm=_warm, reset=_reset)
