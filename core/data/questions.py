"""Sets of questions that judge word vectors: analogies with one right answer, and pairs that people compared.

The published sets are read from the files of the package gensim where it is installed (gensim itself stays
unimported), or from the user's cache folder under the same names. The sets made for this project are always there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path
from typing import TypeVar

from core.data.kept import kept
from core.data.packages import find_spec
from core.data.relations import RELATIONS
from core.store import paths

Question = tuple[str, str, str, str]  # a is to b as c is to d
Judged = tuple[str, str, float]  # two words, and how alike people find them

MOST_BYTES = 16 << 20  # a larger file is none of these sets; the largest has 0.6 MB


@dataclass(frozen=True)
class AnalogySet:
    """Questions (a, b, c, d), "a is to b as c is to d", by category, in lower case."""

    name: str
    title: str
    credit: str
    categories: dict[str, list[Question]]


@dataclass(frozen=True)
class SimilaritySet:
    """Rows (word, word, judgement), in lower case; a higher judgement means more alike, mostly from 0 to 10."""

    name: str
    title: str
    credit: str
    rows: list[Judged]


# name, file, title, credit
GOOGLE = (
    "google",
    "questions-words.txt",
    "Google analogies",
    "Mikolov, Chen, Corrado, Dean 2013, “Efficient estimation of word representations in vector space”",
)
JUDGED = (
    (
        "wordsim353",
        "wordsim353.tsv",
        "WordSim-353",
        "Finkelstein et al. 2002, “Placing search in context: the concept revisited”; relatedness counts",
    ),
    (
        "simlex999",
        "simlex999.txt",
        "SimLex-999",
        "Hill, Reichart, Korhonen 2015, “SimLex-999”; likeness alone counts, so coffee and cup are far apart",
    ),
)
OWN = "own"
WRITTEN_HERE = "written for this project"

# Judgements from 0 to 10 from common sense: same or nearly the same 8 to 10, of one kind 5 to 8, somehow joined 2 to 5.
OWN_JUDGED = """
    king prince 7.5, king queen 8, king monarch 9.5, king bread 0.5, father mother 8, son daughter 8, child boy 7.5,
    brother sister 8, man stone 0.5, wife husband 7.5, road path 9, road street 9, house home 9, house tent 5.5,
    house door 4, house honey 0.5, river stream 8.5, river water 6, river sea 6, mountain hill 8, mountain gold 1,
    gold silver 7.5, gold money 5, bread wine 4.5, bread meat 5, bread spirit 0.5, wine drink 6, sheep goat 7.5,
    sheep lamb 8.5, sheep shepherd 5, lion bear 6, lion city 0.5, horse chariot 5, sword spear 7.5, sword war 5,
    sword milk 0.5, war battle 9, war peace 3, day night 5.5, morning evening 6.5, sun moon 6, sun garment 0.5,
    hand foot 6, hand arm 7, eye ear 6, eye window 2, happy glad 9.5, fear joy 3, wise foolish 3, death grave 5.5,
    walk run 6.5, speak say 9, speak tooth 1.5, ship boat 9, ship mother 0.5, teacher student 5.5, doctor nurse 6.5,
    law judge 5.5, seven eight 7.5, seven salt 0.5
"""


def analogy_sets() -> list[AnalogySet]:
    """The sets of this machine, the best first; the one made here from `relations.RELATIONS` is always the last."""
    name, file, title, credit = GOOGLE
    found = _first_readable(file, _analogies)
    published = [AnalogySet(name, title, credit, found)] if found else []
    own = {relation.title: list(_questions(relation.pairs)) for relation in RELATIONS}
    return [*published, AnalogySet(OWN, "Questions made from this page's relations", WRITTEN_HERE, own)]


def analogy_set(name: str) -> AnalogySet:
    """The set of that name, "google" or "own". Raises KeyError where it is not on this machine."""
    return {one.name: one for one in analogy_sets()}[name]


def similarity_sets() -> list[SimilaritySet]:
    """The sets of this machine, the best first; the small one written here is always the last."""
    found = ((name, title, credit, _first_readable(file, _judged)) for name, file, title, credit in JUDGED)
    published = [SimilaritySet(name, title, credit, rows) for name, title, credit, rows in found if rows]
    rows = [(a, b, float(score)) for a, b, score in (row.split() for row in OWN_JUDGED.split(","))]
    return [*published, SimilaritySet(OWN, f"A small set of {len(rows)} pairs, {WRITTEN_HERE}", WRITTEN_HERE, rows)]


def similarity_set(name: str) -> SimilaritySet:
    """The set of that name: "wordsim353", "simlex999" or "own". Raises KeyError where it is not on this machine."""
    return {one.name: one for one in similarity_sets()}[name]


def _questions(pairs: tuple[tuple[str, str], ...]) -> Iterator[Question]:
    """Every pair with every other, in both orders, as the Google set has them."""
    return ((*first, *second) for first, second in permutations(pairs, 2))


# Files ------------------------------------------------------------------------------------------------------------

Parsed = TypeVar("Parsed")


def _first_readable(file: str, parse: Callable[[str], Parsed]) -> Parsed | None:
    """What the first file of that name holds; None where there is none, or none with a line that can be used."""
    for path in _places(file):
        try:
            stat = path.stat()
            found = _parsed(path, stat.st_mtime_ns, stat.st_size, parse) if stat.st_size <= MOST_BYTES else None
        except OSError:
            continue
        if found:
            return found
    return None


@kept("Questions about words")  # 5 MB
def _parsed(path: Path, changed: int, size: int, parse: Callable[[str], Parsed]) -> Parsed:
    """Read again only where the file has changed: pages ask on every run, and one set takes 20 ms."""
    return parse(path.read_text(encoding="utf-8", errors="replace"))


def _places(file: str) -> Iterator[Path]:
    try:
        spec = find_spec("gensim")  # of a top-level package: found, not imported
    except (ImportError, ValueError):  # ValueError: something that is no package goes by that name
        spec = None
    for folder in (spec and spec.submodule_search_locations) or ():
        yield Path(folder) / "test" / "test_data" / file
    yield paths.data_dir() / file


def _analogies(text: str) -> dict[str, list[Question]]:
    """Lines of four words under lines ": category"; what is neither, or stands before a category, is passed over."""
    categories: dict[str, list[Question]] = {}
    here: list[Question] | None = None
    for line in text.lower().splitlines():
        if line.startswith(":"):
            name = line[1:].strip()
            here = categories.setdefault(name, []) if name else None
        elif here is not None and len(words := line.split()) == 4:
            here.append(tuple(words))
    return {name: questions for name, questions in categories.items() if questions}


def _judged(text: str) -> list[Judged]:
    """Lines of two words and a finite number between tabs; others are passed over, comments among them."""
    rows = []
    for line in text.lower().splitlines():
        cells = [cell.strip() for cell in line.split("\t")]
        if len(cells) != 3 or not cells[0] or not cells[1] or line.startswith("#"):
            continue
        try:
            score = float(cells[2])
        except ValueError:
            continue
        if math.isfinite(score):
            rows.append((cells[0], cells[1], score))
    return rows
