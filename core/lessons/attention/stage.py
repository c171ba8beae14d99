"""The stage: all heads on the student's sentence, one of them large, and what it does step by step."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np
import streamlit as st
import torch

from core import lab
from core.analysis import heads
from core.analysis.reading import AGGREGATES, Reading
from core.data.visible import visible
from core.lessons.attention import choose, links, steps
from core.lessons.attention.attention_view import VIEWS, Choice, Heads, Sheet, attention_view, clear, read, sheet
from core.lessons.attention.subject import Head, Subject, switch_off
from core.ui import lesson, notes
from core.ui.words import plain

AFTER = 1.5  # seconds: delays the sections below, so that typing several sentences in a row stays responsive
_WANTED = f"_{links.PREFIX}_wanted"  # a session key: the kind of head that a case of "Try this" is about
SHORT = {
    "previous": "previous token", "first": "first token", "same": "same token", "induction": "induction",
    "itself": "itself", "next": "next token", "last": "last token",
}  # fmt: skip


def view_key(second: bool = False) -> str:
    """The session key of the first or second view."""
    return f"{links.PREFIX}_look{2 if second else ''}"


def reset() -> None:
    """What a lesson's reset does for the views."""
    clear(view_key())
    clear(view_key(second=True))


def set_up(
    text: str, other: str = "", source: str = "", kind: str = "", view: str = VIEWS[0], tokens: str = links.WHOLE
) -> None:
    """Put a case on the stage, with all heads on. For a button's callback.

    source, tokens: as for `choose.set_up`. kind: the head that is most of this kind becomes large; "" for the one that says most at
    first sight. view: how it is drawn.
    """
    choose.set_up(text, other, source, tokens)
    for link in (links.LAYER, links.HEAD, links.PIN):
        link.put(None)
    links.LOOK_AT.put(None if view == VIEWS[0] else view)
    switch_off(())
    reset()
    st.session_state[_WANTED] = kind


def _point(subject: Subject, reading: Reading) -> None:
    """Put the head that is wanted into the link."""
    kind = st.session_state.pop(_WANTED, "")
    scores = scored(subject, reading).get(kind)
    if scores is not None:
        layer, head = divmod(int(torch.tensor(scores).argmax()), subject.heads)
        links.LAYER.put(str(layer + 1))
        links.HEAD.put(str(head + 1))


def chosen(subject: Subject | None, text: str | None) -> Head | None:
    """The head (layer, head) that is large on the stage; of an aggregate, the layer's first. None where nothing is."""
    if subject is None or text is None:
        return None
    shape = (subject.layers, subject.heads + len(AGGREGATES), subject.most)
    choice = read(view_key(), _linked(subject, shape), shape)
    return choice.layer, min(choice.column, subject.heads - 1)


def show(subject: Subject, below: tuple[str, str], stage_alone: bool) -> None:
    """The fields of the sentences, the views of one or two, and below them the steps.

    below: the sentences that the rest of the page was drawn with; it follows in a moment where they are others now.
    stage_alone: without what a first paint can spare."""
    _read_ahead(subject, choose.sentences())
    typed = choose.fields()
    with st.container(border=True, key=f"{links.PREFIX}_views"):
        _views(subject, *typed, stage_alone)
    if typed != below:
        lesson.rest_follows(AFTER)


def _read_ahead(subject: Subject, texts: tuple[str, str]) -> None:
    """Compute what takes long before anything is sent. A browser renders the whole page with each batch of elements that
    comes by itself; so they come together, and it is the page of before that it renders meanwhile."""
    for second, text in enumerate(texts):
        if text.strip() and subject.pieces(text).ids:
            _sheet(subject, text, bool(second))


