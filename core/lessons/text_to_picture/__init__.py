"""From text to picture: a prior from a text's code to a picture's code, and a decoder from a code to a picture."""

from core.lessons.text_to_picture.links import TABLE
from core.ui.lesson import Slice


def _card() -> str | None:
    from core.lessons.text_to_picture import card

    return card.pictures()


def _warm() -> None:
    from core.lessons.text_to_picture import card, subject

    subject.warm()
    card.pictures()


LESSON = Slice(links=TABLE, card=_card, warm=_warm)
