"""A person's own folder of pictures as the data set: uploaded, checked and kept for the training process."""

from __future__ import annotations

import streamlit as st

from core import data
from core.data import Missing, apart, images, own, own_pictures
from core.data.read_zip import LEAST_PICTURES, MOST_FILES, Unreadable
from core.ui import framed, notes
from core.ui.links import Free, Table
from core.ui.own import hold

NAMED = 6  # classes that are named; more would be a list to read


def declare(table: Table) -> Free:
    """Declare the folder in the lesson's table."""
    return table.free("folder", "Your own pictures", "the name of pictures that were brought", by="widget")


def chosen_folder(link: Free) -> str | None:
    """The name of the pictures that the link or this session holds; None where there are none. Where they are gone or
    damaged, that is said at the head of the lesson, and the link is without them from then on."""
    asked = link.raw()
    name = _found(link)
    if asked is not None and name is None:
        notes.add(link.prefix, own.gone(asked, "pictures"))
        link.put(None)
    return name


def own_folder(link: Free) -> None:
    """Bring pictures or leave them; an error is a sentence in the place of the upload."""
    prefix, name = link.prefix, _found(link)
    label = "Your own pictures" if name is None else "Your own pictures: in use"
    with st.popover(label, icon=":material/folder_zip:", width="stretch", key=f"{prefix}_folder_own"):
        if name is not None:
            _in_use(link, name)
        _upload(link)
        error = st.session_state.get(f"{prefix}_folder_error")
        if error:
            st.error(error, icon=":material/broken_image:")
        st.caption(
            f"{LEAST_PICTURES} to {MOST_FILES:,} pictures: PNG, JPEG, WebP, GIF or BMP. The folders that hold them are the classes; those named train, val and test are splits. Of each picture the middle "
            "square is kept on this server, at 32 × 32 pixels, with the names of the folders, under a secret name, so that it can be "
            "learned from; who has your link can see and use the pictures there, nobody else is shown them. "
            f"The zip and the names of the files are not kept. {own.KEPT}"
        )


def _in_use(link: Free, name: str) -> None:
    """What is in use, what the upload had to say about it, and the way back."""
    st.text(_about(name))  # no Markdown: a folder may be called www.something.com, a link however it is escaped
    about, said = st.session_state.get(f"{link.key}_notes", (None, ()))
    if about == name and said:
        st.text(" ".join(said))
    st.button(
        "Leave these pictures", icon=":material/undo:", key=f"{link.key}_leave", on_click=link.put, args=(None,)
    )  # fmt: skip


def _found(link: Free) -> str | None:
    name = link.raw()
    if name is None or not own_pictures.OWN.fullmatch(name) or not images.available(name):
        return None
    try:
        data.load(name)
    except Missing:
        return None
    return hold(name)


def _upload(link: Free) -> None:
    """The uploader. What it brought is taken once, and then the uploader is a new one, so that Reset and leaving find none
    that still holds a file. The slots of both begin with "_": Reset forgets what begins with the prefix."""
    prefix = link.prefix
    turn, last = f"_{prefix}_folder_turn", f"_{prefix}_folder_file"
    number = st.session_state.setdefault(turn, 0)
    file = framed.uploader(
        "A zip file of pictures, at most 20 MB", type=["zip"], key=f"{prefix}_folder_zip_{number}", max_upload_size=20
    )
    if file is None:
        if st.session_state.pop(last, None) is not None:  # the file was taken out again, and with it goes what was said
            st.session_state.pop(f"{prefix}_folder_error", None)
        return
    if file.file_id == st.session_state.get(last):
        return
    st.session_state[last] = file.file_id
    try:
        with st.spinner("Reading the pictures …"):
            folder = apart.folder(file.getvalue())
            name = own_pictures.keep(folder.raw)
    except (Unreadable, own_pictures.CannotKeep) as error:
        st.session_state[f"{prefix}_folder_error"] = str(error)
        return
    st.session_state.pop(f"{prefix}_folder_error", None)
    st.session_state[f"{prefix}_folder_notes"] = name, folder.notes
    st.session_state[turn] = number + 1
    link.put(name)
    st.rerun()


def _about(name: str) -> str:
    """ "240 pictures, of which 48 are held out; 3 classes: cats, dogs, hens." """
    pictures = data.load(name)
    held = len(pictures.test_x)
    line = f"In use: {len(pictures.train_x) + held:,} pictures of yours, of which {held:,} are held out"
    if len(pictures.classes) == 1:
        return f"{line}; no classes."
    named = ", ".join(pictures.classes[:NAMED])
    more = "" if len(pictures.classes) <= NAMED else " and others"
    return f"{line}; {len(pictures.classes)} classes: {named}{more}."
