"""The soft dictionary: a query, keys and values that a student edits, every step of the look-up, and its arrows.

A page inside a fragment runs like this::

    asked = read("box") or start()                  # what the browser sent, before anything is mounted
    answer = compute(asked)                         # so the numbers belong to the newest gesture
    soft_dictionary("box", asked=asked, answer=answer, ...)

A button of the page calls `put("box", Asked(...))` in its callback; the browser follows.

While an arrow or the temperature is dragged the browser computes the steps itself; what stands there after the release
came from Python.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.analysis.soft_lookup import TEMPERATURES
from core.data.normal import nfc
from core.ui.components.source import Component
from core.ui.held import Held, is_number

_COMPONENT = Component("soft_dictionary")
FEWEST, MOST = 2, 8  # entries
LONGEST = 40  # characters of a word
REACH = 3.0  # an arrow's tip lies from -REACH to REACH on both axes

Point = tuple[float, float]


@dataclass(frozen=True)
class Entry:
    """A key with its value: their words, and the arrows that a person drew for them."""

    key: str
    value: str
    key_at: Point
    value_at: Point


@dataclass(frozen=True)
class Asked:
    """All that a person sets in the box. temperature: one of `TEMPERATURES`."""

    query: str
    query_at: Point
    entries: tuple[Entry, ...]
    temperature: float


@dataclass(frozen=True)
class Problem:
    """A sentence on a word, and words to put in its place. field: "query", "key" or "value"; row: of the entry."""

    sentence: str
    field: str = ""
    row: int = 0
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """The steps of one entry: the query's product with the key, that scaled, that by the temperature (None in a hard
    look-up), and the softmax of it."""

    product: float
    scaled: float
    tempered: float | None
    weight: float


@dataclass(frozen=True)
class Flat:
    """Vectors as they lie in a plane: of the query and the keys, of the values; None for what has no vector. about:
    what to know of it."""

    query: Point | None = None
    keys: tuple[Point | None, ...] = ()
    values: tuple[Point | None, ...] = ()
    about_keys: str = ""
    about_values: str = ""


@dataclass(frozen=True)
class Answer:
    """What Python found.

    rows:   one for each entry, None for one that takes no part.
    root:   what products are divided by, 1 where they are left as they are; unit: whether vectors count at length 1.
    own:    whether the arrows are the vectors. Where they are not, `flat` says how to draw the vectors.
    merged: the merged vector in the plane of the values, None where it cannot be drawn.
    near:   the words nearest to the merged vector, with their cosines; about_near: what to know of them.
    error:  one sentence in the place of a sum, where nothing can be looked up.
    """

    rows: tuple[Row | None, ...]
    root: float
    unit: bool
    own: bool
    merged: Point | None = None
    flat: Flat = field(default_factory=Flat)
    near: tuple[tuple[str, float], ...] = ()
    about_near: str = ""
    problems: tuple[Problem, ...] = ()
    error: str = ""


def clean(word: str) -> str:
    """The word as it is kept: in Unicode NFC, without what cannot be seen, at most 40 characters.

    Joiners stay, because emoji and some scripts are written with them; signs that turn the direction of the text around
    them go, because they would do so to the page.
    """
    seen = "".join(c if not c.isspace() else " " for c in word[: 8 * LONGEST])
    seen = "".join(c for c in seen if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co") or c in "\u200c\u200d")
    return " ".join(nfc(seen).split())[:LONGEST].rstrip()


def place(x: float, y: float) -> Point:
    """Where a tip is kept: within reach, on a grid of hundredths, so that a link holds it exactly."""
    return tuple(round(min(max(float(v), -REACH), REACH), 2) + 0.0 for v in (x, y))


def read(key: str) -> Asked | None:
    """What is asked in box `key`, before it is mounted; None where there is nothing yet.

    Any message of the browser that is not well formed or too large is ignored.
    """
    return _held(key).read()


def put(key: str, asked: Asked) -> None:
    """Replace what is asked in box `key`; the browser follows with the next rerun."""
    _held(key).put(asked)


def clear(key: str) -> None:
    """Forget what is asked in box `key`: the next `read` gives None, and the browser follows."""
    _held(key).clear()


def soft_dictionary(
    key: str, *, asked: Asked, answer: Answer, spare: Sequence[tuple[Point, Point]], result_id: str
) -> None:
    """Mount the box.

    asked:     what the answer belongs to: what `read` returned. Anything else replaces what the browser shows.
    spare:     for each of 8 entries the arrows (key, value) that it has when it is new.
    result_id: names the answer; the root element says `data-shown=<result_id>` once it is drawn.

    Raises ValueError where the answer does not fit what is asked.
    """
    if len(answer.rows) != len(asked.entries) or asked.temperature not in TEMPERATURES:
        raise ValueError(f"{len(answer.rows)} rows for {len(asked.entries)} entries at {asked.temperature}")
    held = _held(key)
    _COMPONENT(
        key=key,
        data={
            "held": held.settle(asked),
            **_message(answer),
            "temperatures": [t if math.isfinite(t) else None for t in TEMPERATURES],
            "spare": [[*key_at, *value_at] for key_at, value_at in spare],
            "result_id": result_id,
            "fewest": FEWEST,
            "most": MOST,
            "longest": LONGEST,
            "reach": REACH,
        },
        on_held_change=lambda: held.read(),
    )


def _message(answer: Answer) -> dict[str, Any]:
    """The answer as the browser gets it."""
    return {
        "rows": [r and [r.product, r.scaled, r.tempered, r.weight] for r in answer.rows],
        "root": answer.root,
        "unit": answer.unit,
        "own": answer.own,
        "merged": answer.merged,
        "flat": vars(answer.flat),
        "near": [list(pair) for pair in answer.near],
        "about_near": answer.about_near,
        "problems": [[p.sentence, p.field, p.row, list(p.words)] for p in answer.problems],
        "error": answer.error,
    }


def _held(key: str) -> Held[Asked]:
    return Held(key, _decode, _encode)


def _encode(asked: Asked) -> dict[str, Any]:
    return {
        "query": asked.query,
        "at": list(asked.query_at),
        "entries": [[e.key, e.value, *e.key_at, *e.value_at] for e in asked.entries],
        "t": TEMPERATURES.index(asked.temperature),
    }


def _decode(raw: Any) -> Asked | None:
    """What a message asks, its words tidied; None where it is not one of this box."""
    if not isinstance(raw, Mapping):
        return None
    query, at, rows, t = (raw.get(name) for name in ("query", "at", "entries", "t"))
    if type(t) is not int or not 0 <= t < len(TEMPERATURES) or not _is_word(query) or not _are_numbers(at, 2):
        return None
    if not isinstance(rows, list) or not FEWEST <= len(rows) <= MOST:
        return None
    entries = []
    for row in rows:
        if not isinstance(row, list) or not all(map(_is_word, row[:2])) or not _are_numbers(row[2:], 4):
            return None
        entries.append(Entry(clean(row[0]), clean(row[1]), place(*row[2:4]), place(*row[4:])))
    return Asked(clean(query), place(*at), tuple(entries), TEMPERATURES[t])


def _is_word(value: Any) -> bool:
    """Whether this is a text that an input of the box can hold: the browser counts an emoji as two characters."""
    try:
        return isinstance(value, str) and len(value) <= LONGEST and value.encode() is not None
    except UnicodeEncodeError:
        return False


def _are_numbers(value: Any, count: int) -> bool:
    return isinstance(value, list) and len(value) == count and all(map(is_number, value))
