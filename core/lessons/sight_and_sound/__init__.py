"""Sight and sound: pictures and spoken words of the same thing meet in one space, without a label."""

from core.lessons.sight_and_sound.links import BOX, TABLE
from core.ui.lesson import Slice


def _card() -> str | None:
    from core.lessons.sight_and_sound import card

    return card.picture()


def _warm() -> None:
    from core.lessons.sight_and_sound import subject

    subject.warm()


def _reset() -> None:
    from core.lessons.sight_and_sound import hear_see, say_it

    hear_see.clear(BOX)
    say_it.clear()


LESSON = Slice(links=TABLE, card=_card, warm=_warm, reset=_reset)
