"""The page's tools."""

from __future__ import annotations

from core.ui.components.page_tools import page_tools


def send() -> None:
    page_tools("tools", present=False)
    page_tools("tools_of_a_wide_window", present=True, wide=True)
