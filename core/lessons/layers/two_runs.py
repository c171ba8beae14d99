"""The act "SGD beside the spectral norm": two networks from the same weights, on the same points, step by step."""

from __future__ import annotations

from core.lessons.layers import links
from core.lessons.layers.act_box import Box
from core.lessons.layers.layer_maps import SHOWN
from core.ui.components.source import Component

_COMPONENT = Component("two_runs")
BOX = Box(
    "two",
    menus=(links.TWO_DATA, links.TWO_DEPTH, links.TWO_WIDTH, links.TWO_ACTIVATION, links.TWO_SGD, links.TWO_SPECTRAL, links.TWO_BATCH),
    wholes=(links.TWO_SEED, links.TWO_STEP),
    shown={"two_data": SHOWN["data"], "two_activation": SHOWN["activation"], "two_batch": SHOWN["batch"]},
)  # fmt: skip


def show() -> None:
    """Both runs are trained in the browser."""
    BOX.show(_COMPONENT)
