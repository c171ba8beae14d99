"""Rows of pictures with a name before each row: what a network makes of the same pictures, one way a row."""

from __future__ import annotations

import html
from collections.abc import Sequence

import numpy as np
import streamlit as st

from core import lab
from core.data.figures import data_uri, sheet


def gallery(
    rows: Sequence[tuple[str, np.ndarray]], notes: Sequence[str] = (), marked: str | None = None, about: str = ""
) -> None:
    """rows: (name, uint8 (n, height, width, channels)). notes: one a row. marked: the name of the row in the accent.

    The pictures travel with the page: a stored file could be gone before it is asked for.
    """
    cells = []
    for i, (name, pictures) in enumerate(rows):
        note = f"<small>{html.escape(notes[i])}</small>" if i < len(notes) and notes[i] else ""
        kind = ' class="ours"' if name == marked else ""
        alt = html.escape(f"{about}: {name}" if about else name)
        cells.append(
            f'<dt{kind}>{html.escape(name)}{note}</dt><dd{kind}><img src="{_strip(pictures)}" alt="{alt}"></dd>'
        )
    st.html(f'<dl class="ll-gallery">{"".join(cells)}</dl>')


@lab.memo(label="Rows of pictures")
def _strip(pictures: np.ndarray) -> str:
    return data_uri(sheet([pictures], scale=1, gap=1))
