"""What the box asks, in the link: words and arrows as short texts, read back with a sentence for what cannot be had."""

from __future__ import annotations

import math
import re

from core import data
from core.analysis.soft_lookup import TEMPERATURES
from core.experiment import match, nearest
from core.lessons.soft_lookup import links
from core.lessons.soft_lookup.soft_dictionary import FEWEST, MOST, REACH, Asked, Entry, Point, clean, place, put, read
from core.ui import notes

# The lecture's own example. Its arrows are drawn so that orange lies between lemon and apple, as it does in GloVe.
QUERY, QUERY_AT = "orange", (1.5, 0.6)
WORDS = (("apple", "pomme"), ("banana", "banane"), ("lemon", "citron"))
# For each entry, where its arrows (key, value) are when it is new.
SPARE: tuple[tuple[Point, Point], ...] = (
    ((0.5, 1.9), (-1.6, 1.9)),
    ((-1.7, 1.0), (-0.6, -2.2)),
    ((2.1, -0.3), (2.1, -0.4)),
    ((0.8, -2.2), (1.2, 2.4)),
    ((2.1, -1.6), (1.4, -2.0)),
    ((-2.2, -0.6), (-2.5, 0.2)),
    ((-1.0, -2.3), (2.4, -1.2)),
    ((-0.9, 2.5), (-2.2, -1.4)),
)
_NUMBER = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,6})?", re.ASCII)


def entries(words: tuple[tuple[str, str], ...] = WORDS) -> tuple[Entry, ...]:
    """Entries with the arrows of new ones."""
    return tuple(Entry(key, value, *SPARE[i]) for i, (key, value) in enumerate(words))


def start(temperature: float = 1.0) -> Asked:
    """What the lesson opens on."""
    return Asked(QUERY, QUERY_AT, entries(), temperature)


def asked() -> Asked:
    """What is asked now: as the browser sent it, or as the link has it; and the link says so afterwards."""
    found = read(links.BOX)
    if found is None:
        found = _from_link()
    _to_link(found)
    return found


# To and from text -------------------------------------------------------------------------------------------------


def join(words: list[str]) -> str:
    """Words with "~" between them; what is "~" in a word is written "!~", and "!" is "!!"."""
    return "~".join(word.replace("!", "!!").replace("~", "!~") for word in words)


def split(text: str) -> list[str]:
    """The words of `join`, whatever the text: a last "!" stands for itself."""
    words, rest = [""], iter(text)
    for sign in rest:
        if sign == "~":
            words.append("")
        else:
            words[-1] += next(rest, "!") if sign == "!" else sign
    return words


def _from_link() -> Asked:
    query = _query(links.QUERY.raw())
    rows = _entries(links.ENTRIES.raw())
    query_at, rows = _arrows(links.ARROWS.raw(), rows)
    return Asked(query, query_at, rows, _temperature(links.TEMPERATURE.raw()))


def _to_link(asked: Asked) -> None:
    words = [(e.key, e.value) for e in asked.entries]
    flat = [word for pair in words for word in pair]
    drawn = [asked.query_at, *(at for e in asked.entries for at in (e.key_at, e.value_at))]
    new = [QUERY_AT, *(at for pair in SPARE[: len(words)] for at in pair)]
    numbers = "_".join(f"{x:g}" for at in drawn for x in at)
    links.QUERY.put(None if asked.query == QUERY else asked.query)
    links.ENTRIES.put(None if tuple(words) == WORDS else join(flat))
    links.ARROWS.put(None if drawn == new else numbers)
    links.TEMPERATURE.put(None if asked.temperature == 1 else shown(asked.temperature))


def shown(temperature: float) -> str:
    """A temperature as links and sentences have it."""
    return {0.0: "hard", math.inf: "average"}.get(temperature, f"{temperature:g}")


def _query(linked: str | None) -> str:
    if linked is None:
        return QUERY
    word = clean(linked)
    if word != linked:
        notes.add(links.PREFIX, "The link's query was shortened to what can be seen of it, at most 40 characters.")
    return word


def _entries(linked: str | None) -> tuple[Entry, ...]:
    if linked is None:
        return entries()
    words = split(linked)
    pairs = list(zip(words[::2], words[1::2], strict=False))  # a last key without a value has no pair
    if len(pairs) < FEWEST:
        notes.add(links.PREFIX, "The link's dictionary has fewer than two entries; the lecture's is used.")
        return entries()
    kept = tuple((clean(key), clean(value)) for key, value in pairs[:MOST])
    if len(words) > 2 * MOST:
        notes.add(links.PREFIX, f"The link's dictionary has more than {MOST} entries; the first {MOST} are used.")
    elif len(words) % 2:
        notes.add(links.PREFIX, "The last key of the link's dictionary has no value; it is left out.")
    if list(kept) != pairs[:MOST]:
        notes.add(links.PREFIX, "Words of the link were shortened to what can be seen of them, at most 40 characters.")
    return entries(kept)


def _arrows(linked: str | None, rows: tuple[Entry, ...]) -> tuple[Point, tuple[Entry, ...]]:
    if linked is None:
        return QUERY_AT, rows
    parts = linked.split("_")
    if len(parts) != 2 + 4 * len(rows) or not all(map(_NUMBER.fullmatch, parts)):
        notes.add(links.PREFIX, "The arrows of the link do not fit its entries; they are drawn anew.")
        return QUERY_AT, rows
    numbers = [float(part) for part in parts]
    at = [place(*numbers[i : i + 2]) for i in range(0, len(numbers), 2)]
    if any(abs(x) > REACH for x in numbers):
        notes.add(links.PREFIX, f"Arrows of the link reach out of the plane; they end at {REACH:g}.")
    return at[0], tuple(Entry(e.key, e.value, *at[1 + 2 * i : 3 + 2 * i]) for i, e in enumerate(rows))


def _temperature(linked: str | None) -> float:
    if linked is None:
        return 1.0
    named = {"hard": 0.0, "average": math.inf}
    if linked in named:
        return named[linked]
    finite = TEMPERATURES[1:-1]
    found = match(linked, finite)
    if found:
        return found[0]
    [value] = nearest(linked, finite) or (1.0,)
    notes.add(
        links.PREFIX, f"Temperature: the link asks for a value that is not available here. Showing {shown(value)}."
    )
    return value


def set_up(query: str, words: tuple[tuple[str, str], ...] = WORDS, temperature: float = 1.0) -> None:
    """Put a case into the box, and the switches where they were. For a button's callback."""
    put(links.BOX, Asked(query, QUERY_AT, entries(words), temperature))
    links.SOURCE.set("glove" if data.glove.available() else "own")
    links.LENGTHS.set("raw")
    links.SCALE.set("on")
    links.OWN_WORDS.set("in")
