"""Pictures and words: two encoders that learn one space, and classifiers that are made of words."""

from core.lessons.pictures_and_words.links import PAD, TABLE
from core.ui.lesson import Slice


def _card() -> str | None:
    from core.lessons.pictures_and_words import card

    return card.words()


def _warm() -> None:
    from core.lessons.pictures_and_words import subject

    subject.warm()


def _reset() -> None:
    from core.ui.components.sketch_pad import clear

    clear(PAD)


LESSON = Slice(links=TABLE, card=_card, warm=_warm, reset=_reset)
