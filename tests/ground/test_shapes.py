"""Shapes with known factors: each picture shows what its factors say, and the same everywhere."""

from __future__ import annotations

import hashlib
import itertools
import math
import os
import subprocess
import sys

import numpy as np
import pytest
import torch

from core.data import shapes
from core.data.shapes import COLOURS, FACTORS, SHAPES, SIDE, TEST, TRAIN, draw_factors, known_factors, render
from core.store import paths

CENTRED = ("disc", "square", "cross", "ring")  # whose outline is the same on both sides of the centre
NUMBERS = ("size", "x", "y", "rotation")


def factors(**given: float | list[float]) -> dict[str, torch.Tensor]:
    """Factors of pictures that differ in what is given as a list; the rest is a white disc in the middle."""
    count = max((len(v) for v in given.values() if isinstance(v, list)), default=1)
    plain = {"shape": 0, "colour": list(COLOURS).index("white"), "size": 0.4, "x": 0.0, "y": 0.0, "rotation": 0.0}
    return {
        name: torch.tensor(v if isinstance(v := given.get(name, value), list) else [v] * count)
        for name, value in plain.items()
    }


def mass(pictures: torch.Tensor) -> torch.Tensor:
    """Brightness (count, SIDE, SIDE) of the pictures."""
    return pictures.double().sum(dim=1)


