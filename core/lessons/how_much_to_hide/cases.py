"""Cases of *Try this*: each sets all that any of them changes."""

from __future__ import annotations

from core.lessons.how_much_to_hide import friends, painting
from core.lessons.how_much_to_hide.links import EXAMPLE, SHARE, SOUND, TABLE, WHOSE


def on_stage(share: int, example: int) -> None:
    """A share and an example on the stage; the acts as they open. For a button's callback."""
    _case(share, example)


def a_sound(sound: int, how: str) -> None:
    """A sound with a mask; the rest as it opens. For a button's callback."""
    _case(sound=sound)
    painting.draw(how)


def a_club(share: float, draw: int) -> None:
    """A share of hidden members; the rest as it opens. For a button's callback."""
    _case(draw=draw)
    friends.hide_share(share, draw)


def _case(
    share: int = SHARE.default, example: int = EXAMPLE.default, sound: int = SOUND.default, draw: int = 0
) -> None:
    TABLE.case({"share": share, "example": example, "whose": WHOSE.default, "sound": sound, "draw": draw})
    painting.reset()
    friends.as_it_opens()
