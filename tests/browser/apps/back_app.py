"""A home page and two pages that keep a number in the address, as lessons do."""

import sys
from pathlib import Path

import streamlit as st

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from core.ui.components.page_tools import page_tools
from core.ui.links import Table


def home() -> None:
    st.text("screen: home")


def lesson(prefix: str) -> None:
    table = Table(prefix)
    draw, point = table.whole("draw", "Draw", 0, 99), table.free("point", "Point")
    page_tools(f"{prefix}_tools", False)
    value = draw.input()
    if st.button("Another point", key=f"{prefix}_go"):
        point.put(str(int(point.raw() or 0) + 1))
    st.text(f"screen: {prefix} {value} {point.raw() or 0}")


st.navigation(
    [
        st.Page(home, title="Home", default=True),
        st.Page(lambda: lesson("one"), title="One", url_path="one"),
        st.Page(lambda: lesson("two"), title="Two", url_path="two"),
    ]
).run()
