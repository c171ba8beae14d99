"""Whether neighbours share colour or shape, on pictures whose colours and shapes are known."""

from __future__ import annotations

import itertools
import math

import pytest
import torch
from torch.nn import functional as F

from core.analysis import shortcuts
from core.analysis.shortcuts import colour_histograms
from core.data.pixels import silhouettes

pytestmark = pytest.mark.usefixtures("one_thread")

SIDE, KINDS, EACH = 12, 8, 5
COLOURS = torch.tensor([(r, g, b) for r in (20, 200) for g in (20, 200) for b in (20, 120)], dtype=torch.uint8)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def scene() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Pictures (320, 3, 12, 12) on white, in random order, each of one colour and one shape of eight; (x, colour, shape)."""
    masks = torch.rand(KINDS, SIDE, SIDE, generator=seeded()) < 0.4
    masks[:, 0, 0] = False  # the ground shows in the corner
    pairs = torch.tensor(list(itertools.product(range(KINDS), range(KINDS))) * EACH)
    colour, shape = pairs[torch.randperm(len(pairs), generator=seeded(1))].T
    x = torch.where(masks[shape][:, None], COLOURS[colour][:, :, None, None], torch.tensor(255, dtype=torch.uint8))
    return x, colour, shape


def slightly_moved(codes: torch.Tensor) -> torch.Tensor:
    """Ties between equal codes are broken at random, and not by their places."""
    return codes.float() + 1e-3 * torch.randn(codes.shape, generator=seeded(2))


ALIKE = EACH * KINDS - 1  # others of the same colour, or of the same shape
OTHERS = EACH * KINDS**2 - 1
BEST = (ALIKE - 1) / 2 / (OTHERS - 1)  # the mean place of any of these, which share their places


def neighbours_ranks(codes: torch.Tensor, x: torch.Tensor, **options: int) -> dict[str, float]:
    """The means over pictures and neighbours."""
    return {name: float(rank.mean()) for name, rank in shortcuts.neighbours_ranks(codes, x, **options).items()}


# Ten neighbours each of 320 pictures, each place even from 0 to 1; a pair may count in both directions.
FIVE_ERRORS = 5 * math.sqrt(2 / 12 / (10 * (OTHERS + 1)))


def test_codes_that_are_colours_share_colours_and_no_shapes(scene):
    x, colour, _ = scene
    for codes in (F.one_hot(colour), colour_histograms(x)):
        found = neighbours_ranks(slightly_moved(codes), x)
        assert found["colour_rank"] == pytest.approx(BEST, abs=1e-6)
        assert found["shape_rank"] == pytest.approx(0.5, abs=FIVE_ERRORS)


def test_codes_that_are_shapes_share_shapes_and_no_colours(scene):
    x, _, shape = scene
    for codes in (F.one_hot(shape), silhouettes(x).flatten(1)):
        found = neighbours_ranks(slightly_moved(codes), x)
        assert found["shape_rank"] == pytest.approx(BEST, abs=1e-6)
        assert found["colour_rank"] == pytest.approx(0.5, abs=FIVE_ERRORS)


def test_random_codes_have_chance(scene):
    for seed in range(3):
        found = neighbours_ranks(torch.randn(len(scene[0]), 16, generator=seeded(seed)), scene[0])
        assert found["colour_rank"] == pytest.approx(0.5, abs=FIVE_ERRORS)
        assert found["shape_rank"] == pytest.approx(0.5, abs=FIVE_ERRORS)


def test_all_is_as_in_a_slow_loop(scene, monkeypatch):
    """Histograms, silhouettes, neighbours and places, of 40 pictures with noise in them, one by one."""
    x = scene[0][:40].clone()
    x[:, :, 1:] = (x[:, :, 1:].float() + 25 * torch.randn(40, 3, SIDE - 1, SIDE, generator=seeded(4))).clamp(0, 255)
    codes = torch.randn(40, 6, generator=seeded(5)) + 3
    n = len(x)
    histograms, drawn = [], []
    for picture in x.tolist():
        corner, counts, places = [channel[0][0] for channel in picture], {}, set()
        for row, column in itertools.product(range(SIDE), range(SIDE)):
            pixel = [channel[row][column] for channel in picture]
            if max(abs(a - b) for a, b in zip(pixel, corner, strict=True)) / 255 > 0.08:
                places.add((row, column))
                counts[tuple(v // 64 for v in pixel)] = counts.get(tuple(v // 64 for v in pixel), 0) + 1
        drawn.append(places)
        histograms.append({key: value / len(places) for key, value in counts.items()})
    found = colour_histograms(x)
    for i, counts in enumerate(histograms):
        for (r, g, b), share in counts.items():
            assert float(found[i, 16 * r + 4 * g + b]) == pytest.approx(share)
        assert float(found[i].sum()) == pytest.approx(1)
    assert [set(map(tuple, one.nonzero().tolist())) for one in silhouettes(x)] == drawn

    centred = (codes - codes.mean(dim=0)).double().tolist()

    def cosine(a: list[float], b: list[float]) -> float:
        return sum(p * q for p, q in zip(a, b, strict=True)) / math.hypot(*a) / math.hypot(*b)

    def of_colour(i: int, j: int) -> float:
        return sum(min(share, histograms[j].get(key, 0)) for key, share in histograms[i].items())

    def of_shape(i: int, j: int) -> float:
        return len(drawn[i] & drawn[j]) / len(drawn[i] | drawn[j])

    expected = {"colour_rank": [], "shape_rank": []}
    for i in range(n):
        others = [j for j in range(n) if j != i]
        near = sorted(others, key=lambda j: -cosine(centred[i], centred[j]))[:10]
        for name, alike in (("colour_rank", of_colour), ("shape_rank", of_shape)):
            value = {j: alike(i, j) for j in others}
            expected[name] += [place(value, j) for j in near]
    ranks = neighbours_ranks(codes, x)
    for name, places in expected.items():
        # Shares that are equal here may differ by a rounding there, which moves a tie by half its size.
        assert ranks[name] == pytest.approx(sum(places) / len(places), abs=2e-3)


def place(value: dict[int, float], j: int) -> float:
    """The place of j among all by falling value, from 0 to 1; equal ones share the mean of their places."""
    above = sum(v > value[j] for v in value.values())
    equal = sum(v == value[j] for v in value.values()) - 1
    return (above + equal / 2) / (len(value) - 1)


def test_places_with_many_ties_are_those_of_a_slow_loop():
    similarity = torch.randint(0, 4, (15, 15), generator=seeded(6)).float()
    near = torch.stack([torch.randperm(14, generator=seeded(i))[:3] for i in range(15)])
    near += (near >= torch.arange(15)[:, None]).long()  # nobody is a neighbour of itself
    places = [
        place({k: float(similarity[i, k]) for k in range(15) if k != i}, j) for i in range(15) for j in near[i].tolist()
    ]
    assert float(shortcuts._ranks(similarity, near).mean()) == pytest.approx(sum(places) / len(places), abs=1e-6)
    assert float(shortcuts._ranks(torch.ones(15, 15), near).mean()) == pytest.approx(0.5), (
        "all alike: everyone is in the middle"
    )


def test_the_common_part_of_codes_and_their_lengths_say_nothing(scene):
    x, colour, _ = scene
    codes = slightly_moved(F.one_hot(colour))
    before = neighbours_ranks(codes, x)
    moved = neighbours_ranks(5 * codes + 2, x)
    assert moved == pytest.approx(before, abs=0.005)


def test_no_more_pictures_than_asked_for(scene):
    x, colour, _ = scene
    codes = slightly_moved(F.one_hot(colour))
    assert neighbours_ranks(codes, x, most=100) == neighbours_ranks(codes[:100], x[:100])


def test_colours_lose_their_places_and_the_ground_does_not_count(scene):
    x = scene[0][:10]
    mirrored = x.flip(3)
    mirrored[:, :, 0, 0] = 255
    kept = mirrored.clone()
    kept[:, :, :, :4] = 255  # less is drawn, in the same one colour
    torch.testing.assert_close(colour_histograms(x), colour_histograms(kept))


def test_empty_pictures_and_few_of_them_give_numbers():
    blank = torch.full((12, 3, 8, 8), 255, dtype=torch.uint8)
    assert not silhouettes(blank).any() and not colour_histograms(blank).any()
    found = neighbours_ranks(torch.randn(12, 4, generator=seeded()), blank)
    assert found == pytest.approx({"colour_rank": 0.5, "shape_rank": 0.5}), "all alike"
    two = neighbours_ranks(torch.randn(2, 4, generator=seeded()), blank[:2])
    assert all(math.isfinite(value) for value in two.values())
