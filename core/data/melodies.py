"""What is heard where no voice is on the machine: ten short melodies, one a digit, played by many instruments. All are made from numbers.

A melody is four notes: which tones of a scale, and how long each. An instrument is a key, a speed, how its overtones fall off, how fast a
note fades, a vibrato and a breath; held-out instruments are other draws of these.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from core.data.kinds import Source
from core.data.sounds import RATE, SAMPLES, harmonics
from core.rng import generator

SOURCE = Source("Melodies made from numbers", "program itself", "that of this program", "")
# Tones above the key in half steps, and their lengths in parts of the melody.
TUNES = (
    ((0, 0, 0, 0), (1, 1, 1, 1)), ((0, 4, 7, 12), (1, 1, 1, 1)), ((12, 7, 4, 0), (1, 1, 1, 1)), ((0, 7, 0, 7), (1, 1, 1, 1)),
    ((0, 2, 4, 5), (1, 1, 1, 3)), ((5, 4, 2, 0), (3, 1, 1, 1)), ((0, 12, 0, 12), (2, 1, 2, 1)), ((7, 7, 7, 3), (1, 1, 1, 3)),
    ((0, 0, 7, 7), (1, 3, 1, 3)), ((12, 0, 4, 7), (3, 1, 1, 1)),
)  # fmt: skip
COUNTS = {"train": 64, "validation": 16, "test": 20}  # instruments
EACH = {"train": 4, "validation": 3, "test": 3}
EDGE = 0.02  # seconds


def waves(part: str) -> tuple[Tensor, Tensor, Tensor]:
    """Waves float (N, SAMPLES) of a part with their digits and instruments int64 (N,), one instrument after the other."""
    voice = torch.arange(COUNTS[part]).repeat_interleave(10 * EACH[part])
    digit = torch.arange(10).repeat_interleave(EACH[part]).repeat(COUNTS[part])
    instruments = torch.rand(COUNTS[part], 6, generator=generator(0, f"instruments {part}"), dtype=torch.float64)
    draws = torch.rand(len(voice), 2, generator=generator(0, f"melodies {part}"), dtype=torch.float64)
    noise = torch.randn(len(voice), SAMPLES, generator=generator(0, f"breath {part}"), dtype=torch.float64)
    parts = [
        played(digit[rows], instruments[voice[rows]], draws[rows], noise[rows])
        for rows in torch.arange(len(voice)).split(200)
    ]
    return torch.cat(parts), digit, voice


def played(digit: Tensor, instrument: Tensor, draw: Tensor, noise: Tensor) -> Tensor:
    """Waves float32 (B, SAMPLES): digits (B,), instruments (B, 6), what differs each time (B, 2), noise (B, SAMPLES)."""
    tones = torch.tensor([tune[0] for tune in TUNES], dtype=torch.float64)[digit]
    parts = torch.tensor([tune[1] for tune in TUNES], dtype=torch.float64)[digit]
    seconds = 0.55 + 0.3 * draw[:, :1]  # of the whole melody
    ends = (parts / parts.sum(dim=1, keepdim=True)).cumsum(dim=1) * seconds
    time = torch.arange(SAMPLES, dtype=torch.float64)[None] / RATE
    which = (time[..., None] >= ends[:, None]).sum(dim=2).clamp(max=3)  # (B, SAMPLES)
    since = time - torch.cat([torch.zeros(len(ends), 1), ends[:, :-1]], dim=1).gather(1, which)
    left = ends.gather(1, which) - time
    key = 140 * 2 ** (1.6 * instrument[:, :1] + 0.2 * (draw[:, 1:] - 0.5))
    vibrato = 1 + 0.012 * instrument[:, 1:2] * torch.sin(2 * math.pi * 6 * time)
    pitch = key * 2 ** (tones.gather(1, which) / 12) * vibrato
    fall, fade, breath = 0.6 + 1.6 * instrument[:, 2:3], 9 * instrument[:, 3:4], 0.25 * instrument[:, 4:5]
    hollow = instrument[:, 5:6]  # of even overtones, how much is left
    envelope = (since / EDGE).clamp(0, 1) * (left / EDGE).clamp(0, 1) * torch.exp(-fade * since)
    tone = harmonics(pitch, lambda k, pitch: k**-fall * (hollow if k % 2 == 0 else torch.ones_like(hollow)))
    made = (tone + breath * noise) * envelope
    return (0.8 * made / made.abs().amax(dim=1, keepdim=True)).float()
