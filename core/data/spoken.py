"""Digits that are heard: by voices where eSpeak NG is on the machine, else as melodies; with the pictures that they are paired with.

heard = spoken.load("voices", "test")
heard.levels[i]     # uint8 (1, 64, 64), the spectrogram of an utterance
heard.waves[i]      # int16 (8064,), to be played; parts that nobody plays have none
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from core.data import images, melodies, seal, voices
from core.data.kept import kept
from core.data.kinds import Missing, Source
from core.data.one_word import as_integers
from core.data.sounds import SAMPLES
from core.rng import generator
from core.store import paths

log = logging.getLogger(__name__)
VERSION = 1  # raise it when other sounds come out
NAMES = {"voices": "spoken words", "melodies": "melodies"}
PARTS = ("train", "validation", "test", "accent")
PICTURES = 3_600  # training pictures that are paired; the other 400 are what choices are made on


@dataclass(frozen=True, eq=False)
class Heard:
    """Utterances of a part. waves: int16 (N, SAMPLES), mapped into memory where they could be stored; digit, voice: int64 (N,).

    voices: their names, which `voice` counts through. accents: of each utterance, as words; "" for a melody.
    """

    waves: Tensor
    digit: Tensor
    voice: Tensor
    voices: tuple[str, ...]
    accents: tuple[str, ...]


def available(name: str) -> bool:
    """Whether sounds of this name, and the pictures that they belong to, can be had."""
    return images.available("mnist") and (name == "melodies" or _file(name, "train").is_file() or voices.available())


@kept("Fingerprint of pairs")
def fingerprint(name: str) -> str:
    """16 hex digits over what the pairs are made of. Raises Missing."""
    made_of = (name, VERSION, images.load("mnist").fingerprint)
    return hashlib.sha256(repr(made_of).encode()).hexdigest()[:16]


def source(name: str) -> Source:
    """Where the sounds come from."""
    return voices.SOURCE if name == "voices" else melodies.SOURCE


@kept("Spoken digits", cost=lambda heard: 16 * len(heard.digit))  # the waves are a file
def load(name: str, part: str) -> Heard:
    """The utterances of a part; seconds at the first call on a machine. Raises Missing."""
    if name not in NAMES or part not in PARTS or (name == "melodies" and part == "accent"):
        raise Missing(f"There are no sounds called {name} {part}.")
    tensors = _read(name, part)
    if tensors is None:
        tensors = _made(name, part)
        _write(name, part, tensors)
    return Heard(**tensors, **_names(name, part))


def _made(name: str, part: str) -> dict[str, Tensor]:
    if name == "melodies":
        waves, digit, voice = melodies.waves(part)
    else:
        asked = voices.requests(part)
        waves = voices.speak([request for *_, request in asked])
        digit, voice = (torch.tensor([row[i] for row in asked]) for i in range(2))
    return {"waves": as_integers(waves), "digit": digit, "voice": voice}


def _names(name: str, part: str) -> dict[str, tuple[str, ...]]:
    if name == "melodies":
        count = melodies.COUNTS[part]
        return {
            "voices": tuple(f"instrument {i + 1}" for i in range(count)),
            "accents": ("",) * (count * 10 * melodies.EACH[part]),
        }
    known = voices.ACCENTS | voices.NEW_ACCENT
    said = tuple(voice.removesuffix(".") for voice in voices.VOICES["test" if part == "accent" else part])
    return {"voices": said, "accents": tuple(known[accent] for _, _, accent, _ in voices.requests(part))}


# Pairs -------------------------------------------------------------------------------------------------------------


def pairs(name: str, count: int) -> Tensor:
    """(PICTURES,): which training utterance belongs to each of the first training pictures, of the first `count` voices.

    Somebody holds up a picture and says what it is, once. So each picture has one utterance, drawn among those of its digit. Raises Missing.
    """
    heard, label = load(name, "train"), images.load("mnist").train_y[:PICTURES]
    draw = torch.rand(PICTURES, generator=generator(0, f"pairs {name}"))
    found = torch.empty(PICTURES, dtype=torch.int64)
    for digit in range(10):
        said = ((heard.digit == digit) & (heard.voice < count)).nonzero().squeeze(1)
        rows = label == digit
        found[rows] = said[(draw[rows] * len(said)).long()]
    return found


# The cache on disk ---------------------------------------------------------------------------------------------------


def _file(name: str, part: str) -> Path:
    return paths.data_dir() / f"{name}-{part}-{VERSION}.safetensors"


SHAPES = {"waves": (SAMPLES,), "digit": (), "voice": ()}
TYPES = {"waves": torch.int16, "digit": torch.int64, "voice": torch.int64}


def _read(name: str, part: str) -> dict[str, Tensor] | None:
    """What the cache holds; None where there is nothing or it is damaged (then it is made again)."""
    path = _file(name, part)
    try:
        with safe_open(path, framework="pt") as file:
            seal.check(path, json.loads(file.metadata()["sounds"]))
            tensors = {key: file.get_tensor(key) for key in SHAPES}
        if any(tensors[key].shape[1:] != SHAPES[key] or tensors[key].dtype != TYPES[key] for key in SHAPES):
            raise ValueError("its tensors are others")
        if {len(tensor) for tensor in tensors.values()} != {len(_names(name, part)["accents"])}:
            raise ValueError("it has another number of sounds")
        return tensors
    except FileNotFoundError:
        return None
    except (OSError, SafetensorError, AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        log.warning("the cached sounds %s %s are made anew: %s", name, part, error)
        return None


def _write(name: str, part: str, tensors: dict[str, Tensor]) -> None:
    """Atomic; a full or read-only folder costs only the cache."""
    path, temporary = _file(name, part), None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
        os.close(handle)
        save_file(
            tensors, temporary, metadata={"sounds": json.dumps(seal.sealed({"name": name, "part": part}, tensors))}
        )
        os.chmod(temporary, 0o644)  # mkstemp keeps it private, but accounts may share a cache
        os.replace(temporary, path)
    except (OSError, SafetensorError, RuntimeError):
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
