"""A picture that is on show for two seconds when somebody asks. The browser keeps the time, and Python is not told."""

from __future__ import annotations

import numpy as np

from core.ui.components.source import Component
from core.ui.components.tiles import png_uri

_COMPONENT = Component("glimpse")
SECONDS = 2


def glimpse(key: str, pixels: np.ndarray, name: str) -> None:
    """Mount it. pixels: uint8 (side, side) or (side, side, 3); name: of the picture, another one is hidden again."""
    _COMPONENT(key=key, data={"uri": png_uri(pixels), "name": name, "seconds": SECONDS})
