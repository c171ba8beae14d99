"""Letters, marks and words of any script, as classes of characters."""

from __future__ import annotations

import re
import unicodedata


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


# Chinese and Japanese are written without spaces: there, each sign is taken for a word, unless a text has so many that what
# belongs together can be learned from it (core.data.unspaced).
SIGNS = (
    "\u3005\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
# Letters of other scripts without spaces: Thai, Lao, Burmese, Khmer, Tai Le, New Tai Lue, Tai Tham, Tai Viet, Javanese.
UNSPACED = (
    "\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46\u0e81-\u0eb0\u0eb2\u0eb3\u0ebd-\u0ec6\u0edc-\u0edf\u1000-\u103f\u1050-\u109f"
    "\u1780-\u17b3\u17d7\u17dc\u1950-\u19c9\u1a20-\u1a54\u1aa7\ua984-\ua9b2\ua9e0-\ua9fe\uaa60-\uaac2"
)
# What belongs to the letter before it: marks, and the two joiners that the scripts of India and Persia write by.
MARKS = _marks() + "\u200c\u200d"
_LETTERS = rf"(?:(?![{SIGNS}])[^\W_][{MARKS}]*)+"
WORD = re.compile(rf"[{SIGNS}][{MARKS}]*|{_LETTERS}(?:'{_LETTERS})*")
PIECE = re.compile(rf"[{SIGNS}{UNSPACED}][{MARKS}]*")  # a letter of a script without spaces, with its marks
RUN = re.compile(rf"(?:[{SIGNS}{UNSPACED}][{MARKS}]*)+")
