"""The stage: a picture, a person's words, and which of them the picture is nearest to, by three scores."""

from __future__ import annotations

import streamlit as st

from core.experiment import get
from core.lessons.pictures_and_words import links, picture, scores, subject
from core.lessons.pictures_and_words.links import TABLE
from core.store.record import Record
from core.ui import knobs
from core.ui.page import Model, Page
from core.ui.words import plain

WAYS = {"name": "alone", "template": "phrase", "ensemble": "8 phrases"}
PHRASES = "A phrase: “a picture of …”. 8 phrases: eight such phrases, their vectors averaged."


def choose(page: Page) -> Model:
    """Draws the switch above the stage; the model for the settings in the address."""
    with page.play:
        name = knobs.data_switch(TABLE, get("clip"), links.LABELS)
    return page.model(subject.PANEL, {"data": name})


def show(record: Record) -> None:
    """The pad on the left, the words and their scores on the right."""
    data = record.config["data"]
    left, right = st.columns([0.605, 0.395], gap="small")
    with left:
        base = picture.base(data)
        pixels, touched = picture.drawing(base)
        picture.pad(data, base, pixels)
        picture.menus(data)
    with right:
        text = links.WORDS[data].input(
            help="One class between two commas: a word, or a whole caption. They are the classifier; nothing is trained."
        )
        words, more = subject.split(text)
        if not words:
            st.info(
                "There is no word here to choose from: write some above, with commas between them.",
                icon=":material/edit:",
            )
            return
        slot = st.container()
        way = links.SAY.widget(st.segmented_control, shown=WAYS.__getitem__, required=True, help=PHRASES)
        said = subject.said(record, words, way)
        found = scores.of(record, subject.seen(record, pixels), said)
        with slot:
            scores.draw(found)
        for note in notes(said, more, record):
            st.caption(note)
    about = base.about if not touched else f"A drawing. {base.about}"
    st.caption(f"{about} {scores.explained(record)}")


def notes(said: subject.Said, more: int, record: Record) -> list[str]:
    """What of the words was not read, or not as it stands."""
    found = []
    if more:
        found.append(f"The last {more:,} are left out: a classifier here has {subject.MOST} classes at most.")
    if unknown := _listed(word for one in said.read for word in one.unknown):
        found.append(f"Not read, because neither a caption nor the word vectors have it: {unknown}.")
    if borrowed := _listed(word for one in said.read for word in one.borrowed):
        found.append(f"In no caption, so that only the word vectors of GloVe say what it means: {borrowed}.")
    if any(subject.is_cut(text) for text in said.texts):
        found.append(f"Only the first {subject.READ} words of each class are read.")
    return found


def _listed(words: object) -> str:
    """At most six of the words, each once, for Markdown."""
    found = list(dict.fromkeys(words))
    return ", ".join(plain(word[:40]) for word in found[:6]) + (" …" if len(found) > 6 else "")


# Cases of "Try this" ----------------------------------------------------------------------------------------------


def nothing_fits() -> None:
    """No word is true of the picture. For a button's callback."""
    _emoji("house, tree, clock, flag", links.CLOUD)


def class_of_your_own() -> None:
    """A class in words that the caption does not say. For a button's callback."""
    _emoji("a forbidden bike, a bicycle, a car, a clock, a tree", links.NO_BICYCLES)


def never_seen_together() -> None:
    """A combination of shape and colour that no training scene had. For a button's callback."""
    words = "a green star, a red star, a green disc, a red disc, a green cross"
    _case({"data": "shapes", "captions": words, "scene": 0})


def _emoji(words: str, number: int) -> None:
    _case({"data": "openmoji", "words": words, "picture": number})


def _case(values: dict[str, object]) -> None:
    """Put these on the stage, and all else there to what it opens on."""
    values = {"show": "held-out", "say": "name", **values}
    others = ("words", "captions", "picture", "scene", "drawn", "other_from", "other_picture", "other_own")
    TABLE.case(values, *(name for name in others if name not in values))
