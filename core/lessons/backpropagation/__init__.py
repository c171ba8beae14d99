"""Forward and backward: the computation graph of a small network, and the gradients that use each other's factors."""

from core.lessons.backpropagation.links import BOX, TABLE
from core.ui.lesson import Slice


def _card() -> str | None:
    from core.lessons.backpropagation import card

    return card.graph()


def _reset() -> None:
    from core.lessons.backpropagation.forward_backward import clear

    clear(BOX)


LESSON = Slice(links=TABLE, card=_card, reset=_reset)
