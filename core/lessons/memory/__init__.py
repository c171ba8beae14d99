"""Draw from memory: what of a picture is in a drawing that was made from memory?"""

from core.lessons.memory.links import CHAIN_PAD, PAD, TABLE
from core.ui.lesson import Slice


def _card() -> str | None:
    from core.lessons.memory import card

    return card.picture()


def _reset() -> None:
    from core.ui.components.sketch_pad import clear

    clear(PAD)
    clear(CHAIN_PAD)


LESSON = Slice(links=TABLE, card=_card, reset=_reset)
