"""The act "Sum of ReLUs": a curve, drawn by hand or given, as a sum of bent lines."""

from __future__ import annotations

import re

from core.lessons.layers import links
from core.lessons.layers.act_box import Box, Text
from core.ui.components.source import Component

_COMPONENT = Component("sum_of_units")
_DRAWN = re.compile(r"([0-9a-z]{2}){61}", re.ASCII)
BOX = Box(
    "sum",
    menus=(links.SUM_CURVE, links.SUM_UNIT, links.SUM_COUNT),
    texts=(Text(links.SUM_DRAWN, "", lambda text: _DRAWN.fullmatch(text) is not None),),
    shown={
        "sum_curve": {"bump": "The book's bump", "lecture": "The lecture's sum", "sine": "A wave", "step": "A step", "own": "Your curve"},
        "sum_unit": {"relu": "ReLU", "sigmoid": "sigmoid"},
        "sum_count": {0: "as given"},
    },
)  # fmt: skip


def show() -> None:
    """The browser fits the units."""
    BOX.show(_COMPONENT)
