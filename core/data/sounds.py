"""Sounds of a second, made by this project from numbers: tones, chords, sweeps, sung syllables and beats. Nothing is recorded.

A sound is harmonics of a gliding pitch, shaped by an envelope in time and by formants in frequency, and noise. Each has a number in one of
two parts, "train" and "test", and is the same from it on any machine.
"""

from __future__ import annotations

import io
import math
import wave
from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from core.data.kinds import Source
from core.rng import generator

RATE, SAMPLES = 8000, 8064  # samples a second, and of a sound: what `core.nn.mel` makes a spectrogram of
KINDS = ("tone", "chord", "sweep", "syllables", "beats")
COUNTS = {"train": 2_000, "test": 400}
HIGHEST = 3_800.0  # Hz, of a harmonic
MOST = 30  # harmonics
LOUD = 0.8  # of the loudest sample, 1 being full scale
NUMBERS = 16  # random numbers that a sound is made of
# The first three formants of sung vowels in Hz (Peterson and Barney 1952, men, rounded).
VOWELS = {
    "a": (730, 1090, 2440),
    "e": (530, 1840, 2480),
    "i": (270, 2290, 3010),
    "o": (570, 840, 2410),
    "u": (300, 870, 2240),
}
RESONANCES = ((1.0, 70.0), (0.6, 100.0), (0.3, 140.0))  # height, and width in Hz, of each formant
SOURCE = Source("Sounds made from numbers", "program itself", "that of this program", "")


def kind_of(number: int) -> str:
    """The kind of a sound, of either part: the kinds take turns."""
    return KINDS[number % len(KINDS)]


def waves(part: str, numbers: Sequence[int]) -> Tensor:
    """Waves (B, SAMPLES), float32 within [-1, 1], of sounds of a part. Raises IndexError for a number that the part does not have."""
    if not all(0 <= number < COUNTS[part] for number in numbers):
        raise IndexError(f"there are {COUNTS[part]} sounds in {part}")
    found = torch.empty(len(numbers), SAMPLES)
    for kind in KINDS:
        rows = [i for i, number in enumerate(numbers) if kind_of(number) == kind]
        if rows:
            seeds = [generator(0, f"sound {part} {numbers[i]}") for i in rows]
            u = torch.stack([torch.rand(NUMBERS, generator=g, dtype=torch.float64) for g in seeds])
            noise = torch.stack([torch.randn(SAMPLES, generator=g, dtype=torch.float64) for g in seeds])
            made = MAKERS[kind](u.T[..., None], noise) * edges()
            found[rows] = (LOUD * made / made.abs().amax(dim=1, keepdim=True).clamp(min=1e-9)).float()
    return found


