"""The arithmetic of diffusion against slow twins from the papers, closed forms, and smalldiffusion's sampler as it is published."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
import torch

from core.nn import diffusion
from core.rng import generator

DOUBLE = torch.float64


def some(seed: int = 0, count: int = 4) -> tuple[torch.Tensor, torch.Tensor]:
    g = generator(seed, "test diffusion")
    return tuple(torch.randn(count, 3, 2, generator=g, dtype=DOUBLE) for _ in range(2))


def ddpm(betas: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """alpha and alpha-bar as the paper writes them (Ho, Jain and Abbeel 2020, section 2)."""
    alphas = 1 - betas
    return alphas, alphas.cumprod(0)


def betas_of(times: torch.Tensor, path: str = "cosine") -> torch.Tensor:
    """The betas of a chain that goes through these times, the first of them 0."""
    bars = torch.tensor([float(diffusion.levels(t, path)[0]) ** 2 for t in times], dtype=DOUBLE)
    return 1 - bars[1:] / bars[:-1]


@pytest.mark.parametrize("path", diffusion.PATHS)
def test_the_ends_of_a_path_are_the_picture_and_the_noise(path):
    x0, noise = some()
    for t, wanted in ((0.0, x0), (1.0, noise)):
        got = diffusion.noised(x0, noise, torch.full((4,), t, dtype=DOUBLE), path)
        torch.testing.assert_close(got, wanted)
    t = torch.linspace(0, 1, 101, dtype=DOUBLE)
    alpha, sigma = diffusion.levels(t, path)
    assert (alpha.diff() < 0).all() and (sigma.diff() > 0).all()
    if path == "cosine":
        torch.testing.assert_close(alpha**2 + sigma**2, torch.ones_like(t))
        torch.testing.assert_close(alpha, torch.cos(math.pi / 2 * t))


def test_forward_marginals_are_those_of_the_chain_step_by_step():
    """DDPM, equations 2 and 4: many small steps of a chain have the mean and the variance that one jump has."""
    times = torch.linspace(0, 0.9, 40, dtype=DOUBLE)
    mean, variance = torch.tensor(1.7, dtype=DOUBLE), torch.tensor(0.0, dtype=DOUBLE)
    for beta in betas_of(times):
        mean, variance = (1 - beta).sqrt() * mean, (1 - beta) * variance + beta
    alpha, sigma = diffusion.levels(times[-1], "cosine")
    assert float(mean) == pytest.approx(1.7 * float(alpha), rel=1e-12)
    assert float(variance) == pytest.approx(float(sigma) ** 2, rel=1e-12)


def test_noised_pictures_have_these_marginals():
    g = generator(1, "test diffusion")
    x0, noise = torch.full((200_000, 1), 0.8), torch.randn(200_000, 1, generator=g)
    for path in diffusion.PATHS:
        t = torch.full((200_000,), 0.4)
        alpha, sigma = diffusion.levels(t[:1], path)
        x = diffusion.noised(x0, noise, t, path)
        assert float(x.mean()) == pytest.approx(0.8 * float(alpha), abs=0.01)
        assert float(x.std()) == pytest.approx(float(sigma), rel=0.01)


def test_the_posterior_is_equations_6_and_7():
    x0, x = some(2)
    times = torch.tensor([0.0, 0.1, 0.25, 0.3, 0.6, 0.9], dtype=DOUBLE)
    betas = betas_of(times)
    alphas, bars = ddpm(betas)
    for i in range(1, len(betas)):
        mean, variance = diffusion.posterior(x0, x, times[i], times[i + 1])
        beta, alpha, bar, before = betas[i], alphas[i], bars[i], bars[i - 1]
        wanted = before.sqrt() * beta / (1 - bar) * x0 + alpha.sqrt() * (1 - before) / (1 - bar) * x
        torch.testing.assert_close(mean, wanted)
        assert float(variance) == pytest.approx(float((1 - before) / (1 - bar) * beta), rel=1e-12)
        # equation 12 of DDPM's appendix, from Bayes' rule on three normal densities: precisions add
        precision = float(alpha / beta + 1 / (1 - before))
        assert float(variance) == pytest.approx(1 / precision, rel=1e-12)


@pytest.mark.parametrize("path", diffusion.PATHS)
@pytest.mark.parametrize("kind", diffusion.TARGETS)
def test_each_target_says_the_picture_and_the_noise(path, kind):
    x0, noise = some(3)
    t = torch.tensor([0.05, 0.4, 0.7, 0.95], dtype=DOUBLE)
    x = diffusion.noised(x0, noise, t, path)
    got = diffusion.both(diffusion.target(x0, noise, t, path, kind), x, t, path, kind)
    torch.testing.assert_close(got[0], x0)
    torch.testing.assert_close(got[1], noise)


def test_v_is_salimans_and_ho_s_and_the_slope_of_the_path():
    x0, noise = some(4)
    t = torch.tensor([0.1, 0.3, 0.5, 0.8], dtype=DOUBLE)
    angle = (t * math.pi / 2).view(-1, 1, 1)
    v = diffusion.target(x0, noise, t, "cosine", "v")
    torch.testing.assert_close(v, angle.cos() * noise - angle.sin() * x0)  # Salimans and Ho 2022, appendix D
    for path, scale in (("cosine", math.pi / 2), ("straight", 1.0)):
        step = 1e-6
        slope = (diffusion.noised(x0, noise, t + step, path) - diffusion.noised(x0, noise, t - step, path)) / (2 * step)
        torch.testing.assert_close(slope / scale, diffusion.target(x0, noise, t, path, "v"), atol=1e-7, rtol=1e-6)


def ddim_equation_12(x, noise, bar, before, sigma=0.0):
    """Song, Meng and Ermon 2021, equation 12, word by word."""
    predicted_x0 = (x - (1 - bar).sqrt() * noise) / bar.sqrt()
    direction = (1 - before - sigma**2).sqrt() * noise
    return before.sqrt() * predicted_x0 + direction


def test_a_step_is_ddim_s_equation_12():
    x, noise = some(5)
    for t, s in ((0.9, 0.7), (0.5, 0.45), (0.2, 0.0)):
        t, s = torch.tensor(t, dtype=DOUBLE), torch.tensor(s, dtype=DOUBLE)
        bar, before = (diffusion.levels(time, "cosine")[0] ** 2 for time in (t, s))
        x0, _ = diffusion.both(noise, x, t, "cosine", "noise")
        torch.testing.assert_close(diffusion.ddim(x0, noise, s, "cosine"), ddim_equation_12(x, noise, bar, before))


def smalldiffusion_samples(predict, sigmas, xt):
    """smalldiffusion/diffusion.py, `samples`, with gam=1 and mu=0, which is DDIM; its x_t is x0 + sigma noise. As published, without its accelerator."""
    for sig, sig_prev in pairwise(sigmas):
        eps_av = predict(xt, sig)
        sig_p = sig_prev
        xt = xt - (sig - sig_p) * eps_av
        yield xt


def test_a_whole_way_is_that_of_smalldiffusion():
    """Their pictures grow with the noise and ours keep their variance: x_ours = alpha x_theirs, with sigma_theirs = sigma / alpha."""
    x, target = some(6)

    def noise_of(theirs, sigma):  # the exact noise of normal data around `target` with variance 0.3
        return sigma * (theirs - target) / (0.3 + sigma**2)

    def say(ours, t):
        alpha, sigma = diffusion.levels(t, "cosine")
        return noise_of(ours / alpha, sigma / alpha)

    moments = list(diffusion.walk(say, x, 12, "cosine", "noise"))
    times = diffusion.times(12).to(DOUBLE)
    levels = [diffusion.levels(t, "cosine") for t in times]
    theirs = list(smalldiffusion_samples(noise_of, [sigma / alpha for alpha, sigma in levels], x / levels[0][0]))
    assert len(moments) == 13 and len(theirs) == 12
    for moment, (alpha, _), other in zip(moments[1:], levels[1:], theirs, strict=True):
        torch.testing.assert_close(moment.x, alpha * other)


def test_on_the_straight_path_a_step_is_eulers():
    x, velocity = some(7)
    t, s = torch.tensor(0.8, dtype=DOUBLE), torch.tensor(0.7, dtype=DOUBLE)
    x0, noise = diffusion.both(velocity, x, t, "straight", "v")
    torch.testing.assert_close(diffusion.ddim(x0, noise, s, "straight"), x + (s - t) * velocity)


def test_a_perfect_network_walks_to_the_picture_whatever_it_says():
    x0, noise = some(8)
    for path in diffusion.PATHS:
        for kind in diffusion.TARGETS:

            def say(x, t, path=path, kind=kind):
                alpha, sigma = diffusion.levels(t, path)
                return diffusion.target(x0, (x - alpha * x0) / sigma, t, path, kind)

            *_, last = diffusion.walk(say, noise, 7, path, kind)
            torch.testing.assert_close(last.x, x0)
            torch.testing.assert_close(last.x, diffusion.walked(diffusion.walk(say, noise, 7, path, kind)))


def test_a_limit_cuts_what_is_believed_and_keeps_x_t_as_it_was():
    x, _ = some(9)
    moments = list(diffusion.walk(lambda x, t: torch.full_like(x, 3.0), x, 3, "cosine", "picture", limit=1.0))
    assert all(float(moment.believed.abs().max()) <= 1 for moment in moments[:-1])
    torch.testing.assert_close(moments[-1].x, torch.ones_like(x))


def test_guidance_moves_away_from_what_is_said_without_the_condition():
    one, other = some(10)
    torch.testing.assert_close(diffusion.guided(one, other, 1.0), one)
    torch.testing.assert_close(diffusion.guided(one, other, 0.0), other)
    w = 1.5  # Ho and Salimans 2022, equation 6: (1 + w) e(z, c) - w e(z)
    torch.testing.assert_close(diffusion.guided(one, other, 1 + w), (1 + w) * one - w * other)
