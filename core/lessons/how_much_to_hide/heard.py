"""Act: a spectrogram to paint on, filled in by the network of sounds, seen and heard."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st
import torch
from streamlit.delta_generator import DeltaGenerator
from torch import Tensor

from core import lab
from core.analysis import intervals
from core.analysis.fills import masked_mse, mean_fill, neighbour_fill
from core.data import sounds
from core.experiments import mae
from core.experiments.spectrogram_mae import PATCH, N
from core.lessons.how_much_to_hide import own_sound, painting
from core.lessons.how_much_to_hide.examples import coloured
from core.lessons.how_much_to_hide.links import PAINTER, PREFIX, SOUND, WHOSE
from core.lessons.how_much_to_hide.painter import painter
from core.nn import mel
from core.nn.patches import mask_to_pixels
from core.store.record import Record
from core.ui.bars import Bar, bars
from core.ui.components.tiles import Tile

WAYS = {"model": "This network", "neighbour": "Neighbour fill", "mean": "Mean fill"}
OWNERS = {"program": "The program's", "own": "My own"}


def show(record: Record) -> None:
    """The sound and its mask, what each way makes of it, and three players."""
    st.markdown(
        "A log-mel spectrogram is a picture of sound: time to the right, frequency upwards. The same masked auto-encoder fills it in "
        "([Huang et al. 2022](https://arxiv.org/abs/2207.06405) hide 80%), and what it draws can be **heard**."
    )
    first, second, _ = st.columns([0.3, 0.24, 0.46], vertical_alignment="bottom", gap="medium")
    with first:
        whose = WHOSE.widget(st.segmented_control, shown=OWNERS.__getitem__, required=True)
    sound = _chosen(whose, second)
    with st.container(horizontal=True, gap="small"):
        for name, label in (
            ("random", "75% at random"),
            ("later", "The second half"),
            ("high", "The high half"),
            ("gaps", "Every other moment"),
        ):
            st.button(label, key=f"{PREFIX}_fill_{name}", on_click=painting.draw, args=(name,))
    mask = painting.mask()
    found, x = filled(record, sound.levels, mask), sound.levels
    named = f"{sound.name}/{painting.to_text(mask)}/{record.fingerprint[:8]}"
    painter(PAINTER, coloured(x), mask, tiles(found, x), named)
    st.caption(f"{sound.said} {len(mask)} of {N * N} patches are hidden ({100 * len(mask) / N**2:.0f}%).")
    _hear(found, sound, mask)
    _numbers(record, found, bool(mask))
    if sound.own is not None:
        own_sound.beside(record, sound.own)


@dataclass(frozen=True, eq=False)
class Sound:
    """What is on show: levels (1, 1, BANDS, FRAMES), a name for what is drawn of it, a sentence, and the person's own one where it is theirs."""

    levels: Tensor
    name: str
    said: str
    own: own_sound.Own | None = None


def _chosen(whose: str, place: DeltaGenerator) -> Sound:
    """The person's own sound, or else that of the number, whose control is drawn in `place`."""
    if whose != "own":
        own_sound.forget_error()
    else:
        own_sound.bring()
        if (own := own_sound.held()) is not None:
            return Sound(own.levels, own.name, own_sound.said(own), own)
    with place:
        number = SOUND.input(help="Held-out sounds: tones, chords, sweeps, sung syllables and beats take turns.")
    if whose == "own":
        st.info(
            f"There is no sound of yours here yet, and a link never carries one: sound {number} of the program's is shown until you bring one.",
            icon=":material/link_off:",
        )
    return Sound(
        spectrum(number), str(number), f"Sound {number}: {sounds.kind_of(number)}, made by the program from numbers."
    )


@dataclass(frozen=True, eq=False)
class Filled:
    """By each of WAYS: levels (1, 1, BANDS, FRAMES) with the guess in the hidden patches; errors on these alone, NaN where there is none."""

    levels: dict[str, Tensor]
    errors: dict[str, float]


@lab.memo(label="Sounds as spectrograms")
def spectrum(number: int) -> Tensor:
    """Levels (1, 1, BANDS, FRAMES) of a held-out sound."""
    return mel.spectrogram(sounds.waves("test", [number]))


