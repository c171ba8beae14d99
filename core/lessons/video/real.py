"""Below the stage, with clips of real films: what the network makes of what it never learned, beside its own held-out clips."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st
import torch

from core import lab
from core.analysis import intervals
from core.analysis.clip_fills import clip_mean_fill, hidden_mse, previous_frame
from core.charts.written import number
from core.data import films
from core.experiments.video_mae import MEASURED_AT, SHAPE, fill_in, holes_of, in_parts
from core.lessons.video.subject import WORDS, channels_of
from core.nn.cubes import hide_cubes
from core.rng import generator
from core.store.record import Record
from core.ui.bars import Bar, bars

LEARNED = {"shapes": "rendered shapes", "mnist": "rendered digits"}
DARK = 0.9  # of the film's brightness: below it the page says that the network fills in what is too dark


@dataclass(frozen=True)
class Errors:
    """Mean squared errors on hidden voxels, black 0 and white 1, over `clips` clips."""

    clips: int
    network: float
    copy: float
    mean: float
    beats: bool = False  # whether the network's error is below the copy's by more than its interval


@dataclass(frozen=True)
class OnFilms(Errors):
    """The same on clips of films. ahead: clips in which the network is nearer than the copy. filled, truth: mean brightness of hidden voxels."""

    ahead: int = 0
    filled: float = 0.0
    truth: float = 0.0

    @property
    def rule(self) -> str:
        """What to call the copy: the mean where no hidden place is ever seen, since the copy falls back on it there."""
        return "mean" if math.isclose(self.copy, self.mean, rel_tol=1e-3) else "copy"


@lab.memo(label="Errors on films")
@torch.no_grad()
def measured(record: Record, kind: str, percent: int) -> OnFilms:
    """On all clips of films, with masks drawn for them. Raises lab.Damaged, data.Missing."""
    model, frames = lab.model(record), films.load(channels_of(record)).frames
    hidden = hide_cubes(kind, percent / 100, len(frames), SHAPE, generator(0, f"masks of films {kind} {percent}"))
    errors, levels = [], []
    for x, h in in_parts(frames, hidden, next(model.parameters()).device):
        holes = holes_of(h)
        fills = fill_in(model, x, h, record.config["target"]), previous_frame(x, holes), clip_mean_fill(x, holes)
        errors.append(torch.stack([hidden_mse(x, fill, holes) for fill in fills]).cpu())
        asked = holes.expand_as(x)
        levels.append(torch.stack([fills[0][asked].mean(), x[asked].mean()]).cpu() * len(x))
    each = torch.cat(errors, dim=1)  # (3, clips)
    filled, truth = (torch.stack(levels).sum(dim=0) / len(frames)).tolist()  # every clip has as many hidden voxels
    ahead = int((each[0] < each[1]).sum())
    return OnFilms(len(frames), *each.mean(dim=1).tolist(), ahead=ahead, filled=filled, truth=truth)


def own(found: Mapping[str, Any], kind: str, percent: int) -> Errors | None:
    """The same on the network's own held-out clips, from its metrics; None where they are not measured (yet)."""
    for row in found.get("by_ratio", ()):
        if row["kind"] == kind and math.isclose(row["asked"], percent / 100):
            quoted = math.isclose(row["asked"], MEASURED_AT)
            count = found["held_out" if quoted else "held_out_elsewhere"]
            beats = intervals.below(row["over_previous"], 1.0) if "over_previous" in row else False
            return Errors(count, row["model"], row["previous"], row["mean"], beats)
    return None


def show(record: Record, kind: str, percent: int) -> None:
    """The sentence, what it shows, and the errors as bars."""
    film, mine = measured(record, kind, percent), own(record.metrics, kind, percent)
    left, right = st.columns([0.6, 0.4], gap="large")
    with left:
        st.markdown(told(LEARNED[record.config["data"]], f"{WORDS[kind]}, {percent}% hidden", film, mine))
        st.markdown(verdict(film, mine))
    with right:
        bars(rows(film, mine), digits=0)
    st.caption(
        f"{film.clips} clips of {len(films.SCENES)} scenes of {len({scene.file for scene in films.SCENES})} films; a clip is a square of the picture, reduced, and every "
        f"other frame. Clips of one scene resemble each other, so no interval is given. {credit()}"
    )


def told(learned: str, masked: str, film: OnFilms, mine: Errors | None) -> str:
    """One sentence: what it learned from, and the errors here and there."""
    said = (
        f"This network learned from **{learned} only**: on {film.clips} clips of films ({masked}) its error is **{number(film.network)}**, "
        f"where the copy has {number(film.copy)}"
    )
    if mine is None:
        return f"{said}; on its own held-out clips it is not measured yet."
    return f"{said}, and on {mine.clips} held-out clips of its own kind **{number(mine.network)}**, where the copy has {number(mine.copy)}."


def verdict(film: OnFilms, mine: Errors | None) -> str:
    """What the errors show."""
    others = film.clips - film.ahead
    if film.network < film.copy and film.ahead <= others:
        return f"Over all clips its error is lower than that of the {film.rule}, but in **{others} of {film.clips}** it is not: that decides nothing."
    if film.network < film.copy:
        return (
            f"Its error is lower than that of the {film.rule}, and in **{film.ahead} of {film.clips}** clips it is nearer to the film: some of what it learned, how "
            "a picture goes on in space and time, holds for films as well."
        )
    often = f"and is nearer to the film in **{others} of {film.clips}** clips"
    if 2 * others <= film.clips:
        often = f"though it is nearer to the film in only **{others} of {film.clips}** clips"
    said = f"The {film.rule}, which learned nothing, has the lower error, {often}. "
    if film.network < film.mean:
        said += "The network is still nearer than the mean of what is visible: it takes up something of what surrounds a hole, but less than a copy does. "
    elif film.rule == "copy":
        said += "Even the mean of what is visible has less error than the network. "
    if film.filled < DARK * film.truth:
        said += f"It fills in what is too dark, {film.filled:.2f} where the film has {film.truth:.2f} (black 0, white 1): the clips it learned from are mostly black. "
    if mine is not None and mine.beats:
        said += "On its own held-out clips it beats the copy. *Held out* means more of the same, and says nothing about clips of another kind."
    return said.strip()


def rows(film: OnFilms, mine: Errors | None) -> list[Bar]:
    """Bars of both kinds of clips."""
    kinds = [("films", film), *([("own kind", mine)] if mine is not None else [])]
    return [
        Bar(f"{name}, {which}", value, ours=name == "Network")
        for which, errors in kinds
        for name, value in (("Network", errors.network), ("Copy", errors.copy), ("Mean", errors.mean))
    ]


def credit() -> str:
    """Where the films are from."""
    named = "; ".join(f"{source.title}, {source.licence}" for source in films.SOURCES)
    return f"Films: {named}; from the {films.SOURCES[0].origin}."