def _views(subject: Subject, text: str, other: str, stage_alone: bool) -> None:
    pieces = subject.pieces(text)
    if not text.strip() or not pieces.ids:
        st.info("There is nothing to look at yet: write a sentence above.", icon=":material/edit:")
        return
    if pieces.cut is not None:
        end = plain(visible(text[max(0, pieces.cut - 24) : pieces.cut]))
        st.caption(
            f"The sentence is longer than {subject.most} tokens: it is read up to “…{end}”, {pieces.cut:,} characters."
        )
    reading = subject.reading(text)
    shape = tuple(reading.maps.shape[:3])
    _point(subject, reading)
    choice = read(view_key(), _linked(subject, shape), shape)
    _remember(subject, choice)
    _view(subject, text, choice, second=False)
    if other.strip() and subject.pieces(other).texts:  # an encoder makes tokens of nothing, too
        second = subject.reading(other)
        pin = choice.pin if choice.pin is not None and choice.pin < second.maps.shape[2] else None
        _view(subject, other, Choice(choice.layer, choice.column, pin, choice.view), second=True)
    st.markdown(_about(subject, reading, choice))
    if not stage_alone:
        _steps(subject, reading, choice)


def _linked(subject: Subject, shape: tuple[int, int, int]) -> Choice:
    """What the link asks for, or else the head that says most at first sight; what does not exist here is said once."""
    layers, _, tokens = shape
    names = _names(subject)
    layer, column = _most_telling(subject)
    allowed = {
        links.LAYER: [str(i + 1) for i in range(layers)],
        links.HEAD: names,
        links.PIN: [str(i + 1) for i in range(tokens)],
        links.LOOK_AT: list(VIEWS),
    }
    asked = {link: link.raw() for link in allowed}
    place = {link: allowed[link].index(value) for link, value in asked.items() if value in allowed[link]}
    slot = f"_{links.PREFIX}_head_said"
    if slot not in st.session_state:
        st.session_state[slot] = True
        if any(value is not None and link not in place for link, value in asked.items()):
            notes.add(
                links.PREFIX, "The head or token that the link asks for does not exist here; another one is shown."
            )
    view = VIEWS[place.get(links.LOOK_AT, 0)]
    return Choice(place.get(links.LAYER, layer), place.get(links.HEAD, column), place.get(links.PIN), view)


def _names(subject: Subject) -> list[str]:
    """Of the columns of the view."""
    return [*map(str, range(1, subject.heads + 1)), *AGGREGATES]


def _remember(subject: Subject, choice: Choice) -> None:
    """Write the choice into the link; what is the default is left out."""
    layer, column = _most_telling(subject)
    links.LAYER.put(None if choice.layer == layer else str(choice.layer + 1))
    links.HEAD.put(None if choice.column == column else _names(subject)[choice.column])
    links.PIN.put(None if choice.pin is None else str(choice.pin + 1))
    links.LOOK_AT.put(None if choice.view == VIEWS[0] else choice.view)


def _most_telling(subject: Subject) -> tuple[int, int]:
    """The best previous-token head of the finished language model; of MiniLM, and of what was not measured yet, the first head of
    the middle."""
    if not _measured(subject):
        return subject.layers // 2, 0
    scores = torch.tensor(subject.record.metrics["head_scores"]["previous"])
    return divmod(int(scores.argmax()), scores.shape[1])


def _measured(subject: Subject) -> bool:
    return subject.record is not None and "head_scores" in subject.record.metrics


# Labels ----------------------------------------------------------------------------------------------------------


def scored(subject: Subject, reading: Reading) -> dict[str, list[list[float]]]:
    """Kind -> score of each head: of a language model on held-out text, as measured with it; of MiniLM, and of what was not measured
    yet, on this sentence."""
    if not _measured(subject):
        ids = torch.tensor(reading.pieces.ids)
        found = heads.scores(reading.weights, ids, causal=subject.causal)
        return {kind: values.tolist() for kind, values in found.items()}
    scores = subject.record.metrics["head_scores"]
    if subject.age is not None:
        ages = {row["step"]: row["head_scores"] for row in subject.record.metrics["ages"]}
        scores = ages.get(subject.age, scores)
    return {kind: values for kind, values in scores.items() if kind in heads.KINDS}


def kind_of(scores: Mapping[str, list[list[float]]], head: Head) -> str | None:
    """The kind that a head is named after; None for a head of no single kind."""
    return heads.label({kind: scores[kind][head[0]][head[1]] for kind in scores if kind in SHORT})