@torch.no_grad()
def filled(record: Record, x: Tensor, mask: tuple[int, ...]) -> Filled:
    """What each way makes of levels (1, 1, BANDS, FRAMES) with these patches hidden. Raises lab.Damaged."""
    model = lab.model(record)
    hidden = torch.zeros(1, N * N, dtype=torch.bool)
    hidden[0, list(mask)] = True
    device, holes = next(model.parameters()).device, mask_to_pixels(hidden, PATCH)
    guess = {
        "model": mae.fill_in(model, x.to(device), hidden.to(device), "pixels").cpu(),
        "neighbour": neighbour_fill(x, hidden, PATCH),
        "mean": mean_fill(x, hidden, PATCH),
    }
    errors = {name: float(masked_mse(x, one, hidden, PATCH)) if mask else float("nan") for name, one in guess.items()}
    return Filled({name: torch.where(holes, one, x) for name, one in guess.items()}, errors)


def tiles(found: Filled, x: Tensor) -> list[Tile]:
    """The pictures beside the painter."""
    return [
        Tile("This network", coloured(found.levels["model"])), Tile("What was there", coloured(x)),
        Tile("Neighbour fill", coloured(found.levels["neighbour"])), Tile("Mean fill", coloured(found.levels["mean"])),
    ]  # fmt: skip


# Hearing -----------------------------------------------------------------------------------------------------------


def _hear(found: Filled, sound: Sound, mask: tuple[int, ...]) -> None:
    x, play = sound.levels, played if sound.own is None else own_sound.played
    hidden = torch.zeros(1, N * N, dtype=torch.bool)
    hidden[0, list(mask)] = True
    heard = {
        "The sound": x,
        "What is left": torch.where(mask_to_pixels(hidden, PATCH), 0.0, x),
        "Filled in": found.levels["model"],
    }
    for (title, levels), place in zip(heard.items(), st.columns(3, gap="medium"), strict=True):
        with place:
            st.markdown(f"**{title}**")
            st.audio(play(levels), format="audio/wav")
    st.caption(
        "All three are made from their spectrogram, which has no phase: 32 steps of Griffin and Lim (1984) find one that fits. The first player is what this "
        "costs by itself; nothing of the original's phase helps the third one."
    )


def played(levels: Tensor) -> bytes:
    """A WAV file of levels (1, 1, BANDS, FRAMES)."""
    return _played(levels.numpy().tobytes())


@lab.memo(label="Sounds to play")
def _played(levels: bytes) -> bytes:
    x = torch.frombuffer(bytearray(levels), dtype=torch.float32).view(1, 1, mel.BANDS, mel.FRAMES)
    return own_sound.sound_of(x)


# Numbers -----------------------------------------------------------------------------------------------------------


def _numbers(record: Record, found: Filled, hidden: bool) -> None:
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("Error **on the hidden patches alone**: mean squared, levels from 0 to 1 (60 dB)")
        if hidden:
            bars([Bar(WAYS[name], error, ours=name == "model") for name, error in found.errors.items()], digits=0)
        else:
            st.markdown("Nothing is hidden yet: paint over the spectrogram.")
    right.markdown(verdict(record))


def verdict(record: Record) -> str:
    """The network against the fills that learned nothing, on all held-out sounds."""
    metrics = record.metrics
    row = next(row for row in metrics["by_ratio"] if row["ratio"] == 0.75)
    better = [f"{100 * r['ratio']:.0f}%" for r in metrics["by_ratio"] if intervals.below(r["over_neighbour"], 1.0)]
    where = (
        f"It beats the neighbour fill at {', '.join(better)} hidden."
        if better
        else "It beats the neighbour fill nowhere."
    )
    shares = {kind: model / mean for kind, (model, mean, _) in metrics["by_kind"].items()}
    kinds = ", ".join(f"{kind} {share:.2f}" for kind, share in sorted(shares.items(), key=lambda one: one[1]))
    return (
        f"On {metrics['held_out']:,} held-out sounds with 75% hidden the network's error is **{metrics['masked_mse'] / metrics['mean_fill_mse']:.2f} ×** "
        f"that of the mean fill (95% interval {intervals.as_factor(row['over_mean'])}) and {metrics['masked_mse'] / metrics['neighbour_fill_mse']:.2f} × that of the neighbour fill "
        f"({intervals.as_factor(row['over_neighbour'])}). {where} By kind, best first, as a share of the mean fill's error: {kinds}."
    )
