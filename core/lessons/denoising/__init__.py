"""Cheating and denoising: a network that copies its input makes no error; what did it learn?"""

from core.lessons.denoising.links import PREFIX, TABLE
from core.ui.lesson import Slice


def _reset() -> None:
    from core.ui.components.sketch_pad import clear

    clear(f"{PREFIX}_pad")


LESSON = Slice(links=TABLE, reset=_reset)
