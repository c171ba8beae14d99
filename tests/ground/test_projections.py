"""PCA against scikit-learn, the map of the plane against plain UMAP, and the process that computes maps."""

from __future__ import annotations

import io
import json
import subprocess
import sys

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file, save_file
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA as TwinPCA

from core.analysis import pca as module
from core.analysis.pca import pca, reconstruction_mse
from core.maps import umap_graph, umap_process
from core.maps.alignment import procrustes
from core.maps.honest import trustworthiness
from core.maps.umap_graph import curve, exact_neighbours, memberships
from core.maps.umap_map import Settling, check_settings, place, umap_2d
from core.store import paths

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def digits() -> torch.Tensor:
    return torch.tensor(load_digits().data, dtype=torch.float32) / 16


def wide(n: int, d: int) -> torch.Tensor:
    """Points whose variances differ from direction to direction, far from the origin."""
    generator = torch.Generator().manual_seed(0)
    scales = torch.linspace(3, 1, min(n, d))
    mixing = torch.randn(len(scales), d, generator=generator) / d**0.5
    return (torch.randn(n, len(scales), generator=generator) * scales) @ mixing + 5


# PCA -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "d", "k"), [(500, 40, 40), (40, 500, 12), (200, 784, 128), (800, 400, 128), (30, 30, 5)])
def test_pca_agrees_with_scikit_learn(n, d, k, monkeypatch):
    monkeypatch.setattr(module, "BATCH_BYTES", 8 * d * 128)  # several batches, the last one short
    x, new = wide(n + 50, d).split([n, 50])
    fitted, twin = pca(x, k), TwinPCA(k, svd_solver="full").fit(x.double().numpy())
    assert fitted.components.numpy() == pytest.approx(twin.components_, abs=1e-5), "signs too"
    assert fitted.explained_variance.numpy() == pytest.approx(twin.explained_variance_, rel=1e-5)
    assert fitted.mean.numpy() == pytest.approx(twin.mean_, abs=1e-5)
    codes = twin.transform(new.double().numpy())
    assert fitted.encode(new).numpy() == pytest.approx(codes, abs=1e-5)
    assert fitted.decode(fitted.encode(new)).numpy() == pytest.approx(twin.inverse_transform(codes), abs=1e-5)
    assert (fitted.components @ fitted.components.T).numpy() == pytest.approx(np.eye(k), abs=1e-10)


def test_error_for_each_number_of_components(digits):
    train, held_out = digits[:1000], digits[1000:]
    fitted = pca(train, 40)
    errors = reconstruction_mse(fitted, held_out, [40, 0, 1, 2, 13])
    assert list(errors) == [40, 0, 1, 2, 13], "in the order that was asked for"
    for size in (1, 2, 13, 40):
        twin = TwinPCA(size, svd_solver="full").fit(train.double().numpy())
        rebuilt = twin.inverse_transform(twin.transform(held_out.double().numpy()))
        assert errors[size] == pytest.approx(((held_out.numpy() - rebuilt) ** 2).mean(), rel=1e-5)
        ours = fitted.decode(fitted.encode(held_out)[:, :size])
        assert float((ours - held_out).square().mean()) == pytest.approx(errors[size], rel=1e-4)
    assert errors[0] == pytest.approx(float((held_out - train.mean(0)).square().mean()), rel=1e-5)


def test_all_components_leave_no_error():
    x = wide(60, 20)
    assert 0 <= reconstruction_mse(pca(x, 20), x, [20])[20] < 1e-12


def test_pictures_in_bytes_are_taken_as_they_are(monkeypatch):
    pictures = (wide(300, 48).reshape(300, 3, 4, 4) * 20).clamp(0, 255).to(torch.uint8)
    fitted = pca(pictures, 6)
    monkeypatch.setattr(module, "BATCH_BYTES", 8 * 48 * 7)
    batched = pca(pictures, 6)
    twin = TwinPCA(6, svd_solver="full").fit(pictures.flatten(1).double().numpy())
    for one in (fitted, batched):
        assert one.components.numpy() == pytest.approx(twin.components_, abs=1e-5)
        assert one.explained_variance.numpy() == pytest.approx(twin.explained_variance_, rel=1e-5)
    assert fitted.encode(pictures).shape == (300, 6) and fitted.encode(pictures).dtype == torch.float32


