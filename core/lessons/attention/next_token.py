"""What comes next? The distribution of the next token, and the text that is drawn from it."""

from __future__ import annotations

import html
from dataclasses import dataclass

import streamlit as st
import torch

from core import lab
from core.analysis.generation import Sampling
from core.data.pieces import Pieces
from core.data.visible import visible
from core.lessons.attention import charts_next_token as charts
from core.lessons.attention import links
from core.lessons.attention.charts_next_token import percent
from core.lessons.attention.next_tokens import MOST_WRITTEN, Continuation, NextToken, Written, next_token
from core.lessons.attention.subject import Subject
from core.rng import generator
from core.ui.charted import draw_chart
from core.ui.look import look_now
from core.ui.words import plain

SHOWN = 10  # candidates


def show(subject: Subject, text: str) -> None:
    """The next token, and what the model writes; of an encoder one sentence that says why there is none."""
    if not subject.causal:
        st.info(
            f"{plain(subject.title)} was not trained to guess the next token: choose a language model above.",
            icon=":material/arrow_forward:",
        )
        return
    pieces = subject.pieces(text)
    if not pieces.ids:
        st.info("Write a sentence above: a guess needs a token to start from.", icon=":material/edit:")
        return
    _what_comes(subject, text)


@dataclass(frozen=True)
class Draw:
    """How tokens are drawn, and with which seed."""

    sampling: Sampling
    seed: int


def _what_comes(subject: Subject, text: str) -> None:
    """The distribution at a position, and the text that grows from it."""
    pieces = subject.pieces(text)
    count = links.WRITTEN.value()
    links.WRITTEN.put(str(count) if count else None)
    left, right = st.columns([0.6, 0.4], gap="large")
    with right:
        draw = _controls()
        at = _position(pieces, count)
    continuation = _continuation(subject, tuple(pieces.ids), draw)
    written = continuation.tokens(count)
    if at < len(pieces.ids):
        logits, last = subject.reading(text).output[at - 1], subject.words.name(pieces.ids[at - 1])
    else:
        logits = continuation.logits(count)
        last = subject.words.name(written[-1].token if written else pieces.ids[-1])
    found = next_token(logits, draw.sampling, SHOWN)
    with left:
        best = found.candidates[0]
        st.subheader(
            f"Measured: after “{plain(visible(last))}” the likeliest token is “{plain(visible(subject.words.name(best.token)))}”, "
            f"{percent(best.own)}; {found.own_bits:.1f} bits are open",
            anchor=False,
        )
        rows = [
            {"token": visible(subject.words.name(one.token)), "own": one.own, "drawn": one.drawn}
            for one in found.candidates
        ]
        spec = charts.candidates(rows, look_now())
        draw_chart(spec, key=f"{links.PREFIX}_next_chart")
    with right:
        st.caption(_about(found, len(subject.words), draw))
    _text(subject, pieces, text, written)
    _buttons(count)
    seen = len(pieces.ids) + count
    if seen > subject.model.context:
        st.caption(
            f"The model sees its last {subject.model.context} tokens; of the {seen} here the first "
            f"{seen - subject.model.context} no longer count."
        )


def _controls() -> Draw:
    temperature = links.TEMPERATURE.widget(
        st.select_slider,
        shown="{:.1f}".format,
        help="What the logits are divided by: 1 leaves the model's own guess, 0 always takes the likeliest token.",
    )
    k_column, p_column = st.columns(2)
    with k_column:
        top_k = links.TOP_K.widget(
            st.select_slider,
            shown=lambda k: str(k) if k else "all",
            help="Only so many of the likeliest tokens can be drawn.",
        )
    with p_column:
        top_p = links.TOP_P.widget(
            st.select_slider,
            shown="{:g}".format,
            help="Only the likeliest tokens that together reach this probability can be drawn (Holtzman et al. 2020).",
        )
    seed = links.DRAW.input(help="Another seed draws another text.")
    return Draw(Sampling(temperature, top_k, top_p), seed)


