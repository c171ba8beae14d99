"""A text as sentences of whole words from a fixed vocabulary, for networks that read a sentence at once.

Words and not subwords, because the words are what a person hides: one blank is one word is one guess. What is not among the
most frequent words is [UNK], which a network reads but never has to guess.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.data import texts, unspaced
from core.data.kept import kept
from core.data.tokens import split
from core.data.unspaced import Cutter
from core.data.words import sentences, words

UNK, MASK, START, END = range(4)
SPECIAL = ("[UNK]", "[MASK]", "[START]", "[END]")
TWICE = 2  # a word that occurs less often than this is unknown, so that a network learns what to make of unknown words


@dataclass(frozen=True, eq=False)
class Words:
    """V words by their numbers: four special ones, then the most frequent first, equally frequent ones in alphabetical order.

    cut: takes apart what is written without spaces; None where the text has no such script.
    """

    words: tuple[str, ...]
    cut: Cutter | None = None

    def __len__(self) -> int:
        return len(self.words)

    @cached_property
    def index(self) -> dict[str, int]:
        """Word -> number, without the special ones: nobody can type them."""
        return {word: i for i, word in enumerate(self.words) if i >= len(SPECIAL)}

    @cached_property
    def digest(self) -> str:
        """16 hex digits that say which words these are."""
        return hashlib.sha256("\n".join(self.words).encode()).hexdigest()[:16]

    def split(self, text: str) -> list[str]:
        """The words of a text, lower case, as this vocabulary counts them."""
        return words(text, self.cut)

    def encode(self, found: Sequence[str]) -> list[int]:
        """Words -> numbers, [UNK] for those that are not here."""
        return [self.index.get(word, UNK) for word in found]


@dataclass(frozen=True, eq=False)
class Rows:
    """N rows of words, at most `longest` tokens each, of any lengths, one behind the other in `tokens` (int32).

    A row is a sentence between [START] and [END]; a longer sentence is cut into rows of nearly equal lengths, which have
    neither at the cut. starts, lengths: (N,) int64, where each begins and how long it is.
    """

    tokens: np.ndarray
    starts: np.ndarray
    lengths: np.ndarray

    def __len__(self) -> int:
        return len(self.starts)

    def row(self, i: int) -> np.ndarray:
        """The tokens of one row."""
        return self.tokens[self.starts[i] : self.starts[i] + self.lengths[i]]

    @cached_property
    def of_row(self) -> np.ndarray:
        """Which row each token stands in, (tokens,)."""
        return np.repeat(np.arange(len(self)), self.lengths)

    def some(self, chosen: np.ndarray) -> Rows:
        """These rows, bool (N,), alone."""
        return rows_of([self.row(i) for i in np.flatnonzero(chosen)])


@dataclass(frozen=True, eq=False)
class SentenceText:
    """A text as rows. held_out: the passages that no model of this text learns from (`core.data.tokens.split`).

    held_out_words, unknown: how many words the held-out text has, and which share of them is [UNK].
    """

    words: Words
    train: Rows
    held_out: Rows
    held_out_words: int
    unknown: float


def rows_of(found: Sequence[np.ndarray]) -> Rows:
    """Rows of token lists."""
    lengths = np.array([len(row) for row in found], np.int64)
    tokens = np.concatenate(found).astype(np.int32) if len(found) else np.zeros(0, np.int32)
    return Rows(tokens, np.cumsum(lengths) - lengths, lengths)


def framed(ids: Sequence[int]) -> list[int]:
    """A whole sentence as a network reads it."""
    return [START, *ids, END]


def pieces(ids: Sequence[int], longest: int) -> Iterator[np.ndarray]:
    """The rows of a sentence: itself between its ends, or nearly equal parts of that with at most `longest` tokens each."""
    whole = np.array(framed(ids), np.int32)
    yield from np.array_split(whole, math.ceil(len(whole) / longest))


def vocabulary(name: str, most: int) -> Words:
    """The words of a text that a model of `most` words knows, shared by all callers. Raises texts.Missing."""
    return _vocabulary(name, most)


def sentence_text(name: str, most: int, longest: int) -> SentenceText:
    """The text as rows of at most `longest` tokens. Raises texts.Missing."""
    known = vocabulary(name, most)
    learned, held = (_lines(part) for part in split(texts.load(name).passages))
    train = _encoded(known, learned, longest)
    held_out = _encoded(known, held, longest)
    spoken = held_out.tokens[(held_out.tokens != START) & (held_out.tokens != END)]
    return SentenceText(known, train, held_out, len(spoken), float((spoken == UNK).mean()) if len(spoken) else 0.0)


def _encoded(known: Words, passages: list[str], longest: int) -> Rows:
    """The sentences in which at least one word is known."""
    found = (known.encode(sentence) for sentence in sentences(passages, known.cut))
    return rows_of([row for ids in found if any(ids) for row in pieces(ids, longest) if (row >= len(SPECIAL)).any()])


def _lines(part: str) -> list[str]:
    return part.split("\n")


@kept("Vocabularies of words")
def _vocabulary(name: str, most: int) -> Words:
    passages = texts.load(name).passages
    cut = unspaced.cutter([passage.lower() for passage in passages])
    learned, _ = split(passages)
    counts: Counter[str] = Counter()
    for sentence in sentences(_lines(learned), cut):
        counts.update(sentence)
    often = sorted((word for word, count in counts.items() if count >= TWICE), key=lambda word: (-counts[word], word))
    return Words((*SPECIAL, *often[:most]), cut)
