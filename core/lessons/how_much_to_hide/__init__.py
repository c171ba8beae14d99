"""How much to hide? The share that is hidden in training, measured for pictures, sentences and clips; and two more kinds of data."""

from core.lessons.how_much_to_hide.links import TABLE
from core.ui.lesson import Slice


def _card() -> str | None:
    from core.lessons.how_much_to_hide import card

    return card.picture()


def _warm() -> None:
    from core.lessons.how_much_to_hide import examples

    examples.warm()


def _reset() -> None:
    from core.lessons.how_much_to_hide import own_sound, painting

    painting.reset()
    own_sound.clear()


LESSON = Slice(links=TABLE, card=_card, warm=_warm, reset=_reset)
