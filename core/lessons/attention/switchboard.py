"""The switchboard: which heads are on. The stage above it, and all that stands below, follow."""

from __future__ import annotations

import streamlit as st

from core.lessons.attention import effects, links
from core.lessons.attention.effects import Head
from core.lessons.attention.stage import SHORT, scored
from core.lessons.attention.subject import Subject, chosen_off, named, switch_off

PILLS_A_ROW = 24  # more would not fit side by side


def show(subject: Subject, text: str) -> None:
    """One pill a head, lit where it is on, buttons for groups of heads, and what is off. The stage above follows it."""
    if not subject.pieces(text).ids:
        st.info("Write a sentence above for the heads to look at.", icon=":material/edit:")
        return
    st.caption("A lit head is on. Switch some off: the stage above and all that stands below follow.")
    _pills(subject)
    _groups(subject, text)
    if subject.off:
        many = len(subject.off)
        listed = ", ".join(map(named, subject.off[:24])) + (f" and {many - 24} more" if many > 24 else "")
        st.markdown(f"**Off:** {listed} (layer.head), {many} of {subject.layers * subject.heads} heads.")
    else:
        st.markdown("**Off:** none.")


def _pills(subject: Subject) -> None:
    """One pill a head, lit where it is on; a row of pills a layer."""
    layers, heads = subject.layers, subject.heads
    a_row = min(layers, max(1, min(4, PILLS_A_ROW // heads)))
    for first in range(0, layers, a_row):
        for layer, column in zip(range(first, min(first + a_row, layers)), st.columns(a_row), strict=False):
            key = f"{links.PREFIX}_lit{layer + 1}"
            st.session_state[key] = [head + 1 for head in range(heads) if (layer, head) not in subject.off]
            with column:
                st.pills(
                    f"Layer {layer + 1}", range(1, heads + 1), selection_mode="multi", wrap=True, key=key,
                    on_change=_flipped, args=(layer, layers, heads),
                )  # fmt: skip


def _groups(subject: Subject, text: str) -> None:
    """Buttons that switch several heads at once."""
    prefix, layers, heads = links.PREFIX, subject.layers, subject.heads
    scores = scored(subject, subject.reading(text))
    groups = {f"Layer {layer + 1}": tuple((layer, head) for head in range(heads)) for layer in range(layers)}
    kinds = {kind: effects.of_kind(scores, kind) for kind in scores}
    groups |= {f"{SHORT[kind].capitalize()} heads ({len(some)})": some for kind, some in kinds.items() if some}
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.button("All on", icon=":material/toggle_on:", key=f"{prefix}_all_on", on_click=switch_off, args=((),))
        everything = tuple((layer, head) for layer in range(layers) for head in range(heads))
        st.button(
            "Swap on and off", icon=":material/swap_horiz:", key=f"{prefix}_swap", on_click=switch_off,
            args=(tuple(head for head in everything if head not in subject.off),),
            help="What is on goes off, and what is off goes on: so a group that you switched off is all that is left.",
        )  # fmt: skip
        with st.popover("Switch a group off", icon=":material/toggle_off:"):
            for i, (title, group) in enumerate(groups.items()):
                st.button(
                    title, key=f"{prefix}_group{i}", on_click=_also_off, args=(group, layers, heads),
                    type="tertiary",
                )  # fmt: skip


def _flipped(layer: int, layers: int, heads: int) -> None:
    """The pills of one layer changed."""
    lit = st.session_state[f"{links.PREFIX}_lit{layer + 1}"] or ()
    others = [head for head in chosen_off(layers, heads) if head[0] != layer]
    switch_off((*others, *((layer, head) for head in range(heads) if head + 1 not in lit)))


def _also_off(group: tuple[Head, ...], layers: int, heads: int) -> None:
    switch_off(tuple(sorted({*chosen_off(layers, heads), *group})))
