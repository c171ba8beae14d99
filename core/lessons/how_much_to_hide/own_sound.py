"""A sound of one's own in the place of the program's: brought, held by the session alone, and measured beside held-out sounds.

The link says that such a sound was on show, and nothing of the sound itself.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import streamlit as st
import torch
from torch import Tensor

from core import lab
from core.analysis import intervals
from core.analysis.fills import masked_mse, mean_fill, neighbour_fill
from core.analysis.intervals import Resampled
from core.data import apart
from core.data.read_picture import Unreadable
from core.data.read_sound import MOST_SECONDS, Second
from core.data.sounds import wav
from core.experiments import mae
from core.experiments.spectrogram_mae import MEASURED_AT, PATCH, N
from core.lessons.how_much_to_hide.links import PREFIX
from core.nn import mel
from core.nn.masks import hide
from core.rng import generator
from core.store.record import Record
from core.ui.own import sound

# The session keys begin with "_": Reset forgets what begins with the prefix, and `clear` is what forgets these.
_HELD = f"_{PREFIX}_own_sound"
_ERROR = f"_{PREFIX}_own_sound_error"
_TURN = f"_{PREFIX}_own_sound_turn"
_PLAYED = f"_{PREFIX}_own_sound_played"
_MEASURED = f"_{PREFIX}_own_sound_measured"
MASKS = 64  # draws for the error on a sound
PLAYERS = 12  # that a session holds

NEVER_HEARD = "The network never heard a recording or anybody speak: all it learned from are sounds that the program makes from numbers, sung vowels among them."
PRIVATE = (
    f"A WAV file or a recording of at most {MOST_SECONDS:.0f} seconds, of which the loudest second is used. It is read in the memory of this server, held for this "
    "session alone, and part of no link. *Reset* forgets it, and nothing learns from it."
)


@dataclass(frozen=True, eq=False)
class Own:
    """The second that was brought, its spectrogram (1, 1, BANDS, FRAMES), and a name for what is drawn of it."""

    second: Second
    levels: Tensor
    name: str


def held() -> Own | None:
    """The sound that this session brought; None where there is none."""
    return st.session_state.get(_HELD)


def clear() -> None:
    """Forget the sound, and bring empty controls. For a button's callback, too."""
    for key in (_HELD, _ERROR, _PLAYED, _MEASURED):
        st.session_state.pop(key, None)
    _new_controls()


def forget_error() -> None:
    """What was wrong with a file is told where files are brought, and not later."""
    st.session_state.pop(_ERROR, None)


def _new_controls() -> None:
    """Empty ones; what the old ones brought is dropped."""
    turn = st.session_state.get(_TURN, 0)
    sound.forget(PREFIX, turn)
    st.session_state[_TURN] = turn + 1


def bring() -> None:
    """The recorder and the uploader. What cannot be used is one sentence, and the sound that was there stays."""
    left, right = st.columns([0.42, 0.58], gap="large")
    with left:
        content = sound.brought(PREFIX, "Record a second or more", st.session_state.setdefault(_TURN, 0))
        if content is not None:
            _take(content)
    with right:
        if said := st.session_state.get(_ERROR):
            st.error(said, icon=":material/mic_off:")
        st.caption(PRIVATE)
        if held() is not None:
            st.button("Forget this sound", key=f"{PREFIX}_forget", icon=":material/delete:", on_click=clear)


def _take(content: bytes) -> None:
    """Read it once. Then the controls are new and empty: an old one would hide what is brought by the other."""
    try:
        with st.spinner("Reading the sound …"):
            st.session_state[_HELD] = read(content)
    except Unreadable as error:
        st.session_state[_ERROR] = str(error)
    else:
        st.session_state.pop(_ERROR, None)
        st.session_state.pop(_PLAYED, None)
    _new_controls()
    st.rerun()


def read(content: bytes) -> Own:
    """The loudest second of a WAV file; read in a process apart. Raises Unreadable."""
    found = apart.second(content)
    levels = mel.spectrogram(torch.from_numpy(found.samples)[None])
    return Own(found, levels, f"own {hashlib.sha256(content).hexdigest()[:16]}")


def said(own: Own) -> str:
    """Which second it is."""
    second = own.second
    if second.seconds * mel.RATE <= mel.SAMPLES:
        return f"Your sound: all of its {second.seconds:.1f} seconds, with the same peak as the program's sounds."
    return (
        f"Your sound: the loudest second of {second.seconds:.1f} s, from {second.start:.1f} s to {second.start + mel.SAMPLES / mel.RATE:.1f} s, "
        "with the same peak as the program's sounds."
    )


