"""Word vectors: words as vectors, what can be computed with them, and when it is true."""

from core.lessons.word_vectors.links import BOX, TABLE
from core.ui.lesson import Slice


def _card() -> str | None:
    from core.lessons.word_vectors import card

    return card.nearest()


def _warm() -> None:
    """The vectors that the lesson opens on are no model of ours."""
    import contextlib

    from core import data
    from core.lessons.word_vectors import shown

    with contextlib.suppress(data.Missing):
        shown.glove(shown.VOCABULARY)


def _reset() -> None:
    from core.lessons.word_vectors.expression_box import clear

    clear(BOX)


LESSON = Slice(links=TABLE, card=_card, warm=_warm, reset=_reset)
