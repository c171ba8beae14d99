"""What the ways to look at weights share: a matrix as a picture, its scale, a chart, and the names of tokens."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st

from core import data, lab
from core.charts import theme
from core.charts.shades import signed
from core.data import relations
from core.data.figures import data_uri
from core.lessons.attention import links
from core.lessons.attention import matrices as weights
from core.lessons.attention.subject import Subject
from core.ui.charted import draw_chart
from core.ui.look import look_now

BRIGHTEST = 0.995  # of all numbers are within the scale of a picture


def picture(values: np.ndarray, top: float, caption: str, alt: str, shape: str) -> None:
    """A picture of signed numbers, a pixel a number. caption: our own HTML. shape: "square", "wide", or "low" for its own."""
    st.html(
        f'<figure class="ll-weights {shape}"><figcaption>{caption}</figcaption>'
        f'<img src="{data_uri(signed(values, top, look_now().dark))}" alt="{html.escape(alt)}"></figure>'
    )


def scale(top: float, exact: bool = False) -> None:
    """What the colours say. exact: no number lies outside."""
    low, high = f"−{top:.2g}", f"{top:.2g}"
    if not exact:
        low, high = f"{low} or less", f"{high} or more"
    bar = data_uri(signed(np.linspace(-1, 1, 129)[None], 1, look_now().dark))
    st.html(
        f'<div class="ll-scale"><span>{low}</span><img src="{bar}" alt="orange below zero, the ground at it, blue above"><span>{high}</span></div>'
    )


def chart(build: Callable[..., Any], rows: list[dict[str, Any]], name: str) -> None:
    """Draw what `build` makes of the rows. name: of the chart, unique in the lesson."""
    spec = theme.spec(build, rows, look_now())
    draw_chart(spec, key=f"{links.PREFIX}_w_{name}")


def names(subject: Subject) -> Callable[[int], str]:
    """The name of a token by its number."""
    return subject.words.name if subject.causal else data.minilm.names().__getitem__


def frequent(subject: Subject) -> list[int]:
    """Of a language model the tokens of its text, most frequent first; of MiniLM, whose text nobody has, common words."""
    if not subject.causal:
        return _common()
    if subject.record is None:
        return []
    return list(weights.frequent(subject.record.config["data"], subject.record.config["tokens"]))


@lab.memo(label="Words to look at in MiniLM")
def _common() -> list[int]:
    """The words of the lab's groups that MiniLM has as one token, some of each group at first."""
    number = {name: i for i, name in enumerate(data.minilm.names())}
    groups = [group.words for group in relations.GROUPS]
    mixed = [words[i] for i in range(max(map(len, groups))) for words in groups if i < len(words)]
    return [number[word] for word in dict.fromkeys(mixed) if word in number]