def centre(pictures: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The centre of mass (x, y), in units of half the picture."""
    m = mass(pictures)
    axis = (torch.arange(SIDE) + 0.5) / SIDE * 2 - 1
    total = m.sum(dim=(1, 2))
    return (m.sum(dim=1) @ axis.double()) / total, (m.sum(dim=2) @ axis.double()) / total


@pytest.fixture(scope="module")
def raw():
    return shapes.read()


def test_the_set_is_whole(raw):
    assert raw.train_x.shape == (TRAIN, 3, SIDE, SIDE) and raw.test_x.shape == (TEST, 3, SIDE, SIDE)
    assert raw.train_x.dtype == raw.test_x.dtype == torch.uint8 and raw.train_y.dtype == torch.int64
    assert raw.classes == SHAPES and len(raw.captions) == TRAIN + TEST
    for part, x, y in (("train", raw.train_x, raw.train_y), ("test", raw.test_x, raw.test_y)):
        found = known_factors(part)
        assert tuple(found) == FACTORS and all(len(v) == len(x) for v in found.values())
        assert torch.equal(found["shape"], y)
        some = slice(0, None, 97)
        expected = (render({n: v[some] for n, v in found.items()}) * 255).round().to(torch.uint8)
        assert torch.equal(expected, x[some]), "the known factors are in the order of the pictures"
    seen = {x.numpy().tobytes() for x in raw.train_x}
    assert len(seen) == TRAIN and not any(x.numpy().tobytes() in seen for x in raw.test_x)


def test_what_is_drawn_is_the_same_in_any_process_and_on_any_kind_of_processor(raw):
    """Sines differ in the last digit between instruction sets; a picture, and with it every model's key, must not."""
    program = (
        "import hashlib, torch; from core.data import shapes\n"
        "torch.set_num_threads(1); raw = shapes.read()\n"
        "print(hashlib.sha256(raw.test_x.numpy().tobytes() + raw.train_x.numpy().tobytes()).hexdigest())"
    )
    here = hashlib.sha256(raw.test_x.numpy().tobytes() + raw.train_x.numpy().tobytes()).hexdigest()
    for instructions in ("default", "avx2"):
        there = subprocess.run(
            [sys.executable, "-c", program],
            cwd=paths.REPOSITORY,
            env={**os.environ, "ATEN_CPU_CAPABILITY": instructions, "OMP_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        assert there == here, instructions


def test_factors_are_independent_and_evenly_spread(raw):
    found = known_factors("train")
    for name, many in (("shape", len(SHAPES)), ("colour", len(COLOURS))):
        counts = torch.bincount(found[name], minlength=many)
        assert len(counts) == many and (counts * many / TRAIN - 1).abs().max() < 0.1
    for name, (low, high) in {
        "size": (0.25, 0.55),
        "x": (-0.4, 0.4),
        "y": (-0.4, 0.4),
        "rotation": (0, 2 * math.pi),
    }.items():
        assert low <= found[name].min() and found[name].max() <= high
        counts = torch.histc(found[name], 10, low, high)
        assert (counts / (TRAIN / 10) - 1).abs().max() < 0.15
    # Numbers against numbers, and against each shape and colour as yes or no: 0.05 is five deviations of chance.
    columns = [found[name].double() for name in NUMBERS]
    columns += [(found[name] == i).double() for name in ("shape", "colour") for i in range(6)]
    correlation = torch.corrcoef(torch.stack(columns)) - torch.eye(len(columns))
    correlation[4:10, 4:10] = correlation[10:, 10:] = 0  # one shape excludes the others
    assert correlation.abs().max() < 0.05
    assert not torch.equal(known_factors("test")["x"], found["x"][:TEST])


def test_draws_depend_on_the_generator_alone():
    first, second, other = (draw_factors(50, torch.Generator().manual_seed(s)) for s in (0, 0, 1))
    assert all(torch.equal(first[name], second[name]) for name in FACTORS)
    assert all(not torch.equal(first[name], other[name]) for name in FACTORS)


def test_captions_say_what_the_factors_are(raw):
    found, captions = known_factors("test"), raw.captions[TRAIN:]
    for i in range(0, TEST, 7):
        shape, colour, size, x, y = (found[name][i].item() for name in FACTORS[:5])
        words = captions[i].split()
        assert words[0] == "a" and words[2] == list(COLOURS)[colour] and words[3] == SHAPES[shape]
        assert (words[1] == "small") == (size < 0.35) and (words[1] == "large") == (size > 0.45)
        assert ("left" in words) == (x < -0.13) and ("right" in words) == (x > 0.13)
        assert ("top" in words) == (y < -0.13) and ("bottom" in words) == (y > 0.13)
        assert captions[i].endswith("in the middle") == (max(abs(x), abs(y)) <= 0.13)
    places = {" ".join(caption.split()[4:]) for caption in captions}
    assert len(places) == 9 and len({caption.split()[1] for caption in captions}) == 3
    assert raw.captions[0] == shapes.caption(*(known_factors("train")[name][0].item() for name in FACTORS[:5]))


@pytest.mark.parametrize("shape", SHAPES)
def test_a_figure_stands_where_its_factors_say(shape):
    places = list(itertools.product((-0.4, 0.0, 0.3), (-0.35, 0.1, 0.4)))
    x, y = ([p[i] for p in places] for i in (0, 1))
    found = centre(render(factors(shape=SHAPES.index(shape), size=0.35, x=x, y=y, rotation=0.7)))
    near = 0.02 if shape in CENTRED else 0.05
    for expected, one in zip((x, y), found, strict=True):
        np.testing.assert_allclose(one.numpy(), expected, atol=near)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_area_grows_with_the_square_of_the_size(shape):
    sizes = [0.25, 0.3, 0.4, 0.5]
    area = mass(render(factors(shape=SHAPES.index(shape), size=sizes))).sum(dim=(1, 2)) / (3 * 0.95)
    share = (area / torch.tensor(sizes).double() ** 2).numpy()
    assert (np.diff(area.numpy()) > 0).all()
    np.testing.assert_allclose(share, share[-1], rtol=0.06)


def test_areas_are_those_of_the_figures():
    radius = 0.5 * SIDE / 2
    half = 3**0.5 / 2
    expected = {
        "disc": math.pi,
        "square": 1.6**2,
        "triangle": 3 * half / 2,
        "cross": 2 * (2 * 2 / 3) - (2 / 3) ** 2,
        "ring": math.pi * (1 - 0.56**2),
        "star": math.pi * (0.72**2 + 0.28**2 / 2),
    }
    for name, area in expected.items():
        found = mass(render(factors(shape=SHAPES.index(name), size=0.5))).sum() / (3 * 0.95)
        assert float(found) == pytest.approx(area * radius**2, rel=0.05), name


@pytest.mark.parametrize("shape", SHAPES)
def test_a_full_turn_changes_nothing_and_part_of_one_does(shape):
    start = [0.0, 0.4, 2.0]
    there, back, part = (
        render(factors(shape=SHAPES.index(shape), x=0.1, y=-0.2, rotation=[r + turn for r in start]))
        for turn in (0.0, 2 * math.pi, math.pi / 6)
    )
    torch.testing.assert_close(there, back, rtol=0, atol=1e-4)
    changed = (there - part).abs().amax(dim=(1, 2, 3))
    if shape in ("disc", "ring"):
        assert changed.max() < 1e-4
    else:
        assert changed.min() > 0.2


def test_rotations_turn_clockwise_and_carry_the_figure_with_them():
    """A quarter turn of a centred figure is a quarter turn of the picture; rows go down, so it goes clockwise."""
    for shape in range(len(SHAPES)):
        before, after = render(factors(shape=shape, rotation=[0.3, 0.3 + math.pi / 2]))
        torch.testing.assert_close(after, before.rot90(-1, dims=(1, 2)), rtol=0, atol=1e-4)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_colour_is_the_one_named(shape):
    pictures = render(factors(shape=SHAPES.index(shape), colour=list(range(len(COLOURS))), size=0.5))
    assert pictures.min() >= 0 and pictures.max() <= 1 and pictures.dtype == torch.float32
    for picture, colour in zip(pictures, COLOURS.values(), strict=True):
        colour = torch.tensor(colour)
        torch.testing.assert_close(picture.amax(dim=(1, 2)), colour)
        cover = picture / colour[:, None, None]
        torch.testing.assert_close(cover, cover[:1].expand(3, -1, -1), rtol=0, atol=1e-5)
        assert (picture[:, 0] == 0).all() and (picture[:, :, -1] == 0).all(), "black around it"


def test_each_picture_is_drawn_as_if_it_were_alone():
    found = {name: values[:40] for name, values in known_factors("test").items()}
    together = render(found)
    for i in range(40):
        torch.testing.assert_close(
            render({n: v[i : i + 1] for n, v in found.items()})[0], together[i], rtol=0, atol=1e-5
        )


def test_figures_lie_within_the_picture():
    """Even the largest at the outermost place; a square's corner may lose a fraction of a pixel."""
    for shape in range(len(SHAPES)):
        turns = [i * math.pi / 12 for i in range(24)]
        inner, outer = (
            mass(render(factors(shape=shape, size=0.55, x=at, y=at, rotation=turns))).sum(dim=(1, 2))
            for at in (0.0, 0.4)
        )
        np.testing.assert_allclose(outer.numpy(), inner.numpy(), rtol=0.02)
