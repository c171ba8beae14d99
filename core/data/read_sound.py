"""A person's own recording: a WAV file, read on the server with every care, and the loudest word or second of it."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

from core.data.one_word import Silent, at_rate, cut, loudest_second
from core.data.read_picture import Unreadable
from core.data.sounds import RATE

MOST_BYTES = 10_000_000
MOST_SECONDS, LEAST_SECONDS = 30.0, 0.1
RATES = (4_000, 192_000)  # samples a second
MOST_CHANNELS = 8
INTEGERS, FLOATS, EXTENSIBLE = 1, 3, 0xFFFE  # kinds of samples in a "fmt " chunk
TYPES = {
    (INTEGERS, 8): "u1",
    (INTEGERS, 16): "<i2",
    (INTEGERS, 24): "3",
    (INTEGERS, 32): "<i4",
    (FLOATS, 32): "<f4",
    (FLOATS, 64): "<f8",
}
OTHERS = {
    b"ID3": "an MP3 file",
    b"\xff\xfb": "an MP3 file",
    b"OggS": "an Ogg file",
    b"fLaC": "a FLAC file",
    b"\x1aE\xdf\xa3": "a WebM file",
}
SILENCE = "Nothing is heard in this recording: speak louder or nearer to the microphone, and record again."
CORRUPT = "This WAV file is damaged: record again, or choose another file."


@dataclass(frozen=True, eq=False)
class Second:
    """samples: the loudest second, float32 (SAMPLES,) at RATE. start: where it begins, and seconds: how long the whole recording is, both in seconds."""

    samples: np.ndarray
    start: float
    seconds: float


def read_sound(content: bytes) -> tuple[np.ndarray, float]:
    """The loudest word, float32 (SAMPLES,) at the rate of the spectrograms, and the seconds of the whole. Raises Unreadable."""
    wave, seconds = _at_rate(content)
    try:
        return cut(wave), seconds
    except Silent:
        raise Unreadable(SILENCE) from None


def read_second(content: bytes) -> Second:
    """The loudest second of a WAV file. Raises Unreadable."""
    wave, seconds = _at_rate(content)
    try:
        samples, first = loudest_second(wave)
    except Silent:
        raise Unreadable(SILENCE) from None
    return Second(samples, first / RATE, seconds)


def _at_rate(content: bytes) -> tuple[np.ndarray, float]:
    """All samples of a WAV file at RATE, float64 (T,), its channels as their mean; and the seconds. Raises Unreadable."""
    if not content:
        raise Unreadable("The recording is empty: record again, or choose a WAV file.")
    if len(content) > MOST_BYTES:
        raise Unreadable(
            f"The file has more than {MOST_BYTES // 10**6} MB: bring a shorter one, of at most {MOST_SECONDS:.0f} seconds."
        )
    kind, channels, rate, bits, samples = _chunks(content)
    frame = channels * bits // 8
    seconds = len(samples) // frame / rate
    if seconds > MOST_SECONDS:
        raise Unreadable(
            f"The recording is {_said(seconds)} long: bring a shorter one, of at most {MOST_SECONDS:.0f} seconds."
        )
    if seconds < LEAST_SECONDS:
        raise Unreadable(f"The recording is {1000 * seconds:.0f} ms long, which is too short: record again.")
    wave = _as_floats(samples[: len(samples) // frame * frame], kind, bits).reshape(-1, channels).mean(axis=1)
    if not np.isfinite(wave).all() or np.abs(wave).max() > 1e6:
        raise Unreadable(CORRUPT)
    return at_rate(wave, rate), seconds


def _chunks(content: bytes) -> tuple[int, int, int, int, bytes]:
    """Kind of samples, channels, rate, bits a sample, and the bytes of all samples."""
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        other = next((name for start, name in OTHERS.items() if content.startswith(start)), "something else")
        raise Unreadable(f"This is no WAV file but {other}: save the recording as WAV, or record here.")
    at, form = 12, None
    while at + 8 <= len(content):
        name, size = struct.unpack_from("<4sI", content, at)
        body = content[at + 8 : at + 8 + size]  # a recorder that was cut off leaves a size that is too large
        if name == b"fmt ":
            form = _form(body)
        elif name == b"data" and form is not None:
            return *form, body
        at += 8 + size + size % 2
    raise Unreadable(CORRUPT)


def _form(body: bytes) -> tuple[int, int, int, int]:
    if len(body) < 16:
        raise Unreadable(CORRUPT)
    kind, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", body)
    if kind == EXTENSIBLE and len(body) >= 26:
        (kind,) = struct.unpack_from("<H", body, 24)
    if not 1 <= channels <= MOST_CHANNELS or not RATES[0] <= rate <= RATES[1]:
        raise Unreadable(CORRUPT)
    if (kind, bits) not in TYPES:
        raise Unreadable("This WAV file is compressed in a way that cannot be read here: save it as 16 bits PCM.")
    return kind, channels, rate, bits


def _as_floats(samples: bytes, kind: int, bits: int) -> np.ndarray:
    """float64 within [-1, 1]."""
    form = TYPES[kind, bits]
    if form == "3":  # three bytes: the upper ones of four
        wide = np.zeros((len(samples) // 3, 4), np.uint8)
        wide[:, 1:] = np.frombuffer(samples, np.uint8).reshape(-1, 3)
        return wide.view("<i4")[:, 0] / 2**31
    found = np.frombuffer(samples, form).astype(np.float64)
    if kind == FLOATS:
        return found
    return (found - 128) / 128 if bits == 8 else found / 2 ** (bits - 1)


def _said(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds >= 90 else f"{seconds:.0f} seconds"
