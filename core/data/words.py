"""From passages to words: sentences, a vocabulary in order of frequency, and the text as a row of indices."""

from __future__ import annotations

import re
import sys
import threading
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from core.data import texts
from core.data.normal import nfc

LARGEST = 50_000  # words of a vocabulary


def _marks() -> str:
    """Combining marks as a character class: Python's \\w leaves them out, and would cut a word of Hindi at each vowel."""
    points = [i for i in range(0x300, 0x20000) if unicodedata.category(chr(i)).startswith("M")]
    runs: list[list[int]] = []
    for point in points:
        if runs and point == runs[-1][1] + 1:
            runs[-1][1] = point
        else:
            runs.append([point, point])
    return "".join(f"{chr(low)}-{chr(high)}" for low, high in runs)


# Chinese and Japanese are written without spaces: there, each sign is taken for a word.
SIGNS = (
    "\u3005\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
# What belongs to the letter before it: marks, and the two joiners that the scripts of India and Persia write by.
MARKS = _marks() + "\u200c\u200d"
_LETTERS = rf"(?:(?![{SIGNS}])[^\W_][{MARKS}]*)+"
WORD = re.compile(rf"[{SIGNS}][{MARKS}]*|{_LETTERS}(?:'{_LETTERS})*")
_ASCII = re.compile(r"[a-z0-9]+(?:'[a-z0-9]+)*")  # the same for plain English, in a third of the time
_END = re.compile(r"(?<=[.!?…।॥؟۔])[\"'”’)\]]*\s+|(?<=[。！？])")


def words(passage: str) -> list[str]:
    """The words of a passage, lower case and Unicode NFC; an apostrophe inside a word belongs to it."""
    passage = passage.lower().replace("’", "'")
    if passage.isascii():
        return _ASCII.findall(passage)
    return WORD.findall(nfc(passage))  # after lower(), which takes some letters apart


def sentences(passages: Sequence[str]) -> Iterator[list[str]]:
    """Each passage cut at the ends of its sentences, as words; empty ones left out."""
    for passage in passages:
        for part in _END.split(passage):
            if found := words(part):
                yield found


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


def count(found: Sequence[Sequence[str]], min_count: int) -> Corpus:
    """The corpus of these sentences; words that occur less than `min_count` times are left out."""
    counter = Counter(word for sentence in found for word in sentence)
    kept = sorted((w for w, n in counter.items() if n >= min_count), key=lambda w: (-counter[w], w))[:LARGEST]
    index = {word: i for i, word in enumerate(kept)}
    tokens = [[index[word] for word in sentence if word in index] for sentence in found]
    lengths = [len(sentence) for sentence in tokens]
    return Corpus(
        tuple(map(sys.intern, kept)),
        np.array([counter[word] for word in kept], np.int64),
        np.fromiter((i for sentence in tokens for i in sentence), np.int32, sum(lengths)),
        np.repeat(np.arange(len(lengths), dtype=np.int32), lengths),
        counter.total(),
    )


_counting = threading.Lock()


def corpus(name: str, min_count: int) -> Corpus:
    """The corpus of a text, shared by all callers. Raises Missing."""
    with _counting:
        return _corpus(name, min_count)


@lru_cache(maxsize=4)  # texts as words, not results: the worker reads them too
def _corpus(name: str, min_count: int) -> Corpus:
    return count(list(sentences(texts.load(name).passages)), min_count)
