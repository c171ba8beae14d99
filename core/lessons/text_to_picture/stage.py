"""The stage: a caption, and samples that come out of noise, each with what is read of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.analysis import attributes
from core.data import captions
from core.experiment import get
from core.experiments import text_to_image
from core.lessons.text_to_picture import links, subject, tiles
from core.lessons.text_to_picture.links import TABLE
from core.queue import View
from core.store.record import Record
from core.ui import knobs, lesson
from core.ui.page import Model, Page
from core.ui.poll import poll
from core.ui.words import plain

NEW = {
    "triple": "**Never trained together:** prior and decoder saw this shape in this colour in the other size alone.",
    "pair": "**Never seen by anyone:** no picture had this shape in this colour, not even those the encoders learned from.",
}
EVERY = 0.25  # seconds between two looks at what is being drawn


def choose(page: Page) -> Model:
    """Draws the switch above the stage; the model for the settings in the address."""
    with page.play:
        name = knobs.data_switch(TABLE, get("text_to_image"), links.LABELS)
    return page.model(subject.PANEL, {"data": name})


@dataclass(frozen=True)
class Settings:
    """What stands in the controls of the stage, as far as the acts below it show the same."""

    text: str
    noise: int
    guidance: float


def settings(record: Record | None) -> Settings | None:
    """The controls of the stage, before they are drawn."""
    if record is None:
        return None
    return Settings(links.CAPTION[record.config["data"]].value(), links.NOISE.value(), links.GUIDANCE.value())


def show(record: Record, below: Settings) -> None:
    """The caption and its controls on the left, the samples on the right. below: what the acts were drawn with; they follow in a moment where it
    is something else now."""
    left, right = st.columns([0.36, 0.64], gap="large")
    with left:
        asked, now = controls(record)
    if now != below:
        lesson.rest_follows()
    if asked is None:
        with right:
            st.info("Nothing to draw yet: write a caption on the left.", icon=":material/edit:")
        return
    with right:
        view = poll(lambda: subject.ask(asked), lambda view: waiting(view, asked), EVERY)
        if view is not None:
            draw(view, asked)
    st.caption(explained(record))


def controls(record: Record) -> tuple[subject.Asked | None, Settings]:
    """The caption, the noise, the guidance and the prior; what they ask for, which is None for a text without a word that is known."""
    data = record.config["data"]
    typed = links.CAPTION[data].input(help=f"At most {captions.MOST_WORDS} words are read.")
    number, another = st.columns([0.5, 0.5], vertical_alignment="bottom")
    with number:
        noise = links.NOISE.input(help="The same number begins with the same noise, whatever the caption.")
    another.button(
        "Other", icon=":material/shuffle:", key=f"{links.PREFIX}_other", width="stretch", on_click=other_noise
    )
    guidance = links.GUIDANCE.widget(
        st.select_slider, shown=lambda weight: f"{weight:g}",
        help="1 listens to the code as it was trained to; more moves away from what would be drawn without any code.",
    )  # fmt: skip
    prior = links.PRIOR.widget(
        st.segmented_control, shown=links.PRIORS.__getitem__, required=True,
        help="How the text's code becomes a picture's code: drawn from what is possible, or the best linear guess.",
    )  # fmt: skip
    now = Settings(typed, noise, guidance)
    text = " ".join(typed.split())
    if not text:
        return None, now
    for note in notes(record, text):
        st.caption(note)
    if not len(subject.read(record, text).vectors):
        st.warning("No word of this caption is known, so it says nothing: try others.", icon=":material/edit:")
        return None, now
    way = "prior_decoder" if prior == "diffusion" else "least_squares"
    return subject.Asked(record, cut(text), way, guidance, noise), now


def cut(text: str) -> str:
    """As much of a text as is read: what is longer draws the same."""
    return " ".join(captions.in_words(text))


def notes(record: Record, text: str) -> list[str]:
    """What of the caption was not read, or not as it stands."""
    read, found = subject.read(record, text), []
    if read.unknown:
        found.append(f"Not read, because neither a caption nor the word vectors have it: {_listed(read.unknown)}.")
    if read.borrowed:
        found.append(
            f"In no caption of the training, so that GloVe alone says what it means: {_listed(read.borrowed)}."
        )
    if captions.is_cut(text):
        found.append(f"Only the first {captions.MOST_WORDS} words are read.")
    if record.config["data"] == "shapes" and (novelty := subject.novelty(record, text)):
        found.append(NEW[novelty])
    return found


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(plain(word[:40]) for word in words[:6]) + (" …" if len(words) > 6 else "")


def waiting(view: View, asked: subject.Asked) -> None:
    """The samples as they are now."""
    frame = subject.now.get(asked.key)
    if frame is None:
        frame = np.full((subject.SAMPLES, 32, 32, 3), 128, np.uint8)
    tiles.draw(tiles.row(frame, about="Sample, being drawn"))
    st.progress(view.share, text="Taking out noise …" if view.state == "running" else "Waiting for a turn …")


def draw(view: View, asked: subject.Asked) -> None:
    """The samples of the moment on the slider, and what is read of those at the end."""
    if view.state != "done":
        st.error(view.message or "This was stopped; change a setting to begin again.", icon=":material/error:")
        return
    drawn: subject.Drawn = view.value
    place = st.container()
    step = links.MOMENT.widget(
        st.select_slider, help="0 is noise alone. Until the last step the lower row shows the picture that the decoder believes in.",
    )  # fmt: skip
    said, summary = readings(drawn.pictures, asked)
    with place:
        if step == text_to_image.STEPS:
            tiles.draw(tiles.film(drawn.frames, said))
            st.markdown(summary)
        else:
            tiles.draw(tiles.row(drawn.frames[step], about="Noise and picture", kind="small"))
            tiles.draw(tiles.row(drawn.believed[step], about="Believed picture", kind="small"))
            st.markdown(
                f"After {step} of {text_to_image.STEPS} steps. Above, what is left of the noise; below, the picture that the decoder believes in at this moment."
            )


def readings(pictures: np.ndarray, asked: subject.Asked) -> tuple[list[str], str]:
    """What is read of each sample, and in one sentence how many are as they were asked for."""
    if asked.record.config["data"] != "shapes":
        return [], f"{len(pictures)} samples of one caption: the noise decides what the caption leaves open."
    read, wanted = subject.seen_in(pictures), subject.asked_for(asked.text)
    right = attributes.right(read, wanted)[attributes.PRODUCT].tolist()
    said = [(tiles.right if ok else tiles.wrong)(subject.in_words(one)) for one, ok in zip(read, right, strict=True)]
    if bool((wanted == attributes.NOTHING).all()):
        return [
            subject.in_words(one) for one in read
        ], "The caption names neither a shape nor a colour nor a size of one figure."
    return (
        said,
        f"**{sum(right)} of {len(right)}** samples are what the caption says, as a rule reads them.",
    )


def explained(record: Record) -> str:
    """How a caption becomes a picture, and where what was learned is from."""
    return (
        "**Caption → text code → prior → picture code → decoder → picture.** The encoders are those of *Pictures and words* and stay as they are. Each sample has noise of its own. "
        f"{subject.credit(record.config['data'])}."
    )


def other_noise() -> None:
    """Another number of the noise. For a button's callback."""
    links.NOISE.set(int(np.random.default_rng().integers(10_000)))


def guided(record: Record | None) -> Record | None:
    """The record, where attributes were measured by guidance; of emoji there are none."""
    return record if record is not None and "by_guidance" in record.metrics else None


# Cases of "Try this" ----------------------------------------------------------------------------------------------------


def seen_by_nobody() -> None:
    """A pair of shape and colour that the encoders have not seen either. For a button's callback."""
    _case({"data": "shapes", "caption": "a large green star in the middle"})


def leave_it_open() -> None:
    """A caption that names a colour alone. For a button's callback."""
    _case({"data": "shapes", "caption": "red"})


def two_figures() -> None:
    """A caption of two figures, of which no picture here has ever shown any. For a button's callback."""
    _case({"data": "shapes", "caption": "a small red disc left of a large blue square"})


def too_much() -> None:
    """The strongest guidance. For a button's callback."""
    _case({"data": "shapes", "caption": "a violet figure", "guidance": 5.0})


def _case(values: dict[str, object]) -> None:
    others = ("caption", "name", "noise", "guidance", "prior", "moment")
    TABLE.case(values, *(name for name in others if name not in values))
