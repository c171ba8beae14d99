"""Bottleneck: how few numbers can hold a picture?"""

from core.lessons.bottleneck.links import PREFIX, TABLE
from core.ui.lesson import Slice


def _reset() -> None:
    from core.ui.components.sketch_pad import clear

    clear(f"{PREFIX}_pad")


LESSON = Slice(links=TABLE, reset=_reset)
