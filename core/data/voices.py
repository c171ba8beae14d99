"""The words zero to nine, spoken by many voices of eSpeak NG, whose library comes in the package espeakng-loader.

A voice is one of eSpeak's variants (pitch, formants, breath); an accent is one of its kinds of English. Voices that are variants of one
another stand in one part, so that a held-out voice is new. All are one program: people differ from it more than its voices from
each other.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from core.data import packages
from core.data.kinds import Missing, Source
from core.data.one_word import at_rate, cut
from core.data.packages import find_spec
from core.rng import generator

NAME, PACKAGE = "espeakng-loader", "espeakng_loader"
HOW_TO_GET = packages.get(NAME)
SOURCE = Source(
    "eSpeak NG: spoken words made by a program",
    "package espeakng-loader",
    "GPL 3",
    "https://github.com/espeak-ng/espeak-ng",
)
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
ACCENTS = {
    "en-us": "American", "en": "British", "en-gb-x-rp": "Received Pronunciation", "en-gb-x-gbclan": "Lancaster",
    "en-gb-x-gbcwmd": "West Midlands", "en-029": "Caribbean", "en-us-nyc": "New York",
}  # fmt: skip
NEW_ACCENT = {"en-gb-scotland": "Scottish"}  # which no training voice has
VOICES = {
    # the first ones are what the smaller trainings hear, so they differ as much as any
    "train": (
        "m1", "f1", "Andy", "steph", "m6", "f4", "klatt", "grandma", "robosoft", "edward", "m2", "steph2", "travis", "anika", "announcer", "klatt4",
        "Alex", "Andrea", "AnxiousAndy", "Diogo", "Gene", "Gene2", "Henrique", "Hugo", "Marco", "Mario", "Michael", "Mike", "Nguyen", "Reed",
        "RicishayMax", "RicishayMax2", "RicishayMax3", "Tweaky", "adam", "anikaRobot", "antonio", "caleb", "ed", "edward2", "ian", "john", "klatt2", "klatt3",
        "klatt5", "klatt6", "m4", "m8", "marcelo", "michel", "miguel", "mike2", "paul", "pedro", "rob", "robert", "robosoft2", "robosoft4", "robosoft5",
        "robosoft6", "robosoft7", "sandro", "steph3", "UniRobot",
    ),
    "validation": (
        "Alicia", "Denis", "Mr serious", "Storm", "boris", "f3", "iven", "iven2", "iven3", "iven4", "m5", "norbert", "david", "whisper", "whisperf", "max",
    ),
    "test": (
        "Annie", "Demonic", "Jacky", "Lee", "aunty", "belinda", "benjamin", "f2", "f5", "grandpa", "gustave", "kaukovalta", "linda", "m3", "m7",
        "pablo", "quincy", "shelby", "victor", "zac",
    ),
}  # fmt: skip
EACH = {
    "train": 4,
    "validation": 3,
    "test": 3,
}  # renderings of each word by each voice; "accent": one more by each test voice
LIMIT = 120.0  # seconds for all words of a part


def available() -> bool:
    """Whether eSpeak's library and its data are in their package."""
    folder = _folder()
    return folder is not None and (folder / "espeak-ng-data").is_dir() and _library(folder).is_file()


def requests(part: str) -> list[tuple[int, int, str, list[object]]]:
    """What is spoken in a part: digit, voice (into VOICES), accent, and what the process is asked. Voices come one after the other, so
    that the first ones are a part by themselves. part: a key of VOICES, or "accent": the test voices in an accent that is new as well."""
    draw, accents = generator(0, f"voices {part}"), tuple(ACCENTS)
    found = []
    for voice, name in enumerate(VOICES["test" if part == "accent" else part]):
        for digit, word in enumerate(WORDS):
            for _ in range(EACH.get(part, 1)):
                u = torch.rand(4, generator=draw).tolist()
                accent = next(iter(NEW_ACCENT)) if part == "accent" else accents[int(u[0] * len(accents))]
                settings = [round(115 + 80 * u[1]), round(20 + 60 * u[2]), round(30 + 40 * u[3])]
                found.append((digit, voice, accent, [f"{accent}+{name}", word, *settings]))
    return found


def speak(asked: list[list[object]]) -> Tensor:
    """Waves float (N, SAMPLES) of requests, each cut to its word. Raises Missing where the package is absent or damaged."""
    folder = _folder()
    if folder is None or not available():
        raise Missing(f"The speaking voices are not on this machine: {HOW_TO_GET}.")
    packages.check(NAME, _library(folder))
    message = {"library": str(_library(folder)), "data": str(folder / "espeak-ng-data"), "requests": asked}
    script = Path(__file__).with_name("speak.py")
    try:
        done = subprocess.run(
            [sys.executable, str(script)],
            input=json.dumps(message).encode(),
            capture_output=True,
            timeout=LIMIT,
            check=True,
        )
        words = [cut(at_rate(samples / 32768, rate)) for rate, samples in _answers(done.stdout, len(asked))]
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError) as error:
        raise Missing(packages.damaged("the speaking voices", NAME)) from error
    return torch.from_numpy(np.stack(words))


def _answers(stream: bytes, count: int) -> list[tuple[int, np.ndarray]]:
    """Rate and samples of each answer. Raises ValueError where there are not so many."""
    found, at = [], 0
    for _ in range(count):
        end = stream.index(b"\n", at)
        head = json.loads(stream[at:end])
        at = end + 1 + head["bytes"]
        found.append((head["rate"], np.frombuffer(stream[end + 1 : at], "<i2")))
    return found


def _folder() -> Path | None:
    spec = find_spec(PACKAGE)
    return Path(spec.submodule_search_locations[0]) if spec and spec.submodule_search_locations else None


def _library(folder: Path) -> Path:
    names = {"win32": "espeak-ng.dll", "darwin": "libespeak-ng.dylib"}
    return folder / names.get(sys.platform, "libespeak-ng.so")
