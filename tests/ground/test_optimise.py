"""Gradient ascent on pictures: what they are written in, how they are moved, and that they climb."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from core.analysis import optimise
from core.rng import generator


@pytest.mark.parametrize("way", optimise.WAYS)
def test_a_given_picture_is_where_the_ascent_begins(way):
    x = 0.05 + 0.9 * torch.rand(2, 3, 13, 13, generator=generator(0, "x"))
    mixing = optimise.colour_mixing((x * 255).to(torch.uint8))
    pictures = optimise.Pictures((2, 3, 13, 13), way, mixing=mixing, start=x)
    torch.testing.assert_close(pictures().detach(), x, atol=1e-4, rtol=0)


def test_waves_are_summed_as_the_definition_says():
    side = 8
    pictures = optimise.Pictures((1, 1, side, side), "waves", generator(1, "waves"))
    free = pictures.free.detach().numpy()[0, 0]
    spectrum = np.zeros((side, side // 2 + 1), complex)
    for u in range(side):
        for v in range(side // 2 + 1):
            f = np.hypot(min(u, side - u) / side, v / side)
            spectrum[u, v] = (free[u, v, 0] + 1j * free[u, v, 1]) / max(f, 1 / side) / 4
    wanted = 1 / (1 + np.exp(-np.fft.irfft2(spectrum, s=(side, side), norm="ortho")))
    np.testing.assert_allclose(pictures().detach().numpy()[0, 0], wanted, atol=1e-6)


def test_mixing_is_a_root_of_the_covariance_of_colours():
    x = torch.randint(0, 256, (9, 3, 5, 5), generator=generator(2, "x"), dtype=torch.uint8)
    x[:, 1] = x[:, 0]  # two channels that say the same
    mixing = optimise.colour_mixing(x)
    wanted = np.cov(x.permute(1, 0, 2, 3).flatten(1).numpy() / 255)
    found = (mixing @ mixing.T).numpy()
    np.testing.assert_allclose(found / found[0, 0], wanted / wanted[0, 0], atol=1e-4)
    assert optimise.colour_mixing(x[:, :1]).tolist() == [[1.0]]


def test_moving_by_nothing_changes_nothing_and_a_whole_pixel_moves_all_by_one():
    x = torch.rand(1, 1, 6, 6, generator=generator(3, "x"))
    torch.testing.assert_close(optimise.moved(x, 0, 0), x)
    g = generator(4, "move")
    drawn = 2 * torch.rand(1, 3, generator=generator(4, "move")) - 1
    found = optimise.moved(x, 1 / float(drawn[0, 1].abs()), 0, g)  # exactly one pixel across
    down = drawn[0, 2] / drawn[0, 1].abs()
    assert found.shape == x.shape
    if abs(float(down)) < 1:
        row = x[0, 0] if down >= 0 else x[0, 0].flip(0)
        got = found[0, 0] if down >= 0 else found[0, 0].flip(0)
        between = (1 - abs(down)) * row[:-1] + abs(down) * row[1:]
        across = between[:, 1:] if drawn[0, 1] > 0 else between[:, :-1]
        seen = got[:-1, :-1] if drawn[0, 1] > 0 else got[:-1, 1:]
        torch.testing.assert_close(seen, across, atol=1e-5, rtol=0)


def test_pictures_climb_each_for_itself_and_the_same_twice():
    target = torch.rand(3, 1, 9, 9, generator=generator(5, "target"))

    def run():
        pictures = optimise.Pictures((3, 1, 9, 9), "waves", generator(0, "start"))
        recipe = optimise.Recipe(steps=60, jitter=1, degrees=3)
        steps = list(
            optimise.ascend(
                pictures, lambda x, done: -(x - target).square().mean(dim=(1, 2, 3)), recipe, generator(0, "moves")
            )
        )
        return pictures().detach(), steps

    (x, steps), (again, _) = run(), run()
    assert torch.equal(x, again)
    assert [number for number, _ in steps] == list(range(61))
    assert (steps[-1][1] > steps[0][1]).all()


def test_a_silent_unit_has_a_slope():
    maps = torch.full((2, 3, 3), -5.0, requires_grad=True)
    optimise.everywhere(maps, 0.5).sum().backward()
    assert (maps.grad > 0).all()
    assert optimise.everywhere(maps).tolist() == [0.0, 0.0]  # at last only what it passes on counts


def test_unlikeness_is_one_minus_the_mean_cosine_of_gram_matrices():
    maps = torch.randn(3, 4, 5, 5, generator=generator(6, "maps"))
    grams = [m.flatten(1) @ m.flatten(1).T for m in maps]
    wanted = [
        1
        - np.mean(
            [float(F.cosine_similarity(grams[i].flatten(), grams[j].flatten(), dim=0)) for j in range(3) if j != i]
        )
        for i in range(3)
    ]
    np.testing.assert_allclose(optimise.unlikeness(maps).numpy(), wanted, atol=1e-5)
    assert optimise.unlikeness(maps[:1]).tolist() == [0.0]
    assert float(optimise.unlikeness(maps[:1].repeat(2, 1, 1, 1)).abs().max()) < 1e-5
