"""The words of a vocabulary that are spelled most like a given one.

Distance: optimal string alignment, the number of letters to put in, leave out or exchange, or neighbours to swap
(Damerau 1964, "A technique for computer detection and correction of spelling errors").
"""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

LONGEST = 60  # letters; no vocabulary has longer words worth a suggestion


def nearest_spellings(word: str, words: Sequence[str], count: int = 3) -> list[str]:
    """Up to `count` words near `word`, the nearest first and at equal distance the first of `words`.

    words: in order of frequency. At most 1 letter may differ in up to 3 letters, 2 in up to 7, 3 in longer words; the
    list is empty where nothing is so near. The word itself is never among them.
    """
    if not word or len(word) > LONGEST or count < 1:
        return []
    far = 1 + sum(len(word) > length for length in (3, 7))
    # extract() orders by distance, then by place in `words`; one more, for the word itself
    found = process.extract(word, words, scorer=OSA.distance, score_cutoff=far, limit=count + 1)
    return [near for near, distance, _ in found if distance][:count]
