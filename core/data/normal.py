"""Unicode's normal form C, at a cost that grows with the text's length alone.

Normalising sorts each run of combining marks, and takes time with the square of its length. No script needs many: the
Stream-Safe Text Format allows 30 in a row (Unicode Standard Annex 15, section 13).
"""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import cache

MOST_MARKS = 30  # in a row


def nfc(text: str) -> str:
    """The text in normal form C; of more than 30 combining marks in a row the first 30 stay."""
    if not text.isascii():
        text = _too_many().sub(r"\1", text)
    return unicodedata.normalize("NFC", text)


@cache
def _too_many() -> re.Pattern[str]:
    """A run of more marks than that, its beginning as a group."""
    marks = [code for code in range(sys.maxunicode + 1) if unicodedata.combining(chr(code))]
    ranges, start = [], marks[0]
    for code, following in zip(marks, [*marks[1:], None], strict=True):
        if following != code + 1:
            ranges.append(f"{chr(start)}-{chr(code)}")
            start = following
    sign = f"[{''.join(ranges)}]"
    return re.compile(f"({sign}{{{MOST_MARKS}}}){sign}+")