def _position(pieces: Pieces, written: int) -> int:
    """After how many tokens the guess is looked at; all of the sentence's means: at the end, behind what is written."""
    count = len(pieces.ids)
    if count == 1:
        return count
    end = "the end" if written else f"{count}, the last"

    def shown(position: int) -> str:
        return f"{position}: {visible(pieces.names[position - 1])}" if position else end

    return links.AFTER.widget(st.select_slider, (*range(1, count), 0), shown=shown) or count


def _about(found: NextToken, size: int, draw: Draw) -> str:
    """What the settings do to the guess."""
    open_now = f"The model's own guess leaves {found.own_bits:.2f} bits open, what is drawn from {found.drawn_bits:.2f}: as many as {2**found.drawn_bits:,.1f} equally likely tokens."
    if found.possible == size:
        return f"{open_now} All {size:,} tokens can be drawn."
    tokens = "1 token" if found.possible == 1 else f"{found.possible:,} tokens"
    return f"{open_now} {tokens} of {size:,} can be drawn; what is cut off had {percent(found.cut)} of the model's own guess."


# The text --------------------------------------------------------------------------------------------------------


@lab.memo(
    label="Texts that models write", cost=1_600_000
)  # what 200 tokens from 2,048 take: a text grows after it was made
def _continuation(subject: Subject, ids: tuple[int, ...], draw: Draw) -> Continuation:
    model, on = subject.model, subject.heads_on
    start = torch.tensor(ids, device=next(model.parameters()).device)
    return Continuation(
        lambda seen: model(seen, heads_on=on), start, generator(draw.seed, "next token"), model.context, draw.sampling
    )


def _text(subject: Subject, pieces: Pieces, text: str, written: list[Written]) -> None:
    """The sentence, and what is written after it, each token over a bar of the probability with which it was drawn."""
    start = html.escape(_running(text[: pieces.cut]))
    tokens = []
    for one in written:
        said = f"drawn with {percent(one.drawn)}; the model's own {percent(one.own)}, rank {one.rank:,}"
        name = html.escape(_running(subject.words.name(one.token)))
        tokens.append(f'<b title="{said}" style="--p:{100 * one.drawn:.0f}%">{name}</b>')
    st.html(f'<p class="ll-written" dir="auto">{start}{"".join(tokens)}</p>')
    if pieces.cut is not None:
        st.caption(
            f"The sentence is longer than the {subject.most} tokens that are read; the writing continues from there."
        )
    if written:
        first = min(written, key=lambda one: one.own)
        st.caption(
            f"The {len(written)} written token{'' if len(written) == 1 else 's'} in the accent; the bar under each is the probability with which it was "
            f"drawn. The least expected: “{plain(visible(subject.words.name(first.token)))}”, rank {first.rank:,} with "
            f"{percent(first.own)} of the model's own guess."
        )


def _running(text: str) -> str:
    """A running text: its spaces and line breaks act, all else that is unseen is shown."""
    return "\n".join(" ".join(visible(part) for part in line.split(" ")) for line in text.split("\n"))


def _buttons(count: int) -> None:
    prefix, full = links.PREFIX, count >= MOST_WRITTEN
    with st.container(horizontal=True):
        st.button(
            "Next token",
            key=f"{prefix}_one_more",
            on_click=_write,
            args=(1,),
            disabled=full,
            icon=":material/chevron_right:",
        )
        st.button(
            "20 tokens",
            key=f"{prefix}_twenty_more",
            on_click=_write,
            args=(20,),
            disabled=full,
            icon=":material/double_arrow:",
        )
        st.button(
            "Start again",
            key=f"{prefix}_start_again",
            on_click=_write,
            args=(None,),
            disabled=not count,
            icon=":material/replay:",
        )
    if full:
        st.caption(f"{MOST_WRITTEN} tokens are written; the text grows no further.")


def _write(more: int | None) -> None:
    """Let the text grow by so many tokens; None: back to the sentence."""
    links.WRITTEN.set(0 if more is None else min(links.WRITTEN.value() + more, MOST_WRITTEN))