def played(levels: Tensor) -> bytes:
    """A WAV file of levels (1, 1, BANDS, FRAMES), kept in the session alone: the server's cache is shared by all."""
    kept: dict[bytes, bytes] = st.session_state.setdefault(_PLAYED, {})
    name = levels.numpy().tobytes()
    if name not in kept:
        if len(kept) >= PLAYERS:
            kept.pop(next(iter(kept)))
        kept[name] = sound_of(levels)
    return kept[name]


def sound_of(levels: Tensor) -> bytes:
    """A WAV file, 16 bits, of levels (1, 1, BANDS, FRAMES)."""
    return wav(mel.sound(levels, generator(0, "phase"))[0].numpy())


# Numbers -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Measured:
    """Errors on the hidden patches of one sound, the mean over MASKS draws; the network's as a share of the mean fill's; and the
    intervals, over draws, of this share and of that of the neighbour fill's."""

    model: float
    neighbour: float
    mean: float
    share: float
    interval: list[float]
    over_neighbour: list[float]


@torch.no_grad()
def measured(record: Record, levels: Tensor) -> Measured:
    """As the held-out sounds are measured, MEASURED_AT of the patches hidden at random. levels: (1, 1, BANDS, FRAMES). Raises lab.Damaged."""
    model = lab.model(record)
    device = next(model.parameters()).device
    x, hidden = levels.expand(MASKS, -1, -1, -1), hide("random", MEASURED_AT, MASKS, N, generator(0, "own sound"))
    guesses = (
        mae.fill_in(model, x.to(device), hidden.to(device), "pixels").cpu(),
        neighbour_fill(x, hidden, PATCH),
        mean_fill(x, hidden, PATCH),
    )
    ours, neighbour, mean = (masked_mse(x, guess, hidden, PATCH) for guess in guesses)
    share = float(ours.mean() / mean.mean().clamp(min=1e-12))
    seen = Resampled(MASKS)
    intervals_of = seen.ratio(ours, mean), seen.ratio(ours, neighbour)
    return Measured(float(ours.mean()), float(neighbour.mean()), float(mean.mean()), share, *intervals_of)


def _measured_once(record: Record, own: Own) -> Measured:
    """As `measured`; once for a network and a sound, kept in the session alone."""
    named = record.fingerprint, own.name
    if st.session_state.get(_MEASURED, (None,))[0] != named:
        st.session_state[_MEASURED] = named, measured(record, own.levels)
    return st.session_state[_MEASURED][1]


def beside(record: Record, own: Own) -> None:
    """The error on one's own sound beside that on held-out sounds, by the same protocol."""
    found, metrics = _measured_once(record, own), record.metrics
    theirs = next(row for row in metrics["by_ratio"] if row["ratio"] == MEASURED_AT)
    st.markdown(
        f"""**How much harder is yours?** Mean squared error on the hidden patches, {100 * MEASURED_AT:.0f}% hidden at random:

| sound | this network | neighbour fill | mean fill | network / mean fill (95% interval) |
|---|---|---|---|---|
| yours, {MASKS} draws of the mask | **{found.model:.4f}** | {found.neighbour:.4f} | {found.mean:.4f} | **{found.share:.2f}** ({intervals.as_factor(found.interval)}) |
| {metrics["held_out"]:,} held-out sounds of the program | {theirs["model"]:.4f} | {theirs["neighbour"]:.4f} | {theirs["mean"]:.4f} | {theirs["model"] / theirs["mean"]:.2f} ({intervals.as_factor(theirs["over_mean"])}) |

The first interval is over draws of the mask on one sound, the second over sounds. {NEVER_HEARD} {verdict(found, theirs["over_mean"])}"""
    )


def verdict(found: Measured, theirs: list[float]) -> str:
    """Whether it is harder, and whether copying does better, from the intervals. theirs: of held-out sounds, over the mean fill."""
    if intervals.above(found.over_neighbour, 1.0):
        return f"{_against_held_out(found, theirs)} **The neighbour fill does better** on it, by copying what stands next to a hole."
    return _against_held_out(found, theirs)


def _against_held_out(found: Measured, theirs: list[float]) -> str:
    if found.interval[0] > 1:
        return "On your sound it is **worse than the mean fill**, which learned nothing."
    useful = "still better than the mean fill" if found.interval[1] < 1 else "not distinguishable from the mean fill"
    if found.interval[0] > theirs[1]:
        return f"On your sound it is {useful}, and gains **less** than on the held-out sounds on average."
    if found.interval[1] < theirs[0]:
        return "Yours is **easier** for it than the mean of the held-out sounds."
    return f"On your sound it is {useful}; whether it gains more or less than on held-out sounds cannot be told."
