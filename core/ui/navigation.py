"""The pages of the course as Streamlit pages: one place, for navigation and links alike."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from core.course import LESSONS, SECTIONS, Lesson

ROOT = Path(__file__).resolve().parents[2]


def page_of(lesson: Lesson) -> st.Page:
    return st.Page(ROOT / f"pages/{lesson.slug}.py", title=lesson.title, icon=lesson.icon, url_path=lesson.slug)


def navigation() -> dict[str, list[st.Page]]:
    """Start and Models, then one group a section that has lessons."""
    pages = {
        "": [
            st.Page(ROOT / "pages/home.py", title="Start", icon=":material/home:", default=True),
            st.Page(ROOT / "pages/models.py", title="Models", icon=":material/deployed_code:", url_path="models"),
        ]
    }
    for lesson in LESSONS:
        pages.setdefault(f"{lesson.section} · {SECTIONS[lesson.section - 1]}", []).append(page_of(lesson))
    return pages
