"""A person's own text, uploaded or pasted, checked and kept for the training process."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from core.data import Missing, apart, own, texts
from core.data.read_text import Unreadable
from core.ui import framed
from core.ui.links import Free, Table
from core.ui.own import hold

PASTED = 2_000_000  # characters


def declare(table: Table) -> Free:
    """Declare the text in the lesson's table."""
    return table.free("text", "Your own text", "the name of a text that was brought", by="widget")


def chosen(link: Free) -> str | None:
    """The name of the text that the link or this session holds; None where there is none, or it is gone or damaged."""
    name = link.raw()
    if name is None or not texts.OWN.fullmatch(name) or not texts.available(name):
        return None
    try:
        texts.load(name)
    except Missing:
        return None
    return hold(name)


def form(link: Free) -> None:
    """Bring a text: a file or a paste; an error is a sentence in its place."""
    prefix = link.prefix
    if (asked := link.raw()) is not None and chosen(link) is None:
        st.info(own.gone(asked, "text"), icon=":material/link_off:")
    upload, paste = st.columns(2, gap="large")
    with upload:
        file = framed.uploader(
            "A text file, 5 kB to 20 MB, UTF-8",
            type=["txt", "md", "csv", "text"],
            key=f"{prefix}_file",
            max_upload_size=20,
        )
        if file is not None and file.file_id != st.session_state.get(f"{prefix}_file_id"):
            st.session_state[f"{prefix}_file_id"] = file.file_id
            _take(link, lambda: apart.text(file.getvalue()))
    with paste:
        st.session_state.setdefault(link.forgotten_as("pasted", ""), "")  # so that Reset empties it
        st.text_area("Or paste a text", key=f"{prefix}_pasted", max_chars=PASTED, height=140)
        # Never disabled: the field says what is in it when it is left, which a press on a sleeping button would only do.
        # A callback runs before all else: what a run answers to a button is lost where the next run overtakes it.
        use = partial(_take, link, lambda: apart.pasted(st.session_state[f"{prefix}_pasted"]))
        st.button("Use this text", key=f"{prefix}_paste", on_click=use)
    error = st.session_state.get(f"{prefix}_text_error")
    if error:
        st.error(error, icon=":material/text_snippet:")
    st.caption(
        "Any language: a novel, a chat, the minutes of a meeting. The more words, the better: below some 100,000 little is learned. "
        "Where a script has no spaces (Chinese, Japanese, Thai, Khmer …), letters that often stand together count as a word. "
        "The text is kept on this server under a secret name, so that it can be learned from; who has your link can use it there, "
        f"nobody else is shown it. {own.KEPT}"
    )


def _take(link: Free, read: Callable[[], str]) -> None:
    try:
        name = texts.keep(read())
    except (Unreadable, texts.CannotKeep) as error:
        st.session_state[f"{link.prefix}_text_error"] = str(error)
        return
    st.session_state[f"{link.prefix}_text_error"] = None
    link.put(name)
    st.rerun()
