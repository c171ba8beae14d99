"""Words of scripts that put no spaces between them: the pieces of a text that occur together most often.

Chinese, Japanese, Thai, Lao, Khmer and Burmese need a dictionary to be cut into words, one for each language. What takes none
is byte-pair encoding over letters (Sennrich, Haddow, Birch 2016): begin with single letters and their marks, and join the pair
of neighbours that is most frequent, again and again. What is joined are mostly words, syllables and parts of names.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from core.data.scripts import PIECE, RUN

LEAST = 1_000  # letters that a text needs, so that there is something to learn; with fewer all stays as it was
LETTERS_A_JOIN, MOST_JOINS = 20, 8_000  # a text twice as long has twice as many joins, up to a limit
LEAST_COUNT = 5  # of a pair that is joined
LONGEST = 8  # letters of a piece
SAMPLE = 2_000_000  # letters that are learned from
_FIRST = 0x4E00  # letters are numbered from here on for the library, which joins single characters


class Cutter:
    """Cuts runs of letters into the pieces that were learned from the runs of one text."""

    def __init__(self, runs: Iterable[str]) -> None:
        from tokenizers import Tokenizer, models, trainers

        learned = list(_sample(runs))
        letters = sorted({letter for letters in learned for letter in letters})[: 0x9FFF - _FIRST]
        self._number = {letter: chr(_FIRST + i) for i, letter in enumerate(letters)}
        self._letter = {number: letter for letter, number in self._number.items()}
        size = sum(map(len, learned))
        trainer = trainers.BpeTrainer(
            vocab_size=len(letters) + min(MOST_JOINS, size // LETTERS_A_JOIN), min_frequency=LEAST_COUNT,
            initial_alphabet=list(self._letter), max_token_length=LONGEST, special_tokens=[], show_progress=False,
        )  # fmt: skip
        self._tokenizer = Tokenizer(models.BPE())
        self._tokenizer.train_from_iterator(("".join(map(self._number.get, run)) for run in learned), trainer)

    def __call__(self, run: str) -> list[str]:
        """The pieces of a run, which joined are the run."""
        letters = PIECE.findall(run)
        if any(letter not in self._number for letter in letters):  # behind the sample
            return letters
        tokens = self._tokenizer.encode("".join(map(self._number.get, letters))).tokens
        return ["".join(map(self._letter.get, token)) for token in tokens]


def letters(passages: Iterable[str]) -> int:
    """How many letters of scripts without spaces there are; counting ends where there are enough."""
    found = (None for passage in passages if not passage.isascii() for _ in PIECE.finditer(passage))
    return sum(1 for _ in islice(found, LEAST))


def cutter(passages: Iterable[str]) -> Cutter | None:
    """What cuts the runs of a text, learned from it; None where it has too few of them."""
    passages = [passage for passage in passages if not passage.isascii()]
    if letters(passages) < LEAST:
        return None
    return Cutter(run for passage in passages for run in RUN.findall(passage))


def _sample(runs: Iterable[str]) -> Iterable[list[str]]:
    size = 0
    for run in runs:
        if size > SAMPLE:
            return
        found = PIECE.findall(run)
        size += len(found)
        yield found
