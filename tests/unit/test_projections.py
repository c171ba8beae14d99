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
from core.analysis import umap_process
from core.analysis.pca import pca, reconstruction_mse
from core.analysis.umap_map import check_settings, exact_neighbours, umap_2d
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


def test_umap_is_as_trustworthy_as_plain_umap_repeats_itself_and_serves_requests(digits, tmp_path):
    """One test, because umap's import and compilation take many seconds."""
    from sklearn.manifold import trustworthiness

    x = digits[:500].numpy()
    ours = umap_2d(x, seed=3)
    assert ours.shape == (500, 2) and ours.dtype == np.float32
    assert np.array_equal(ours, umap_2d(x, seed=3)), "deterministic"
    assert not np.array_equal(ours, umap_2d(x, seed=4))

    import umap

    plain = umap.UMAP(random_state=3, n_jobs=1).fit_transform(x)
    assert trustworthiness(x, ours) == pytest.approx(trustworthiness(x, plain), abs=0.02)
    assert trustworthiness(x, ours) > trustworthiness(x, np.random.default_rng(0).permutation(plain)) + 0.2

    few = [x[:n] for n in (3, 4, 9, 10, 12)]
    for odd in (*few, np.ones((40, 3)), np.repeat(x[:4], 30, axis=0), x[:50] * 1e36, x[:50] * 1e-36):
        points = umap_2d(odd)
        assert points.shape == (len(odd), 2) and np.isfinite(points).all()

    save_file({"x": x}, tmp_path / "x.safetensors")
    request = json.dumps({"folder": str(tmp_path), "method": "umap", "settings": {"seed": 3}}).encode()
    replies = io.BytesIO()
    umap_process.serve([b"what?\n", request], replies)
    first, second = map(json.loads, replies.getvalue().splitlines())
    assert first["error"].startswith("JSONDecodeError") and second == {"error": None}
    assert np.array_equal(load_file(tmp_path / "points.safetensors")["points"], ours)


def test_neighbours_are_the_exact_ones(digits, monkeypatch):
    from core.analysis import umap_map

    monkeypatch.setattr(umap_map, "CHUNK_BYTES", 4 * 300 * 70)  # several blocks, the last one short
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
    command = [sys.executable, "-m", "core.analysis.umap_process"]
    done = subprocess.run(
        command, input=request + "\n" + request, capture_output=True, text=True, cwd=paths.REPOSITORY, timeout=60
    )
    assert done.returncode == 0
    assert [json.loads(line)["error"].split(":")[0] for line in done.stdout.splitlines()] == ["FileNotFoundError"] * 2
