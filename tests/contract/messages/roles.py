"""What mends Streamlit's own elements."""

from __future__ import annotations

from core.ui.components.roles import roles


def send() -> None:
    roles()