def wav(samples: np.ndarray) -> bytes:
    """A WAV file, 16 bits at RATE, of samples float (T,); louder ones than 1 are clipped."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((samples.clip(-1, 1) * 32767).round().astype("<i2").tobytes())
    return out.getvalue()


# How each kind is made: from numbers u (NUMBERS, B, 1) between 0 and 1 and noise (B, SAMPLES) -------------------------


def tone(u: Tensor, noise: Tensor) -> Tensor:
    """One pitch with a vibrato, struck or swelling."""
    pitch = _log(u[0], 110, 700) * (1 + 0.02 * u[1] * torch.sin(2 * math.pi * (4 + 3 * u[2]) * _time()))
    return harmonics(pitch, _tilt(u[3])) * _struck(0.3 * u[4], u[5])


def chord(u: Tensor, noise: Tensor) -> Tensor:
    """A triad, its notes together or one after the other."""
    root, third = _log(u[0], 110, 330), torch.where(u[1] < 0.5, 2 ** (4 / 12), 2 ** (3 / 12))
    apart = torch.where(u[2] < 0.5, 0.0, 0.22)
    steps = (torch.ones_like(third), third, torch.full_like(third, 2 ** (7 / 12)))
    notes = [
        harmonics((root * step).expand(-1, SAMPLES), _tilt(u[3])) * _struck(0.1 + i * apart, u[4])
        for i, step in enumerate(steps)
    ]
    return sum(notes)


def sweep(u: Tensor, noise: Tensor) -> Tensor:
    """A pitch that glides from one frequency to another, and for some of the sounds back."""
    start, end = _log(u[0], 120, 2000), _log(u[1], 120, 2000)
    along = torch.where(u[2] < 0.5, _time(), 1 - (2 * _time() - 1).abs())
    return harmonics(start * (end / start) ** along, _tilt(0.3 + 0.7 * u[3])) * _struck(0.15 * u[4], 0.2 * u[5])


def syllables(u: Tensor, noise: Tensor) -> Tensor:
    """Two to four sung vowels, with a hiss before some of them."""
    count = 2 + (3 * u[0]).floor().clamp(max=2)
    place = (_time() * count).clamp(max=3.999)
    which, within = place.floor().long(), place - place.floor()
    table = torch.tensor(list(VOWELS.values()), dtype=torch.float64)
    chosen = (u[1:5, :, 0].T * len(VOWELS)).floor().long().clamp(max=len(VOWELS) - 1)  # (B, 4)
    formants = table[chosen.gather(1, which)]  # (B, SAMPLES, 3)
    pitch = _log(u[5], 100, 240) * (1 + 0.15 * (u[6] - 0.5) * torch.sin(math.pi * _time())) * (1 - 0.06 * within)

    resonances = [(height, pitch / width, formants[..., i] / width) for i, (height, width) in enumerate(RESONANCES)]

    def gain(k: int, pitch: Tensor) -> Tensor:
        return sum(height / (1 + (k * at - formant).square()) for height, at, formant in resonances)

    voiced = harmonics(pitch, gain) * torch.sin(math.pi * ((within - 0.2) / 0.8).clamp(0, 1)).sqrt()
    hisses = (u[7:11, :, 0].T > 0.4).double().gather(1, which)
    hiss = (noise[:, 1:] - noise[:, :-1]) * torch.sin(math.pi * (within[:, 1:] / 0.22).clamp(0, 1)) * hisses[:, 1:]
    return voiced + 0.12 * torch.nn.functional.pad(hiss, (1, 0))


def beats(u: Tensor, noise: Tensor) -> Tensor:
    """Bursts of noise in an even rhythm, between them for some of the sounds a low thump."""
    rate = 3 + (5 * u[0]).floor()
    phase = (_time() * rate + u[1]) % 1
    bright = torch.where(u[2] < 0.5, noise, noise - noise.roll(1, dims=1))
    thump = torch.sin(2 * math.pi * _log(u[3], 70, 160) * ((phase + 0.5) % 1) / rate) * torch.exp(
        -8 * ((phase + 0.5) % 1)
    )
    return bright * torch.exp(-(6 + 20 * u[4]) * phase) * 0.5 + thump * torch.where(u[5] < 0.6, 1.0, 0.0)


MAKERS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "tone": tone,
    "chord": chord,
    "sweep": sweep,
    "syllables": syllables,
    "beats": beats,
}


def harmonics(pitch: Tensor, gain: Callable[[int, Tensor], Tensor]) -> Tensor:
    """The sum over k of gain(k, pitch) sin(k phase), of pitches in Hz (B, SAMPLES), up to HIGHEST. sin(k phase) follows from the two before it."""
    phase = 2 * math.pi * pitch.cumsum(dim=1) / RATE
    turn, now, before = 2 * torch.cos(phase), torch.sin(phase), torch.zeros_like(phase)
    total = torch.zeros_like(phase)
    for k in range(1, MOST + 1):
        frequency = k * pitch
        if float(frequency.min()) > HIGHEST:
            break
        total = total + torch.where(frequency < HIGHEST, gain(k, pitch), 0.0) * now
        now, before = turn * now - before, now
    return total


def _time() -> Tensor:
    """From 0 to 1 over the sound, (SAMPLES,)."""
    return torch.arange(SAMPLES, dtype=torch.float64) / SAMPLES


def edges() -> Tensor:
    """Fades in and out over 20 ms, (SAMPLES,): a sound that is cut off clicks."""
    from_end = torch.minimum(_time(), 1 - _time())
    return (from_end / 0.02).clamp(0, 1)


def _log(u: Tensor, low: float, high: float) -> Tensor:
    return low * (high / low) ** u


def _tilt(u: Tensor) -> Callable[[int, Tensor], Tensor]:
    """Gain that falls with frequency, gently for u near 0 and steeply for u near 1: a power of k pitch, which is one of k times one of the pitch."""
    fall = 0.5 + 1.5 * u
    of_pitch: list[Tensor] = []

    def gain(k: int, pitch: Tensor) -> Tensor:
        if not of_pitch:  # the same for all harmonics
            of_pitch.append((100 / pitch) ** fall)
        return of_pitch[0] * k**-fall

    return gain


def _struck(start: Tensor | float, u: Tensor) -> Tensor:
    """An envelope that rises at `start` (share of the sound) within 20 ms and falls, fast for u near 1."""
    after = _time() - start
    return (after / 0.02).clamp(0, 1) * torch.exp(-5 * u * after.clamp(min=0))
