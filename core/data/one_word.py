"""One word out of a wave, or its loudest second: at the rate of the spectrograms, and as loud as every other one."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from core.data.sounds import LOUD, RATE, SAMPLES, edges

FRAME = 80  # samples, 10 ms
QUIETEST = 35.0  # dB below the loudest frame that still belong to the word
ABOVE_NOISE = 6.0  # dB that a frame must stand above the quiet tenth of a recording
GAP = 25  # frames of silence within a word, at most: the stop in "eight"
BEFORE = 800  # samples of what came before the word, at most
SILENT = 1e-3  # amplitude below which nothing is heard, of 1
TIE = 1e-3  # share of the energy: of seconds that are so nearly as loud as the loudest the first one counts


class Silent(ValueError):
    """There is no sound in a wave."""


def at_rate(samples: np.ndarray, rate: int) -> np.ndarray:
    """Samples (T,) taken at `rate` Hz as float64 at RATE, with what is too high for it left out."""
    samples = samples.astype(np.float64)
    if rate == RATE:
        return samples
    from scipy.signal import resample_poly

    common = math.gcd(rate, RATE)
    up, down = RATE // common, rate // common
    return resample_poly(samples, up, down, window=_low_pass(max(up, down)))


@lru_cache(maxsize=8)  # a few thousand numbers a rate
def _low_pass(reach: int) -> np.ndarray:
    """The filter that `resample_poly` would design again for every call."""
    from scipy.signal import firwin

    return firwin(20 * reach + 1, 1.0 / reach, window=("kaiser", 5.0))


def cut(samples: np.ndarray) -> np.ndarray:
    """float32 (SAMPLES,): the loudest stretch without a long silence, from a tenth of a second before it, and silence behind it.

    samples: float (T,) at RATE, within [-1, 1]. Raises Silent.
    """
    samples = _centred(samples)
    first, last = _stretch(samples)
    first = max(0, min(first, max(last, first + SAMPLES // 4)) - BEFORE)
    word = samples[first : min(first + SAMPLES, last + BEFORE)]
    found = np.zeros(SAMPLES, np.float32)
    found[: len(word)] = word * (LOUD / max(np.abs(word).max(), 1e-9))
    fade = min(FRAME, len(word))
    found[len(word) - fade : len(word)] *= np.linspace(1, 0, fade, dtype=np.float32)  # what is cut off clicks
    return found


def loudest_second(samples: np.ndarray) -> tuple[np.ndarray, int]:
    """The SAMPLES with the most energy, float32 (SAMPLES,), and the place of the first one; silence behind a shorter wave.

    They fade in and out and are as loud as the program's own sounds. samples: float (T,) at RATE, within [-1, 1]. Raises Silent.
    """
    samples = _centred(samples)
    starts = np.arange(0, max(len(samples) - SAMPLES, 0) + 1, FRAME)
    sums = np.concatenate([[0.0], np.cumsum(np.square(samples))])
    energy = sums[np.minimum(starts + SAMPLES, len(samples))] - sums[starts]
    first = int(starts[np.argmax(energy >= energy.max() * (1 - TIE))])
    found = np.zeros(SAMPLES)
    second = samples[first : first + SAMPLES]
    found[: len(second)] = second
    found *= edges().numpy()
    return (found * (LOUD / max(np.abs(found).max(), 1e-9))).astype(np.float32), first


def _centred(samples: np.ndarray) -> np.ndarray:
    """The samples around their mean. Raises Silent."""
    samples = samples - samples.mean() if len(samples) else samples
    if not len(samples) or np.abs(samples).max() < SILENT:
        raise Silent
    return samples


def _stretch(samples: np.ndarray) -> tuple[int, int]:
    """First sample of the loudest stretch, and the one behind its last."""
    frames = np.pad(samples, (0, -len(samples) % FRAME)).reshape(-1, FRAME)
    power = np.square(frames).mean(axis=1) + 1e-12
    decibels = 10 * np.log10(power)
    loudest = int(decibels.argmax())
    floor = np.percentile(decibels, 10) + ABOVE_NOISE
    active = decibels > max(decibels[loudest] - QUIETEST, min(floor, decibels[loudest] - 10))
    active[loudest] = True
    places = np.flatnonzero(active)
    breaks = np.flatnonzero(np.diff(places) > GAP)
    starts = np.concatenate([places[:1], places[breaks + 1]])
    ends = np.concatenate([places[breaks], places[-1:]])
    sums = [power[a : b + 1].sum() for a, b in zip(starts, ends, strict=True)]
    best = int(np.argmax(sums))
    return int(starts[best]) * FRAME, int(ends[best] + 1) * FRAME


def as_integers(waves: Tensor) -> Tensor:
    """int16 of waves float within [-1, 1]."""
    return (waves.clamp(-1, 1) * 32767).round().to(torch.int16)
