"""Act: one caption by three ways, from the same noise: prior and decoder, a decoder of text codes, and a text code taken for a picture's code."""

from __future__ import annotations

import html

import streamlit as st

from core.lessons.text_to_picture import stage, subject, tiles
from core.lessons.text_to_picture.stage import Settings
from core.queue import Several
from core.store.record import Record
from core.ui.poll import poll, progress, together

WAYS = {
    "prior_decoder": ("Prior + decoder", "the prior makes a picture's code out of the text's code"),
    "least_squares": ("Least squares + decoder", "the same, but the prior is a linear map"),
    "text_decoder": ("Decoder on the text code", "the decoder has learned to draw from texts directly"),
    "text_as_image": (
        "Text code as a picture's code",
        "no prior: the decoder is told the text's code as if it were a picture's",
    ),
}


def show(record: Record, settings: Settings) -> None:
    """The caption of the stage, in a row for each way."""
    text = stage.cut(settings.text)
    if not text or not len(subject.read(record, text).vectors):
        st.info("Write a caption on the stage, with words that are known.", icon=":material/edit:")
        return
    all_asked = {way: subject.Asked(record, text, way, settings.guidance, settings.noise) for way in WAYS}
    works = poll(
        together(*(lambda asked=asked: subject.ask(asked) for asked in all_asked.values())),
        progress("The same noise, four ways …"),
    )
    if works is not None:
        draw(works, all_asked)
    st.caption(
        "All rows begin with the same noise and have one decoder; only what it is told differs. Caption, noise and guidance are those of the stage. "
        f"{subject.credit(record.config['data'])}."
    )


def draw(works: Several, all_asked: dict[str, subject.Asked]) -> None:
    """One row a way, with how many samples are right."""
    if works.failure is not None:
        st.error(works.failure or "This was stopped; change a setting to begin again.", icon=":material/error:")
        return
    rows = []
    for (way, asked), view in zip(all_asked.items(), works.views, strict=True):
        notes, _ = stage.readings(view.value.pictures, asked)
        name, about = WAYS[way]
        right = sum(note.startswith("✓") for note in notes)
        count = f" · <b>{right} of {len(notes)}</b> right" if any(note[0] in "✓✗" for note in notes) else ""
        head = f"<b>{html.escape(name)}</b>{count}<small>{html.escape(about)}</small>"
        kind = ' class="ours"' if way == "prior_decoder" else ""
        rows.append(f"<dt{kind}>{head}</dt><dd>{tiles.row(view.value.pictures, notes, about=name, kind='small')}</dd>")
    tiles.draw(f'<dl class="ll-tpways">{"".join(rows)}</dl>')
