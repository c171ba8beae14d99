"""The script behind every page: page config, navigation from core/course.py, the look."""

from __future__ import annotations

import streamlit as st

from core.server import turns
from core.ui import acts, boot, look, navigation
from core.ui.components.roles import roles

boot.boot()
IMAGES = navigation.ROOT / "assets/img"
with turns.pages.turn():
    st.set_page_config(
        page_title="Latent Lab", page_icon=str(IMAGES / "icon.png"), layout="wide", initial_sidebar_state="auto"
    )
    st.logo(str(IMAGES / "logo.svg"), size="large", icon_image=str(IMAGES / "icon.png"))
    page = st.navigation(navigation.navigation(), position="sidebar", expanded=True)
    look.apply()
    acts.enter(page.url_path)
    page.run()
    if acts.browser():
        roles()
