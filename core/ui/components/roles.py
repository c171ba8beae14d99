"""Roles and places of the focus that Streamlit's own elements lack: mounted once a page, the browser does the rest."""

from __future__ import annotations

from core.ui.components.source import Component

_COMPONENT = Component("roles")


def roles() -> None:
    """Mount it, below everything else: a page is drawn first. Where the theme of an open page changes, the page runs again."""
    _COMPONENT(key="ll_roles", data={}, on_theme_change=lambda: None)
