"""What the lesson shows: a trained network, the sentence on the stage, which of its words are hidden, and what is expected there."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from core import lab
from core.data.sentences import MASK, SPECIAL, Words, framed, vocabulary
from core.experiment import get
from core.experiments import masked_lm
from core.lessons.fill_in_the_blank import links, word_tiles
from core.lessons.fill_in_the_blank.links import PREFIX
from core.lessons.fill_in_the_blank.word_tiles import Hidden
from core.store.record import Record
from core.ui import notes

LONGEST = 40  # words of a sentence that stand on the stage


@dataclass(frozen=True, eq=False)
class Subject:
    """A trained network and the words it knows. title: what a sentence calls the text that it learned from."""

    record: Record
    words: Words
    title: str

    @property
    def memo_key(self) -> Record:
        return self.record

    @property
    def most(self) -> int:
        """How many words of a sentence are read."""
        return min(LONGEST, self.record.config["context"] - 2)


@dataclass(frozen=True)
class Sentence:
    """A sentence as the network reads it. words: lower case. left_out: how many more the text had. hidden: places, ascending."""

    words: tuple[str, ...]
    left_out: int
    hidden: tuple[int, ...]


class Likely(NamedTuple):
    """A word that may stand in a blank, and how likely it is."""

    word: str
    probability: float


@dataclass(frozen=True)
class Blank:
    """What is expected at one hidden place.

    place: from 0. true: the word that was hidden. top: the likeliest words, the likeliest first. probability, rank: of the true
    word, rank 1 the likeliest; None where it is unknown. as_many: as many equally likely words would be as uncertain.
    """

    place: int
    true: str
    top: tuple[Likely, ...]
    probability: float | None
    rank: int | None
    as_many: float


def subject(record: Record) -> Subject:
    """The network of a record. Raises lab.Damaged, data.Missing."""
    lab.model(record)
    name = record.config["data"]
    return Subject(record, vocabulary(name, record.config["words"]), links.SOURCES.get(name, links.SOURCES["own"]))


def sentence(subject: Subject) -> Sentence:
    """The sentence on the stage, with the words that are hidden now; they are written into the link."""
    text = links.SAID.value()
    found = subject.words.split(text)
    words = tuple(found[: subject.most])
    return Sentence(words, len(found) - len(words), _hidden(text, words))


def now(on_stage: Subject | None) -> Sentence | None:
    """The sentence on the stage; None where no network is on it, or there is no word."""
    return None if on_stage is None else sentence(on_stage)


def _hidden(text: str, words: tuple[str, ...]) -> tuple[int, ...]:
    about, usual = about_of(words), links.HIDDEN if text == links.SENTENCE else ()
    held = word_tiles.read(links.TILES)
    of_this = held.places if held is not None and held.about == about else ()
    chosen = _linked(len(words), usual) if held is None else of_this
    places = tuple(place for place in chosen if place < len(words))
    links.HIDE.put(None if places == usual else _written(places))
    return places


def _linked(count: int, usual: tuple[int, ...]) -> tuple[int, ...]:
    """The places that the link names; what is none is said."""
    raw = links.HIDE.raw()
    if raw is None or raw == "none":
        return usual if raw is None else ()
    parts = raw.split("-")
    found = sorted({int(part) - 1 for part in parts if part.isascii() and part.isdigit() and len(part) < 4})
    places = tuple(place for place in found if 0 <= place < count)
    if len(places) < len(parts):
        notes.add(PREFIX, "Hidden words: the link names a place that this sentence does not have; it is left out.")
    return places


def _written(places: tuple[int, ...]) -> str:
    return "-".join(str(place + 1) for place in places) or "none"


def about_of(words: tuple[str, ...]) -> str:
    """Names a sentence: a choice in one is none in another."""
    return hashlib.sha256(" ".join(words).encode("utf-8", "replace")).hexdigest()[:12]


def set_up(text: str, places: tuple[int, ...], change: int | None = None, into: str = "") -> None:
    """Put a sentence of plain words on the stage with these places hidden, from 0. For a button's callback.

    change, into: which word, from 1, becomes which in the act "Two sentences"; what it opens on where they are left out.
    """
    links.TABLE.case({"t": text, "into": into or links.INTO.default})
    links.CHANGE.put(None)
    links.CHANGE.set(change)  # None is no place: the sentence's own choice takes its stead
    links.HIDE.put(_written(places))
    words = tuple("".join(sign for sign in text.lower() if sign.isalnum() or sign in " '").split())
    word_tiles.put(links.TILES, Hidden(about_of(words), places))


# What is expected -------------------------------------------------------------------------------------------------


@lab.memo(label="Sentences with blanks, guessed")
def log_probabilities(record: Record, ids: tuple[int, ...]) -> Tensor:
    """log p of all words at each [MASK] of a sentence without its ends, (K, V)."""
    return masked_lm.guesses(lab.model(record), framed(ids))


def expected(subject: Subject, words: tuple[str, ...], hidden: tuple[int, ...], count: int = 10) -> list[Blank]:
    """What is expected at each hidden place of a sentence, the `count` likeliest words of each. All are guessed in one look, each
    by itself: none of the guesses knows of another."""
    if not hidden:
        return []
    found = log_probabilities(subject.record, with_blanks(subject, words, hidden))
    return [_blank(subject.words, place, words[place], row, count) for place, row in zip(hidden, found, strict=True)]


def with_blanks(subject: Subject, words: tuple[str, ...], hidden: tuple[int, ...]) -> tuple[int, ...]:
    """The numbers of a sentence's words, [MASK] at the hidden places."""
    ids = subject.words.encode(words)
    return tuple(MASK if place in hidden else word for place, word in enumerate(ids))


def _blank(known: Words, place: int, true: str, logs: Tensor, count: int) -> Blank:
    logs = among_words(logs)
    values, best = logs.topk(min(count, len(known) - len(SPECIAL)))
    top = tuple(Likely(known.words[i], math.exp(v)) for i, v in zip(best.tolist(), values.tolist(), strict=True))
    entropy = -torch.special.xlogy(p := logs.double().exp(), p).sum()
    number = known.index.get(true)
    if number is None:
        return Blank(place, true, top, None, None, float(entropy.exp()))
    rank = 1 + int((logs > logs[number]).sum())
    return Blank(place, true, top, math.exp(float(logs[number])), rank, float(entropy.exp()))


def among_words(logs: Tensor) -> Tensor:
    """log p (V,) with what the network leaves to the special ones, which is next to nothing, given to the words."""
    logs = logs.clone()
    logs[: len(SPECIAL)] = -math.inf
    return logs.log_softmax(dim=-1)


def warm() -> None:
    """Read what the lesson opens on, and guess its blank."""
    view = lab.view("masked_lm", get("masked_lm").default(), 0)
    if isinstance(view, lab.Ready):
        opens = subject(view.record)
        expected(opens, tuple(opens.words.split(links.SENTENCE)), links.HIDDEN)
