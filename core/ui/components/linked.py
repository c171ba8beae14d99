"""The tiny half of a map that is two components: it hands the answer over to the large half, which is mounted elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

MAX_POINTS, MAX_CLASSES = 10_000, 30  # of one map; ten hues in three shapes


def answer(name: str, registry: str) -> Callable[..., Any]:
    """A component whose data name the map by "link". registry: of the page, in which both halves look for each other.

    Streamlit sends a component's code along with each of its messages: this one is short.
    """
    return st.components.v2.component(
        name,
        html="<i hidden></i>",
        js=f"""
export default ({{ data, setStateValue }}) => {{
  const maps = (globalThis[Symbol.for("{registry}")] ??= new Map())
  const link = maps.get(data.link) ?? {{}}
  maps.set(data.link, link)
  const mine = (link.answer = {{ data, setStateValue }})
  link.map?.answer(mine)
  return () => {{ if (link.answer === mine) delete link.answer }}
}}
""",
    )
