"""Laying maps upon each other, against SciPy."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import spatial

from core.maps.alignment import aligned, procrustes


def cloud(n: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, 2)) * [3, 1] + [10, -4]


def turned(points: np.ndarray, angle: float, mirror: bool = False) -> np.ndarray:
    rotation = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return points @ rotation * [1, -1 if mirror else 1]


def standard(points: np.ndarray) -> np.ndarray:
    points = points - points.mean(axis=0)
    return points / np.linalg.norm(points)


@pytest.mark.parametrize("n", [3, 4, 200])
@pytest.mark.parametrize("unit", [1, 1e-8, 1e8])
def test_it_is_scipys_in_the_references_unit(n, unit):
    points, reference = unit * cloud(n, 0), cloud(n, 1)
    moved = procrustes(points, reference)
    _, twin, disparity = spatial.procrustes(reference, points)
    centred = reference - reference.mean(axis=0)
    assert (moved - reference.mean(axis=0)) / np.linalg.norm(centred) == pytest.approx(twin, abs=1e-9)
    assert ((moved - reference) ** 2).sum() / (centred**2).sum() == pytest.approx(disparity, rel=1e-6)


@pytest.mark.parametrize("mirror", [False, True])
@pytest.mark.parametrize("scale", [False, True])
def test_a_map_that_was_moved_turned_mirrored_or_enlarged_comes_back(mirror, scale):
    reference = cloud(50, 0)
    moved = procrustes(turned(reference, 2.1, mirror) * (7 if scale else 1) - 30, reference, scale)
    assert moved == pytest.approx(reference, abs=1e-9)


def test_without_scale_distances_stay_and_nothing_turned_lies_nearer():
    points, reference = cloud(40, 0), cloud(40, 1)
    moved = procrustes(points, reference, scale=False)
    assert spatial.distance.pdist(moved) == pytest.approx(spatial.distance.pdist(points))
    error = ((moved - reference) ** 2).sum()
    centre = reference.mean(axis=0)
    others = [((turned(points - points.mean(axis=0), angle, mirror) + centre - reference) ** 2).sum()
              for angle in np.linspace(0, 2 * np.pi, 500) for mirror in (False, True)]  # fmt: skip
    assert error <= min(others) and error == pytest.approx(min(others), rel=1e-3)


@pytest.mark.parametrize("scale", [False, True])
def test_maps_without_extent_have_an_answer(scale):
    reference, dot = cloud(3, 0), np.full((3, 2), 5.0)
    centre = np.tile(reference.mean(axis=0), (3, 1))
    assert procrustes(dot, reference, scale) == pytest.approx(centre), "one place many times lies in the middle"
    onto = procrustes(reference, dot, scale)
    assert onto.mean(axis=0) == pytest.approx(dot[0])
    assert np.ptp(onto, axis=0).any() != scale
    assert np.isfinite(procrustes(dot, dot, scale)).all()
    line = np.outer(np.arange(3.0), [1, 1])
    assert procrustes(turned(line, 1), line, scale) == pytest.approx(line, abs=1e-9)
    assert procrustes(reference[:1], dot[:1], scale) == pytest.approx(dot[:1])


def test_ages_of_one_training_move_rather_than_jump():
    last = cloud(60, 0)
    random = np.random.default_rng(3)
    ages = [last + random.normal(scale=0.3 * (4 - age), size=last.shape) for age in range(4)] + [last]
    jumping = [turned(age, i * 1.3, i % 2 == 1) + i for i, age in enumerate(ages)]
    moved = aligned(jumping)
    assert np.array_equal(moved[-1], jumping[-1]), "the last one is the reference"
    for i, (one, following) in enumerate(itertools.pairwise(moved)):
        assert one == pytest.approx(procrustes(jumping[i], following, scale=False))
        assert np.abs(one - following).mean() < 0.5 * np.abs(jumping[i] - jumping[i + 1]).mean()
    assert standard(moved[0]) != pytest.approx(standard(jumping[0]), abs=0.1)


def test_maps_that_have_little_in_common_do_not_shrink_along_the_row():
    layouts = [cloud(40, seed) for seed in range(6)]
    sizes = [np.linalg.norm(layout - layout.mean(axis=0)) for layout in layouts]
    kept = [np.linalg.norm(layout - layout.mean(axis=0)) for layout in aligned(layouts)]
    assert kept == pytest.approx(sizes)
    scaled = aligned(layouts, scale=True)
    assert np.linalg.norm(scaled[0] - scaled[0].mean(axis=0)) < 0.1 * sizes[0], "which is why it is not the default"
    assert aligned([]) == []


@pytest.mark.parametrize("scale", [False, True])
def test_what_cannot_be_laid_together_is_refused(scale):
    for points, reference in (
        (cloud(4, 0), cloud(5, 0)),
        (np.zeros((0, 2)), np.zeros((0, 2))),
        (np.zeros(4), np.zeros(4)),
    ):
        with pytest.raises(ValueError, match="one shape"):
            procrustes(points, reference, scale)
    with pytest.raises(ValueError, match="finite"):
        procrustes(cloud(4, 0) * np.inf, cloud(4, 0), scale)
