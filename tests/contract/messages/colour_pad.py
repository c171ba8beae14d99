"""The colour pad: without hints, and with some."""

from __future__ import annotations

import numpy as np

from core.lessons.colour.colour_pad import Shown, State, colour_pad, packed
from core.nn.colours import COUNT


def send() -> None:
    even = np.full((COUNT, 4), 1 / COUNT, np.float32)
    shown = Shown(np.zeros((2, 2, 3), np.uint8), packed(even), np.zeros((2, 2, 2)), "first")
    colour_pad("plain", State("one"), shown)
    colour_pad("hinted", State("two", ((5, 1), (7, 0)), 0, 3, True), shown)
