"""The stage's component: a network that trains in the browser, and every layer of it as a map.

Python holds the setting alone: what the address says, and what a gesture has made of it. Nothing is trained here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from core.charts.theme import HUES
from core.lessons.layers import links
from core.lessons.layers.packed import are_edits, are_points
from core.ui.components.source import Component
from core.ui.held import Held

_COMPONENT = Component("layer_maps")
_PAIR = re.compile(r"pca|[1-7]-[2-8]", re.ASCII)
CLASSES = 4
SHOWN: dict[str, dict[Any, str]] = {
    "data": {
        "moons": "Moons", "circles": "Circles", "spirals": "Spirals", "xor": "XOR", "blobs2": "2 blobs", "blobs3": "3 blobs",
        "blobs4": "4 blobs", "own": "Your points",
    },
    "activation": {"linear": "linear", "relu": "ReLU", "sigmoid": "sigmoid", "tanh": "tanh", "gelu": "GELU"},
    "optimiser": {"sgd": "SGD", "momentum": "SGD, momentum", "adam": "Adam", "spectral": "Spectral norm"},
    "l2": {0.0: "none"},
    "noise": {0.0: "none"},
    "batch": {0: "all"},
}  # fmt: skip


@dataclass(frozen=True)
class Setting:
    """All that a training follows from, and how far it has come; see `LayerSetting` in messages.d.ts."""

    data: str = links.DATA.default
    noise: float = links.NOISE.default
    activation: str = links.ACTIVATION.default
    depth: int = links.DEPTH.default
    width: int = links.WIDTH.default
    optimiser: str = links.OPTIMISER.default
    rate: float = links.RATE.default
    l2: float = links.L2.default
    batch: int = links.BATCH.default
    seed: int = links.SEED.default
    step: int = links.STEP.default
    way: int = links.WAY.default
    pair: str = "pca"
    points: str = ""
    edits: str = ""


def read(key: str) -> Setting | None:
    """The setting of the stage under `key`, before it is mounted; None where there is none yet."""
    return _held(key).read()


def put(key: str, setting: Setting) -> None:
    """Replace the setting; the browser follows with the next rerun."""
    _held(key).put(setting)


def clear(key: str) -> None:
    """Forget the setting: the next `read` gives None, and the browser follows."""
    _held(key).clear()


def layer_maps(key: str, setting: Setting) -> None:
    """Mount the stage. A setting other than what `read` returned replaces what the browser shows."""
    held = _held(key)
    data = {
        "held": held.settle(setting),
        "controls": [
            {"name": menu.name, "label": menu.label, "options": [[value, _shown(menu.name, value)] for value in menu.options]}
            for menu in links.MENUS
        ],
        "defaults": asdict(Setting()),
        "hues": list(HUES[:CLASSES]),
        "prefix": links.PREFIX,
    }  # fmt: skip
    _COMPONENT(key=key, data=data, on_held_change=lambda: held.read())


def _shown(name: str, value: Any) -> str:
    return SHOWN.get(name, {}).get(value, str(value))


def is_pair(text: Any) -> bool:
    """Whether this names what wide layers show: their PCA plane, or two neurons, the lower number first."""
    return isinstance(text, str) and _PAIR.fullmatch(text) is not None and (text == "pca" or text[0] < text[2])


def _held(key: str) -> Held[Setting]:
    return Held(key, _decode, asdict)


def _decode(raw: Any) -> Setting | None:
    """What a message says; None where it is no setting of this stage."""
    if not isinstance(raw, Mapping) or raw.keys() != {field.name for field in fields(Setting)}:
        return None
    options = {menu.name: menu.options for menu in links.MENUS}
    if not all(_is_option(raw[name], some) for name, some in options.items()):
        return None
    wholes = (links.SEED, links.STEP, links.WAY)
    if not all(type(raw[one.name]) is int and one.low <= raw[one.name] <= one.high for one in wholes):
        return None
    if not (is_pair(raw["pair"]) and are_points(raw["points"]) and are_edits(raw["edits"])):
        return None
    chosen = {name: some[some.index(raw[name])] for name, some in options.items()}  # 1 and 1.0 are one option
    return Setting(**{**raw, **chosen})


def _is_option(value: Any, options: tuple[Any, ...]) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool) and value in options