def test_no_batch_is_larger_than_its_limit(monkeypatch):
    monkeypatch.setattr(module, "BATCH_BYTES", 8 * 10 * 25)
    assert [len(batch) for batch in module._batches(torch.zeros(60, 10, dtype=torch.uint8))] == [25, 25, 10]


def test_constant_values_have_no_variance():
    fitted = pca(torch.full((10, 3), 0.1), 3)
    assert fitted.explained_variance.tolist() == pytest.approx([0, 0, 0], abs=1e-12)
    assert fitted.encode(torch.full((1, 3), 0.1)).abs().max() < 1e-6


@pytest.mark.parametrize(("n", "d", "k"), [(1, 5, 1), (5, 3, 4), (3, 5, 4), (5, 5, 0), (0, 5, 1)])
def test_impossible_numbers_of_components_are_refused(n, d, k):
    with pytest.raises(ValueError, match="allowed"):
        pca(torch.zeros(n, d), k)


def test_values_and_sizes_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match="finite"):
        pca(torch.tensor([[1.0, torch.nan], [0.0, 1.0], [2.0, 1.0]]), 1)
    fitted = pca(wide(20, 5), 3)
    for sizes in ([4], [-1]):
        with pytest.raises(ValueError, match="allowed"):
            reconstruction_mse(fitted, wide(20, 5), sizes)
    with pytest.raises(ValueError, match="allowed"):
        reconstruction_mse(fitted, torch.zeros(0, 5), [1])
    assert fitted.encode(torch.zeros(0, 5)).shape == (0, 3)


# Maps --------------------------------------------------------------------------------------------------------------


def few_and_odd(x: np.ndarray) -> list[np.ndarray]:
    """Points of which a careless map would make no numbers."""
    return [
        *(x[:n] for n in (3, 4, 9, 10, 12)),
        np.ones((40, 3)),
        np.repeat(x[:4], 30, axis=0),
        x[:50] * 1e36,
        x[:50] * 1e-36,
    ]


@pytest.mark.twin("core/maps/")
def test_umap_is_as_trustworthy_as_plain_umap_and_repeats_itself(digits):
    """One test, because umap's import and compilation take many seconds."""
    x = digits[:500].numpy()
    ours = umap_2d(x, seed=3)
    assert ours.shape == (500, 2) and ours.dtype == np.float32
    assert np.array_equal(ours, umap_2d(x, seed=3)), "deterministic"
    assert not np.array_equal(ours, umap_2d(x, seed=4))

    import umap

    plain = umap.UMAP(random_state=3, n_jobs=1).fit_transform(x)
    assert trustworthiness(x, ours) == pytest.approx(trustworthiness(x, plain), abs=0.02)
    assert trustworthiness(x, ours) > trustworthiness(x, np.random.default_rng(0).permutation(plain)) + 0.2
    for odd in few_and_odd(x):
        points = umap_2d(odd)
        assert points.shape == (len(odd), 2) and np.isfinite(points).all()


def test_the_process_serves_requests(digits, tmp_path):
    x = digits[:500].numpy()
    save_file({"x": x}, tmp_path / "x.safetensors")
    settings = {"seed": 3, "quick": True}
    request = json.dumps({"folder": str(tmp_path), "method": "umap", "settings": settings}).encode()
    replies = io.BytesIO()
    umap_process.serve([b"what?\n", request], replies)
    first, second = map(json.loads, replies.getvalue().splitlines())
    assert first["error"].startswith("JSONDecodeError") and second == {"error": None}
    assert np.array_equal(load_file(tmp_path / "points.safetensors")["points"], umap_2d(x, **settings))


def apart(points: np.ndarray, reference: np.ndarray) -> float:
    """How far a map lies from another of the same points, laid upon it: 0 for the same, near 1 for unlike ones."""
    spread = ((reference - reference.mean(axis=0)) ** 2).sum()
    return float((((procrustes(points, reference) - reference) ** 2).sum() / spread) ** 0.5)


