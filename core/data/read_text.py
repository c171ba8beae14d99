"""A person's own text, read on the server with every care: size, kind of file, encoding, and whether it can teach."""

from __future__ import annotations

import codecs
import re

from core.data.normal import nfc
from core.data.read_picture import Unreadable
from core.data.words import WORD

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
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")


def read_text(content: bytes) -> str:
    """The text in `content`, as `decode` gives it, 5 kB to 20 MB and with words enough to learn from. Raises Unreadable."""
    return _checked(decode(content, least=LEAST_BYTES))


def read_pasted(text: str) -> str:
    """A pasted text, with the same checks and the same tidying as a file. Raises Unreadable."""
    if len(text) > MOST_BYTES:  # each sign is a byte or more
        raise _too_large(len(text))
    return read_text(text.encode("utf-8", "replace"))


def decode(content: bytes, least: int = 1) -> str:
    """The text in a file: UTF-8, or UTF-16 with a byte order mark; Unicode NFC, lines end in \\n, no control signs.

    least: bytes that it needs. Sizes are checked before anything is decoded; what kind of file it is, is decided by
    the content, never by its name. Raises Unreadable.
    """
    if not content:
        raise Unreadable("The text is empty: choose a file with text in it, or paste some.")
    if len(content) > MOST_BYTES:
        raise _too_large(len(content))
    for signature, kind in SIGNATURES.items():
        if content.startswith(signature):
            raise Unreadable(f"This is no plain text but {kind}: save its text as a .txt file in UTF-8.")
    if 3 * len(content) < 2 * least:  # UTF-16 needs two thirds of UTF-8 at best; the text itself is measured below
        raise _too_small(len(content), least)
    text = _decoded(content)
    text = nfc(_INVISIBLE.sub("", _LINE_ENDS.sub("\n", text)))
    size = len(text.encode("utf-8"))
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


def _checked(text: str) -> str:
    count, different = 0, set()
    for match in WORD.finditer(text):
        count += 1
        different.add(match[0].lower())
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


def _too_large(size: int) -> Unreadable:
    return Unreadable(f"The text has {size:,} bytes; at most {MOST_BYTES:,} (20 MB): choose a shorter one or cut it.")


def _too_small(size: int, least: int) -> Unreadable:
    return Unreadable(f"The text has {size / 1e3:.1f} kB: choose one of at least {least / 1e3:g} kB.")


def _binary() -> Unreadable:
    return Unreadable("This is no plain text: choose a .txt file that is saved as UTF-8.")
