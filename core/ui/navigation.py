"""The pages of the course as Streamlit pages: one place, for navigation and links alike."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from core.course import Lesson, chapters
from core.ui import acts

_BEGUN = "_navigation"  # a session key
ROOT = Path(__file__).resolve().parents[2]


def page_of(lesson: Lesson) -> st.Page:
    return st.Page(ROOT / f"pages/{lesson.slug}.py", title=lesson.title, icon=lesson.icon, url_path=lesson.slug)


def models_page() -> st.Page:
    return st.Page(ROOT / "pages/models.py", title="Models", icon=":material/deployed_code:", url_path="models")


def navigation() -> dict[str, list[st.Page]]:
    """Start and Models, then one group a section that has lessons."""
    pages = {
        "": [
            st.Page(ROOT / "pages/home.py", title="Start", icon=":material/home:", default=True),
            models_page(),
        ]
    }
    return pages | {title: [page_of(lesson) for lesson in lessons] for title, lessons in chapters().items()}


def comes_later() -> bool:
    """True in a browser's first run: a sidebar of so many entries takes as long to draw as a stage, which comes first. Its
    place is kept."""
    later = acts.browser() and _BEGUN not in st.session_state
    st.session_state[_BEGUN] = True
    if later:
        st.sidebar.html("<p></p>")
    return later
