"""The attention view, in each of its three ways to draw a head, and with a kept token; and a second one that follows it."""

from __future__ import annotations

from core.lessons.attention.attention_view import VIEWS, Choice, attention_view
from tests.helpers.attention_heads import small


def send() -> None:
    for view in VIEWS:
        attention_view(small(view), choice=Choice(0, 1, view=view), title="Heads")
    attention_view(small("second"), choice=Choice(pin=1), grid=False, follows=VIEWS[0])
