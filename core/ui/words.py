"""Words that a person typed, and words in a sentence of Markdown."""

from __future__ import annotations

import re
from typing import Any

from core.data.normal import word_list
from core.ui.links import Text

# All of ASCII that Markdown may take for more than a sign, but the apostrophe.
_MARKS = re.compile(r"([!-&(-/:-@\[-`{-~])")


def plain(word: str) -> str:
    """A word for a sentence in Markdown, shown letter by letter: vocabularies hold "$" and "*", and links hold anything."""
    return _MARKS.sub(r"\\\1", word)


def typed(link: Text, most: int, default: str | None = None, **kwargs: Any) -> list[str]:
    """Draw a text field of words; at most `most` of them count."""
    return word_list(link.input(default, **kwargs), most)
