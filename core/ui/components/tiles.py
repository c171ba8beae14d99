"""Pictures that a component shows as its answer, each with a title and a note."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core import lab
from core.data.figures import data_uri

MAX_TILES = 8


@dataclass(frozen=True, eq=False)
class Tile:
    """A picture beside the painter: uint8 pixels (or a data URI), a title above it and a short note below it."""

    title: str
    image: np.ndarray | str
    note: str = ""
    alt: str = ""  # for a screen reader; the title where it is empty


@dataclass(frozen=True, eq=False)
class Answer:
    """Up to eight pictures that answer what a person did; four stand beside the canvas at its height, the others below.

    result_id: names them; the root element says `data-shown=<result_id>` once all of them are drawn.

    Raises ValueError for more than eight pictures.
    """

    tiles: Sequence[Tile] = ()
    result_id: str = ""

    def __post_init__(self) -> None:
        if len(self.tiles) > MAX_TILES:
            raise ValueError(f"at most {MAX_TILES} tiles fit, not {len(self.tiles)}")


def png_uri(pixels: np.ndarray) -> str:
    """A data URI with the PNG of uint8 pixels, (height, width) or (height, width, 3)."""
    if pixels.dtype != np.uint8 or not (pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] == 3)):
        raise ValueError(f"expected uint8 pixels (h, w) or (h, w, 3), got {pixels.dtype} {pixels.shape}")
    return _png_uri(pixels)


# A few kB each; the same pictures come back with every rerun.
_png_uri = lab.memo(data_uri, label="Pictures as PNG")


def tile_data(tile: Tile) -> dict[str, str]:
    """The tile as its component gets it. Raises ValueError where the image is neither pixels nor a data URI of a picture."""
    uri = tile.image if isinstance(tile.image, str) else png_uri(tile.image)
    if not uri.startswith("data:image/"):
        raise ValueError(f"tile {tile.title!r} needs pixels or a data URI of a picture")
    return {"title": tile.title, "uri": uri, "note": tile.note, "alt": tile.alt or tile.title}
