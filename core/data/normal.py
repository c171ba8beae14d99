"""Unicode's normal forms C and KC, at a cost that grows with the text's length alone.

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


def nfkc(text: str) -> str:
    """The text in normal form KC: ligatures, full width and other forms of a letter become the letter, and nfc does the rest.

    Some signs stay, because what Unicode puts for them spells words otherwise: the vowel AM of Thai and Lao, and two
    Arabic phrases.
    """
    if not text.isascii():
        signs, plain = _forms()
        text = signs.sub(lambda match: plain[match[0]], text)
    return nfc(text)


_LAST_FORM = 0x1FFFF  # behind it come only forms of whole signs, which are canonical
_STAY = "\u0e33\u0eb3\ufdfa\ufdfb"
_OWN_FORMS = {"\u00b4": "'"}  # typed for an apostrophe; Unicode makes a space and an accent of it


@cache
def _forms() -> tuple[re.Pattern[str], dict[str, str]]:
    """All signs that are a form of others, as a character class, and what they are a form of."""
    signs = (sign for sign in map(chr, range(0x80, _LAST_FORM + 1)) if sign not in _STAY)
    plain = {
        sign: form
        for sign in signs
        if (form := unicodedata.normalize("NFKC", sign)) != unicodedata.normalize("NFC", sign)
    } | _OWN_FORMS
    return re.compile(f"[{_ranges(sorted(map(ord, plain)))}]"), plain


@cache
def _too_many() -> re.Pattern[str]:
    """A run of more marks than that, its beginning as a group."""
    sign = f"[{_ranges([code for code in range(sys.maxunicode + 1) if unicodedata.combining(chr(code))])}]"
    return re.compile(f"({sign}{{{MOST_MARKS}}}){sign}+")


def _ranges(codes: list[int]) -> str:
    """Ascending codes as what stands in a character class."""
    ranges, start = [], codes[0]
    for code, following in zip(codes, [*codes[1:], None], strict=True):
        if following != code + 1:
            ranges.append(f"{chr(start)}-{chr(code)}")
            start = following
    return "".join(ranges)


def word_list(text: str, most: int) -> list[str]:
    """The words that a person typed, in small letters and Unicode NFC as vocabularies have them, each once; at most `most`."""
    found = nfc(text.lower()).replace(",", " ").replace(";", " ").split()
    return list(dict.fromkeys(word[:60] for word in found))[:most]
