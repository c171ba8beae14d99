"""The expression box: an input in which a student adds and subtracts words, and below it the words that come out.

A page inside a fragment runs like this::

    expression = read("words", "king - man + woman")           # what the browser sent, before anything is mounted
    rows, normal = compute(expression)                          # so the answer belongs to the newest expression
    expression_box("words", expression=expression, answer=BoxAnswer(rows, normal, expression), vocabulary=words)

A button of the page calls `put("words", "paris - france + italy")` in its callback; the browser follows.

Two components are mounted. The box comes anew with each answer. The vocabulary, by which it completes words, lies in a
second one that shows nothing: its message stays the same byte for byte, so that Streamlit sends a reference of about 100
bytes from the second time on. They find each other in the browser by the key; the box works without the vocabulary, too.
Joining and hashing 50,000 words takes some 5 ms in each rerun all the same: a page that calls `mount_vocabulary` outside
its fragment saves that too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from core.ui.components.source import Component
from core.ui.held import Held

_BOX = Component("expression_box")
_VOCABULARY = Component("expression_words")
LONGEST = 2_000  # characters of an expression that the browser may send
MAX_ROWS = 20
MAX_WORDS = 50_000


@dataclass(frozen=True)
class Row:
    """A word of the answer: how well it fits (a cosine, for example), and whether the expression names it itself."""

    word: str
    score: float
    in_query: bool = False


def read(key: str, default: str = "") -> str:
    """The newest expression of box `key`, before it is mounted; `default` where there is none.

    Any message of the browser that is not well formed or has more than 2,000 characters is ignored.
    """
    expression = _held(key).read()
    return default if expression is None else expression


def put(key: str, expression: str) -> None:
    """Replace the expression of box `key`; the browser follows with the next rerun.

    It may be longer than what the browser may send (a link can hold more): the page says then what is wrong with it.
    Raises ValueError where it is no text that can be sent.
    """
    _held(key).put(_checked(expression))


def clear(key: str) -> None:
    """Forget the expression of box `key`: the next `read` gives its default, and the browser follows."""
    _held(key).clear()


def mount_vocabulary(key: str, vocabulary: Sequence[str]) -> None:
    """Mount the vocabulary of box `key` by itself, outside the fragment that calls `expression_box(..., vocabulary=None)`.

    Raises ValueError for no words, more than 50,000, or one with a line break.
    """
    _VOCABULARY(key=f"{key}/vocabulary", data=_message(key, vocabulary))


@dataclass(frozen=True)
class BoxAnswer:
    """What stands below the input.

    rows:        the answer, at most 20 words, the best first.
    normal:      the expression as it was understood, "king − man + woman"; the box writes ≈ behind it.
    result_id:   names the answer; the root element says `data-shown=<result_id>` once it is drawn.
    error:       one sentence that stands in the place of the answer.
    suggestions: for each unknown word of the expression, words to put in its place.
    examples:    expressions to try, as buttons below the input.
    score_name:  what the numbers are.
    room:        for how many rows there is room in any case: what stands below the box then stays where it is.

    Raises ValueError for too many rows, or a score that is not finite.
    """

    rows: Sequence[Row]
    normal: str
    result_id: str
    error: str = ""
    suggestions: Mapping[str, Sequence[str]] = field(default_factory=dict)
    examples: Sequence[str] = ()
    score_name: str = "cosine"
    room: int = 10

    def __post_init__(self) -> None:
        if len(self.rows) > MAX_ROWS:
            raise ValueError(f"at most {MAX_ROWS} rows fit, not {len(self.rows)}")
        if not all(math.isfinite(row.score) for row in self.rows):
            raise ValueError("a score must be a finite number")

    def message(self) -> dict[str, Any]:
        """The answer as the browser gets it."""
        return {
            "rows": [[row.word, float(row.score), bool(row.in_query)] for row in self.rows],
            "normal": self.normal,
            "error": self.error,
            "suggestions": [[unknown, list(words)] for unknown, words in self.suggestions.items()],
            "examples": list(self.examples),
            "result_id": self.result_id,
            "score_name": self.score_name,
            "room": min(max(self.room, len(self.rows)), MAX_ROWS),
        }


def expression_box(
    key: str,
    *,
    expression: str,
    answer: BoxAnswer,
    vocabulary: Sequence[str] | None = None,
    title: str = "Words to add and subtract",
    on_change: Callable[[], None] | None = None,
) -> str:
    """Mount the box and return the expression.

    expression:  what the answer belongs to: what `read` returned. Anything else replaces what the browser shows.
    vocabulary:  up to 50,000 words, the most frequent first, by which the box completes words and knows whether the one
                 that is typed is complete. None: the page has called `mount_vocabulary`, or there is none; then
                 nothing is completed and the answer comes with Enter.
    title:       the label of the input.
    on_change:   called before the rerun that a message triggers; `read` already knows the message then.

    Raises ValueError where the expression is no text, and where the vocabulary does not fit.
    """
    held = _held(key)

    def changed() -> None:
        held.read()
        if on_change is not None:
            on_change()

    with st.container(gap=None):  # the vocabulary has no height; a gap would show where it stands
        _BOX(
            key=key,
            data={
                "key": key,
                "held": held.settle(_checked(expression)),
                **answer.message(),
                "title": title,
                "longest": LONGEST,
            },
            on_held_change=changed,
        )
        if vocabulary is not None:
            mount_vocabulary(key, vocabulary)
    return expression


def _message(key: str, vocabulary: Sequence[str]) -> bytes:
    """The key and the words, one a line. Bytes: Streamlit would write a text as JSON, which takes it longer."""
    if not 0 < len(vocabulary) <= MAX_WORDS:
        raise ValueError(f"a vocabulary has from 1 to {MAX_WORDS} words, not {len(vocabulary)}")
    text = "\n".join((key, *vocabulary))
    if text.count("\n") != len(vocabulary):
        raise ValueError("no word of the vocabulary may hold a line break")
    return text.encode()


def _held(key: str) -> Held[str]:
    def decode(raw: Any) -> str | None:
        expression = raw.get("expression") if isinstance(raw, Mapping) else None
        return expression if _is_text(expression) else None

    def encode(expression: str) -> dict[str, str]:
        return {"expression": expression}

    return Held(key, decode, encode, may_say=lambda expression: len(expression) <= LONGEST)


def _checked(expression: str) -> str:
    if not _is_text(expression):
        raise ValueError(f"an expression is a text, not {type(expression).__name__}")
    return expression


def _is_text(value: Any) -> bool:
    """Whether this is a text that the browser can get: half a surrogate pair cannot be sent."""
    try:
        return isinstance(value, str) and value.encode() is not None
    except UnicodeEncodeError:
        return False
