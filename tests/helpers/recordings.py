"""Sounds for tests: recordings that somebody brings, as tones and WAV files of every form, and a few melodies."""

from __future__ import annotations

import contextlib
import math
import struct
from collections.abc import Iterator

import numpy as np
import pytest

from core.data import melodies, spoken
from core.data.sounds import RATE
from core.store import paths


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


@contextlib.contextmanager
def few_melodies(train: int, validation: int, test: int) -> Iterator[None]:
    """So many instruments, one rendering of each melody. The cache of the moment keeps none of them: other tests share its sounds."""

    def forget() -> None:
        spoken.load.cache_clear()
        for file in paths.data_dir().glob("melodies-*.safetensors"):
            file.unlink()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(melodies, "COUNTS", {"train": train, "validation": validation, "test": test})
        patch.setattr(melodies, "EACH", dict.fromkeys(melodies.EACH, 1))
        forget()
        yield
        forget()