def test_the_quick_map_repeats_itself_keeps_its_settings_and_maps_odd_points(digits):
    x = digits[:500].numpy()
    ours = umap_2d(x, seed=3, quick=True)
    assert ours.shape == (500, 2) and ours.dtype == np.float32
    assert np.array_equal(ours, umap_2d(x, seed=3, quick=True)), "deterministic"
    assert not np.array_equal(ours, umap_2d(x, seed=4, quick=True))
    assert trustworthiness(x, ours) > trustworthiness(x, np.random.default_rng(0).permutation(ours)) + 0.2
    near, wide = (umap_2d(x, min_dist=min_dist, quick=True) for min_dist in (0.0, 0.9))
    nearest = [exact_neighbours(points, 2)[1][:, 1] / points.std() for points in (near, wide)]
    assert np.median(nearest[1]) > 2 * np.median(nearest[0]), "min_dist keeps neighbours apart"
    for odd in (*few_and_odd(x), x[:50, :1]):
        points = umap_2d(odd, quick=True)
        assert points.shape == (len(odd), 2) and np.isfinite(points).all() and np.ptp(points, axis=0).all()


@pytest.mark.parametrize("min_dist", [0.0, 0.1, 0.9])
def test_the_forces_are_the_slopes_of_algorithm_5(min_dist):
    from core.maps.umap_quick import forces

    a, b = curve(min_dist)
    squared = np.geomspace(1e-8, 1e4, 997).astype(np.float32)
    code = squared.view(np.int32) >> 16
    pull, push = forces(a, b)
    squared = squared.astype(np.float64)
    assert pull[code] == pytest.approx(2 * a * b * squared ** (b - 1) / (1 + a * squared**b), rel=0.015)
    assert push[code] == pytest.approx(2 * b / ((0.001 + squared) * (1 + a * squared**b)), rel=0.015)
    assert pull[0] == push[0] == 0 and np.isfinite(pull).all() and np.isfinite(push).all()


def test_the_start_lies_in_the_plane_of_pca(digits):
    from core.maps.umap_quick import principal_plane

    plane = principal_plane(digits[:500].numpy(), np.random.default_rng(0))
    assert apart(plane, pca(digits[:500], 2).encode(digits[:500]).double().numpy()) < 0.05


@pytest.mark.twin("core/maps/")
def test_the_quick_map_is_as_trustworthy_as_plain_umap_and_its_parts_are_umap_learns(digits):
    """One test, because of the compilation."""
    import umap
    from umap import umap_ as twin

    from core.maps.umap_quick import fuzzy_union

    x = digits[:500].numpy()
    ours = umap_2d(x, seed=3, quick=True)
    plain = umap.UMAP(random_state=3, n_jobs=1).fit(x)
    assert trustworthiness(x, ours) == pytest.approx(trustworthiness(x, plain.embedding_), abs=0.005)
    assert 0.5 < ours.std(axis=0).prod() / plain.embedding_.std(axis=0).prod() < 2, "in the same unit"

    indices, distances = exact_neighbours(x, 15)
    sigmas, rhos = twin.smooth_knn_dist(distances, 15.0)
    _, _, weights, _ = twin.compute_membership_strengths(indices, distances, sigmas, rhos)
    strengths = memberships(distances[:, 1:], 15)
    assert strengths == pytest.approx(weights.reshape(500, 15)[:, 1:], abs=1e-4)
    graph, _, _ = twin.fuzzy_simplicial_set(x, 15, None, "euclidean", knn_indices=indices, knn_dists=distances)
    head, tail, weight = fuzzy_union(indices, strengths)
    union = np.zeros((500, 500))
    union[head, tail] = weight
    assert union == pytest.approx(graph.toarray(), abs=1e-4)
    for min_dist in (0.0, 0.1, 0.9):
        assert curve(min_dist) == pytest.approx(twin.find_ab_params(1.0, min_dist), rel=1e-3)


@pytest.mark.parametrize("quick", [pytest.param(False, marks=pytest.mark.twin("core/maps/")), True])
def test_a_map_that_starts_from_another_keeps_its_groups_where_they_were(digits, quick):
    x = digits[:400].numpy()
    younger = x + np.random.default_rng(0).normal(scale=0.15, size=x.shape)
    first = umap_2d(younger, seed=9)
    before = first.copy()
    alone, grown = umap_2d(x, seed=1, quick=quick), umap_2d(x, seed=1, quick=quick, start=first)
    assert np.array_equal(first, before), "the start is read, not moved"
    assert np.array_equal(grown, umap_2d(x, seed=1, quick=quick, start=first)), "deterministic"
    assert apart(grown, first) < 0.7 * apart(alone, first)
    assert trustworthiness(x, grown) > trustworthiness(x, alone) - 0.005
    assert not np.allclose(grown, first, atol=0.1), "it is the map of x, not the start"


