"""The card of a lesson: a moving picture of its own model while it learned, the question, and the way in."""

from __future__ import annotations

import base64
import html
import io

import numpy as np
import streamlit as st
from PIL import Image

from core import data, lab
from core.course import Lesson
from core.data.words import corpus
from core.events import Preview
from core.experiment import get
from core.store.record import Record
from core.ui.figures import sheet
from core.ui.lesson import slice_of
from core.ui.navigation import page_of
from core.ui.previews import answers, rows

FRAME_MS, LAST_FRAME_MS = 500, 2500
MOST_ROWS = 4


def card(lesson: Lesson) -> None:
    """Draw the card; a lesson without a trained model has words alone."""
    with st.container(border=True, height="stretch", key=f"card_{lesson.slug}"):
        picture = _picture(lesson)
        if picture is not None:
            alt = html.escape(f"A network of the lesson {lesson.title} at several ages: question, answer, truth")
            st.html(f'<img class="ll-card" src="{picture}" alt="{alt}">')
        elif (words := _words(lesson)) is not None:
            st.html(words)
        st.page_link(page_of(lesson), label=f"**{lesson.title}**", icon=lesson.icon)
        st.markdown(lesson.question)


def _picture(lesson: Lesson) -> str | None:
    """A data URI from the previews of the lesson's default model, or None where there is none."""
    for name in lesson.experiments:
        experiment = get(name)
        shown = lab.view(name, experiment.default(), 0)
        if isinstance(shown, lab.Ready):
            try:
                return _film(shown.record)
            except (lab.Damaged, KeyError):
                continue
    return None


def _words(lesson: Lesson) -> str | None:
    """For a lesson about words, what its default model holds to be near some of them, or what it answers; None where
    there is none."""
    if (own := slice_of(lesson.slug).card()) is not None:
        return own
    for name in lesson.experiments:
        shown = lab.view(name, get(name).default(), 0)
        if isinstance(shown, lab.Ready) and "min_count" in shown.record.config:
            try:
                return _near(shown.record)
            except (lab.Damaged, KeyError, data.Missing):
                continue
    return None


@lab.memo(label="Cards of lessons")
def _near(record: Record) -> str:
    """Watched words and their nearest ones, as HTML."""
    words = corpus(record.config["data"], record.config["min_count"]).words
    last = lab.previews(record)[-1].arrays
    rows = [
        f"<dt>{html.escape(words[watched])}</dt><dd>{html.escape(' · '.join(words[near] for near in nearest[:3]))}</dd>"
        for watched, nearest in zip(last["watched"].tolist()[:5], last["nearest"].tolist(), strict=False)
    ]
    return f'<dl class="ll-words">{"".join(rows)}</dl>'


@lab.memo(label="Films on cards of lessons")
def _film(record: Record) -> str:
    """An animated WebP: still rows of the first preview around the rows that change, one frame an age."""
    kept = lab.previews(record)
    previews = tuple(Preview(p.i, {n: a for n, a in p.arrays.items() if a.dtype == np.uint8}) for p in kept)
    if not previews or not previews[0].arrays:  # words by their numbers are no picture
        raise KeyError(record.key)
    names = answers(previews)
    strips = [_few([row for _, row in rows(previews[0], preview, names)]) for preview in previews]
    frames = [Image.fromarray(sheet(strip, scale=1, gap=1)) for strip in strips]
    buffer = io.BytesIO()
    times = [FRAME_MS] * (len(frames) - 1) + [LAST_FRAME_MS]
    frames[0].save(buffer, "WEBP", save_all=True, append_images=frames[1:], duration=times, loop=0, lossless=True)
    return "data:image/webp;base64," + base64.b64encode(buffer.getvalue()).decode()


def _few(strip: list[np.ndarray]) -> list[np.ndarray]:
    """At most MOST_ROWS rows, evenly taken; the last one is the truth."""
    return [strip[i] for i in np.linspace(0, len(strip) - 1, min(MOST_ROWS, len(strip))).round().astype(int)]
