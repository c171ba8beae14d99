"""The act "One operation at a time": wiring, equation and mapping of the same function of two numbers."""

from __future__ import annotations

import re

from core.lessons.layers import links
from core.lessons.layers.act_box import Box, Text
from core.ui.components.source import Component

_COMPONENT = Component("one_operation")
_WEIGHT = r"-?[0-9](\.[0-9]{1,2})?"
_MATRIX = re.compile(rf"{_WEIGHT}(_{_WEIGHT}){{5}}", re.ASCII)
MATRIX = "0.8_-0.6_0.6_0.8_0.5_0"  # a turn by 37 degrees, and a shift


def is_matrix(text: str) -> bool:
    """Whether these are four weights, row by row, and two biases, each between -10 and 10."""
    return _MATRIX.fullmatch(text) is not None


BOX = Box(
    "op",
    menus=(links.OP, links.OP_TEMPERATURE),
    texts=(Text(links.OP_MATRIX, MATRIX, is_matrix),),
    wholes=(links.OP_WAY,),
    shown={"op": {"linear": "linear", "relu": "ReLU", "norm": "L2 norm", "softmax": "softmax"}},
)


def show() -> None:
    """The browser computes the function."""
    BOX.show(_COMPONENT)
