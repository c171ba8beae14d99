"""t-SNE's map: what comes out for any points, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from core.maps.methods import METHODS
from core.maps.tsne_map import check_settings, tsne_2d


def points(n: int, d: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)


@pytest.mark.parametrize(("n", "d"), [(3, 1), (3, 2), (3, 50), (4, 3), (10, 1), (40, 20)])
def test_any_number_of_points_has_a_map(n, d):
    found = tsne_2d(points(n, d))
    assert found.shape == (n, 2) and found.dtype == np.float32 and found.flags.c_contiguous
    assert np.isfinite(found).all() and len(np.unique(found, axis=0)) == n


def test_a_seed_gives_the_same_map_and_x_stays():
    x = points(30, 8)
    before = x.copy()
    assert np.array_equal(tsne_2d(x, 5, 3), tsne_2d(x, 5, 3)) and np.array_equal(x, before)
    line = points(30, 1)  # with no plane to begin with, the start is random
    assert not np.array_equal(tsne_2d(line, 5, 0), tsne_2d(line, 5, 1))


def test_clusters_stay_apart():
    x = points(40, 10) + np.repeat([[0.0], [8.0]], 20, axis=0)
    found = tsne_2d(x, 10)
    distances = np.linalg.norm(found[:, None] - found[None], axis=2) + 1e9 * np.eye(40)
    assert ((distances.argmin(1) < 20) == (np.arange(40) < 20)).all(), "each point's nearest is of its own cluster"


def test_the_unit_does_not_matter():
    x = points(20, 5)
    assert np.array_equal(tsne_2d(x, 5), tsne_2d(x * 2.0**100, 5)), "nor do squares overflow"


@pytest.mark.parametrize("value", [0.0, 1.0, -7.5, 1e30])
@pytest.mark.parametrize("shape", [(3, 4), (12, 1), (12, 5)])
def test_identical_points_have_a_map(value, shape):
    assert np.isfinite(tsne_2d(np.full(shape, value, np.float32))).all()


def test_points_on_a_line_and_repeated_points_have_a_map():
    line = np.zeros((12, 4), np.float32)
    line[:, 2] = np.arange(12)
    for x in (line, np.repeat(points(4, 3), 3, axis=0)):
        assert np.isfinite(tsne_2d(x)).all()


def test_perplexity_shrinks_with_the_points(monkeypatch):
    from sklearn.manifold import TSNE

    asked, fit = [], TSNE.fit_transform

    def watched(model, x):
        asked.append(model.perplexity)
        return fit(model, x)

    monkeypatch.setattr(TSNE, "fit_transform", watched)
    for n, perplexity in ((3, 200), (13, 30), (13, 4), (13, 2), (31, 10)):
        tsne_2d(points(n, 4), perplexity)
    assert asked == [1, 4, 4, 2, 10]


def test_settings_are_complete_and_plain():
    assert check_settings() == {"perplexity": 30.0, "seed": 0}
    found = check_settings(np.float32(5), np.int64(7))
    assert found == {"perplexity": 5.0, "seed": 7} and [type(value) for value in found.values()] == [float, int]


@pytest.mark.parametrize(
    "settings",
    [{"perplexity": 0.5}, {"perplexity": 201}, {"perplexity": -1}, {"perplexity": float("nan")}, {"perplexity": "many"},
     {"perplexity": float("inf")}, {"seed": -1}, {"seed": 2**32}, {"seed": "x"}, {"seed": float("nan")}, {"seed": float("inf")}],
    ids=str,
)  # fmt: skip
def test_settings_out_of_range_are_refused(settings):
    with pytest.raises(ValueError):
        check_settings(**settings)
    with pytest.raises(ValueError):
        tsne_2d(points(5, 2), **settings)


@pytest.mark.parametrize(
    "x",
    [points(2, 3), points(0, 3), np.zeros(5), np.zeros((2, 2, 2)), np.zeros((5, 0)), np.array([[0, 1], [1, np.nan], [2, 2]]),
     np.array([[0, 1], [1, np.inf], [2, 2]]), np.array([[0, 1], [1, 1e300], [2, 2]])],
    ids=["two", "none", "a row", "three axes", "no numbers", "nan", "infinite", "beyond float32"],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore:overflow")
def test_points_that_are_none_are_refused(x):
    with pytest.raises(ValueError, match="x must be three or more points"):
        tsne_2d(x)


def test_it_is_one_of_the_maps_of_the_pages():
    assert (METHODS["tsne"].check, METHODS["tsne"].compute) == (check_settings, tsne_2d)
