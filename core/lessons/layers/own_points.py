"""The act "Your own points": a table of a person's own, onto the stage."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.data.read_picture import megabytes
from core.data.read_text import Unreadable, decode
from core.lessons.layers import links
from core.lessons.layers.layer_maps import Setting, put, read
from core.lessons.layers.packed import pack
from core.lessons.layers.table_points import Found, read_points
from core.ui import framed

MOST_MEGABYTES = 20  # a million rows; the server's own process reads them, once
_READ = f"_{links.PREFIX}/table"  # a session key: what was read last, and what came of it


def show() -> None:
    """A table by file or pasted; what was found in it, and a button that puts it on the stage."""
    key = links.POINTS.forgotten_as("pasted", "")
    st.session_state.setdefault(key, "")
    left, right = st.columns(2, gap="large")
    with left:
        pasted = st.text_area("Rows of x, y and a class", key=key, height=150, max_chars=100_000,
                              placeholder="x,y,class\n1.2,0.4,red\n-0.3,2.0,blue")  # fmt: skip
    with right:
        file = framed.uploader(
            "Or a CSV file", type=["csv", "txt", "tsv"], key=f"{links.PREFIX}_table", max_upload_size=MOST_MEGABYTES
        )
    if file is None and not pasted.strip():
        st.caption("The first two columns of numbers are x and y; a column named *class* or the last one is the class.")
        return
    if file is not None:
        found = _found(file.file_id, file.getvalue)
    else:
        found = _found(pasted, lambda: pasted.encode("utf-8", "replace"))
    if isinstance(found, str):
        st.error(found, icon=":material/broken_image:")
    else:
        _offer(found)


def _found(source: str, content: Callable[[], bytes]) -> Found | str:
    """The points of a table, or what is wrong with it. Other controls of the act run this again: a table is read once."""
    known, found = st.session_state.get(_READ, ("", ""))
    if known != source:
        try:
            found = read_points(_text(content()))
        except Unreadable as error:
            found = str(error)
        st.session_state[_READ] = source, found
    return found


def _text(content: bytes) -> str:
    """Raises Unreadable."""
    if len(content) > MOST_MEGABYTES * 1_000_000:  # the browser's limit is the browser's word
        raise Unreadable(f"The table has {megabytes(len(content))}; at most {MOST_MEGABYTES} MB: keep fewer rows.")
    return decode(content)


def _offer(found: Found) -> None:
    x, y, group = found.names
    names = ", ".join(found.classes)
    st.text(  # no Markdown: a class may be called ![](https://…), and the browser would ask there
        f"{len(found.points)} points of {len(found.classes)} classes ({group}: {names}). x is {x}, y is {y}, both standardised."
    )
    for note in found.notes:
        st.info(note, icon=":material/info:")
    st.button(
        "Put them on the stage",
        icon=":material/arrow_upward:",
        key=f"{links.PREFIX}_put_table",
        on_click=_put,
        args=(found,),
    )
    st.caption("The link of the page then holds these points: whoever gets it sees them.")


def _put(found: Found) -> None:
    now = read(links.BOX) or Setting()
    put(
        links.BOX,
        Setting(data="own", points=pack(found.points), depth=now.depth, width=now.width, activation=now.activation),
    )
