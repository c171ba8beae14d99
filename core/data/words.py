"""From passages to words: sentences, a vocabulary in order of frequency, and the text as a row of indices."""

from __future__ import annotations

import re
import sys
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.data import texts, unspaced
from core.data.kept import kept
from core.data.normal import nfc
from core.data.scripts import RUN, WORD
from core.data.unspaced import Cutter

LARGEST = 50_000  # words of a vocabulary


_ASCII = re.compile(r"[a-z0-9]+(?:'[a-z0-9]+)*")  # the same for plain English, in a third of the time
_END = re.compile(r"(?<=[.!?…।॥؟۔])[\"'”’)\]]*\s+|(?<=[。！？])")


def words(passage: str, cut: Cutter | None = None) -> list[str]:
    """The words of a passage, lower case and Unicode NFC; an apostrophe inside a word belongs to it.

    cut: cuts what is written without spaces; without it each sign of Chinese and Japanese is a word, and each run of Thai.
    """
    passage = _lower(passage)
    if passage.isascii():
        return _ASCII.findall(passage)
    if cut is None:
        return WORD.findall(passage)
    found, at = [], 0
    for run in RUN.finditer(passage):
        found += WORD.findall(passage, at, run.start())
        found += cut(run[0])
        at = run.end()
    return found + WORD.findall(passage, at)


def _lower(passage: str) -> str:
    lowered = passage.lower().replace("’", "'")
    return lowered if lowered.isascii() else nfc(lowered)  # after lower(), which takes some letters apart


def sentences(passages: Sequence[str], cut: Cutter | None = None) -> Iterator[list[str]]:
    """Each passage cut at the ends of its sentences, as words; empty ones left out."""
    for passage in passages:
        for part in parts(passage):
            if found := words(part, cut):
                yield found


def parts(passage: str) -> list[str]:
    """A passage cut at the ends of its sentences, as it is written."""
    return _END.split(passage)


@dataclass(frozen=True, eq=False)
class Corpus:
    """A text as numbers.

    words:    the vocabulary of V words, the most frequent first, equally frequent ones in alphabetical order.
    counts:   (V,) int64, how often each occurs.
    tokens:   (N,) int32, the text as indices into the vocabulary; rarer words are left out, as word2vec.c does it.
    sentence: (N,) int32, which sentence each token stands in, ascending.
    size:     words of the text in all, with the rare ones.
    """

    words: tuple[str, ...]
    counts: np.ndarray
    tokens: np.ndarray
    sentence: np.ndarray
    size: int

    @cached_property
    def index(self) -> dict[str, int]:
        return {word: i for i, word in enumerate(self.words)}


def count(found: Iterable[Sequence[str]], min_count: int) -> Corpus:
    """The corpus of sentences; words that occur less than `min_count` times are left out, and all beyond LARGEST.

    A sentence becomes numbers at once: a million words as Python objects take 60 MB, which the interpreter keeps.
    """
    number: dict[str, int] = {}  # word -> in the order in which they come
    read, lengths = array("i"), array("i")
    for sentence in found:
        read.extend([number.setdefault(word, len(number)) for word in sentence])
        lengths.append(len(sentence))
    tokens = np.array(read, np.int32)
    counts = np.bincount(tokens, minlength=len(number))
    often = (word for word, i in number.items() if counts[i] >= min_count)
    kept_words = sorted(often, key=lambda word: (-counts[number[word]], word))[:LARGEST]
    old = np.array([number[word] for word in kept_words], np.int64)
    new = np.full(len(number), -1, np.int32)
    new[old] = np.arange(len(old), dtype=np.int32)
    tokens = new[tokens]
    sentence_of = np.repeat(np.arange(len(lengths), dtype=np.int32), np.array(lengths, np.int64))
    stays = tokens >= 0
    return Corpus(
        tuple(map(sys.intern, kept_words)), counts[old].astype(np.int64), tokens[stays], sentence_of[stays], len(read)
    )


def corpus(name: str, min_count: int) -> Corpus:
    """The corpus of a text, shared by all callers. Raises Missing."""
    return _corpus(name, min_count)


@kept("Texts as words")
def _corpus(name: str, min_count: int) -> Corpus:
    passages = texts.load(name).passages
    return count(sentences(passages, unspaced.cutter(map(_lower, passages))), min_count)
