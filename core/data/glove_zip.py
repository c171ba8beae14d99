"""GloVe's vectors out of the zip that Stanford publishes, as the two files that their package has.

The zip has 862 MB, and one of its four members is needed. A server that sends parts of files sends the end of the zip, where its
table is, and then that member: 70 MB in all.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from core.data import zip_table
from core.data.zip_table import Damaged

ADDRESS = "https://nlp.stanford.edu/data/glove.6B.zip"
MEMBER = b"glove.6B.50d.txt"  # a line a word: the word and its numbers between spaces
VECTORS, WORDS = "glove_6B_50d_emb.npy", "glove_6B_index.parquet"
TAIL = 1 << 16  # bytes at the end of the zip that hold its table
EXTRA = 1 << 10  # bytes that a member's own header may have beside its name
LARGEST = 200 << 20  # bytes of the member, before and after unpacking; it has 171 MB

Part = Callable[[int | None, int], tuple[bytes, int]]  # part(start, size): see core.data.originals


def write(part: Part, folder: Path, count: int = 400_000, dimension: int = 50) -> None:
    """Fetch the member and write both files into `folder`. Raises Damaged where the zip is not as expected, OSError."""
    vectors, words = converted(_text(part), count, dimension)
    np.save(folder / VECTORS, vectors)
    import pyarrow as pa
    from pyarrow import parquet

    parquet.write_table(pa.table({"index": pa.array(words, pa.string())}), folder / WORDS)


def converted(text: bytes, count: int, dimension: int) -> tuple[np.ndarray, list[str]]:
    """The lines of the member as float32 (count, dimension) and as many words. Raises Damaged.

    In memory a column follows the other, as in the package: sums over them then are the same to the last digit.
    """
    vectors, words = np.empty((count, dimension), np.float32, order="F"), []
    for line in io.BytesIO(text):  # by line feeds alone: some words hold what Unicode calls a line's end
        word, _, numbers = line.partition(b" ")
        try:
            row = np.array(numbers.split(), np.float32)
            words.append(word.decode())
        except ValueError:
            raise Damaged from None
        if len(words) > count or len(row) != dimension:
            raise Damaged
        vectors[len(words) - 1] = row
    if len(words) != count:
        raise Damaged
    return vectors, words


def _text(part: Part) -> bytes:
    """The member, unpacked; its checksum in the zip is compared."""
    tail, total = part(None, TAIL)
    member = next((one for one in zip_table.members(tail) if one.name == MEMBER), None)
    if member is None or max(member.packed, member.size) > LARGEST:
        raise Damaged
    start = member.start + total - len(tail)  # the table was read as if the zip began with the tail
    size = min(zip_table.HEADER_BYTES + len(member.name) + EXTRA + member.packed, total - start)
    if start < 0 or size <= 0:
        raise Damaged
    return zip_table.unpacked(part(start, size)[0], replace(member, start=0))


def sum_of_vectors(path: Path) -> str:
    """SHA-256 over the float32 numbers of VECTORS, a column after the other; "" for another type. Raises ValueError, OSError."""
    vectors = np.load(path, mmap_mode="r", allow_pickle=False)
    digest = hashlib.sha256()
    for column in vectors.T:
        digest.update(np.ascontiguousarray(column))
    return digest.hexdigest() if vectors.dtype == np.float32 else ""


def sum_of_words(path: Path) -> str:
    """SHA-256 over the words of WORDS with a line feed between them: the bytes of the file depend on who wrote it.

    Raises ValueError, TypeError, KeyError or OSError where they cannot be read.
    """
    from pyarrow import parquet

    words = parquet.read_table(path, columns=["index"]).column("index").to_pylist()
    return hashlib.sha256("\n".join(words).encode()).hexdigest()
