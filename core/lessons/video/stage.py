"""The stage: a clip, what the network sees of it, and the clip filled in, in step."""

from __future__ import annotations

import numpy as np
import streamlit as st
import torch

from core import data
from core.data import films
from core.experiment import get
from core.experiments.video_mae import PLACES, SLOTS
from core.lessons.video import links, real, subject
from core.lessons.video.clip_player import Shown, State, clip_player, parse, put, read, spell
from core.store.record import Record
from core.ui import knobs, notes
from core.ui.bars import Bar, bars
from core.ui.page import Model, Page

HELP = "Mean squared over hidden voxels, with black 0 and white 1. Copy: the nearest frame in which a place is seen. Mean: of all that is seen."

SHOW_HELP = (
    "Held-out clips like those that the network learned from, or clips cut from films, from which it learned nothing."
)


def choose(page: Page) -> Model:
    """Draws the switch above the stage; the model for the settings in the address."""
    with page.play:
        source = knobs.data_switch(links.TABLE, get("video_mae"), subject.LABELS)
    return page.model(subject.PANEL, {"data": source})


def show(record: Record, alone: bool) -> None:
    """The player, below it the controls of the mask, and the errors beside them. alone: without these, which follow."""
    kind = links.HIDE.value(shown=subject.NAMES.__getitem__)
    percent = links.SHARE.value(shown="{}%".format)
    source, missing = _source(record)
    is_film = source == links.FILM
    i, draw = (links.SHOT if is_film else links.CLIP).value(), links.DRAW.value()
    first = subject.named(source, i, kind, percent, draw)
    state = _state(first)
    x, about = subject.clip(source, i, subject.channels_of(record))
    if state == first:
        film = (source,) if is_film else ()  # as others ask for held-out clips: what one has computed, all have
        found = subject.fill_drawn(record, i, kind, percent, draw, *film)
    else:
        found = subject.fill(record, x, torch.from_numpy(parse(state.hidden))[None])
    name = f"{record.fingerprint[:8]}/{state.about}/{hash(state.hidden) & 0xFFFFFFFF:x}"
    original = subject.frames_of(x)
    clip_player(links.PLAYER, state, Shown(original, found.frames, _sentence(about), found.note, name))
    if alone:
        return
    mask, which, right = st.columns([0.46, 0.19, 0.35], gap="medium")
    with mask:
        links.HIDE.widget(st.segmented_control, shown=subject.NAMES.__getitem__, required=True)
        links.SHARE.widget(st.select_slider, shown="{}%".format)
        links.SHOW.widget(st.segmented_control, shown=subject.SHOWN.__getitem__, required=True, help=SHOW_HELP)
    with which:
        if is_film:
            links.SHOT.input(help="A clip cut from a film: no network here learned from one.")
        else:
            links.CLIP.input(help="A held-out clip: the network never saw it.")
        links.DRAW.input(help="Another number hides others.")
    with right:
        _numbers(record, found, painted=state != first)
    if is_film:
        real.show(record, kind, percent)
    elif missing:
        st.info(f"{missing} Until then held-out clips of its own kind are shown.", icon=":material/movie_off:")


def _source(record: Record) -> tuple[str, str]:
    """Which clips are shown, and one sentence where those of films are wanted and cannot be had."""
    own = record.config["data"]
    if links.SHOW.value(shown=subject.SHOWN.__getitem__) == links.OWN:
        return own, ""
    try:
        films.load(subject.channels_of(record))
    except data.Missing as error:
        return own, str(error)
    return links.FILM, ""


def _numbers(record: Record, found: subject.Filled, painted: bool) -> None:
    st.markdown("**Error** on what is hidden", help=HELP)
    if not np.isfinite(found.mse):
        st.markdown("Nothing is hidden: drag over the masked clip.")
        return
    rows = [
        Bar("Network", found.mse, ours=True),
        Bar("Copy", found.copy_mse),
        Bar("Mean", found.mean_mse),
    ]
    bars(rows, digits=0)
    said = "The mask is **your own**; the controls draw another. " if painted else ""
    if record.config["target"] == "normalised":
        said += (
            "This network predicts cubes without brightness and contrast; both are estimated from visible cubes nearby."
        )
    if said:
        st.caption(said)


def _sentence(about: str) -> str:
    return about[0].upper() + about[1:]


def _state(first: State) -> State:
    """What is hidden now: as the browser sent it, as the link has it, or as it was drawn; and the link says so afterwards."""
    found = read(links.PLAYER)
    if found is None:
        found = _from_link(first)
    elif (
        found.about != first.about
    ):  # another clip, or another mask was drawn: what was painted belonged to the one before
        found = first
    links.MASK.put(None if found == first else f"{found.about}.{found.hidden}")
    return found


def _from_link(first: State) -> State:
    asked = links.MASK.raw()
    if asked is None:
        return first
    about, _, hidden = asked.rpartition(".")
    if about == first.about and parse(hidden) is not None:
        return State(about, hidden)
    notes.add(
        links.PREFIX,
        "The mask of the link is damaged or belongs to another clip; cubes are hidden by the controls instead.",
    )
    return first


# Cases of "Try this" ------------------------------------------------------------------------------------------------


def set_up(kind: str, percent: int, i: int) -> None:
    """A clip with the mask of a kind. For a button's callback."""
    source = get("video_mae").default().data
    links.TABLE.case({"data": source, "hide": kind, "share": percent, "clip": i}, *PUT_BACK, "show", "shot")
    put(links.PLAYER, subject.named(source, i, kind, percent, 0))


def wall() -> None:
    """Two columns are hidden in all frames: what passes behind them is never seen there. For a button's callback."""
    set_up("agnostic", 50, WALLED)
    hidden = np.zeros((SLOTS, PLACES, PLACES), bool)
    hidden[:, :, PLACES // 2 - 1 : PLACES // 2 + 1] = True
    about = subject.named(get("video_mae").default().data, WALLED, "agnostic", 50, 0).about
    put(links.PLAYER, State(about, spell(hidden.reshape(-1))))


def film() -> None:
    """A clip of a film, which is not what the network learned from. For a button's callback."""
    source = get("video_mae").default().data
    case = {"data": source, "show": links.FILM, "hide": "agnostic", "share": 75, "shot": RABBIT}
    links.TABLE.case(case, *PUT_BACK, "clip")
    put(links.PLAYER, subject.named(links.FILM, RABBIT, "agnostic", 75, 0))


PUT_BACK = ("draw", "mask")
RABBIT = films.COUNT - 6  # the first clip of the last film
WALLED = 23  # a held-out clip in which a star passes the middle
