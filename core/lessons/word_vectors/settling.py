"""How the neighbours of a few words settle while vectors are learned: live, and from the stored previews."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core import lab
from core.data.words import corpus
from core.events import Preview
from core.lessons.word_vectors.charts_settling import settling
from core.lessons.word_vectors.links import PREFIX
from core.ui.charted import draw_chart
from core.ui.look import look_now

SHOWN = 3  # watched words beside a live loss; all of them where there is room


def live(job: lab.JobView) -> None:
    """The neighbours so far of the first watched words, while a training runs."""
    words = corpus(job.config["data"], job.config["min_count"]).words
    rows = rows_of(job.previews, words, SHOWN)
    if rows:
        draw_chart(settling(rows, look_now()), key=f"settling_{job.key}")


def stored(record: lab.Record) -> None:
    """The same from the finished training; a sentence where its previews are damaged."""
    words = corpus(record.config["data"], record.config["min_count"]).words
    try:
        rows = rows_of(lab.previews(record), words, 6)
    except lab.Damaged as error:
        st.error(str(error), icon=":material/broken_image:")
        return
    if rows:
        draw_chart(settling(rows, look_now()), key=f"{PREFIX}_settled")
        st.caption(
            "The five nearest words of six watched ones at some steps of the training; what stayed to the end is in the accent."
        )


def rows_of(previews: Sequence[Preview], words: Sequence[str], most: int) -> list[dict[str, Any]]:
    """watched, step, rank, word: what `settling` draws, of the first `most` watched words."""
    return [
        {"watched": words[watched], "step": preview.i, "rank": rank, "word": words[near]}
        for preview in previews
        for watched, nearest in zip(
            preview.arrays["watched"][:most].tolist(), preview.arrays["nearest"].tolist(), strict=False
        )
        for rank, near in enumerate(nearest, 1)
    ]
