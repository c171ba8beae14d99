"""Words that a person typed, and words in a sentence of Markdown."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import streamlit as st

from core.ui import url

# All of ASCII that Markdown may take for more than a sign, but the apostrophe.
_MARKS = re.compile(r"([!-&(-/:-@\[-`{-~])")


def plain(word: str) -> str:
    """A word for a sentence in Markdown, shown letter by letter: vocabularies hold "$" and "*", and links hold anything."""
    return _MARKS.sub(r"\\\1", word)


def word_list(text: str, most: int) -> list[str]:
    """The words that a person typed, in small letters and Unicode NFC as vocabularies have them, each once; at most `most`."""
    found = unicodedata.normalize("NFC", text.lower()).replace(",", " ").replace(";", " ").split()
    return list(dict.fromkeys(word[:60] for word in found))[:most]


def typed(prefix: str, name: str, label: str, default: str, most: int, **kwargs: Any) -> list[str]:
    """A text field of words, in the URL."""
    key = url.key(prefix, name)
    if key not in st.session_state:
        linked = url.get(prefix, name)
        st.session_state[key] = (default if linked is None else linked)[:1500]
    url.remember(prefix, name, default)
    text = st.text_input(label, key=key, max_chars=1500, persist_state="session", **kwargs)
    url.put(prefix, name, None if text == default else text)
    return word_list(text, most)
