"""Scenes of one or two figures with captions that are true of them, drawn by this project from one seed.

"a small red disc at the top left", "a large blue square left of a small green star". What is held out is not a picture but a
*combination*: six pairs of shape and colour (HELD_OUT) appear in no training scene, though each shape and each colour does.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass

import torch
from torch import Tensor

from core.data.kept import kept
from core.data.kinds import Source
from core.data.shapes import COLOURS, SHAPES, SIDE, render
from core.rng import generator

NAME, VERSION = "scenes", 1  # as a data set: part of a model's key; raise the version when other scenes come out
SOURCE = Source("Scenes of shapes", "program itself", "that of this program", "")
HUES = tuple(COLOURS)
SIZES = ("small", "large")
ATTRIBUTES = ("shape", "colour", "size", "place")
ROWS, COLUMNS = ("top", "", "bottom"), ("left", "", "right")
RELATIONS = ("left of", "right of", "above", "below")
HELD_OUT = frozenset((shape, (shape + 2) % len(HUES)) for shape in range(len(SHAPES)))  # (shape, colour)
COUNTS = {"train": 6_000, "validation": 1_000, "test": 2_000}
_RADII = ((0.28, 0.34), (0.44, 0.5))  # of small and large figures, in half the picture


@dataclass(frozen=True)
class Scene:
    """One figure at a place, or two in a relation. figures: (shape, colour, size) each, as indices; place: row and column of one
    figure, 0 to 2 each; relation: of the first of two figures to the second, an index."""

    figures: tuple[tuple[int, int, int], ...]
    place: tuple[int, int] = (1, 1)
    relation: int = 0

    @property
    def is_held_out(self) -> bool:
        """Whether it has a combination that no training scene has."""
        return any(figure[:2] in HELD_OUT for figure in self.figures)

    def caption(self, sized: bool = True, placed: bool = True) -> str:
        """What is seen. sized, placed: whether it says how large the figures are, and where."""
        said = [noun(shape, colour, size if sized else None) for shape, colour, size in self.figures]
        if len(said) == 2:
            return f" {RELATIONS[self.relation]} ".join(said) if placed else " and ".join(said)
        return f"{said[0]} {where(*self.place)}" if placed else said[0]


def noun(shape: int, colour: int, size: int | None = None) -> str:
    """ "a small red disc", or "a red disc"."""
    return " ".join(["a", *([] if size is None else [SIZES[size]]), HUES[colour], SHAPES[shape]])


def where(row: int, column: int) -> str:
    """ "at the top left", "in the middle"."""
    place = " ".join(filter(None, (ROWS[row], COLUMNS[column])))
    return f"at the {place}" if place else "in the middle"


def of_one() -> tuple[Scene, ...]:
    """All scenes of one figure that a caption tells apart: 2 x 36 x 9."""
    return tuple(
        Scene(((shape, colour, size),), (row, column))
        for shape in range(len(SHAPES)) for colour in range(len(HUES)) for size in range(2)
        for row in range(3) for column in range(3)
    )  # fmt: skip


def captions_of_one() -> tuple[str, ...]:
    """The full captions of `of_one`."""
    return tuple(scene.caption() for scene in of_one())


def attributes(scene: Scene) -> tuple[int, int, int, int]:
    """ATTRIBUTES of a scene of one figure, as numbers."""
    shape, colour, size = scene.figures[0]
    return shape, colour, size, 3 * scene.place[0] + scene.place[1]


def attributes_of_one() -> Tensor:
    """(648, 4): the attributes of `of_one`."""
    return torch.tensor([attributes(scene) for scene in of_one()])


def nouns() -> tuple[str, ...]:
    """ "a red disc" and so on: all 36 combinations, shape by shape."""
    return tuple(noun(shape, colour) for shape in range(len(SHAPES)) for colour in range(len(HUES)))


def other_order(scene: Scene) -> Scene:
    """The same words about another picture: shapes and colours stay where they are said, the relation turns round."""
    return Scene(scene.figures[::-1], relation=scene.relation)


def fingerprint() -> str:
    """16 hex digits: the scenes follow from the version alone."""
    return hashlib.sha256(f"{NAME}/{VERSION}".encode()).hexdigest()[:16]


@kept("Scenes of shapes")
def load(part: str) -> tuple[tuple[Scene, ...], Tensor]:
    """The scenes of "train", "validation" or "test" and their pictures, uint8 (N, 3, SIDE, SIDE). Half of them have one figure; of
    the test scenes a half has a combination that is held out, of the others none."""
    g = generator(0, f"scenes {part}")
    scenes = tuple(draw_scene(g, i, part == "test" and i % 4 < 2) for i in range(COUNTS[part]))
    pictures = [draw(scenes[i : i + 400], g) for i in range(0, len(scenes), 400)]
    return scenes, torch.cat(pictures)


def draw_scene(g: torch.Generator, i: int, held_out: bool) -> Scene:
    """A scene of one figure for even `i`, of two for odd; with a held-out combination as its first figure, or with none."""
    combinations = [(s, c) for s in range(len(SHAPES)) for c in range(len(HUES)) if (s, c) not in HELD_OUT]
    first = sorted(HELD_OUT) if held_out else combinations

    def one_of(count: int) -> int:
        return int(torch.randint(count, (1,), generator=g))

    figures = [(*first[one_of(len(first))], one_of(2))]
    if i % 2 == 0:
        return Scene(tuple(figures), (one_of(3), one_of(3)))
    figures.append((*combinations[one_of(len(combinations))], one_of(2)))
    return Scene(tuple(figures), relation=one_of(4))


def draw(scenes: tuple[Scene, ...], g: torch.Generator) -> Tensor:
    """Pictures uint8 (N, 3, SIDE, SIDE) of scenes: what a caption leaves open, like the angle, is drawn from `g`."""
    made = torch.zeros(len(scenes), 3, SIDE, SIDE)
    for which in range(2):
        rows = torch.tensor([i for i, scene in enumerate(scenes) if which < len(scene.figures)])
        placed = [(scenes[i].figures[which], _centre(scenes[i], which)) for i in rows.tolist()]
        if placed:
            made[rows] = torch.maximum(made[rows], render(_factors(placed, g)))
    return (made * 255).round().to(torch.uint8)


def _factors(placed: list[tuple[tuple[int, int, int], tuple[float, float]]], g: torch.Generator) -> dict[str, Tensor]:
    """What `shapes.render` draws, of (shape, colour, size) at (x, y) each."""
    figures, centres = torch.tensor([figure for figure, _ in placed]), torch.tensor([at for _, at in placed])
    low, high = torch.tensor(_RADII)[figures[:, 2]].T
    at = centres + 0.08 * (2 * torch.rand(len(placed), 2, generator=g) - 1)
    return {
        "shape": figures[:, 0],
        "colour": figures[:, 1],
        "size": low + (high - low) * torch.rand(len(placed), generator=g),
        "x": at[:, 0],
        "y": at[:, 1],
        "rotation": 2 * math.pi * torch.rand(len(placed), generator=g),
    }


def _centre(scene: Scene, which: int) -> tuple[float, float]:
    """Where a figure stands, x and y in half the picture."""
    if len(scene.figures) == 1:
        row, column = scene.place
        return 0.42 * (column - 1), 0.42 * (row - 1)
    side = -0.5 if which == 0 else 0.5
    return {0: (side, 0.0), 1: (-side, 0.0), 2: (0.0, side), 3: (0.0, -side)}[scene.relation]
