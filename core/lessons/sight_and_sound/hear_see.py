"""The component of the stage: sounds and pictures; a click on one plays it and shows what is near it on the other side.

The browser gets all similarities and finds by itself; Python hears which one is chosen, so that the address reproduces the screen.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.ui.components.source import Component
from core.ui.components.tiles import png_uri
from core.ui.held import Held

_COMPONENT = Component("hear_see")
MOST = 400  # of either side
SIDES = ("sound", "picture")


@dataclass(frozen=True)
class Chosen:
    """A sound or a picture, by its place among those that are shown."""

    side: str
    index: int


@dataclass(frozen=True, eq=False)
class Shown:
    """What the browser shows.

    who: whose sounds. words: under each of the sounds (N,). names: of the ten digits. says, shows: the digit of each sound (N,) and picture
    (M,). spectra: uint8 (N, h, w, 3). pictures: uint8 (M, h, w). waves: int16 arrays, one a sound, at `rate` Hz. similarity: (N, M).
    """

    who: str
    words: Sequence[str]
    names: Sequence[str]
    says: Sequence[int]
    shows: Sequence[int]
    spectra: np.ndarray
    pictures: np.ndarray
    waves: Sequence[np.ndarray]
    rate: int
    similarity: np.ndarray
    result_id: str


def read(key: str) -> Chosen | None:
    """What is chosen; None where nothing was yet."""
    return _held(key).read()


def put(key: str, chosen: Chosen) -> None:
    """Choose for the browser. For a button's callback."""
    _held(key).put(chosen)


def clear(key: str) -> None:
    """Forget the choice; the browser follows."""
    _held(key).clear()


def hear_see(key: str, chosen: Chosen, shown: Shown) -> None:
    """Mount it with what is chosen."""
    _COMPONENT(
        key=key,
        data={
            "held": _held(key).settle(chosen),
            "who": shown.who,
            "words": list(shown.words),
            "names": list(shown.names),
            "says": list(map(int, shown.says)),
            "shows": list(map(int, shown.shows)),
            "spectra": png_uri(shown.spectra.reshape(-1, *shown.spectra.shape[2:])),
            "pictures": png_uri(shown.pictures.reshape(-1, shown.pictures.shape[2])),
            "audio": [base64.b64encode(mu_law(wave)).decode() for wave in shown.waves],
            "rate": shown.rate,
            "similarity": np.rint(1000 * shown.similarity).astype(int).tolist(),
            "result_id": shown.result_id,
        },
        on_held_change=lambda: _held(key).read(),
    )


def mu_law(wave: np.ndarray) -> bytes:
    """int16 samples as mu-law, one byte each (ITU-T G.711): half of what they take."""
    size = np.minimum(np.abs(wave.astype(np.int32)), 32635) + 132
    exponent = np.floor(np.log2(size)).astype(np.int32) - 7
    byte = (wave < 0).astype(np.int32) << 7 | exponent << 4 | (size >> (exponent + 3)) & 15
    return (~byte & 255).astype(np.uint8).tobytes()


def _held(key: str) -> Held[Chosen]:
    return Held(key, _decode, lambda chosen: {"side": chosen.side, "index": chosen.index})


def _decode(raw: Any) -> Chosen | None:
    """What a message says; None where it is not one of this component."""
    if not isinstance(raw, Mapping) or raw.keys() != {"side", "index"}:
        return None
    side, index = raw["side"], raw["index"]
    if side not in SIDES or type(index) is not int or not 0 <= index < MOST:
        return None
    return Chosen(side, index)
