"""Directions between words, in cases with a known answer and against numpy."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.analysis.vectors import WordVectors
from core.lessons.word_vectors.directions import axis, map_2d, parallel, plane, plane_of


@pytest.fixture(scope="module")
def cloud() -> WordVectors:
    """80 words in 40 random directions."""
    return WordVectors([f"w{i}" for i in range(80)], np.random.default_rng(0).normal(size=(80, 40)))


def numpy_of(vectors: WordVectors, *words: str) -> np.ndarray:
    return np.stack([vectors.unit[vectors.index[word]].double().numpy() for word in words])


def on_sphere(step: np.ndarray, count: int) -> WordVectors:
    """Pairs a0 b0, a1 b1, ... of unit vectors, each with exactly `step` from a to b."""
    random, half, points = np.random.default_rng(3), np.linalg.norm(step) / 2, []
    for _ in range(count):
        side = random.normal(size=len(step))
        side -= side @ step / (step @ step) * step
        side *= np.sqrt(1 - half**2) / np.linalg.norm(side)
        points += [side - step / 2, side + step / 2]
    return WordVectors([f"{which}{i}" for i in range(count) for which in "ab"], np.array(points))


# Parallel arrows --------------------------------------------------------------------------------------------------

PAIRS = [(f"a{i}", f"b{i}") for i in range(12)]


def test_equal_steps_have_cosine_1_and_shuffled_ones_less():
    step = np.zeros(30)
    step[0] = 0.3
    result = parallel(on_sphere(step, 12), PAIRS)
    assert result.mean == pytest.approx(1, abs=1e-5)
    assert all(arrow.with_others == pytest.approx(1, abs=1e-5) for arrow in result.arrows)
    assert result.random_low <= result.random_mean <= result.random_high < 0.3
    assert [(arrow.first, arrow.second) for arrow in result.arrows] == PAIRS and result.skipped == ()


def test_steps_without_a_relation_are_as_parallel_as_shuffled_ones(cloud):
    result = parallel(cloud, [(f"w{i}", f"w{i + 40}") for i in range(40)], draws=30)
    assert abs(result.mean) < 0.05
    assert result.random_low < result.mean < result.random_high


def test_mean_and_others_are_the_slow_sums(cloud):
    pairs = [(f"w{i}", f"w{2 * i + 30}") for i in range(9)]
    result = parallel(cloud, pairs)
    steps = np.stack([np.subtract(*numpy_of(cloud, b, a)) for a, b in pairs])

    def cosine(x, y):
        return x @ y / np.linalg.norm(x) / np.linalg.norm(y)

    twin = [cosine(steps[i], steps[j]) for i in range(9) for j in range(9) if i != j]
    assert result.mean == pytest.approx(np.mean(twin), abs=1e-9)
    for i, arrow in enumerate(result.arrows):
        others = np.mean([steps[j] for j in range(9) if j != i], axis=0)
        assert arrow.with_others == pytest.approx(cosine(steps[i], others), abs=1e-9)


def test_no_shuffle_keeps_a_pair_together():
    """Of two pairs there is one such shuffle."""
    step = np.zeros(30)
    step[0] = 0.3
    vectors = on_sphere(step, 2)
    a0, b0, a1, b1 = numpy_of(vectors, "a0", "b0", "a1", "b1")
    swapped = (b1 - a0) @ (b0 - a1) / np.linalg.norm(b1 - a0) / np.linalg.norm(b0 - a1)
    result = parallel(vectors, PAIRS[:2])
    assert [result.random_low, result.random_mean, result.random_high] == pytest.approx([swapped] * 3)


def test_draws_are_seeded_and_unknown_pairs_named(cloud):
    pairs = [(f"w{i}", f"w{i + 40}") for i in range(10)]
    with_more = parallel(cloud, [*pairs, ("w1", "nowhere"), ("gone", "w2"), pairs[0]], seed=4)
    assert with_more.skipped == (("w1", "nowhere"), ("gone", "w2"))
    again = parallel(cloud, pairs, seed=4)
    assert (with_more.mean, with_more.random_mean) == (again.mean, again.random_mean)
    assert parallel(cloud, pairs, seed=5).random_mean != again.random_mean


def test_a_pair_of_one_word_has_no_direction(cloud):
    result = parallel(cloud, [("w1", "w1"), ("w2", "w3"), ("w2", "w3"), ("w4", "w5")])
    assert result.arrows[0].with_others == 0 and np.isfinite(result.mean)


@pytest.mark.parametrize("pairs", [[], [("w1", "w2")], [("w1", "w2"), ("w1", "w2")], [("w1", "w2"), ("no", "no")]])
def test_one_arrow_is_parallel_to_none(cloud, pairs):
    with pytest.raises(ValueError, match="two pairs"):
        parallel(cloud, pairs)


# Axes -------------------------------------------------------------------------------------------------------------


def test_ends_lie_at_0_and_1_and_the_middle_between_them():
    vectors = WordVectors(["left", "right", "middle", "beside"], np.array([[1, 0, 0], [0, 1, 0], [1, 1, 0], [0, 0, 1]]))
    result = axis(vectors, ["left"], ["right"], ["left", "right", "middle", "beside"])
    assert [row.position for row in result.words] == pytest.approx([0, 1, 0.5, 0.5])
    assert [row.cosine for row in result.words] == pytest.approx([-(0.5**0.5), 0.5**0.5, 0, 0], abs=1e-7)


def test_several_words_an_end_against_numpy(cloud):
    low, high, words = ["w1", "w2"], ["w3", "w4", "w5"], ["w6", "w7", "w1"]
    result = axis(cloud, [*low, "dark"], [*high, "bright"], ["w6", "grey", "w7", "w6", "dark", "w1"])
    start, end = numpy_of(cloud, *low).mean(axis=0), numpy_of(cloud, *high).mean(axis=0)
    line = (end - start) / np.linalg.norm(end - start)
    for row, x in zip(result.words, numpy_of(cloud, *words), strict=True):
        assert row.cosine == pytest.approx(x @ line, abs=1e-9)
        assert row.position == pytest.approx((x - start) @ line / np.linalg.norm(end - start), abs=1e-9)
    assert [row.word for row in result.words] == words
    assert result.unknown == ("dark", "bright", "grey")
    assert axis(cloud, low, high, []).words == ()


@pytest.mark.parametrize(
    ("low", "high", "says"),
    [(["no"], ["w1"], "low end"), (["w1"], [], "high end"), (["w1", "w2"], ["w2", "w1"], "same")],
)
def test_an_axis_without_a_direction_says_why(cloud, low, high, says):
    with pytest.raises(ValueError, match=says):
        axis(cloud, low, high, ["w3"])


# Planes -----------------------------------------------------------------------------------------------------------


def test_an_exact_parallelogram_closes():
    """Four corners of a rectangle on the sphere: the fourth word is the sum, in the plane, at its corner."""
    vectors = WordVectors(["man", "woman", "king", "queen", "off"],
                          np.array([[3, 4, -5], [3, -4, -5], [3, 4, 5], [3, -4, 5], [0, 1, 0]]))  # fmt: skip
    side = 1 / 50**0.5  # all four have the length of the root of 50
    result = plane(vectors, "man", "king", "woman", ["queen", "off", "nobody"])
    assert result.start == ("man", 0, 0, 0)
    assert result.end[1:] == pytest.approx((10 * side, 0, 0), abs=1e-6)
    assert result.base[1:] == pytest.approx((0, 8 * side, 0), abs=1e-6)
    assert result.sum.word == "king − man + woman"
    assert result.sum[1:] == pytest.approx((10 * side, 8 * side, 0), abs=1e-6)
    queen, off = result.words
    assert queen[1:] == pytest.approx(result.sum[1:], abs=1e-6)
    assert off.distance == pytest.approx(3 * side, abs=1e-6)  # the plane is x = 3 / root of 50
    assert result.unknown == ("nobody",)


def test_coordinates_against_least_squares(cloud):
    result = plane(cloud, "w1", "w2", "w3", ["w4", "w5"])
    start, end, base, *others = numpy_of(cloud, "w1", "w2", "w3", "w4", "w5")
    basis = result.plane.basis.numpy()
    np.testing.assert_allclose(basis @ basis.T, np.eye(2), atol=1e-12)
    spanning = np.stack([end - start, base - start], axis=1)  # (D, 2)
    for place, x in zip(result.words, others, strict=True):
        weights, rest, *_ = np.linalg.lstsq(spanning, x - start, rcond=None)
        assert place.distance == pytest.approx(np.sqrt(rest[0]), abs=1e-9)
        np.testing.assert_allclose(np.array(place[1:3]) @ basis, spanning @ weights, atol=1e-9)
    assert result.sum.x == pytest.approx(result.end.x + result.base.x) and result.sum.y == pytest.approx(result.base.y)
    assert result.base.y > 0 and result.end.y == pytest.approx(0) and result.end.x > 0


@pytest.mark.parametrize(
    ("three", "says"),
    [(("w1", "w1", "w2"), "same point"), (("w1", "w2", "w1"), "one line"), (("w1", "w2", "w2"), "one line")],
)
def test_words_that_span_no_plane_are_refused(cloud, three, says):
    with pytest.raises(ValueError, match=says):
        plane(cloud, *three)
    with pytest.raises(KeyError):
        plane(cloud, "w1", "w2", "nobody")


def test_parallel_directions_are_refused():
    """Two words may share a direction: at unit length they are one point, so the three lie on one line."""
    vectors = WordVectors(["a", "b", "c"], np.array([[1, 0, 0], [0, 1, 0], [0, 2, 0]]))
    with pytest.raises(ValueError, match="one line"):
        plane(vectors, "a", "b", "c")


def test_plane_of_points_in_a_plane_misses_none():
    random = np.random.default_rng(5)
    points = random.normal(size=(7, 2)) @ random.normal(size=(2, 20)) + random.normal(size=20)
    at = plane_of(torch.from_numpy(points)).place(torch.from_numpy(points)).numpy()
    assert at[:, 2] == pytest.approx(0, abs=1e-9)
    for i in range(6):  # distances in the plane are those in the space
        assert np.linalg.norm(at[i, :2] - at[i + 1, :2]) == pytest.approx(np.linalg.norm(points[i] - points[i + 1]))
    with pytest.raises(ValueError):
        plane_of(torch.from_numpy(points[:1]))


# Maps -------------------------------------------------------------------------------------------------------------


def test_the_map_is_that_of_scikit_learn(cloud):
    from sklearn.decomposition import PCA

    words = [f"w{i}" for i in range(50)]
    result = map_2d(cloud, [*words, "nobody", "w3"])
    twin = PCA(2).fit(numpy_of(cloud, *words))
    np.testing.assert_allclose(result.xy, twin.transform(numpy_of(cloud, *words)), atol=1e-6)
    assert result.share == pytest.approx(twin.explained_variance_ratio_.sum())
    assert result.words == tuple(words) and result.unknown == ("nobody",) and result.xy.shape == (50, 2)


def test_a_map_of_two_words_is_refused(cloud):
    with pytest.raises(ValueError, match="three"):
        map_2d(cloud, ["w1", "w2", "w2", "nobody"])
    assert map_2d(cloud, ["w1", "w2", "w3"]).share == pytest.approx(1)
