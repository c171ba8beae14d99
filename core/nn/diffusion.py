"""The arithmetic of diffusion: how a picture turns into noise, what a network may be asked for, and one step back.

At time t, from 0 to 1, of x0 and noise e of the same shape there is left

    x_t = alpha_t x0 + sigma_t e                                    Ho, Jain and Abbeel 2020 (DDPM), equation 4

"cosine" has alpha = cos(pi t / 2), sigma = sin(pi t / 2), so that both squares sum to 1 (Nichol and Dhariwal 2021, equation 17, without its
offset; Salimans and Ho 2022). "straight" has alpha = 1 - t, sigma = t: a rectified flow (Liu et al. 2022). A network says one of three things,
each of which follows from any other together with x_t: the noise, the picture, or v, which is d x_t / d t but for a factor.

Times are float (B,) or (); pictures or codes are (B, ...). Everything is computed in the type of x_t.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

PATHS = ("cosine", "straight")
TARGETS = ("v", "noise", "picture")
FIRST, LAST = (
    0.01,
    0.99,
)  # times that are learned: at 1 there is nothing left of the picture, and at 0 nothing of the noise


def levels(t: Tensor, path: str) -> tuple[Tensor, Tensor]:
    """alpha and sigma at the times t, of the same shape."""
    if path == "straight":
        return 1 - t, t
    angle = t * (math.pi / 2)
    return angle.cos(), angle.sin()


def as_wide(values: Tensor, x: Tensor) -> Tensor:
    """Values (B,) or () in a shape that multiplies x (B, ...)."""
    return values.reshape(-1, *[1] * (x.ndim - 1)) if values.ndim else values


def noised(x0: Tensor, noise: Tensor, t: Tensor, path: str) -> Tensor:
    """x_t (B, ...): DDPM, equation 4 (and its path of a rectified flow)."""
    alpha, sigma = (as_wide(level, x0) for level in levels(t, path))
    return alpha * x0 + sigma * noise


def target(x0: Tensor, noise: Tensor, t: Tensor, path: str, kind: str) -> Tensor:
    """What the network is to say of x_t. kind: one of TARGETS; v = alpha e - sigma x0 (Salimans and Ho 2022, section 4), on the straight path
    e - x0 (Liu et al. 2022, equation 1, with time the other way round)."""
    if kind == "picture":
        return x0
    if kind == "noise":
        return noise
    if path == "straight":
        return noise - x0
    alpha, sigma = (as_wide(level, x0) for level in levels(t, path))
    return alpha * noise - sigma * x0


def both(said: Tensor, x: Tensor, t: Tensor, path: str, kind: str) -> tuple[Tensor, Tensor]:
    """(x0, noise) that follow from what the network said of x = x_t. The picture cannot be had from the noise where alpha is 0, nor the noise
    from the picture where sigma is 0."""
    alpha, sigma = (as_wide(level, x) for level in levels(t, path))
    if kind == "noise":
        return (x - sigma * said) / alpha, said
    if kind == "picture":
        return said, (x - alpha * said) / sigma
    if path == "straight":
        return x - sigma * said, x + alpha * said
    return alpha * x - sigma * said, sigma * x + alpha * said


def posterior(x0: Tensor, x: Tensor, s: Tensor, t: Tensor, path: str = "cosine") -> tuple[Tensor, Tensor]:
    """Mean (B, ...) and variance of x_s given x_t = x and x0, for times s < t: DDPM, equations 6 and 7, for any two times."""
    (alpha_s, sigma_s), (alpha_t, sigma_t) = (
        tuple(as_wide(level, x) for level in levels(time, path)) for time in (s, t)
    )
    kept = alpha_t / alpha_s
    added = sigma_t.square() - kept.square() * sigma_s.square()  # the variance of x_t given x_s
    mean = (alpha_s * added * x0 + kept * sigma_s.square() * x) / sigma_t.square()
    return mean, added * sigma_s.square() / sigma_t.square()


def ddim(x0: Tensor, noise: Tensor, s: Tensor, path: str) -> Tensor:
    """x_s from x0 and noise as they are believed at a later time: DDIM, equation 12 with its sigma at 0 (Song, Meng and Ermon 2021). On the straight
    path the same is one step of Euler's method."""
    alpha, sigma = (as_wide(level, x0) for level in levels(s, path))
    return alpha * x0 + sigma * noise


def guided(said: Tensor, without: Tensor, weight: float) -> Tensor:
    """What is said with the condition, moved away from what is said without it: Ho and Salimans 2022, equation 6, where a weight of 1 is no guidance."""
    return without + weight * (said - without)


def times(steps: int) -> Tensor:
    """(steps + 1,): from LAST down to 0, evenly."""
    return torch.linspace(LAST, 0, steps + 1)


@dataclass(frozen=True, eq=False)
class Moment:
    """One moment of a way from noise to a picture. t: the time; x: x_t (B, ...); believed: the x0 that the network believes in, the same at the end."""

    t: float
    x: Tensor
    believed: Tensor


def walk(
    say: Callable[[Tensor, Tensor], Tensor], x: Tensor, steps: int, path: str, kind: str, limit: float | None = None
) -> Iterator[Moment]:
    """The way from noise x (B, ...) to pictures or codes: each of the `steps` moments, and last what came of it, at time 0.

    say: what the network says of (x_t, t), with guidance if there is any. limit: x0 is cut to [-limit, limit], and the noise follows from what
    is left (Saharia et al. 2022, section 2.3, "static thresholding").
    """
    moments = times(steps).to(x)
    for t, s in itertools.pairwise(moments):
        x0, noise = both(say(x, t), x, t, path, kind)
        if limit is not None:
            x0 = x0.clamp(-limit, limit)
            alpha, sigma = levels(t, path)
            noise = (x - alpha * x0) / sigma
        yield Moment(float(t), x, x0)
        x = ddim(x0, noise, s, path)
    yield Moment(0.0, x, x)


def walked(moments: Iterator[Moment]) -> Tensor:
    """What came of it, (B, ...)."""
    *_, last = moments
    return last.x
