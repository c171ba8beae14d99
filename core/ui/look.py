"""The look that a theme file cannot say: widths, large pictures, presenter mode.

The sheets are `assets/style/*.css`: `base` on every page, `present` in presenter mode, and one named after a lesson for what
only that lesson shows. The theme's colours reach them, and the components, as the custom properties of `tokens`.
"""

from __future__ import annotations

import re
from pathlib import Path

import streamlit as st

from core.charts import theme
from core.ui import moves

PRESENT = "present"  # a session key, and the parameter in the URL
_WIDE = "_page/wide"  # a session key
STYLES = Path(__file__).resolve().parents[2] / "assets" / "style"


def _packed(style: str) -> str:
    """The same rules in fewer bytes: they travel with every run of a page. For sheets without strings that hold spaces."""
    style = re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)
    return re.sub(r"\s*([{};,>])\s*", r"\1", re.sub(r"\s+", " ", style)).replace(";}", "}").strip()


_SHEETS = {path.stem: _packed(path.read_text(encoding="utf-8")) for path in STYLES.glob("*.css")}


def apply() -> None:
    """Put the style on the page; presenter mode enlarges all type."""
    st.html(_element(tokens(theme.DARK if _dark() else theme.LIGHT)))
    st.html(_element(sheet("base")))
    if presenting():
        st.html(_element(sheet("present")))


def lesson_style(slug: str) -> None:
    """Put a lesson's own sheet on its page; nothing where the lesson has none."""
    if style := sheet(slug):
        st.html(_element(style))


def rules(style: str) -> None:
    """Put rules on this page that depend on the course."""
    st.html(_element(style))


def sheet(name: str) -> str:
    """The sheet of that name as it travels; "" where there is none."""
    return _SHEETS.get(name, "")


def tokens(look: theme.Look) -> str:
    """The theme as CSS custom properties of the page; `--ll-below` and `--ll-above` tell two directions apart."""
    values = {
        "quiet": look.quiet, "link": look.link, "ours": look.ours, "ground": look.ground,
        "below": theme.BELOW, "above": theme.ABOVE,
    }  # fmt: skip
    return ":root{" + ";".join(f"--ll-{name}:{value}" for name, value in values.items()) + "}"


def _element(style: str) -> str:
    return f"<style>{style}</style>"


def presenting() -> bool:
    """Whether presenter mode is on: for this session, or asked for by the URL."""
    if PRESENT not in st.session_state:
        st.session_state[PRESENT] = st.query_params.get(PRESENT) == "1"
    return bool(st.session_state[PRESENT])


def present(on: bool) -> None:
    """Switch presenter mode on or off, also in the address."""
    st.session_state[PRESENT] = on
    moves.change("address", PRESENT, "1" if on else None)


def look_now() -> theme.Look:
    """What charts on this page are drawn with: the browser's theme, and larger type in presenter mode and on a wide screen."""
    return theme.look(dark=_dark(), presenting=presenting(), wide=wide())


def wide() -> bool:
    """Whether the window is wider than most screens, so that the sheets enlarge all type; the browser says it."""
    return bool(st.session_state.get(_WIDE))


def widen(is_wide: bool) -> None:
    moves.came_by_itself()
    st.session_state[_WIDE] = is_wide


def _dark() -> bool:
    return st.context.theme.type == "dark"
