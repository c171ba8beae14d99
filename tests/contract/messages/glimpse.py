"""A picture for two seconds: gray and coloured."""

from __future__ import annotations

import numpy as np

from core.lessons.memory.glimpse import glimpse


def send() -> None:
    glimpse("gray", np.zeros((4, 4), np.uint8), "first")
    glimpse("colour", np.zeros((4, 4, 3), np.uint8), "second")
