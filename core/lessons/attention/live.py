"""The panel of a run: what is trained, and what the model writes while it learns."""

from __future__ import annotations

import html

import numpy as np
import streamlit as st

from core import data, lab
from core.data.tokens import vocabulary
from core.data.visible import visible
from core.events import Preview
from core.experiments.language_model import Config
from core.lessons.attention.links import TOKENS

PROMPT = 4  # characters that the model is given: "And "


def facts(config: Config) -> str:
    """One line for the panel."""
    entry = data.texts.ENTRIES.get(config.data)
    text = "your text" if entry is None else entry.title
    layers = f"{config.depth} layer{'s' if config.depth > 1 else ''}"
    heads = f"{config.heads} head{'s' if config.heads > 1 else ''}"
    return f"a decoder-only transformer on {text} · {layers} × {heads} · {TOKENS[config.tokens].lower()}"


def sample(preview: Preview, text: str, tokens: str) -> str:
    """The text of a preview, as it would be printed."""
    return vocabulary(text, tokens).decode(np.asarray(preview.arrays["sample"]).tolist())


def live(job: lab.JobView) -> None:
    """The newest sample of a run, and an early one to compare with."""
    try:
        early, now = (sample(p, job.config["data"], job.config["tokens"]) for p in (job.previews[0], job.preview))
    except data.Missing as error:
        st.caption(str(error))
        return
    shown = [("at the start", early)] if job.preview.i != job.previews[0].i else []
    shown.append((f"at step {job.preview.i:,}", now))
    for when, text in shown:
        st.caption(f"What it writes {when}:")
        st.html(f'<p class="ll-sample">{paragraph(text)}</p>')


def paragraph(text: str) -> str:
    """A sample as HTML: literal, line breaks kept, what cannot be seen made visible."""
    lines = (html.escape("".join(sign if sign == " " else visible(sign) for sign in line)) for line in text.split("\n"))
    return "<bdi>" + "<br>".join(lines) + "</bdi>"
