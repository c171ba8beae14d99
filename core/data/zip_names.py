"""The names in a zip as text: from the field for Unicode names, as UTF-8, or in the old code page that fits all of them."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

from core.data import old_pages, zip_table
from core.data.zip_table import Member

_UNICODE_PATH = 0x7075  # of Info-ZIP: a version, the checksum of the name that it stands for, the name in UTF-8


def texts(members: Sequence[Member]) -> tuple[list[str], str | None]:
    """The name of each member, and what to say where they were no Unicode.

    The separator is for the caller to find in the text: in a code page a byte 0x5C may be the second half of a letter.
    """
    found = [_unicode(member) for member in members]
    open_names = [member.name for member, name in zip(members, found, strict=True) if name is None]
    if not open_names:
        return found, None
    # A short name may be valid UTF-8 by chance, so most decide.
    valid = sum(_utf8(name) is not None for name in open_names)
    utf8 = valid > len(open_names) / 2
    old = [name for name in open_names if not utf8 or _utf8(name) is None]
    if not old:
        return [name or member.name.decode() for member, name in zip(members, found, strict=True)], None
    page = old_pages.page_of(old)
    codec = page.codec
    for i, member in enumerate(members):
        if found[i] is None:
            found[i] = (_utf8(member.name) if utf8 else None) or member.name.decode(codec, "replace")
    return found, f"Names in the zip that are not Unicode were read as {page.title}, the best fit."


def _unicode(member: Member) -> str | None:
    """The name where the zip says that it is Unicode, or it is ASCII; None where that is open."""
    field = zip_table.fields(member.extra).get(_UNICODE_PATH, b"")
    if len(field) > 5 and field[0] == 1 and struct.unpack_from("<I", field, 1)[0] == zlib.crc32(member.name):
        name = _utf8(field[5:])
        if name is not None:
            return name
    return _utf8(member.name) if member.says_utf8 or member.name.isascii() else None


def _utf8(name: bytes) -> str | None:
    try:
        return name.decode()
    except UnicodeDecodeError:
        return None
