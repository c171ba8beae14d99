"""The act "Two ways to draw a function": as lines from one axis to another, and as a graph."""

from __future__ import annotations

from core.lessons.layers import links
from core.lessons.layers.act_box import Box
from core.ui.components.source import Component

_COMPONENT = Component("one_dimension")
_SHOWN = {
    "none": "nothing", "identity": "identity", "linear": "linear, 2x − 1", "relu": "ReLU", "sigmoid": "sigmoid", "tanh": "tanh", "gelu": "GELU",
    "softmax": "softmax of (x, 0)", "norm": "layer norm of (x, 0, 1)",
}  # fmt: skip
_MENUS = (links.ONE_A, links.ONE_B, links.ONE_C, links.ONE_D)
BOX = Box("one", menus=_MENUS, wholes=(links.ONE_X,), shown={menu.name: _SHOWN for menu in _MENUS})


def show() -> None:
    """The browser computes the functions."""
    BOX.show(_COMPONENT)
