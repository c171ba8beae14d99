"""Pictures beside each other in HTML: samples with what is read of them, and samples that come out of the noise as a film."""

from __future__ import annotations

import html
from collections.abc import Sequence

import numpy as np
import streamlit as st

from core.data.figures import data_uri


def row(pictures: np.ndarray, notes: Sequence[str] = (), about: str = "Sample", kind: str = "") -> str:
    """Pictures uint8 (n, 32, 32, 3), each with a note below it. kind: a class of the row."""
    cells = []
    for i, picture in enumerate(pictures):
        note = notes[i] if i < len(notes) else ""
        alt = f"{about} {i + 1}" + (f": {plain_of(note)}" if note else "")
        cells.append(f'<figure><img src="{data_uri(picture)}" alt="{html.escape(alt)}">{_noted(note)}</figure>')
    return f'<div class="ll-tp {kind}">{"".join(cells)}</div>'


def film(frames: np.ndarray, notes: Sequence[str] = (), about: str = "Sample") -> str:
    """Samples as they come out of the noise, once: frames uint8 (steps, n, 32, 32, 3). Who asks for less motion sees the end alone."""
    cells = []
    for i in range(frames.shape[1]):
        strip = np.concatenate(list(frames[:, i]), axis=1)
        note = notes[i] if i < len(notes) else ""
        alt = f"{about} {i + 1}" + (f": {plain_of(note)}" if note else "")
        style = f"--frames:{len(frames)}"
        cells.append(
            f'<figure><span class="film"><img src="{data_uri(strip)}" alt="{html.escape(alt)}" style="{style}"></span>{_noted(note)}</figure>'
        )
    return f'<div class="ll-tp">{"".join(cells)}</div>'


def right(text: str) -> str:
    """A note of what is as it was asked for."""
    return f"✓ {text}"


def wrong(text: str) -> str:
    """A note of what is not."""
    return f"✗ {text}"


def plain_of(note: str) -> str:
    """A note for who cannot see it."""
    return note.replace("✓", "right,").replace("✗", "wrong,")


def _noted(note: str) -> str:
    if not note:
        return ""
    kind = {"✓": "ours", "✗": "off"}.get(note[0], "")
    return f'<figcaption class="{kind}">{html.escape(note)}</figcaption>'


def draw(markup: str) -> None:
    """Put it on the page."""
    st.html(markup)
