"""Lesson: a transformer's attention heads, what they look at, and what the model does with it."""

import streamlit as st

from core import data, lab
from core.course import by_slug
from core.experiment import get
from core.experiments import language_model
from core.lessons.attention import choose, forming, head_effects, live, next_token, stage, weights
from core.lessons.attention import subject as subjects
from core.lessons.attention.charts_live import live_bits
from core.nn import attention
from core.ui import knobs, lesson, training, url
from core.ui.own import text as own_text

LM = get("language_model")
A = by_slug("attention").prefix


def set_up(text: str, other: str = "", source: str | None = None) -> None:
    """Put a case on the stage."""
    for name, value in {"t": text, "t2": other, "from": source}.items():
        if value is not None:
            st.session_state[url.key(A, name)] = value


def this_model(source: str, knobs_above: dict[str, str]) -> None:
    """What the model is, its training, and the menus that change it."""
    st.header("This model", anchor=False)
    if source == subjects.MINILM:
        credit = data.minilm.SOURCE
        st.markdown(
            f"{credit.title}, {credit.licence}, from the {credit.origin}: an encoder of 6 layers × 12 heads that others trained. The lab reads "
            "its weights with code of its own. It sees the whole sentence at once, so its heads look ahead as well, and it was trained to give "
            "sentences of like meaning like vectors, not to guess the next token."
        )
        return
    panel, change = st.container(), st.expander("Change what is trained", icon=":material/tune:")
    with change:
        config, seed = knobs.controls(A, LM, knobs_above)
        if source == "own":
            own_text.form(A)
    named = "your text" if source == "own" else data.texts.ENTRIES[config.data].title
    size = (
        f"{config.depth} layer{'s' if config.depth > 1 else ''} × {config.heads} head{'s' if config.heads > 1 else ''}"
    )
    facts = f"a decoder-only transformer on {named} · {size} · {choose.TOKENS[config.tokens].lower()}"
    with panel:
        training.panel(training.Setting(A, LM, config, seed, facts), training.Shown(live.live, live_bits))


lesson.head("attention", on_reset=lambda: stage.reset(A))
said, play, switched, saying, ageing, looking, about, cards, how = (st.container() for _ in range(9))
with play:
    left, right = st.columns(2, gap="medium")
    with left:
        source = choose.source(A)
    with right:
        kind = choose.tokens(A) if source != subjects.MINILM else ""
stage_alone = lesson.first_paint(A)
record, knobs_above = None, {}
if source != subjects.MINILM:
    name = own_text.chosen(A) if source == "own" else source
    if name is None:
        with said:
            lesson.say_notes(A, again=stage_alone)
        with play:
            own_text.form(A)
        st.stop()
    knobs_above = {"data": name, "tokens": kind}
    config, seed = knobs.linked(A, LM, knobs_above)  # the menus stand below: nothing is drawn before the stage
    found = lab.view("language_model", config, seed)
    if not isinstance(found, lab.Ready):
        with play:
            training.say_not_ready(found, "language model")
        if not stage_alone:
            with about:
                this_model(source, knobs_above)
        with said:
            lesson.say_notes(A, again=stage_alone)
        st.stop()
    record = found.record
text, other = choose.sentences(A)
try:
    subject = subjects.minilm(A) if record is None else subjects.ours(A, record, choose.SOURCES[source])
    pieces = subject.pieces(text)
except (lab.Damaged, data.Missing) as error:
    play.error(str(error), icon=":material/broken_image:")
    st.stop()
with play:
    stage.stage(subject, (text, other), stage_alone)
if stage_alone or not text.strip() or not pieces.ids:
    if not stage_alone:
        with about:
            this_model(source, knobs_above)
    with said:
        lesson.say_notes(A, again=stage_alone)
    st.stop()

with switched:
    head_effects.section(subject, text)
with saying:
    next_token.section(subject, text)
with ageing:
    if record is not None:
        forming.section(subject, text)
with looking:
    folded = st.expander(
        "Look at the weights",
        url.get(A, "see") is not None,
        key=f"{A}_weights",
        icon=":material/grid_on:",
        on_change="rerun",
    )
    if folded.open:  # nobody waits for what is folded
        with folded:
            weights.section(subject, text, stage.chosen(subject))
with about:
    this_model(source, knobs_above)
with cards:
    lesson.try_this(A, [
        lesson.Try("Who was it again?", "A sentence that repeats itself. Which head looks at what followed the same token before?", set_up,
                   ("And Moses said unto Aaron, Go. And Moses said unto Aaron, Go",)),
        lesson.Try("The same head, two sentences", "Does a head look at places, or at words? Compare the lines below each other.", set_up,
                   ("And the king said unto the woman, Give me the bread", "And the woman said unto the king, Give me the bread")),
        lesson.Try("A real encoder", "MiniLM reads the whole sentence at once. Many of its heads rest on [SEP]: a place to look at when there is nothing to say.", set_up,
                   (choose.SENTENCE, "", subjects.MINILM)),
    ])  # fmt: skip
with how, st.expander("How it works: a soft look-up in every layer", icon=":material/schema:"):
    st.markdown(
        "Each token asks a question, its query $q = W_q x$. Each token it may see offers a key $k = W_k x$ and a value $v = W_v x$. The better "
        "a key fits the query, the more of its value is taken ([Vaswani et al. 2017](https://arxiv.org/abs/1706.03762), equation 1):"
    )
    st.latex(
        r"\mathrm{attention}(Q, K, V) = \mathrm{softmax}\!\left(\frac{Q K^\top}{\sqrt{d}} + M\right) V, \qquad M_{ij} = -\infty \text{ where } j > i"
    )
    st.markdown(
        "The mask $M$ hides what comes later, so that each token's guess of the next one is honest. Heads do this side by side, each in its own "
        "share of the width; what they say is added to the token. A head whose weight lies on one kind of token gets that name by its score "
        "alone: where it looks is measured, *why* it looks is not. Attention is not an explanation by itself: switch the head off and see."
    )
    lesson.code_that_ran(attention.attend, language_model.next_token_loss)
with said:  # last: each part above may have something to say about the link
    lesson.say_notes(A)
