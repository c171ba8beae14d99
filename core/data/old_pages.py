"""Which code page names were written in that are no Unicode: the one in which all of them are the likeliest letters.

Bytes do not say their code page. Each candidate that can decode all names gives a text, and each text has a likelihood
under a plain model: letters are independent, with the frequencies of names in that language. Those are counted in the names
of emoji, which come with the package `emoji`: animals, food and things, as folders are called.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

PLAIN = 0.3 / 64  # the probability of an ASCII letter, digit or mark: in names of every language
COUNTED, COMMON = (
    0.6,
    0.35,
)  # how the rest is shared: as counted in the language's names, and alike among common letters
SELDOM_MARK = 1e-4  # of a mark of ASCII that names have no use for; it may be half of a letter
SELDOM_LETTER, OTHER, NEVER = (
    3e-4,
    1e-6,
    1e-9,
)  # of such, of any other letter, and of what is none: a frame, a symbol, a private sign
ACCENTS = 0.1  # of the letters of a Latin alphabet so many are outside of ASCII
TITLE, UPPER, MIXED = 0.3, 0.1, 1e-4  # of a word with a first capital, of capitals alone, of any other mixture
FOREIGN, FOREIGN_CJK = 1e-3, 0.05  # of two scripts in one word
ENOUGH, LONGEST = 300, 100  # different names of folders and files that are looked at closely, and signs of each
WINDOWS, SELDOM = 0.1, 1e-4  # zips have names in the pages of DOS; few in those of Windows, fewer in others


@dataclass(frozen=True)
class Page:
    """codec: as Python names it. title: for people. languages: in which its letters are counted. alphabet: its common letters
    outside of ASCII; where it is empty, all signs whose leading byte lies in `common`. prior: how often it is met."""

    codec: str
    title: str
    languages: tuple[str, ...] = ()
    alphabet: str = ""
    common: tuple[int, int] = (0, 0)
    prior: float = 1.0
    seldom: str = ""  # letters that are met, but not often


LATIN, WEST = "àáâãäåæçèéêëìíîïñòóôõöøùúûüýÿßœ", ("fr", "de", "es", "pt", "it")
CENTRAL = "ąćęłńóśźżáčďéěíňřšťúůýžőűäöüßâăîşţđ"
CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюяё"
GREEK = "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώ"
TURKISH = "çğıöşüâîi̇"
HEBREW = "אבגדהוזחטיךכלםמןנסעףפץצקרשת"
ARABIC = "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي"
THAI = "".join(map(chr, [*range(0xE01, 0xE3B), *range(0xE40, 0xE4F)]))
HALF_WIDTH = "".join(map(chr, range(0xFF66, 0xFF9E)))
PAGES = (
    Page("cp932", "Shift-JIS (Japanese)", ("ja",), common=(0x88, 0x97), seldom=HALF_WIDTH),
    Page("gb18030", "GBK (Chinese)", ("zh",), common=(0xB0, 0xD7)),
    Page("cp950", "Big5 (Chinese)", ("zh", "ja"), common=(0xA4, 0xC6)),
    Page("cp949", "EUC-KR (Korean)", ("ko",), common=(0xB0, 0xC8)),
    Page("cp850", "CP850 (Western Europe)", WEST, LATIN),
    Page("cp866", "CP866 (Cyrillic)", ("ru",), CYRILLIC + "єїў"),
    Page("cp437", "CP437 (Western Europe)", WEST, LATIN),
    Page("cp1252", "Windows-1252 (Western Europe)", WEST, LATIN, prior=WINDOWS),
    Page("cp1251", "Windows-1251 (Cyrillic)", ("ru",), CYRILLIC + "єїіґў", prior=WINDOWS),
    Page("cp852", "CP852 (Central Europe)", (), CENTRAL),
    Page("cp1250", "Windows-1250 (Central Europe)", (), CENTRAL, prior=WINDOWS),
    Page("cp857", "CP857 (Turkish)", ("tr",), TURKISH),
    Page("cp1254", "Windows-1254 (Turkish)", ("tr",), TURKISH, prior=WINDOWS),
    Page("cp737", "CP737 (Greek)", (), GREEK),
    Page("cp1253", "Windows-1253 (Greek)", (), GREEK, prior=WINDOWS),
    Page("cp1256", "Windows-1256 (Arabic)", ("ar", "fa"), ARABIC + "پچژگکی", prior=WINDOWS),
    Page("cp1255", "Windows-1255 (Hebrew)", (), HEBREW, prior=WINDOWS),
    Page("cp874", "Windows-874 (Thai)", (), THAI, prior=WINDOWS),
    Page("cp862", "CP862 (Hebrew)", (), HEBREW, prior=SELDOM),
    Page("cp720", "CP720 (Arabic)", ("ar",), ARABIC, prior=SELDOM),
    Page("euc_jp", "EUC-JP (Japanese)", ("ja",), common=(0xB0, 0xCF), prior=SELDOM),
    Page("koi8_r", "KOI8-R (Cyrillic)", ("ru",), CYRILLIC, prior=SELDOM),
)  # fmt: skip


def page_of(names: Sequence[bytes]) -> Page:
    """The code page in which the names are the likeliest letters; of several that read them alike the first."""
    return max(PAGES, key=lambda page: _likelihood(page, names))


def _likelihood(page: Page, names: Sequence[bytes]) -> float:
    """The logarithm of the probability of the page and of the names; a name that it cannot decode is nearly impossible."""
    letters, total, parts = _letters(page), math.log(page.prior), {}
    for name in names:
        try:
            parts.update(dict.fromkeys(name.decode(page.codec).split("/")))  # a folder that all lie in counts once
        except UnicodeDecodeError:
            total += len(name) * math.log(NEVER)
    for text in list(parts)[:ENOUGH]:
        text = text[:LONGEST]
        total += sum(math.log(_sign(letters, sign)) for sign in text.lower())
        total += sum(math.log(_shape(page, word)) for word in _WORD.findall(text))
    return total


_WORD = re.compile(r"[^\W\d_]+")
_SELDOM_MARKS = frozenset("!\"#$%&'*+,:;<=>?@[\\]^`{|}~") | frozenset(map(chr, range(32)))


def _sign(letters: Mapping[str, float], sign: str) -> float:
    if sign.isascii():
        return SELDOM_MARK if sign in _SELDOM_MARKS else PLAIN
    return letters.get(sign, OTHER if sign.isalpha() else NEVER)


def _shape(page: Page, word: str) -> float:
    """How seldom a word has such capitals, and letters of ASCII beside others: never seldom in Latin alphabets."""
    if page.alphabet in (LATIN, CENTRAL, TURKISH) or word.isascii() or not any(map(str.isascii, word)):
        return _case(word)
    return _case(word) * (FOREIGN if page.alphabet else FOREIGN_CJK)


def _case(word: str) -> float:
    if word == word.lower():
        return 1.0
    if word[1:] == word[1:].lower():
        return TITLE
    return UPPER if word == word.upper() else MIXED


@cache
def _letters(page: Page) -> dict[str, float]:
    """The probability of each common letter of a page's languages."""
    common = page.alphabet or _signs(page)
    counts = Counter()
    for language in page.languages:
        counts.update(_counted(language))
    total = sum(counts.values())
    share = ACCENTS if page.alphabet in (LATIN, CENTRAL, TURKISH) else 1.0
    found = dict.fromkeys(common, share * (COMMON if total else COMMON + COUNTED) / len(common))
    found.update(dict.fromkeys(page.seldom, SELDOM_LETTER))
    for sign, count in counts.items():
        found[sign] = found.get(sign, 0.0) + share * COUNTED * count / total
    return found


def _signs(page: Page) -> str:
    """The signs of two bytes whose leading byte lies in the page's range of common ones, without a page's later additions."""
    first = 0xA1 if page.codec in ("gb18030", "cp949", "euc_jp") else 0x40
    pairs = (
        bytes([lead, second]) for lead in range(page.common[0], page.common[1] + 1) for second in range(first, 0xFF)
    )
    decoded = (pair.decode(page.codec, "ignore") for pair in pairs)
    return "".join(sign for sign in decoded if len(sign) == 1)


@cache
def _counted(language: str) -> Counter[str]:
    """How often each letter outside of ASCII stands in the names of emoji in that language."""
    import emoji  # its table is large, and only names that are no Unicode need it

    emoji.config.load_language(language)
    names = (entry.get(language, "") for entry in emoji.EMOJI_DATA.values())
    return Counter(sign for name in names for sign in name.lower() if not sign.isascii() and sign.isalpha())
