"""Lab of our own against scikit-image, and against the CIE's formulas written out for one colour at a time."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.nn.cielab import WHITE, XYZ_OF_RGB, chroma, lab_to_rgb, rgb_to_lab


def cube(n: int) -> np.ndarray:
    """All colours of n levels a channel, float64 (n², n, 3)."""
    axis = np.linspace(0, 1, n)
    return np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(n * n, n, 3)


def as_tensor(x: np.ndarray, dtype: torch.dtype) -> torch.Tensor:
    """(H, W, 3) -> (3, H, W)."""
    return torch.from_numpy(x).permute(2, 0, 1).to(dtype)


@pytest.mark.twin("core/nn/cielab.py")
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_both_ways_agree_with_scikit_image(dtype):
    color = pytest.importorskip("skimage.color")
    rgb = cube(52)  # every fifth level of a byte, both ends among them
    lab = color.rgb2lab(rgb)
    np.testing.assert_allclose(rgb_to_lab(as_tensor(rgb, dtype)).permute(1, 2, 0).numpy(), lab, atol=1e-3)
    np.testing.assert_allclose(
        lab_to_rgb(as_tensor(lab, dtype)).permute(1, 2, 0).numpy(), color.lab2rgb(lab), atol=1e-3
    )
    beyond = cube(23) * [100, 240, 240] - [0, 120, 120]  # most of it shows on no screen
    np.testing.assert_allclose(
        lab_to_rgb(as_tensor(beyond, dtype)).permute(1, 2, 0).numpy(), color.lab2rgb(beyond), atol=1e-3
    )


def slow_lab(rgb: list[float]) -> list[float]:
    """One colour, by the formulas of CIE 15 and IEC 61966-2-1."""
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in rgb]
    f = []
    for row, white in zip(XYZ_OF_RGB, WHITE, strict=True):
        t = sum(m * v for m, v in zip(row, linear, strict=True)) / white
        f.append(t ** (1 / 3) if t > (6 / 29) ** 3 else t * (29 / 6) ** 2 / 3 + 4 / 29)
    return [116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])]


def test_one_colour_at_a_time():
    rgb = cube(7)
    found = rgb_to_lab(as_tensor(rgb, torch.float64)).permute(1, 2, 0).reshape(-1, 3)
    for colour, lab in zip(rgb.reshape(-1, 3), found, strict=True):
        assert lab.tolist() == pytest.approx(slow_lab(colour.tolist()), abs=1e-3)


def test_what_is_known_of_it():
    corners = torch.tensor([[0.0, 0, 0], [1, 1, 1], [0.5, 0.5, 0.5], [1, 0, 0]]).T[None, :, :, None]
    lab = rgb_to_lab(corners)[0, :, :, 0].T
    assert lab[0].tolist() == pytest.approx([0, 0, 0], abs=1e-4) and lab[1].tolist() == pytest.approx(
        [100, 0, 0], abs=0.01
    )
    assert lab[2, 0] == pytest.approx(53.39, abs=0.01) and lab[2, 1:].abs().max() < 0.01
    assert lab[3].tolist() == pytest.approx([53.24, 80.09, 67.20], abs=0.01)
    assert chroma(rgb_to_lab(corners)[:, 1:])[0, 3, 0] == pytest.approx(np.hypot(80.09, 67.20), abs=0.01)
    outside = torch.tensor([50.0, 120, -120]).reshape(1, 3, 1, 1)
    assert lab_to_rgb(outside, clip=False).min() < 0 <= lab_to_rgb(outside).min()
    x = torch.rand(2, 3, 9, 9, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(lab_to_rgb(rgb_to_lab(x)), x, atol=1e-5, rtol=0)
