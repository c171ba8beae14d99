"""Where a teacher says the code that stops and deletes what others started."""

from __future__ import annotations

import streamlit as st

from core import lab
from core.server import teacher
from core.ui import look
from core.ui.training import is_teacher, session_id


def leads() -> bool:
    """Whether this session may clear what a class made together: it has said the code or, where the server has none, presents."""
    return is_teacher() or (teacher.code() is None and look.presenting())


def ask() -> None:
    """A small place for the code; nothing where the server has none."""
    if teacher.code() is None:
        return
    with st.expander("For the teacher", icon=":material/school:"):
        if is_teacher():
            st.markdown("You may stop and delete everything that is listed here, until you close this tab.")
            return
        with st.form("teacher", border=False):
            st.text_input("Code", type="password", key="teacher_code", autocomplete="off", max_chars=100)
            st.form_submit_button("Enter", on_click=_knock)
        if said := st.session_state.get("teacher_said"):
            st.error(said, icon=":material/lock:")


def _knock() -> None:
    said, given = "", st.session_state.get("teacher_code") or ""
    st.session_state["teacher_code"] = ""  # it does not stay in the field
    try:
        teacher.door.knock(given, lab.browser_of(session_id()))
        st.session_state["_teacher"] = True
    except teacher.Closed as closed:
        said = str(closed)
    st.session_state["teacher_said"] = said
