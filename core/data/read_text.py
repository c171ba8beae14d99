"""A person's own text, read on the server with every care: size, kind of file, encoding, and whether it can teach."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterator

from core.data.normal import nfkc
from core.data.read_picture import Unreadable
from core.data.scripts import MARKS, PIECE, WORD

MOST_BYTES = 20_000_000
LEAST_BYTES = 5_000  # of text as UTF-8
LEAST_WORDS, LEAST_DIFFERENT = 1_000, 50
ENOUGH = 500_000  # words after which a text has shown what it has

# How files begin that people take for text. Some of them are valid UTF-8 in parts, so the encoding does not tell.
SIGNATURES = {
    b"PK\x03\x04": "a ZIP archive or an Office document",
    b"%PDF-": "a PDF document",
    b"{\\rtf": "an RTF document",
    b"\xd0\xcf\x11\xe0": "an Office document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF87a": "a picture",
    b"GIF89a": "a picture",
    b"\x1f\x8b": "a compressed file",
}
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u2060\ufeff\ud800-\udfff]"
)  # soft hyphens would cut words in two
_BINARY = bytes(sign for sign in range(32) if sign not in b"\t\n\v\f\r")
_SOFT_BREAK = re.compile("\u00ad[ \t]*\r?\n[ \t]*")  # a soft hyphen at the end of a line was printed there
_HARD_BREAK = re.compile("[-\u2010][ \t]*\n[ \t]*")
_LETTERS, _LETTERS_BEFORE = re.compile(r"[^\W\d_]+"), re.compile(r"[^\W\d_]+\Z")
_LONGEST_HALF = 40  # letters of a word before a hyphen
LONGEST, LONGEST_UNSPACED = 100, 500  # signs in a row that are a word, or a sentence of a script without spaces
_LONG = re.compile(rf"[\w{MARKS}]{{{LONGEST + 1},}}|[^\w\s{MARKS}]{{{LONGEST + 1},}}")
_SIGN = re.compile(rf".[{MARKS}]*")
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")


def read_text(content: bytes) -> str:
    """The text in `content`, as `decode` gives it, 5 kB to 20 MB and with words enough to learn from. Raises Unreadable.

    A word that was parted at the end of a line is one word again. What is longer than any word (base64, a line of dashes) gets
    spaces: pairs are counted in a time that grows with the square of a word's length.
    """
    return _checked(_LONG.sub(_parted, _joined(decode(content, least=LEAST_BYTES))))


def read_pasted(text: str) -> str:
    """A pasted text, with the same checks and the same tidying as a file. Raises Unreadable."""
    if len(text) > MOST_BYTES:  # each sign is a byte or more
        raise _too_large(len(text))
    return read_text(text.encode("utf-8", "replace"))


def decode(content: bytes, least: int = 1) -> str:
    """The text in a file: UTF-8, or UTF-16 with a byte order mark; Unicode NFKC, lines end in \\n, no control signs.

    least: bytes that it needs. Sizes are checked before anything is decoded; what kind of file it is, is decided by
    the content, never by its name. Raises Unreadable.
    """
    if not content:
        raise Unreadable("The text is empty: choose a file with text in it, or paste some.")
    if len(content) > MOST_BYTES:
        raise _too_large(len(content))
    for signature, kind in SIGNATURES.items():
        if content.startswith(signature):
            raise Unreadable(f"This is not plain text but {kind}: save its text as a .txt file in UTF-8.")
    if 3 * len(content) < 2 * least:  # UTF-16 needs two thirds of UTF-8 at best; the text itself is measured below
        raise _too_small(len(content), least)
    text = _decoded(content)
    text = _SOFT_BREAK.sub("", _LINE_ENDS.sub("\n", text))
    text = nfkc(_INVISIBLE.sub("", text))
    size = len(text.encode("utf-8"))
    if size > MOST_BYTES:  # one sign may stand for several
        raise _too_large(size)
    if size < least:
        raise _too_small(size, least)
    return text


def _decoded(content: bytes) -> str:
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if wide else "utf-8")
    except UnicodeDecodeError:
        # Text in an encoding of one byte a letter has hardly any control signs; a tenth of random bytes are.
        if sum(content.count(sign) for sign in _BINARY) > len(content) // 200:
            raise _binary() from None
        raise Unreadable(
            "The text is not in UTF-8: open it in an editor, save it as UTF-8 and choose it again."
        ) from None
    if sum(text.count(chr(sign)) for sign in _BINARY) > len(text) // 200:
        raise _binary()
    return text


def _joined(text: str) -> str:
    """The text without hyphens at ends of lines that part a word: a small letter follows, and the whole is a word of the text,
    or one half is none. Where only the halves are words, the hyphen belongs to the spelling, and the line goes on."""
    breaks = []
    for found in _HARD_BREAK.finditer(text):
        left = _LETTERS_BEFORE.search(text[max(0, found.start() - _LONGEST_HALF) : found.start()])
        right = _LETTERS.match(text, found.end())
        if left and right and right[0][0].islower():
            breaks.append((found, left[0].lower(), right[0].lower()))
    if not breaks:
        return text
    uses = Counter(half for _, *halves in breaks for half in halves)
    words = Counter(word for word in _LETTERS.findall(text.lower()) if word in uses)
    wholes = {left + right for _, left, right in breaks} & set(_LETTERS.findall(text.lower()))
    pieces, at = [], 0
    for found, left, right in breaks:
        both = words[left] > uses[left] and words[right] > uses[right]  # elsewhere, too
        keeps = both and left + right not in wholes
        pieces += [text[at : found.start()], "-" if keeps else ""]
        at = found.end()
    return "".join([*pieces, text[at:]])


def _parted(run: re.Match[str]) -> str:
    """The run with a space behind each hundred signs, or each 500 of a script without spaces; never before a mark."""
    size = LONGEST_UNSPACED if PIECE.search(run[0]) else LONGEST
    signs = _SIGN.findall(run[0])
    return " ".join("".join(signs[i : i + size]) for i in range(0, len(signs), size))


def _checked(text: str) -> str:
    count, different = 0, set()
    for word in _units(text):
        count += 1
        different.add(word.lower())
        if count >= LEAST_WORDS and len(different) >= LEAST_DIFFERENT:
            return text
        if count == ENOUGH:
            break
    if not count:
        raise Unreadable("The text has no words: choose another one.")
    if len(different) == 1:
        raise Unreadable("The text is one word again and again: choose a text with many different words.")
    if len(different) < LEAST_DIFFERENT:
        raise Unreadable(
            f"The text has only {len(different)} different words; at least {LEAST_DIFFERENT}: choose a richer one."
        )
    raise Unreadable(f"The text has only {count:,} words; at least {LEAST_WORDS:,}: choose a longer one.")


def _units(text: str) -> Iterator[str]:
    """Words; of a word in a script without spaces its letters in twos, because such a word may be a whole sentence."""
    for match in WORD.finditer(text):
        letters = PIECE.findall(match[0])
        yield from ("".join(letters[i : i + 2]) for i in range(0, len(letters), 2)) if letters else (match[0],)


def _too_large(size: int) -> Unreadable:
    return Unreadable(f"The text has {size:,} bytes; at most {MOST_BYTES:,} (20 MB): choose a shorter one or cut it.")


def _too_small(size: int, least: int) -> Unreadable:
    return Unreadable(f"The text has {size // 100 / 10:.1f} kB: choose one of at least {least / 1e3:g} kB.")


def _binary() -> Unreadable:
    return Unreadable("This is not plain text: choose a .txt file that is saved as UTF-8.")
