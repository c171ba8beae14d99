"""The script behind every page: page config, navigation from core/lessons.py, the look, and one safety net."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from core.lessons import LESSONS, SECTIONS
from core.ui import boot, look

ROOT = Path(__file__).resolve().parents[2]

boot.boot()
st.set_page_config(
    page_title="Latent Lab",
    page_icon=str(ROOT / "assets/img/icon.png"),
    layout="wide",
    initial_sidebar_state="auto",
)
st.logo(str(ROOT / "assets/img/logo.svg"), size="large", icon_image=str(ROOT / "assets/img/icon.png"))


def _navigation() -> dict[str, list[st.Page]]:
    pages = {
        "": [
            st.Page(ROOT / "pages/home.py", title="Start", icon=":material/home:", default=True),
            st.Page(ROOT / "pages/models.py", title="Models", icon=":material/deployed_code:", url_path="models"),
        ]
    }
    for lesson in LESSONS:
        section = f"{lesson.section} · {SECTIONS[lesson.section - 1]}"
        page = st.Page(ROOT / f"pages/{lesson.slug}.py", title=lesson.title, icon=lesson.icon, url_path=lesson.slug)
        pages.setdefault(section, []).append(page)
    return pages


page = st.navigation(_navigation(), position="sidebar", expanded=True)
look.apply()
page.run()
