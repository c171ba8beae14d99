"""Layers as maps: what does each layer of a network do to the points of a plane, while it learns?"""

from core.lessons.layers.links import BOX, TABLE
from core.ui.lesson import Slice


def _card() -> str:
    from core.lessons.layers import card

    return card.planes()


def _reset() -> None:
    from core.lessons.layers.acts import BOXES
    from core.lessons.layers.layer_maps import clear

    clear(BOX)
    for box in BOXES:
        box.clear()


LESSON = Slice(links=TABLE, card=_card, reset=_reset)
