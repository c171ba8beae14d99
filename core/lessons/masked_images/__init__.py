"""Masked images: paint the mask that a masked auto-encoder fills in."""

from core.lessons.masked_images.links import TABLE
from core.ui.lesson import Slice


def _reset() -> None:
    from core.lessons.masked_images import painting

    painting.reset()


def _invite() -> None:
    from core.lessons.masked_images import invitation

    invitation.show()


def _warm() -> None:
    from core.lessons.masked_images import answers

    answers.prepare()


LESSON = Slice(links=TABLE, warm=_warm, reset=_reset, invite=_invite)
