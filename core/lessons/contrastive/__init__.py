"""Contrastive: views of one picture belong together, and the rest must make room."""

from core.lessons.contrastive.links import TABLE
from core.ui.lesson import Slice


def _card() -> str | None:
    from core.lessons.contrastive import card

    return card.pictures()


LESSON = Slice(links=TABLE, card=_card)
