"""The space of codes: places and codes undo each other, pictures stand where they belong, neighbours are the nearest."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.analysis import codes
from core.analysis.codes import CodeSpace, between, code_space, draw, draw_linear, manifold, nearest, sample
from core.experiments.autoencoder import Autoencoders, Config, build

SIZES = (1, 2, 8)


pytestmark = pytest.mark.usefixtures("one_thread")


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def model() -> Autoencoders:
    """An untrained network whose decoder answers strongly, so that neighbouring codes draw different pictures."""
    made = build(Config(data="mnist", encoder="mlp", sizes=SIZES, width=32), seeded())
    g = seeded(1)
    with torch.no_grad():
        for p in made.parameters():
            p.add_(0.3 * torch.randn(p.shape, generator=g))
        made.pca_mean.uniform_(-0.2, 1.2, generator=g)
        made.pca_components.copy_(torch.linalg.qr(torch.randn(784, 128, generator=g))[0].T)
    return made.eval().requires_grad_(False)


@pytest.fixture(scope="module")
def pictures() -> tuple[torch.Tensor, torch.Tensor]:
    x = torch.randint(0, 256, (700, 1, 28, 28), generator=seeded(2)).to(torch.uint8)
    return x[:600], x[600:]


@pytest.fixture(scope="module", params=SIZES)
def space(request, model, pictures) -> CodeSpace:
    return code_space(model, request.param, *pictures)


def test_a_space_holds_the_codes_of_its_size(space, model, pictures):
    i = SIZES.index(space.size)
    for found, x in zip((space.train, space.test), pictures, strict=True):
        assert found.shape == (len(x), SIZES[i])
        torch.testing.assert_close(found, model.encode(x.float() / 255)[i], rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(space.mean, space.train.mean(dim=0))
    torch.testing.assert_close(space.std, space.train.std(dim=0))


def test_the_plane_is_the_space_itself_or_that_of_the_largest_variance(space):
    if space.size <= 2:
        places = space.place(space.test)
        assert torch.equal(places[:, : space.size], space.test)
        assert (places[:, space.size :] == 0).all()
        return
    torch.testing.assert_close(space.axes @ space.axes.T, torch.eye(2), rtol=0, atol=1e-5)
    variance = np.linalg.eigvalsh(np.cov(space.train.T.double().numpy()))[::-1]
    found = space.place(space.train).var(dim=0)
    np.testing.assert_allclose(found.numpy(), variance[:2], rtol=1e-3)
    assert space.place(space.mean[None]).abs().max() < 1e-5
    assert all(row[row.abs().argmax()] > 0 for row in space.axes), "the same way round in every process"


def test_a_size_that_was_not_trained_is_refused(model, pictures):
    with pytest.raises(ValueError):
        code_space(model, 16, *pictures)


@settings(max_examples=30, deadline=None)
@given(x=st.floats(-50, 50), y=st.floats(-50, 50), which=st.integers(0, 99))
def test_a_moved_code_lies_where_it_was_moved_to_and_else_stays(x, y, which):
    for space in toy_spaces():
        code = space.train[which]
        moved = space.moved(code, (x, y))
        place = space.place(moved[None])[0]
        expected = torch.tensor([x, y if space.size > 1 else 0.0])
        torch.testing.assert_close(place, expected, rtol=1e-4, atol=1e-3)
        torch.testing.assert_close(
            space.moved(moved, tuple(space.place(code[None])[0].tolist())), code, rtol=1e-4, atol=1e-3
        )
        rest = (moved - code) - (moved - code) @ space.axes.T @ space.axes
        assert rest.abs().max() < 1e-3, "the other directions stay"


def toy_spaces() -> list[CodeSpace]:
    """Spaces of 1, 2 and 5 numbers around a mean that is not zero."""
    found = []
    for size in (1, 2, 5):
        z = 3 + torch.randn(100, size, generator=seeded(size)) * torch.arange(1, size + 1)
        axes = torch.eye(2)[:, :size] if size <= 2 else torch.linalg.qr(torch.randn(size, 2, generator=seeded()))[0].T
        origin = torch.zeros(size) if size <= 2 else z.mean(dim=0)
        found.append(CodeSpace(z, z, z.mean(dim=0), z.std(dim=0), origin, axes))
    return found


def test_the_extent_leaves_out_outliers_and_has_room_at_the_edges():
    z = torch.stack([torch.linspace(-1, 1, 2001), torch.linspace(10, 30, 2001)], dim=1)
    z[0], z[-1] = torch.tensor([-500.0, -500.0]), torch.tensor([500.0, 500.0])
    space = CodeSpace(z, z, z.mean(dim=0), z.std(dim=0), torch.zeros(2), torch.eye(2))
    x0, x1, y0, y1 = space.extent()
    assert -1.2 < x0 < -1 < 1 < x1 < 1.2 and 8 < y0 < 10 < 30 < y1 < 32
    flat = toy_spaces()[0]
    assert flat.extent()[2:] == (-1.0, 1.0), "a single number has a line, drawn with some height"


def test_drawings_are_the_decoder_s(space, model):
    i, z = SIZES.index(space.size), space.test[:7]
    drawn = draw(model, z)
    assert drawn.dtype == np.uint8 and drawn.shape == (7, 28, 28, 1)
    expected = model.decode([z], slice(i, i + 1))[0] * 255
    assert np.abs(drawn[..., 0] - expected[:, 0].numpy()).max() < 0.51
    alone = draw(model, z[3:4])[0].astype(int) - drawn[3]
    assert np.abs(alone).max() <= 1 and (alone != 0).mean() < 0.01, "a half is rounded otherwise in other company"


def test_linear_drawings_are_clipped(model, pictures):
    x = pictures[1][:5]
    expected = (model.linear(x.float() / 255, 4) * 255).numpy()
    drawn = draw_linear(model, x, 4)
    assert drawn.dtype == np.uint8 and np.abs(drawn[..., 0] - expected[:, 0].clip(0, 255)).max() < 0.51
    assert expected.min() < 0 and expected.max() > 255, "there is something to clip"


def test_each_picture_of_the_manifold_stands_where_its_code_lies(space, model):
    extent, count = (-2.0, 4.0, -3.0, 1.0), 6
    picture = manifold(model, space, extent, count)
    assert picture.shape == (6 * 28, 6 * 28) and picture.dtype == np.uint8
    different = set()
    for row in range(count):
        for column in range(count):
            tile = picture[row * 28 : row * 28 + 28, column * 28 : column * 28 + 28]
            x = -2 + 6 * (column + 0.5) / count
            y = 1 - 4 * (row + 0.5) / count  # rows go down, y goes up
            code = space.origin + x * space.axes[0] + y * space.axes[1]
            expected = draw(model, code[None])[0, :, :, 0]
            assert np.abs(tile.astype(int) - expected).max() <= 1, (row, column)
            different.add(tile.tobytes())
    assert len(different) == (6 if space.size == 1 else 36), "a wrong place would have been noticed"


def test_the_manifold_of_coloured_pictures_is_coloured():
    coloured = build(Config(data="shapes", encoder="mlp", sizes=(2,), width=32), seeded())
    z = torch.randn(50, 2, generator=seeded())
    space = CodeSpace(z, z, z.mean(dim=0), z.std(dim=0), torch.zeros(2), torch.eye(2))
    picture = manifold(coloured, space, (-1, 1, -1, 1), 3)
    assert picture.shape == (96, 96, 3)
    assert np.array_equal(picture[32:64, 32:64], draw(coloured, torch.zeros(1, 2))[0])


@pytest.mark.parametrize(("d", "k"), [(1, 3), (2, 1), (40, 7)])
def test_nearest_equals_brute_force(d, k):
    points, query = (torch.randn(n, d, generator=seeded(n)) for n in (200, 30))
    distance, index = nearest(query, points, k)
    every = ((query.double()[:, None] - points.double()) ** 2).mean(dim=2).numpy()
    assert np.array_equal(index.numpy(), every.argsort(axis=1, kind="stable")[:, :k])
    np.testing.assert_allclose(distance.numpy(), np.sort(every, axis=1)[:, :k], rtol=1e-3, atol=1e-7)


def test_nearest_stays_exact_far_from_the_origin():
    """Codes of one number reach values of 80 with neighbours a hundredth away: |a|^2 + |b|^2 - 2ab cannot tell those."""
    points = 80 + torch.arange(2000.0)[:, None] / 200
    points = points[torch.randperm(2000, generator=seeded())]
    query = points[:100] + 0.001
    distance, index = nearest(query, points, 1)
    assert torch.equal(index[:, 0], torch.arange(100))
    assert distance.max() < 2e-6
    distance, _ = nearest(points[:50].expand(-1, 300), points.expand(-1, 300), 1)
    assert distance.abs().max() == 0, "a picture is at no distance from itself"


def test_nearest_gives_no_more_than_there_is():
    distance, index = nearest(torch.zeros(2, 3), torch.ones(4, 3), 9)
    assert distance.shape == index.shape == (2, 4) and torch.allclose(distance, torch.ones(2, 4))


@pytest.mark.parametrize("spread", [1.0, 0.5])
def test_samples_have_the_mean_and_the_covariance_of_the_codes(spread):
    mix = torch.randn(4, 4, generator=seeded(3))
    train = 5 + torch.randn(3000, 4, generator=seeded(4)) @ mix
    space = dataclasses.replace(toy_spaces()[2], train=train, mean=train.mean(dim=0))
    drawn = sample(space, 60_000, spread, seeded(5)).double()
    covariance = torch.from_numpy(np.cov(train.T.double().numpy()))
    deviation = covariance.diagonal().sqrt()
    assert ((drawn.mean(dim=0) - space.mean) / deviation).abs().max() < 0.03
    scale = deviation[:, None] * deviation * spread**2
    assert ((torch.from_numpy(np.cov(drawn.T.numpy())) - spread**2 * covariance) / scale).abs().max() < 0.03
    assert torch.equal(sample(space, 5, spread, seeded(6)), sample(space, 5, spread, seeded(6)))
    assert torch.equal(sample(space, 3, 0.0, seeded(6)), space.mean.expand(3, -1))


@pytest.mark.parametrize("size", [2, 128])
@pytest.mark.parametrize("kind", ["dead", "in a line"])
def test_codes_without_a_spread_of_their_own_can_be_sampled_too(size, kind):
    """Large codes hold numbers that say the same, and a dead network says one thing for all pictures."""
    train = torch.full((500, size), 2.0)
    if kind == "in a line":
        train = train + torch.randn(500, 1, generator=seeded()) @ torch.randn(1, size, generator=seeded(1))
    space = dataclasses.replace(toy_spaces()[2], train=train, mean=train.mean(dim=0))
    drawn = sample(space, 400, 1.0, seeded())
    assert drawn.shape == (400, size) and drawn.isfinite().all()
    ratio = drawn.std(dim=0) / train.std(dim=0).clamp_min(1e-3)
    assert ratio.max() < 1.2


@pytest.mark.parametrize("shape", [(3,), (1, 4, 4), ()])
def test_between_goes_straight_from_end_to_end(shape):
    start, end = torch.randn(shape, generator=seeded(1)), torch.randn(shape, generator=seeded(2))
    line = between(start, end, 5)
    assert line.shape == (5, *shape) and torch.equal(line[0], start)
    torch.testing.assert_close(line[-1], end)
    torch.testing.assert_close(line[2], (start + end) / 2)
    steps = line.diff(dim=0)
    torch.testing.assert_close(steps, steps[:1].expand_as(steps))


def test_bytes_are_rounded_and_channels_come_last():
    x = torch.tensor([0.0, 0.4 / 255, 0.6 / 255, 1.0]).view(1, 4, 1, 1)
    assert codes.as_bytes(x).tolist() == [[[[0, 0, 1, 255]]]]
