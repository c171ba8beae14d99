"""One sentence as its own training data: the table of features and labels, and the guesses of the inner layers."""

from __future__ import annotations

import html
import math
from typing import Any

import streamlit as st

from core import lab
from core.data.pieces import Pieces
from core.data.visible import visible
from core.lessons.attention import charts_lens as charts
from core.lessons.attention import links
from core.lessons.attention.charts_next_token import percent
from core.lessons.attention.next_tokens import Guess, Lens, guesses, lens, settling
from core.lessons.attention.subject import Subject
from core.ui.charted import draw_chart
from core.ui.look import look_now
from core.ui.words import plain

BEFORE = 12  # tokens of a row's features
SHORT = 6  # signs of a token that fit anywhere; each cell that clips is a layer for the browser to place in every frame
WINDOW = 16  # positions of the lens
COLOURS = {"top": "Its guess", "label": "What comes"}


# What one sentence teaches ---------------------------------------------------------------------------------------


@lab.memo(label="Guesses in a sentence")
def _guesses(subject: Subject, text: str) -> list[Guess]:
    reading = subject.reading(text)
    return guesses(reading.output, reading.pieces.ids)


def sentence_table(subject: Subject, text: str) -> None:
    """Features, label and loss of every position: the training data that a sentence is by itself."""
    pieces, rows = subject.reading(text).pieces, _guesses(subject, text)
    if not rows:
        st.info("A sentence of one token has nothing to guess: write one more.", icon=":material/edit:")
        return
    total = sum(row.bits for row in rows)
    st.subheader(f"Measured: {_loss(pieces, rows, total)}", anchor=False)
    st.markdown(
        "Nobody labels anything: each token is the label of all that stands before it. Training makes the loss in this table small, −log₂ of the "
        f"probability that the model gave to what came. {_extremes(rows, pieces)}{_compared(subject)}"
    )
    st.html(_table(rows, pieces))


def _loss(pieces: Pieces, rows: list[Guess], total: float) -> str:
    characters = pieces.ends[-1] - pieces.ends[0]
    each = f", {total / characters:.2f} bits a character" if characters else ""
    count = "1 guess costs" if len(rows) == 1 else f"{len(rows)} guesses cost"
    return f"{count} {total:.1f} bits, {total / len(rows):.2f} each{each}"


def _extremes(rows: list[Guess], pieces: Pieces) -> str:
    best, worst = min(rows, key=lambda row: row.bits), max(rows, key=lambda row: row.bits)
    if best is worst:
        return ""

    def named(row: Guess) -> str:
        return f"“{plain(visible(pieces.names[row.position + 1]))}” after “{plain(visible(pieces.names[row.position]))}” ({percent(row.probability)}, rank {row.rank:,})"

    return f"The best guess here is {named(best)}, the worst {named(worst)}. "


def _compared(subject: Subject) -> str:
    """What the model needs on held-out text, beside counting, where its record says so."""
    metrics = subject.record.metrics if subject.record is not None else {}
    own, counted = metrics.get("bits_per_character"), metrics.get("bigram_bpc")
    if not isinstance(own, float) or not isinstance(counted, float) or subject.off or subject.age is not None:
        return ""
    return (
        f"On held-out text it needs {own:.2f} bits a character; counting which token follows which needs {counted:.2f}."
    )


