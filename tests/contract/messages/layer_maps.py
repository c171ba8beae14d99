"""The layer maps: as the lesson opens."""

from __future__ import annotations

from core.lessons.layers.layer_maps import Setting, layer_maps


def send() -> None:
    layer_maps("box", Setting())