@pytest.mark.parametrize(
    ("start", "words"),
    [(np.zeros((9, 2)), "9|10"), (np.full((10, 2), np.nan), "finite"), (np.zeros((10, 2)), "line"),
     (1e5 * np.eye(10)[:, :2], "unit"), (1e-5 * np.eye(10)[:, :2], "unit")],
)  # fmt: skip
def test_starts_that_are_no_map_are_refused(start, words):
    with pytest.raises(ValueError, match=words):
        umap_2d(np.eye(10), start=start)


def test_quick_is_named_only_where_it_is_asked_for():
    assert check_settings() == check_settings(quick=False) == {"n_neighbors": 15, "min_dist": 0.1, "seed": 0}
    assert check_settings(quick=True) == {"n_neighbors": 15, "min_dist": 0.1, "seed": 0, "quick": True}


@pytest.mark.twin("core/maps/")
def test_new_points_are_placed_where_umap_places_them():
    import umap

    from core import data

    pictures = data.load("mnist")
    x, new = (pictures.test_x[part].flatten(1).float().numpy() / 255 for part in (slice(0, 400), slice(400, 550)))
    labels, hidden = pictures.test_y[:400].numpy(), pictures.test_y[400:550].numpy()
    fitted = umap.UMAP(random_state=0, n_jobs=1).fit(x)
    points, twin = fitted.embedding_, fitted.transform(new)
    fitted.transform_seed = 7
    by_chance = np.median(np.linalg.norm(fitted.transform(new) - twin, axis=1))  # what UMAP and UMAP differ by
    ours, settled = place(new, x, points), place(new, x, points, settling=Settling())
    apart_by = [np.median(np.linalg.norm(places - twin, axis=1)) for places in (ours, settled)]
    assert apart_by[1] < 1.7 * by_chance and apart_by[1] < 0.8 * apart_by[0] < 0.8 * 3 * by_chance

    def found(places: np.ndarray) -> float:
        """The share of new pictures whose five nearest on the map are mostly of their class."""
        nearest = np.linalg.norm(places[:, None] - points, axis=2).argsort(axis=1)[:, :5]
        return float(np.mean([np.bincount(labels[row]).argmax() == y for row, y in zip(nearest, hidden, strict=True)]))

    assert min(found(ours), found(settled)) > found(twin) - 0.08 > 0.5
    assert found(ours) > found(np.random.default_rng(0).permutation(ours)) + 0.3


def test_settling_repeats_itself_and_leaves_the_points_of_the_map_where_they_lie(digits):
    x, new = digits[:200].numpy(), digits[200:260].numpy()
    points = umap_2d(x, quick=True)
    settled = place(new, x, points, settling=Settling())
    assert np.array_equal(settled, place(new, x, points, settling=Settling())), "deterministic"
    assert not np.array_equal(settled, place(new, x, points, settling=Settling(seed=1)))
    assert not np.array_equal(settled, place(new, x, points))
    for settling in (None, Settling(0), Settling(5)):
        assert np.array_equal(place(x, x, points, settling=settling), points)


def test_new_points_weigh_their_neighbours_as_algorithm_3_says(digits, monkeypatch):
    monkeypatch.setattr(umap_graph, "CHUNK_BYTES", 8 * 200 * 40)  # several blocks, the last one short
    x, new = digits[:200].numpy().astype(np.float64), digits[200:290].numpy().astype(np.float64)
    points = np.random.default_rng(0).normal(size=(200, 2))
    places = place(new + 1e3, x + 1e3, points, 8)
    for one, placed in zip(new, places, strict=True):
        distances = np.sqrt(((x - one) ** 2).sum(axis=1))
        nearest = distances.argsort()[:8]
        d = distances[nearest]
        low, high = 1e-9, 1e9  # sigma: the sum grows with it
        for _ in range(200):
            sigma = (low + high) / 2
            low, high = (low, sigma) if np.exp(-(d - d[0]) / sigma).sum() > np.log2(8) else (sigma, high)
        weights = np.exp(-(d - d[0]) / sigma)
        assert weights.sum() == pytest.approx(3)
        assert placed == pytest.approx((weights / weights.sum()) @ points[nearest], abs=1e-4)