def _table(rows: list[Guess], pieces: Pieces) -> str:
    """As HTML: all text of tokens is escaped, and none of it turns the direction of its neighbours."""
    most = max(row.bits for row in rows) or 1
    names = [html.escape(visible(name)) for name in pieces.names]
    long = ["" if len(name) <= SHORT else " long" for name in map(visible, pieces.names)]
    lines = []
    for row in rows:
        first = max(0, row.position + 1 - BEFORE)
        before = ("… " if first else "") + "".join(f"<bdi>{name}</bdi>" for name in names[first : row.position + 1])
        lines.append(
            f'<tr><td class="x"><div>{before}</div></td><td class="y{long[row.position + 1]}"><bdi>{names[row.position + 1]}</bdi></td>'
            f'<td class="p">{percent(row.probability)}</td><td class="r">{row.rank:,}</td>'
            f'<td class="b"><div><i style="width:{70 * row.bits / most:.1f}%"></i><span>{row.bits:.2f}</span></div></td></tr>'
        )
    head = (
        '<tr><th class="x">Tokens so far</th><th class="y">Next</th><th class="p">p</th><th class="r">Rank</th>'
        '<th class="b">Loss, bits</th></tr>'
    )
    return (
        '<div class="ll-lessons" tabindex="0" role="region" aria-label="Tokens so far, the next token, and the loss">'
        f"<table><thead>{head}</thead><tbody>{''.join(lines)}</tbody></table></div>"
    )


# Logit lens ------------------------------------------------------------------------------------------------------


@lab.memo(label="Guesses after each layer")
def _lens(subject: Subject, text: str) -> Lens:
    reading = subject.reading(text)
    return lens(subject.model.read_out, reading.states, reading.pieces.ids)


def layer_guesses(subject: Subject, text: str) -> None:
    """The logit lens on a window of the sentence."""
    pieces, found = subject.reading(text).pieces, _lens(subject, text)
    row = settling(found.agreement)
    where = "with the embeddings alone" if not row else f"after layer {row} of {subject.layers}"
    st.subheader(
        f"Measured: {where}, {percent(found.agreement[row])} of the guesses are those that it ends with", anchor=False
    )
    count = len(pieces.ids)
    left, right = st.columns([0.5, 0.5], gap="large")
    with left:
        colour = links.LENS.widget(st.segmented_control, shown=COLOURS.__getitem__, required=True)
    first = 0
    if count > WINDOW:
        with right:
            starts = (*range(0, count - WINDOW, WINDOW // 2), count - WINDOW)
            first = links.LENS_FROM.widget(
                st.select_slider, starts, shown=lambda start: f"{start + 1} to {start + WINDOW}"
            )
    rows = _cells(subject, found, pieces, range(first, min(first + WINDOW, count)), colour)
    names = ["embeddings", *(f"layer {i}" for i in range(1, subject.layers + 1))]
    title = {"top": "p of its guess", "label": "p of what comes"}[colour]
    spec = charts.lens(rows, names, title, look_now())
    draw_chart(spec, key=f"{links.PREFIX}_lens_chart")
    itself = sum(int(top) == i for top, i in zip(found.top[0], pieces.ids, strict=True)) / count
    st.caption(
        "The residual stream after each layer, read by the last norm and the output matrix as if the model ended there (nostalgebraist 2020). "
        "Bold: the guess that it ends with. ✓: what does come. The output matrix is that of the embeddings, so these name the token itself "
        f"at {percent(itself)} of the positions."
    )


def _cells(subject: Subject, found: Lens, pieces: Pieces, window: range, colour: str) -> list[dict[str, Any]]:
    rows = []
    for place, t in enumerate(window):
        last = t == len(pieces.ids) - 1
        for layer in range(len(found.top)):
            guess = int(found.top[layer, t])
            own = float((found.top_p if colour == "top" else found.label_p)[layer, t])
            label = "" if last else visible(pieces.names[t + 1])
            said = percent(own) if math.isfinite(own) else "–"
            if colour == "label" and not last:
                said += f", rank {int(found.label_rank[layer, t]):,}"
            rows.append({
                "position": t + 1, "row": place, "column": layer, "read": visible(pieces.names[t]), "label": label or "?",
                "layer": f"after layer {layer}" if layer else "embeddings", "guess": visible(subject.words.name(guess)),
                "value": own if math.isfinite(own) else None, "said": said, "final": guess == int(found.top[-1, t]),
                "hit": not last and guess == pieces.ids[t + 1],
            })  # fmt: skip
    return rows
