"""The card of a lesson on the home page: what its own model makes of something, the question, and the way in.

A lesson's `LESSON.card` says what stands on it, as HTML made with `said` or `film`. A lesson that says nothing shows a moving
picture of its default model while that learned.
"""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import streamlit as st
from PIL import Image

from core import data, lab
from core.course import LESSONS, Lesson
from core.data.figures import sheet
from core.events import Preview
from core.experiment import get
from core.store.preview_rows import answers, rows
from core.store.record import Record
from core.ui import look
from core.ui.components.source import Component
from core.ui.lesson import slice_of
from core.ui.navigation import page_of

_BEEN = Component("been_there")
BESIDE = 12  # letters
FRAME_MS, LAST_FRAME_MS = 500, 2500
MOST_ROWS, LEAST_ROWS = 4, 3
SHAPE = 1.5  # width by height, about that of every card's picture


def card(lesson: Lesson, section: str) -> None:
    """Draw the card below the name of its section; where there is no picture yet, its place says so."""
    with st.container(border=True, height="stretch", key=f"card_{lesson.slug}"):
        shown = slice_of(lesson.slug).card() or _of_models(lesson) or '<p class="ll-none">No picture yet</p>'
        st.html(f'<div class="ll-face">{shown}</div><p class="ll-section">{html.escape(section)}</p>')
        st.page_link(page_of(lesson), label=f"**{lesson.title}**", icon=lesson.icon)
        been = '<span class="ll-been"> · opened before</span>'
        st.html(f'<p>{lesson.question}</p><p class="ll-minutes">{lesson.minutes} min{been}</p>')


def marks() -> None:
    """Mark the cards of lessons that this browser has opened: the browser alone knows, and the server is not told."""
    rules = (f'[data-been~="{one.slug}"] .st-key-card_{one.slug} .ll-been{{display:inline}}' for one in LESSONS)
    look.rules("".join(rules))
    _BEEN(key="been_there", data={"lessons": [one.slug for one in LESSONS]})


def said(lines: Sequence[tuple[str, str]]) -> str:
    """A card of words, as HTML: what was asked and the answer; beside each other, or below where one asks much."""
    cells = (f"<dt>{html.escape(asked)}</dt><dd>{html.escape(answer)}</dd>" for asked, answer in lines)
    below = " ll-below" if any(len(asked) > BESIDE for asked, _ in lines) else ""
    return f'<dl class="ll-words{below}">{"".join(cells)}</dl>'


def of_default(experiment: str, draw: Callable[[Record], str | None]) -> str | None:
    """A card of an experiment's default model, as HTML; None where there is none, or its weights or data cannot be read."""
    view = lab.view(experiment, get(experiment).default(), 0)
    if not isinstance(view, lab.Ready):
        return None
    try:
        return draw(view.record)
    except (lab.Damaged, data.Missing):
        return None


def film(record: Record, title: str) -> str | None:
    """A card of a moving picture, as HTML: a model's previews, one frame an age; None where they are no pictures.

    title: of the lesson, for those who do not see it. Raises lab.Damaged.
    """
    pictures = _film(record)
    if pictures is None:
        return None
    moving, still = pictures
    alt = html.escape(f"A network of the lesson {title} at several ages: question, answer, truth")
    return f'<img class="ll-card ll-moves" src="{moving}" alt="{alt}"><img class="ll-card ll-still" src="{still}" alt="{alt}">'


def _of_models(lesson: Lesson) -> str | None:
    """The film of the first of the lesson's experiments whose default model has one."""
    for name in lesson.experiments:
        shown = lab.view(name, get(name).default(), 0)
        if isinstance(shown, lab.Ready):
            try:
                found = film(shown.record, lesson.title)
            except (lab.Damaged, KeyError):  # a preview of an older version may lack a row
                continue
            if found is not None:
                return found
    return None


@lab.memo(label="Films on cards of lessons")
def _film(record: Record) -> tuple[str, str] | None:
    """An animated WebP and its last frame as data URIs: still rows of the first preview around the rows that change.

    It plays once: what moves for ever beside a text keeps from reading, and costs each browser its processor.
    """
    kept = lab.previews(record)
    previews = tuple(Preview(p.i, {n: a for n, a in p.arrays.items() if a.dtype == np.uint8}) for p in kept)
    if not previews or not previews[0].arrays:
        return None
    names = answers(previews)
    strips = [_few([row for _, row in rows(previews[0], preview, names)]) for preview in previews]
    frames = [Image.fromarray(sheet(strip, scale=1, gap=1)) for strip in strips]
    times = [FRAME_MS] * (len(frames) - 1) + [LAST_FRAME_MS]
    return (
        _uri(frames[0], save_all=True, append_images=frames[1:], duration=times, loop=1),
        _uri(frames[-1]),
    )


def _uri(picture: Image.Image, **more: Any) -> str:
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", lossless=True, **more)
    return "data:image/webp;base64," + base64.b64encode(buffer.getvalue()).decode()


def _few(strip: list[np.ndarray]) -> list[np.ndarray]:
    """At most MOST_ROWS rows, evenly taken, of pictures that fill a card's place; the last row is the truth."""
    most = min(MOST_ROWS, max(LEAST_ROWS, round(len(strip[0]) / SHAPE)))
    rows = [strip[i] for i in np.linspace(0, len(strip) - 1, min(most, len(strip))).round().astype(int)]
    return [row[: round(SHAPE * len(rows))] for row in rows]
