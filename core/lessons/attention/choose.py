"""Which model and which sentences: the controls above the stage."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import streamlit as st

from core import data, lab
from core.experiment import get
from core.lessons.attention import links, live
from core.lessons.attention.charts_live import live_bits
from core.lessons.attention.links import MINILM, SOURCES, TOKENS, WHOLE
from core.lessons.attention.subject import Subject, minilm, ours
from core.ui import knobs
from core.ui.own import text as own_text
from core.ui.page import Model, Page, Panel, Published

PANEL = Panel("language_model", live.facts, live.live, live_bits, noun="language model")
_OPENED = f"_{links.PREFIX}_opened"  # a session key


def encoder() -> Published:
    """What MiniLM is, and where its files on this machine are from."""
    source = data.minilm.source()
    return Published(
        f"{source.title}, {source.licence}, from the {source.origin}: an encoder of 6 layers × 12 heads that others trained. "
        "The lab reads its weights with code of its own. It sees the whole sentence at once, so its heads look ahead as well, and it "
        "was trained to give sentences of like meaning like vectors, not to guess the next token."
    )


def open_fresh() -> None:
    """Put what a fresh lesson opens on into the controls, which write it into the address. What an older link leaves out
    still means the defaults of the table."""
    links.TOKEN.set(WHOLE)
    links.FIRST.set(links.OPENS)


def model(page: Page) -> Model | Published | None:
    """Draws the choice of a model above the stage; returns the model. None, and a form in its place, where there is no text
    of one's own yet."""
    if _OPENED not in st.session_state:
        st.session_state[_OPENED] = True
        if not any(name.startswith(f"{links.PREFIX}_") for name in st.query_params):
            open_fresh()
    with page.play:
        left, right = st.columns([0.53, 0.47], gap="medium")
        with left:
            source = _source()
        if source == MINILM:
            return encoder()
        with right:
            tokens = links.TOKEN.widget(
                st.segmented_control, shown=TOKENS.__getitem__, required=True, wrap=True,
                help="Subwords are made by byte-pair encoding of the text: the pairs that occur most are joined, again and again.",
            )  # fmt: skip
    if source != "own":
        return page.model(PANEL, {"data": source, "tokens": tokens})
    form, text = partial(own_text.form, links.TEXT), own_text.chosen(links.TEXT)
    if text is None:
        page.block(form)
        return None
    return page.model(replace(PANEL, change=form), {"data": text, "tokens": tokens})


def _source() -> str:
    """The text that the model has learned from, or the pretrained model; a sentence for each that is not here."""
    found = {"own": True, MINILM: data.minilm.available()}
    here = [name for name in SOURCES if found.get(name, data.available(name))]
    chosen = links.FROM.widget(
        st.segmented_control, here, here[0], SOURCES.__getitem__, required=True, wrap=True,
        help="Three choices train a small model of this lab on a text. MiniLM is a published encoder that others trained on a "
        "billion pairs of sentences.",
        on_change=lambda: _find_tokens(links.TOKEN.drawn()),
    )  # fmt: skip
    if "kjv" not in here:
        st.caption(f"The King James Bible is not on this machine. {data.how_to_get('kjv')}")
    if MINILM not in here:
        st.caption(f"MiniLM, a real pretrained encoder, is not on this machine. {data.how_to_get('minilm')}")
    return chosen


def _find_tokens(*liked: str) -> None:
    """Choose tokens for which the model of the chosen text and menus is there: the first of `liked`, or any. For a callback.
    Where there is none, the tokens stay."""
    source, experiment = links.FROM.drawn(), get(PANEL.experiment)
    text = own_text.chosen(links.TEXT) if source == "own" else source
    if text is None or source == MINILM:
        return
    for tokens in (*liked, *TOKENS):
        config, seed = knobs.linked(links.TABLE, experiment, {"data": text, "tokens": tokens})
        if isinstance(lab.view(experiment.name, config, seed), lab.Ready):
            links.TOKEN.set(tokens)
            return


def subject(page: Page, found: Model | Published | None) -> Subject | None:
    """The model at its age and with its heads; None, and a sentence in the place of the stage, where it cannot be read."""
    if page.blocked or found is None:
        return None
    try:
        on_stage = minilm() if isinstance(found, Published) else ours(found.record)
        on_stage.pieces(sentences()[0])  # it may want the text that the tokens are made of
    except (lab.Damaged, data.Missing) as error:
        said = str(error)
        page.block(lambda: st.error(said, icon=":material/broken_image:"))
        return None
    return on_stage


def sentences() -> tuple[str, str]:
    """The student's sentence, and a second one to compare with or "". Their fields stand on the stage (`fields`)."""
    return links.FIRST.value(), links.SECOND.value()


def fields() -> tuple[str, str]:
    """The two text fields; what stands in them now."""
    first, second = st.columns([0.6, 0.4], gap="medium")
    with first:
        text = links.FIRST.input()
    with second:
        other = links.SECOND.input(placeholder="none")
    return text, other


def sentence(page: Page, on_stage: Subject | None) -> str | None:
    """The sentence that all below the stage is about; call it when the stage is drawn. None where it has no token: the
    stage says so, and nothing stands below it."""
    if on_stage is None:
        return None
    text, _ = sentences()
    if text.strip() and on_stage.pieces(text).ids:
        return text
    page.block()
    return None


def set_up(text: str, other: str = "", source: str = "", tokens: str = WHOLE) -> None:
    """Put sentences on the stage, and a model at its last age. For a button's callback.

    source: a model; "" for the language model at hand, or after the encoder the one that the lesson opens on.
    tokens: those of the model, where it is trained on them.
    """
    links.TABLE.case({"t": text, "t2": other}, "age")
    links.TOKEN.put(None)  # the encoder has tokens of its own, and draws no control that would
    if source:
        links.FROM.set(source)
    elif links.FROM.drawn() == MINILM:
        links.TABLE.case({}, "from")
    _find_tokens(tokens)
