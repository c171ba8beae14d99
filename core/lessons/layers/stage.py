"""The stage: the network that trains in the browser, and its layers as maps."""

from __future__ import annotations

from core.lessons.layers import linked, links
from core.lessons.layers.layer_maps import layer_maps


def show() -> None:
    """The component answers every gesture itself; Python hears of settings, and writes the address."""
    layer_maps(links.BOX, linked.setting())
