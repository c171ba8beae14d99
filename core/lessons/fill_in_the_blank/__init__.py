"""Fill in the blank: hide words of a sentence, and see what a network that reads both sides expects there."""

from core.lessons.fill_in_the_blank.links import TABLE, TILES
from core.ui.lesson import Slice


def _card() -> str | None:
    from core.lessons.fill_in_the_blank import card

    return card.words()


def _warm() -> None:
    from core.lessons.fill_in_the_blank import subject

    subject.warm()


def _reset() -> None:
    from core.lessons.fill_in_the_blank.word_tiles import clear

    clear(TILES)


LESSON = Slice(links=TABLE, card=_card, warm=_warm, reset=_reset)
