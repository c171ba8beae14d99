"""The script behind every page: page config, navigation from core/course.py, the look."""

from __future__ import annotations

import streamlit as st

from core.server import turns
from core.ui import acts, boot, lesson, look, navigation
from core.ui.components.roles import roles

boot.boot()
IMAGES = navigation.ROOT / "assets/img"
with turns.pages.turn():
    st.set_page_config(
        page_title="Latent Lab", page_icon=str(IMAGES / "icon.png"), layout="wide", initial_sidebar_state="auto"
    )
    st.logo(str(IMAGES / "logo.svg"), size="large", icon_image=str(IMAGES / "icon.png"))
    pages, later = navigation.navigation(), navigation.comes_later()
    page = st.navigation(pages, position="hidden" if later else "sidebar", expanded=True)
    look.apply()
    acts.enter(page.url_path)
    page.run()
    if acts.browser() and not lesson.was_alone():
        if later:
            st.navigation(pages, position="sidebar", expanded=True)
        roles()
