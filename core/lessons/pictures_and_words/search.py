"""Acts: search in both directions among held-out pictures, and sums of a picture and words."""

from __future__ import annotations

import html
from collections.abc import Sequence

import numpy as np
import streamlit as st
import torch
from torch import Tensor
from torch.nn import functional as F

from core.data.figures import data_uri
from core.lessons.pictures_and_words import links, scores, subject
from core.lessons.pictures_and_words.subject import Space
from core.store.record import Record
from core.ui.links import Whole
from core.ui.words import plain

FOUND, NAMED = 12, 8


def show(record: Record) -> None:
    """Words on the left find pictures; the picture on the right finds captions."""
    data, space = record.config["data"], subject.space(record)
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("From words to pictures", anchor=False)
        text = (
            links.ASK[data].input(help="Any words; the nearest held-out pictures are shown, the nearest first.").strip()
        )
        if not text:
            st.info("Write what you look for.", icon=":material/edit:")
        else:
            said = subject.said(record, (text,))
            if not len(said.read[0].vectors):
                st.info("None of these words is known: try others.", icon=":material/edit:")
            else:
                st.html(cards(space, said.vectors[0] @ space.pictures.T, FOUND))
                _unread(said)
    with right:
        st.subheader("From a picture to words", anchor=False)
        index = pick(links.PICK, space)
        near = space.pictures[index] @ space.texts.T
        rank = int((near > near[index]).sum()) + 1
        first, second = st.columns([0.3, 0.7], vertical_alignment="center")
        with first:
            st.html(_card(space, index, ""))
        with second:
            st.html(
                _list([(space.part.names[i], float(near[i]), i == index) for i in near.topk(NAMED).indices.tolist()])
            )
        st.caption(f"Its own caption, “{plain(space.part.names[index])}”, is number {rank:,} of {len(space.part):,}.")
    st.caption(f"{subject.credit(data)}. {recalled(record)}")


def recalled(record: Record) -> str:
    """What such a search finds, as it was measured."""
    if not record.metrics:
        return ""
    found = record.metrics
    return (
        f"Over all {found['captions']:,} held-out pairs the own caption is among the nearest 10 for {found['recall_at_10']:.0%} of the pictures, and the own picture for "
        f"{found['recall']['pictures']['10']:.0%} of the captions; by chance it is {found['chance_recall_at_10']:.1%}."
    )


def pick(link: Whole, space: Space) -> int:
    """A held-out picture: a number, and a button for another one."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        index = link.input(len(space.part) - 1, width=150)
        key = f"{link.key}_another"
        st.button("Another", icon=":material/shuffle:", key=key, on_click=_another, args=(link, len(space.part)))
    return index


def _another(link: Whole, count: int) -> None:
    link.set(int(np.random.default_rng().integers(count)))


def sums(record: Record) -> None:
    """A picture minus a word plus another one."""
    data, space = record.config["data"], subject.space(record)
    which, picture, second, third = st.columns([0.34, 0.14, 0.26, 0.26], vertical_alignment="bottom")
    with which:
        index = pick(links.OF[data], space)
    with picture:
        st.html(_card(space, index, ""))
    with second:
        minus = links.MINUS[data].input().strip()
    with third:
        plus = links.PLUS[data].input().strip()
    said = subject.said(record, (minus or " ", plus or " "))
    moves = [
        vector if len(one.vectors) else torch.zeros_like(vector)
        for vector, one in zip(said.vectors, said.read, strict=True)
    ]
    asked = F.normalize(space.pictures[index] - moves[0] + moves[1], dim=0)
    left, right = st.columns(2, gap="large")
    for place, title, query in (
        (left, "Nearest to the sum", asked),
        (right, "Nearest to the picture itself", space.pictures[index]),
    ):
        with place:
            st.subheader(title, anchor=False)
            near = (query @ space.pictures.T).clone()
            near[index] = -2
            st.html(cards(space, near, NAMED))
    _unread(said)
    st.caption(f"The picture is left out of its own neighbours. {subject.credit(data)}.")
    if (found := record.metrics.get("arithmetic")) is not None:
        st.markdown(summed(found))


def summed(found: dict[str, float]) -> str:
    """How often such a sum leads to the right scene, as it was measured."""
    return (
        f"Measured on {found['tested']:,} held-out scenes of one figure, each minus its colour plus another one: the nearest other scene has the new colour and the old shape in "
        f"**{found['sum']:.0%}** of the cases ({found['sum_colour']:.0%} the new colour, {found['sum_shape']:.0%} the old shape). Without the sum the nearest scene would be right in "
        f"{found['without']:.0%}, a random one in {found['chance']:.1%}."
    )


def cards(space: Space, near: Tensor, count: int) -> str:
    """The nearest pictures as HTML, each with its caption and its cosine."""
    best = near.topk(min(count, len(near))).indices.tolist()
    return f'<div class="ll-pwfound">{"".join(_card(space, i, scores.written(float(near[i]))) for i in best)}</div>'


def _card(space: Space, index: int, note: str) -> str:
    name = html.escape(space.part.names[index])
    pixels = space.part.x[index].permute(1, 2, 0).numpy()
    said = f"<small>{html.escape(note)}</small>" if note else ""
    return f'<figure class="ll-pwcard"><img src="{data_uri(pixels)}" alt="{name}"><figcaption>{name}{said}</figcaption></figure>'


def _list(rows: Sequence[tuple[str, float, bool]]) -> str:
    """Captions with their cosines; the own one is marked."""
    cells = "".join(
        f"<li{' class=ours' if own else ''}><span>{html.escape(name)}</span><small>{scores.written(value)}</small></li>"
        for name, value, own in rows
    )
    return f'<ol class="ll-pwnames">{cells}</ol>'


def _unread(said: subject.Said) -> None:
    unknown = list(dict.fromkeys(word for one in said.read for word in one.unknown))[:6]
    if unknown:
        st.caption(
            f"Not read, because neither a caption nor the word vectors have it: {', '.join(plain(w[:40]) for w in unknown)}."
        )
