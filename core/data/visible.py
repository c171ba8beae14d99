"""Tokens as a person can read them: every sign of them is seen, and none of them acts on what stands around it."""

from __future__ import annotations

import re
import unicodedata

_BYTES = re.compile(r"<[0-9A-F]{2}(?: [0-9A-F]{2})*>")  # the name of a token that is a part of a character
_NAMED = {
    "\u00a0": "NBSP", "\u00ad": "SHY", "\u200b": "ZWSP", "\u200c": "ZWNJ", "\u200d": "ZWJ", "\u2060": "WJ", "\ufeff": "BOM",
    # Those that turn the direction of all that follows them:
    "\u061c": "ALM", "\u200e": "LRM", "\u200f": "RLM", "\u202a": "LRE", "\u202b": "RLE", "\u202c": "PDF", "\u202d": "LRO",
    "\u202e": "RLO", "\u2066": "LRI", "\u2067": "RLI", "\u2068": "FSI", "\u2069": "PDI",
}  # fmt: skip
_JOINERS = ("\u200c", "\u200d")  # they shape the letters at their sides, and Persian or an emoji needs them
_BLANK = "\u115f\u1160\u2800\u3164\uffa0"  # letters and a sign that show nothing


def visible(text: str) -> str:
    """The text of a token with all of its signs visible.

    A space is "·", a line break "↵", another control character its picture ("␉"). What turns the direction of writing, or
    has no width, is its short name, "<RLO>". A mark without a letter to stand on gets "◌". What has no look at all, such
    as a lone surrogate, is "�". The name of bytes, "<F0 9F>", stays as it is. The result is plain text, not HTML or
    Markdown: escape it where it goes into those.
    """
    if _BYTES.fullmatch(text):
        return text
    out: list[str] = []
    seen = False  # whether a sign stands before this one that it may join
    for sign in text:
        kind = unicodedata.category(sign)
        held = seen and (sign in _JOINERS or kind.startswith("M"))
        out.append(sign if held else _sign(sign, kind))
        seen = held or kind[0] in "LNPS"
    return "".join(out)


def _sign(sign: str, kind: str) -> str:
    if sign == " ":
        return "·"
    if sign == "\n":
        return "↵"
    if sign < " ":
        return chr(0x2400 + ord(sign))
    if sign == "\x7f":
        return "\u2421"
    if sign in _NAMED:
        return f"<{_NAMED[sign]}>"
    if kind in ("Zs", "Zl", "Zp"):
        return f"<U+{ord(sign):04X}>"
    if kind.startswith("M"):
        return "◌" + sign
    return "\ufffd" if kind in ("Cc", "Cf", "Cs", "Cn") or sign in _BLANK else sign
