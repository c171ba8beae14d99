"""Recordings that tests bring: tones, and WAV files of every form."""

from __future__ import annotations

import math
import struct

import numpy as np

from core.data.sounds import RATE


def tone(seconds: float, rate: int = RATE, hertz: float = 440.0, loud: float = 0.5) -> np.ndarray:
    return loud * np.sin(2 * math.pi * hertz * np.arange(round(seconds * rate)) / rate)


def wav(wave: np.ndarray, rate: int = 16_000, form: str = "<i2", channels: int = 1, kind: int = 1) -> bytes:
    """A WAV file of samples within [-1, 1], (T,)."""
    wave = np.repeat(wave[:, None], channels, axis=1)
    if form == "3":
        body = (wave * (2**31 - 1)).astype("<i4").view(np.uint8).reshape(-1, 4)[:, 1:].tobytes()
        bits = 24
    elif form == "u1":
        body, bits = (wave * 127 + 128).round().astype("u1").tobytes(), 8
    else:
        bits = 8 * np.dtype(form).itemsize
        body = (
            wave.astype(form).tobytes()
            if "f" in form
            else (wave * (2 ** (bits - 1) - 1)).round().astype(form).tobytes()
        )
    head = struct.pack("<HHIIHH", kind, channels, rate, rate * channels * bits // 8, channels * bits // 8, bits)
    return (
        b"RIFF"
        + struct.pack("<I", 36 + len(body))
        + b"WAVEfmt "
        + struct.pack("<I", 16)
        + head
        + b"data"
        + struct.pack("<I", len(body))
        + body
    )
