"""Which text the network has learned from: the switch above the stage."""

from __future__ import annotations

import html
from dataclasses import replace
from functools import partial

import numpy as np
import streamlit as st

from core import data, lab
from core.data.sentences import vocabulary
from core.experiments import masked_lm
from core.lessons.fill_in_the_blank import links, subject
from core.lessons.fill_in_the_blank.links import SOURCES
from core.lessons.fill_in_the_blank.subject import Subject
from core.ui.own import text as own_text
from core.ui.page import Model, Page, Panel


def facts(config: masked_lm.Config) -> str:
    """One line for the panel."""
    entry = data.texts.ENTRIES.get(config.data)
    text = "your text" if entry is None else entry.title
    layers = f"{config.depth} layer{'s' if config.depth > 1 else ''}"
    replaced = "by [MASK]" if config.corruption == "mask" else "80/10/10"
    return (
        f"a bidirectional transformer on {text} · {layers} · {100 * config.share:.0f}% of the words hidden, {replaced}"
    )


def live(job: lab.JobView) -> None:
    """What a run fills into a held-out sentence now."""
    try:
        words = vocabulary(job.config["data"], job.config["words"]).words
    except data.Missing as error:
        st.caption(str(error))
        return
    st.caption(
        f"A held-out sentence at step {job.preview.i:,}: the three likeliest words of each blank, the true one marked."
    )
    st.html(filled({name: np.asarray(part) for name, part in job.preview.arrays.items()}, words))


def filled(arrays: dict[str, np.ndarray], words: tuple[str, ...]) -> str:
    """The sentence of a preview as HTML, what is filled in above each other."""
    guesses = dict(zip(arrays["places"].tolist(), arrays["guesses"].tolist(), strict=True))
    cells = []
    for place, number in enumerate(arrays["sentence"].tolist()[1:-1], 1):
        if place not in guesses:
            cells.append(f"<span>{html.escape(words[number])}</span>")
            continue
        rows = (
            f"<b>{html.escape(words[i])}</b>" if i == number else f"<i>{html.escape(words[i])}</i>"
            for i in guesses[place]
        )
        cells.append(f'<span class="blank">{"".join(rows)}</span>')
    return f'<p class="ll-fblive" dir="auto">{"".join(cells)}</p>'


PANEL = Panel("masked_lm", facts, live, noun="masked language model")


def model(page: Page) -> Model | None:
    """Draws the choice of a text above the stage; the model. None, and a form in its place, where there is no text of one's own yet."""
    with page.play:
        source = _source()
    if source != "own":
        return page.model(PANEL, {"data": source})
    form, text = partial(own_text.form, links.TEXT), own_text.chosen(links.TEXT)
    if text is None:
        page.block(form)
        return None
    return page.model(replace(PANEL, change=form), {"data": text})


def _source() -> str:
    here = [name for name in SOURCES if name == "own" or data.available(name)]
    chosen = links.FROM.widget(st.segmented_control, here, here[0], SOURCES.__getitem__, required=True, wrap=True)
    if "kjv" not in here:
        st.caption(f"The King James Bible is not on this machine. {data.how_to_get('kjv')}")
    return chosen


def on_stage(page: Page, found: Model | None) -> Subject | None:
    """The network with its words; None, and a sentence in the place of the stage, where they cannot be read."""
    if page.blocked or found is None:
        return None
    try:
        return subject.subject(found.record)
    except (lab.Damaged, data.Missing) as error:
        said = str(error)
        page.block(lambda: st.error(said, icon=":material/broken_image:"))
        return None
