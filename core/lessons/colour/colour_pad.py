"""The component of the stage: a gray picture to paint hints on, what the network makes of it, and its belief at each pixel.

The browser gets the distributions of all pixels once and computes every temperature from them; Python hears of hints, which need the network, at once,
and of the slider and the chosen pixel half a second after a gesture, so that the address reproduces the screen.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from core.charts.theme import CIVIDIS
from core.data.pixels import as_input
from core.nn.cielab import rgb_to_lab
from core.nn.colours import COUNT, WARM, centres
from core.ui.components.source import Component
from core.ui.held import Held

_COMPONENT = Component("colour_pad")
SIDE = 32
MOST = 128  # hints
HUNDRED = 100  # of the slider: the temperature 1
PAPERS = round(HUNDRED * WARM)
SWATCHES = {
    "red": "#D22F27", "orange": "#F1860C", "yellow": "#FCEA2B", "green": "#5C9E31", "teal": "#3FB5A5", "blue": "#4A8FE7", "violet": "#8967AA",
    "pink": "#F58CB2", "brown": "#A57939", "gray": "#9B9B9A",
}  # fmt: skip


@dataclass(frozen=True)
class State:
    """All that a person sets. about: the name of the picture; hints: (pixel, swatch), at most one a pixel; temperature: 0 to HUNDRED; pixel: the
    chosen one, row by row; miss: whether the error stands in the place of the truth."""

    about: str
    hints: tuple[tuple[int, int], ...] = ()
    temperature: int = PAPERS
    pixel: int = 0
    miss: bool = False


_FIELDS = {field.name for field in fields(State)}


@dataclass(frozen=True, eq=False)
class Shown:
    """What the browser shows. pixels: the picture, uint8 (SIDE, SIDE, 3); guesses: what `packed` made; regression: float (SIDE, SIDE, 2); name: of all of it."""

    pixels: np.ndarray
    guesses: bytes
    regression: np.ndarray
    name: str


def read(key: str) -> State | None:
    """The state of component `key`, before it is mounted; None where there is nothing yet."""
    return _held(key).read()


def put(key: str, state: State) -> None:
    """Replace the state of component `key`; the browser follows with the next rerun."""
    _held(key).put(state)


def clear(key: str) -> None:
    """Forget the state of component `key`."""
    _held(key).clear()


def colour_pad(key: str, state: State, shown: Shown) -> None:
    """Mount the component. state: what `read` returned; anything else replaces what the browser shows."""
    held = _held(key)
    regression = (shown.regression.round().clip(-128, 127) + 128).astype(np.uint8)
    _COMPONENT(
        key=key,
        data={
            "held": held.settle(state),
            "side": SIDE,
            "picture": _text(np.ascontiguousarray(shown.pixels).tobytes()),
            "guesses": _text(shown.guesses),
            "regression": _text(regression.tobytes()),
            "centres": centres().int().tolist(),
            "swatches": [[name, a, b] for name, (_, a, b) in swatches().items()],
            "swatch_lightness": [lightness for lightness, _, _ in swatches().values()],
            "shades": [list(bytes.fromhex(shade[1:])) for shade in CIVIDIS],
            "most": MOST,
            "result_id": shown.name,
        },
        on_held_change=lambda: held.read(),
    )


def swatches() -> dict[str, tuple[float, float, float]]:
    """L, a and b of each colour that a hint can have, to a tenth."""
    rgb = np.array([[list(bytes.fromhex(hue[1:])) for hue in SWATCHES.values()]], np.uint8)  # (1, n, 3)
    lab = rgb_to_lab(as_input(rgb))[0, :, 0].T.tolist()
    return {name: tuple(round(v, 1) for v in one) for name, one in zip(SWATCHES, lab, strict=True)}


def packed(p: np.ndarray) -> bytes:
    """Distributions float (COUNT, pixels) as they travel: of each pixel how many cells it has, then those cells' numbers, pixel after pixel, then the
    roots of their shares up to 255. A root keeps small shares, which the mean needs, with the large ones. Shares below 4e-6 are left out."""
    roots = np.sqrt(p.T.clip(0, 1)) * 255  # (pixels, COUNT)
    roots = roots.round().astype(np.uint8)
    pixels, cells = roots.nonzero()
    counts = np.bincount(pixels, minlength=len(roots)).astype(np.uint8)
    return counts.tobytes() + cells.astype(np.uint8).tobytes() + roots[pixels, cells].tobytes()


def _held(key: str) -> Held[State]:
    return Held(key, _decode, _encode, about=lambda state: state.about)


def _encode(state: State) -> dict[str, Any]:
    return {
        "about": state.about,
        "hints": [list(hint) for hint in state.hints],
        "temperature": state.temperature,
        "pixel": state.pixel,
        "miss": state.miss,
    }


def _decode(raw: Any) -> State | None:
    """What a message says; None where it is not one of this component."""
    if not isinstance(raw, Mapping) or raw.keys() != _FIELDS:
        return None
    about, hints, temperature, pixel, miss = (raw[name] for name in ("about", "hints", "temperature", "pixel", "miss"))
    if not isinstance(about, str) or len(about) > 200 or not isinstance(miss, bool):
        return None
    if not (_below(temperature, HUNDRED + 1) and _below(pixel, SIDE**2)):
        return None
    if not isinstance(hints, list) or len(hints) > MOST or not all(map(_is_hint, hints)):
        return None
    if len({hint[0] for hint in hints}) < len(hints):
        return None
    return State(about, tuple((hint[0], hint[1]) for hint in hints), temperature, pixel, miss)


def _is_hint(raw: Any) -> bool:
    return isinstance(raw, list) and len(raw) == 2 and _below(raw[0], SIDE**2) and _below(raw[1], len(SWATCHES))


def _below(value: Any, end: int) -> bool:
    """Whether this is a whole number from 0 to end - 1."""
    return type(value) is int and 0 <= value < end


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


assert COUNT < 256  # a cell's number is one byte
