"""Attention: the heads of a transformer, where they look, and what the model does with it."""

from core.lessons.attention.links import TABLE
from core.ui.lesson import Slice


def _reset() -> None:
    """Put back what is large on the stage: the browser holds a copy of it."""
    from core.lessons.attention import stage

    stage.reset()


LESSON = Slice(links=TABLE, reset=_reset)
