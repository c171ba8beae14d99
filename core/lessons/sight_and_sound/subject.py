"""What the lesson shows: a trained pair of encoders, held-out sounds and pictures, and where each lies in the common space."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core import data, lab
from core.charts.shades import heat
from core.data import spoken, voices
from core.data.spoken import Heard
from core.experiment import Context, get
from core.experiments import audio_visual
from core.experiments.audio_visual import Pair
from core.lessons.sight_and_sound import links
from core.lessons.sight_and_sound.hear_see import Shown
from core.nn.mel import RATE
from core.rng import generator
from core.store.record import Record

EACH = 10  # pictures of a digit on the stage
WORDS = voices.WORDS


@dataclass(frozen=True, eq=False)
class Codes:
    """Unit vectors of all held-out pictures (N, D) and sounds (M, D)."""

    seen: Tensor
    said: Tensor


def pair(record: Record, name: str) -> Pair:
    """One of links.SPACES on this machine's best device. Raises lab.Damaged."""
    model: audio_visual.AudioVisual = lab.model(record)
    if name != "untrained":
        return model.pair(name)
    device = next(model.parameters()).device
    config = get("audio_visual").strict(record.config)
    found = audio_visual.build(config, Context(device, record.seed).generator("init"))
    return found.to(device).eval().requires_grad_(False).paired


def heard(record: Record) -> Heard:
    """The held-out sounds. Raises data.Missing."""
    return spoken.load(record.config["data"], "test")


def spectra(record: Record) -> Tensor:
    """Spectrograms uint8 (N, 1, h, w) of the held-out sounds. Raises data.Missing."""
    return audio_visual.spectra(record.config["data"], "test")


@lab.memo(label="Pictures and sounds in one space")
def codes(record: Record, name: str) -> Codes:
    """Where all held-out pictures and sounds lie. Raises lab.Damaged, data.Missing."""
    return Codes(*audio_visual.embed(pair(record, name), data.load("mnist").test_x, spectra(record)))


def said_by(found: Heard, voice: str) -> list[int]:
    """Which utterances a voice's ten words are, zero to nine: the first rendering of each."""
    number = found.voices.index(voice)
    rows = (found.voice == number).nonzero().squeeze(1)
    return [int(rows[(found.digit[rows] == digit).nonzero()[0, 0]]) for digit in range(10)]


@lab.memo(label="Pictures on the stage")
def gallery(draw: int) -> tuple[int, ...]:
    """EACH held-out pictures of every digit, mixed."""
    label, g = data.load("mnist").test_y, generator(draw, "gallery")
    rows = [(label == digit).nonzero().squeeze(1) for digit in range(10)]
    chosen = torch.cat([row[torch.randperm(len(row), generator=g)[:EACH]] for row in rows])
    return tuple(chosen[torch.randperm(len(chosen), generator=g)].tolist())


def coloured(levels: np.ndarray) -> np.ndarray:
    """Spectrograms uint8 (N, h, w) in cividis, uint8 (N, h, w, 3)."""
    return np.stack([heat(one / 255, 1.0) for one in levels])


def cut_off(wave: np.ndarray) -> np.ndarray:
    """A wave without the silence at its end."""
    loud = np.flatnonzero(np.abs(wave) > 60)
    return wave[: loud[-1] + 1] if len(loud) else wave[:1]


@lab.memo(label="Sounds and pictures of a stage")
def shown(record: Record, name: str, voice: str, draw: int) -> Shown:
    """What the stage shows of a voice's ten words and a hundred pictures. Raises lab.Damaged, data.Missing."""
    found, digits, where = heard(record), data.load("mnist"), codes(record, name)
    sounds, pictures = said_by(found, voice), list(gallery(draw))
    return Shown(
        who=f"{voice}, {'a held-out voice' if record.config['data'] == 'voices' else 'held out'}",
        words=WORDS,
        names=WORDS,
        says=found.digit[sounds].tolist(),
        shows=digits.test_y[pictures].tolist(),
        spectra=coloured(spectra(record)[sounds, 0].numpy()),
        pictures=digits.test_x[pictures, 0].numpy(),
        waves=[cut_off(found.waves[i].numpy()) for i in sounds],
        rate=RATE,
        similarity=(where.said[sounds] @ where.seen[pictures].T).numpy(),
        result_id=f"{record.fingerprint[:8]}/{name}/{voice}/{draw}",
    )


def warm() -> None:
    """Read what the lesson opens on."""
    view = lab.view("audio_visual", get("audio_visual").default(), 0)
    if isinstance(view, lab.Ready):
        shown(view.record, links.LEARNED.default, heard(view.record).voices[0], 0)