def test_new_points_among_few_equal_or_none():
    points = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 2.0]])
    assert place(np.array([[5.0]]), np.zeros((3, 1)), points) == pytest.approx(points.mean(axis=0)[None])
    assert place(np.array([[0.0]]), np.array([[0.0], [0.0], [9.0]]), points) == pytest.approx(np.array([[0.5, 0]]))
    assert place(np.array([[4.0]]), np.array([[0.0], [5.0], [90.0]]), points, 1).tolist() == [[1, 0]]
    assert place(np.zeros((0, 4)), np.ones((3, 4)), points).shape == (0, 2)
    for new, x, y in ((np.zeros((2, 3)), np.zeros((3, 4)), points), (np.zeros(3), np.zeros((3, 3)), points),
                      (np.zeros((2, 3)), np.zeros((4, 3)), points), (np.zeros((2, 3)), np.zeros((0, 3)), points[:0])):  # fmt: skip
        with pytest.raises(ValueError, match="must be"):
            place(new, x, y)
    for value, options in ((np.nan, {}), (0, {"n_neighbors": 0}), (0, {"settling": Settling(-1)})):
        with pytest.raises(ValueError, match="finite"):
            place(np.full((1, 1), value), np.zeros((3, 1)), points, **options)
    assert np.isfinite(place(np.ones((2, 1)), np.zeros((3, 1)), points, settling=Settling(3))).all()


def test_reading_the_module_of_maps_costs_neither_umap_nor_numba():
    code = "import sys, core.maps.service, core.maps.honest; sys.exit(bool({'umap', 'numba', 'sklearn'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=paths.REPOSITORY, timeout=60).returncode == 0


def test_neighbours_are_the_exact_ones(digits, monkeypatch):
    monkeypatch.setattr(umap_graph, "CHUNK_BYTES", 4 * 300 * 70)  # several blocks, the last one short
    x = digits[:300].numpy() + 100  # a common part
    indices, distances = exact_neighbours(x, 7)
    true = np.linalg.norm(x[:, None].astype(np.float64) - x[None], axis=2)
    assert (indices[:, 0] == np.arange(300)).all() and (distances[:, 0] == 0).all()
    assert distances == pytest.approx(np.sort(true, axis=1)[:, :7], abs=1e-4)
    assert distances == pytest.approx(np.take_along_axis(true, indices, axis=1), abs=1e-4)
    assert (np.diff(distances, axis=1) >= 0).all()


def test_each_point_is_its_own_first_neighbour_among_equal_ones():
    indices, distances = exact_neighbours(np.ones((50, 4)), 5)
    assert (indices[:, 0] == np.arange(50)).all() and not distances.any()
    assert all(len(set(row)) == 5 for row in indices.tolist())


@pytest.mark.parametrize(
    "settings", [{"n_neighbors": 1}, {"n_neighbors": 201}, {"min_dist": -0.1}, {"min_dist": 1.0}, {"min_dist": np.nan},
                 {"seed": -1}, {"seed": 2**32}],
)  # fmt: skip
def test_settings_out_of_range_are_refused(settings):
    with pytest.raises(ValueError, match="allowed"):
        check_settings(**settings)


@pytest.mark.parametrize("x", [np.zeros((2, 4)), np.zeros(9), np.full((5, 2), np.inf)])
def test_points_that_cannot_be_mapped_are_refused(x):
    with pytest.raises(ValueError, match="three or more"):
        umap_2d(x)


def test_the_process_answers_what_it_cannot_do_and_ends_with_its_stdin(tmp_path):
    request = json.dumps({"folder": str(tmp_path / "none"), "method": "umap", "settings": {}})
    command = [sys.executable, "-m", "core.maps.umap_process"]
    done = subprocess.run(
        command, input=request + "\n" + request, capture_output=True, text=True, cwd=paths.REPOSITORY, timeout=60
    )
    assert done.returncode == 0
    assert [json.loads(line)["error"].split(":")[0] for line in done.stdout.splitlines()] == ["FileNotFoundError"] * 2
