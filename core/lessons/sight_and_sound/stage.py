"""The stage: ten words of a voice that was never heard, a hundred pictures that were never seen, and what finds what."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core import data, lab
from core.charts.shades import heat
from core.data import spoken
from core.experiment import get
from core.experiments import audio_visual
from core.experiments.audio_visual import PAIRINGS
from core.lessons.sight_and_sound import links, subject
from core.lessons.sight_and_sound.hear_see import Chosen, hear_see, put, read
from core.store.record import Record
from core.ui import knobs
from core.ui.gallery import gallery
from core.ui.page import Model, Page, Panel

FIRST = Chosen("sound", 7)
PLACES = 10 * subject.EACH


def facts(config: audio_visual.Config) -> str:
    """One line for the panel."""
    told = "" if config.negatives == "all" else " · equal digits are no negatives"
    return f"{links.LABELS[config.data]} with handwritten digits · {config.voices} voices · batches of {config.batch}{told} · beside it the same with shuffled pairs"


def draw(job: lab.JobView) -> None:
    """How similar the ten words and the ten digits are now, of both pairs of networks."""
    arrays = job.preview.arrays
    rows = []
    for name in PAIRINGS:
        table, right = arrays.get(f"similarity_{name}"), arrays.get(f"right_{name}")
        if table is not None and right is not None:
            shown = heat(np.asarray(table) / 1000, 1.0).repeat(14, axis=0).repeat(14, axis=1)
            rows.append((f"{links.NAMES[name]}: {int(right[0])} of {int(right[1])} right", shown[None]))
    gallery(rows, about="Similarity of each spoken digit (row) to each written one (column)")
    st.caption(
        f"Similarity of each digit heard (row) to each digit seen (column), held out for choosing, at step {job.preview.i:,}. A bright diagonal is what pairs should teach."
    )


PANEL = Panel("audio_visual", facts, draw, title="These networks", noun="networks")


def choose(page: Page) -> Model:
    """Draws the switch above the stage; the model for the settings in the address."""
    with page.play:
        name = knobs.data_switch(links.TABLE, get("audio_visual"), links.LABELS)
        if name == "melodies":
            st.caption(
                "Each digit has a melody of its own in place of its name, played by instruments that are made from numbers: for machines without a speaking voice."
            )
    return page.model(PANEL, {"data": name})


def show(record: Record, alone: bool) -> None:
    """The component, and below it whose words and what the networks learned from. alone: these menus follow."""
    voices = subject.heard(record).voices
    voice, name, draw = links.VOICE.value(voices, voices[0]), links.LEARNED.value(), links.DRAW.value()
    hear_see(links.BOX, chosen(), subject.shown(record, name, voice, draw))
    if not alone:
        _menus(voices)
    st.caption(said(record, name))


def _menus(voices: tuple[str, ...]) -> None:
    left, middle, right = st.columns([0.24, 0.52, 0.24], gap="medium", vertical_alignment="bottom")
    with left:
        links.VOICE.widget(st.selectbox, voices, voices[0], help="Held-out voices: none of them was heard in training.")
    with middle:
        links.LEARNED.widget(st.segmented_control, shown=links.NAMES.__getitem__, required=True)
    with right:
        links.DRAW.input(help="Which hundred of the 1,000 held-out pictures: ten of each digit.")


def said(record: Record, name: str) -> str:
    """How to read what stands there."""
    made = "spoken by eSpeak NG, a program" if record.config["data"] == "voices" else "played by a program"
    learned = {
        "paired": "Two networks learned from pairs alone, this picture and that sound; nobody told them which digit it is.",
        "shuffled": "The same training with shuffled pairs: picture and sound have nothing to do with each other.",
        "untrained": "The same networks before their first step.",
    }[name]
    return f"{learned} Sounds are {made}. The ten nearest pictures are framed, in blue where they are right."


def chosen() -> Chosen:
    """What was clicked, or what the link names; it is written into the link."""
    found = read(links.BOX)
    if found is None:
        found = (links.CHOSEN.raw() and _linked(links.CHOSEN.raw())) or FIRST
    count = 10 if found.side == "sound" else PLACES
    found = found if found.index < count else FIRST
    links.CHOSEN.put(None if found == FIRST else f"{found.side[0]}{found.index}")
    return found


def _linked(raw: str | None) -> Chosen | None:
    """The choice that a link names; what is none is said."""
    side, number = (raw or "")[:1], (raw or "")[1:]
    sides = {"s": ("sound", 10), "p": ("picture", PLACES)}
    if side in sides and number.isascii() and number.isdecimal() and len(number) < 4 and int(number) < sides[side][1]:
        return Chosen(sides[side][0], int(number))
    links.CHOSEN.refused(f"the word “{subject.WORDS[FIRST.index]}”")
    return None


def set_up(name: str, side: str, index: int, voice: str = "") -> None:
    """Put a case on the stage. For a button's callback."""
    links.TABLE.case({"learned": name, **({"voice": voice} if voice else {})}, "draw")
    put(links.BOX, Chosen(side, index))


def source_line(record: Record) -> str:
    """Where sounds and pictures come from."""
    sources = (spoken.source(record.config["data"]), data.load("mnist").source)
    return " · ".join(f"{one.title}, {one.origin} ({one.licence})" for one in sources)
