"""Act: a word that a person says, and the pictures that it finds: the hard test, because nobody's real voice was heard in training."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import streamlit as st
import torch

from core import data, lab
from core.analysis.hearing import NEAREST, retrieved
from core.data import apart
from core.data.one_word import as_integers
from core.data.read_picture import Unreadable
from core.data.read_sound import MOST_SECONDS
from core.data.sounds import wav
from core.experiments import audio_visual
from core.lessons.sight_and_sound import subject
from core.lessons.sight_and_sound.links import PREFIX
from core.nn.mel import RATE
from core.store.record import Record
from core.ui.bars import Bar, bars
from core.ui.components.tiles import png_uri
from core.ui.own import sound

_TALLY = f"_{PREFIX}_tally"  # {digest of the recording: (digit said, digit found)}; it belongs to the session alone
_TURN = f"_{PREFIX}_turn"  # of the recorder: Reset brings a new one, which holds nothing
SHOWN = 10


@dataclass(frozen=True, eq=False)
class Word:
    """What was recorded: the loudest word float32 (SAMPLES,), its spectrogram uint8 (1, 1, h, w), the seconds of the whole, and its name."""

    samples: np.ndarray
    levels: torch.Tensor
    seconds: float
    name: str


def show(record: Record) -> None:
    """The recorder, what the network hears, and what it finds."""
    if record.config["data"] != "voices":
        st.info(
            "The networks on the stage know melodies. Choose *Spoken words* above the stage to say a digit yourself.",
            icon=":material/music_note:",
        )
        return
    left, right = st.columns([0.42, 0.58], gap="large")
    with left:
        content = sound.brought(PREFIX, "Record a digit", st.session_state.setdefault(_TURN, 0))
        word = None if content is None else _read(content)
        if word is not None:
            _what_is_heard(word)
        st.caption(
            f"One word, zero to nine, of at most {MOST_SECONDS:.0f} seconds. It is read in the memory of this server, kept nowhere, and learned from by nobody. "
            "There are no recordings of people on this machine: yours is the hard test."
        )
    with right:
        if word is None:
            st.markdown(
                "Press the microphone, say a digit in English, and press again. All voices in training are one program's: "
                "**will a human voice find its picture?**"
            )
        else:
            _found(record, word)


def clear() -> None:
    """Forget what was recorded, and how often it was right."""
    turn = st.session_state.get(_TURN, 0)
    sound.forget(PREFIX, turn)
    st.session_state[_TURN] = turn + 1
    st.session_state.pop(_TALLY, None)


def _read(content: bytes) -> Word | None:
    """The word; None and a sentence where there is none."""
    try:
        return read(content)
    except Unreadable as error:
        st.error(str(error), icon=":material/mic_off:")
        return None


@lab.memo(label="Words that were recorded")
def read(content: bytes) -> Word:
    """The loudest word of a WAV file; read in a process apart. Raises Unreadable."""
    samples, seconds = apart.sound(content)
    name = hashlib.sha256(content).hexdigest()[:16]
    return Word(samples, audio_visual.levels(as_integers(torch.from_numpy(samples)[None])), seconds, name)


def _what_is_heard(word: Word) -> None:
    picture = subject.coloured(word.levels[0].numpy())[0]
    st.html(
        f'<img class="ll-ssheard" src="{png_uri(picture)}" alt="Log-mel spectrogram of the word that was cut out of the recording">'
    )
    st.audio(wav(word.samples), format="audio/wav")
    st.caption(
        f"What the network hears: the loudest word of {word.seconds:.1f} seconds, at {RATE // 1000} kHz, as loud as all others."
    )


def found(record: Record, word: Word) -> tuple[list[int], list[float]]:
    """The held-out pictures that are nearest to a word, the nearest first; and the share of each digit among the NEAREST. Raises lab.Damaged."""
    where = subject.codes(record, "paired")
    code = audio_visual.hear(subject.pair(record, "paired"), word.levels)
    rows = retrieved(code, where.seen, NEAREST)[0]
    counts = torch.bincount(data.load("mnist").test_y[rows], minlength=10).double() / len(rows)
    return rows.tolist(), counts.tolist()


def _found(record: Record, word: Word) -> None:
    rows, shares = found(record, word)
    digits = data.load("mnist")
    best = int(digits.test_y[rows[0]])
    st.subheader(
        f"It finds a {best}"
        + (
            f": {round(10 * shares[best])} of the ten nearest pictures agree"
            if shares[best] < 1
            else ": all ten nearest pictures agree"
        ),
        anchor=False,
    )
    cells = [
        f'<img src="{png_uri(digits.test_x[i, 0].numpy())}" alt="Picture of {int(digits.test_y[i])}">'
        for i in rows[:SHOWN]
    ]
    st.html(f'<div class="ll-ssfound">{"".join(cells)}</div>')
    order = sorted(range(10), key=lambda digit: -shares[digit])
    bars([Bar(subject.WORDS[digit], shares[digit], digit == best) for digit in order if shares[digit] > 0], 1)
    _tally(word, best)


def _tally(word: Word, best: int) -> None:
    """What was meant, and how many of this session's words found their picture."""
    tally = st.session_state.setdefault(_TALLY, {})
    said = st.segmented_control("What did you say?", range(10), key=f"_{PREFIX}_meant_{word.name}", format_func=str)
    if isinstance(said, int) and 0 <= said <= 9:
        tally[word.name] = said, best
    if tally:
        right = sum(meant == seen for meant, seen in tally.values())
        st.markdown(
            f"Your hard test: **{right} of {len(tally)}** words found their digit. By chance it is one in ten. Say every digit a few times, high and low."
        )
