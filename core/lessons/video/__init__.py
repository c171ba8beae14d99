"""Space and time: a network fills in clips of which most cubes of space and time are hidden."""

from core.lessons.video.links import PLAYER, TABLE
from core.ui.lesson import Slice


def _card() -> str | None:
    from core.lessons.video import card

    return card.picture()


def _warm() -> None:
    from core.lessons.video import subject

    subject.warm()


def _reset() -> None:
    from core.lessons.video.clip_player import clear

    clear(PLAYER)


LESSON = Slice(links=TABLE, card=_card, warm=_warm, reset=_reset)
