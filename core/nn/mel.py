"""Sound to log-mel spectrogram and back: `torch.stft`, a bank of triangles, and Griffin-Lim for the phase that a spectrogram does not have.

Waves are float (B, SAMPLES), spectrograms are levels (B, 1, BANDS, FRAMES) from 0 (RANGE dB below TOP, or less) to 1; row 0 is the highest band,
so that a spectrogram drawn as a picture has low sounds at its bottom.
"""

from __future__ import annotations

import functools
import math

import torch
from torch import Tensor

RATE = 8000  # samples a second
WINDOW, HOP = 512, 128  # samples: 64 ms, 16 ms
BANDS, FRAMES = 64, 64
SAMPLES = (FRAMES - 1) * HOP  # 1.008 s
LOW, HIGH = 60.0, RATE / 2  # Hz
TOP, RANGE = 44.0, 60.0  # dB; a full sine has about TOP
ITERATIONS = 32


def to_mel(hertz: float) -> float:
    """Mel of a frequency (O'Shaughnessy 1987)."""
    return 2595 * math.log10(1 + hertz / 700)


def to_hertz(mel: float) -> float:
    """The inverse of `to_mel`."""
    return 700 * (10 ** (mel / 2595) - 1)


@functools.lru_cache(maxsize=1)  # 64 x 257 numbers
def filter_bank() -> Tensor:
    """(BANDS, WINDOW // 2 + 1): triangles of height 1, evenly spaced in mel from LOW to HIGH, each from its neighbour's peak to the other's."""
    corners = torch.linspace(to_mel(LOW), to_mel(HIGH), BANDS + 2, dtype=torch.float64)
    corners = torch.tensor([to_hertz(m) for m in corners.tolist()], dtype=torch.float64)
    bins = torch.arange(WINDOW // 2 + 1, dtype=torch.float64) * RATE / WINDOW
    low, peak, high = corners[:-2, None], corners[1:-1, None], corners[2:, None]
    rising, falling = (bins - low) / (peak - low), (high - bins) / (high - peak)
    return torch.minimum(rising, falling).clamp(min=0).float()


def transform(wave: Tensor) -> Tensor:
    """The short-time Fourier transform of waves (B, SAMPLES), complex (B, WINDOW // 2 + 1, FRAMES)."""
    return torch.stft(wave, WINDOW, HOP, window=_window(wave), center=True, pad_mode="reflect", return_complex=True)


def untransform(spectrum: Tensor) -> Tensor:
    """The waves (B, SAMPLES) whose transform is nearest to `spectrum`."""
    window = _window(spectrum.real)
    return torch.istft(spectrum, WINDOW, HOP, window=window, center=True, length=SAMPLES)


def spectrogram(wave: Tensor) -> Tensor:
    """Levels (B, 1, BANDS, FRAMES) of waves (B, SAMPLES)."""
    power = filter_bank().to(wave) @ transform(wave).abs().square()
    decibels = 10 * power.clamp(min=1e-10).log10()
    return ((decibels - TOP + RANGE) / RANGE).clamp(0, 1).flip(1)[:, None]


def magnitudes(levels: Tensor, iterations: int = 40) -> Tensor:
    """Magnitudes (B, WINDOW // 2 + 1, FRAMES) whose bands have these levels, by the multiplicative updates of Lee and Seung (2001).

    A level of 0 is silence. There are four times as many frequencies as bands, so this is one of many answers, a smooth one.
    """
    bank = filter_bank().to(levels)
    levels = levels[:, 0].flip(1)
    power = torch.where(levels > 0, 10 ** ((levels * RANGE + TOP - RANGE) / 10), 0.0)
    found = bank.T @ power
    for _ in range(iterations):
        found = found * (bank.T @ power) / (bank.T @ (bank @ found)).clamp(min=1e-12)
    return found.clamp(min=0).sqrt()


def griffin_lim(magnitude: Tensor, generator: torch.Generator, iterations: int = ITERATIONS) -> Tensor:
    """Waves (B, SAMPLES) of these magnitudes (B, F, FRAMES), which have no phase: from a random one, towards one that fits (Griffin and Lim 1984;
    with the momentum of Perraudin, Balazs and Sondergaard 2013)."""
    angle = 2 * math.pi * torch.rand(magnitude.shape, generator=generator)
    phase = torch.polar(torch.ones_like(angle), angle)
    before = torch.zeros_like(phase)
    for _ in range(iterations):
        now = transform(untransform(magnitude * phase))
        phase = now - 0.99 / 1.99 * before
        phase = phase / phase.abs().clamp(min=1e-12)
        before = now
    return untransform(magnitude * phase)


def sound(levels: Tensor, generator: torch.Generator) -> Tensor:
    """Waves (B, SAMPLES) that sound like spectrograms of these levels (B, 1, BANDS, FRAMES)."""
    return griffin_lim(magnitudes(levels), generator)


def _window(like: Tensor) -> Tensor:
    return torch.hann_window(WINDOW, dtype=like.dtype, device=like.device)