def labels(scores: dict[str, list[list[float]]], layers: int, count: int) -> list[list[str]]:
    """(L, H) short labels, "" for a head that is of no kind."""
    kinds = [
        [heads.label({kind: values[layer][head] for kind, values in scores.items()}) for head in range(count)]
        for layer in range(layers)
    ]
    return [[SHORT[kind] if kind else "" for kind in row] for row in kinds]


@lab.memo(label="Views of attention")  # 270 kB each
def _sheet(subject: Subject, text: str, second: bool) -> Sheet:
    """What the view is given of a sentence; made once for all who look at it."""
    reading = subject.reading(text)
    named = labels(scored(subject, reading), subject.layers, subject.heads)
    maps = reading.maps
    bits, far = heads.entropy(maps / maps.sum(-1, keepdim=True)), heads.distance(maps)
    notes = [
        [
            f"entropy {b:.2f} bits, looks {d:.1f} tokens {'back' if reading.causal else 'away'} on average"
            for b, d in zip(*row, strict=True)
        ]
        for row in zip(bits.tolist(), far.tolist(), strict=True)
    ]
    for row in notes:
        row[subject.heads + 1] = "the largest weight of any head of the layer"
        row[subject.heads + 2] = "what reaches each token through all layers so far (Abnar and Zuidema 2020)"
    off = np.zeros(maps.shape[:2], bool)
    for layer, head in subject.off:
        off[layer, head] = True
    drawn = Heads(
        maps.numpy(),
        columns=_names(subject),
        labels=[row + [""] * len(AGGREGATES) for row in named],
        notes=notes,
        tokens=reading.pieces.texts,
        causal=reading.causal,
        off=off,
    )
    shown = f"{subject.name}/{subject.off}/{text}".encode("utf-8", "replace")
    return sheet(view_key(second), drawn, hashlib.sha256(shown).hexdigest()[:16])


def _view(subject: Subject, text: str, choice: Choice, second: bool) -> None:
    attention_view(
        _sheet(subject, text, second),
        choice=choice,
        grid=not second,
        follows=view_key() if second else "",
        title="The second sentence, the same head" if second else "",
    )


def _about(subject: Subject, reading: Reading, choice: Choice) -> str:
    """One sentence about what is large now."""
    if choice.column >= subject.heads:
        what = {
            "mean": f"The **mean** of the heads of layer {choice.layer + 1}.",
            "max": f"The **largest weight** that any head of layer {choice.layer + 1} gives; rows do not sum to 1.",
            "rollout": f"**Rollout** to layer {choice.layer + 1}: attention and residual path multiplied through all layers so far.",
        }
        return what[AGGREGATES[choice.column - subject.heads]]
    scores = {kind: v[choice.layer][choice.column] for kind, v in scored(subject, reading).items()}
    kind = heads.label(scores)
    where = "on held-out text" if subject.record is not None else "in this sentence"
    name = f"Layer {choice.layer + 1}, head {choice.column + 1}"
    if (choice.layer, choice.column) in subject.off:
        return f"**{name}** is switched off: it still looks, but its output is not used."
    if kind is None:
        top = max(scores, key=scores.__getitem__)
        return f"**{name}** is of no single kind: the most, {scores[top]:.0%} of its weight {where}, lies on {heads.KINDS[top]}."
    return f"**{name}** looks at **{heads.KINDS[kind]}**: {scores[kind]:.0%} of its weight lies there {where}."


def _steps(subject: Subject, reading: Reading, choice: Choice) -> None:
    if choice.column >= subject.heads:
        st.caption("Choose one head to see its numbers step by step: a mean has no query of its own.")
        return
    pin = len(reading.pieces.ids) - 1 if choice.pin is None else choice.pin
    token = plain(visible(reading.pieces.texts[pin]))
    st.subheader(f"Step by step: how “{token}” divides its attention", anchor=False)
    st.caption(
        f"Token {pin + 1} of {len(reading.pieces.ids)} in layer {choice.layer + 1}, head {choice.column + 1}. Click another token to see its numbers."
    )
    steps.table(
        f"{links.PREFIX}_step_by_step",
        reading,
        choice.layer,
        choice.column,
        pin,
        off=(choice.layer, choice.column) in subject.off,
    )
