"""A zip's table of contents and its members as bytes, each checked on its own, so that a damaged member costs only itself.

The standard library's reader refuses the whole zip where one entry of the table has a name that is no UTF-8 or an extra
field that is cut, and it hides the raw bytes of names. Format: PKWARE, APPNOTE.TXT 6.3, sections 4.3 to 4.5.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

STORED, DEFLATED = 0, 8
LISTED = b"PK\x01\x02"  # stands before each entry of the table
_LOCAL, _END, _END_64, _POINTER_64 = b"PK\x03\x04", b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_ENTRY, _HEADER = struct.Struct("<4s6H3I5H2I"), struct.Struct("<4s5H3I2H")
HEADER_BYTES = _HEADER.size  # of a member's own header, before its name
_END_OF_ALL, _END_OF_64 = struct.Struct("<4s4H2IH"), struct.Struct("<4sQ2H2I4Q")
_POINTER_BYTES, _LONGEST_COMMENT = 20, 65_535
_ZIP64, _FULL = (
    0x0001,
    0xFFFFFFFF,
)  # the extra field of large sizes; what stands in the entry where that field has the number


class Damaged(Exception):
    """The table cannot be found or read, or a member is not what the table says."""


@dataclass(frozen=True)
class Member:
    """One entry of the table. packed, size: bytes before and after unpacking; start: where its own header begins."""

    name: bytes
    extra: bytes
    flags: int
    method: int
    checksum: int
    packed: int
    size: int
    start: int

    @property
    def locked(self) -> bool:
        return bool(self.flags & 0x41)  # the bits of both kinds of encryption

    @property
    def says_utf8(self) -> bool:
        return bool(self.flags & 0x800)


def members(content: bytes) -> list[Member]:
    """The entries of the table in their order. Raises Damaged where there is no table, or it stops making sense."""
    at, end, shift = _table(content)
    found = []
    while at < end:
        if at + _ENTRY.size > end:
            raise Damaged
        signature, _, _, flags, method, _, _, checksum, packed, size, *lengths, _, _, _, start = _ENTRY.unpack_from(
            content, at
        )
        if signature != LISTED:
            raise Damaged
        name_at = at + _ENTRY.size
        extra_at = name_at + lengths[0]
        name, extra = content[name_at:extra_at], content[extra_at : extra_at + lengths[1]]
        size, packed, start = _large((size, packed, start), extra)
        found.append(Member(name, extra, flags, method, checksum, packed, size, start + shift))
        at = extra_at + lengths[1] + lengths[2]
    return found


def unpacked(content: bytes, member: Member) -> bytes:
    """The bytes of a member, never more than the table says. Raises Damaged where its header or checksum differs."""
    at = member.start
    if at < 0 or at + _HEADER.size > len(content):
        raise Damaged
    signature, *_, name_length, extra_length = _HEADER.unpack_from(content, at)
    name_at = at + _HEADER.size
    if signature != _LOCAL or content[name_at : name_at + name_length] != member.name:
        raise Damaged
    data_at = name_at + name_length + extra_length
    data = content[data_at : data_at + member.packed]
    if member.method == DEFLATED:
        try:
            data = zlib.decompressobj(-zlib.MAX_WBITS).decompress(
                data, max(1, member.size)
            )  # 0 would be without a limit
        except zlib.error:
            raise Damaged from None
    data = data[: member.size]
    if len(data) != member.size or zlib.crc32(data) != member.checksum:
        raise Damaged
    return data


def fields(extra: bytes) -> dict[int, bytes]:
    """The extra fields by their number; what is cut at the end is left out."""
    found, at = {}, 0
    while at + 4 <= len(extra):
        number, length = struct.unpack_from("<HH", extra, at)
        if at + 4 + length > len(extra):
            break
        found.setdefault(number, extra[at + 4 : at + 4 + length])
        at += 4 + length
    return found


def _table(content: bytes) -> tuple[int, int, int]:
    """Where the table begins and ends, and by how much all lies behind where the zip says it does. Raises Damaged."""
    end = content.rfind(_END, max(0, len(content) - _END_OF_ALL.size - _LONGEST_COMMENT))
    if end < 0 or end + _END_OF_ALL.size > len(content):
        raise Damaged
    *_, size, start, _ = _END_OF_ALL.unpack_from(content, end)
    if _FULL in (size, start):
        end -= _POINTER_BYTES + _END_OF_64.size
        if end < 0 or content[end : end + 4] != _END_64 or content[end + _END_OF_64.size :][:4] != _POINTER_64:
            raise Damaged
        *_, size, start = _END_OF_64.unpack_from(content, end)
    if size > end:
        raise Damaged
    return end - size, end, end - size - start


def _large(numbers: tuple[int, int, int], extra: bytes) -> list[int]:
    """Size, packed size and start; those that need more than 32 bits stand in an extra field, in this order."""
    stored = fields(extra).get(_ZIP64, b"") if _FULL in numbers else b""
    large = iter(struct.unpack(f"<{len(stored) // 8}Q", stored[: len(stored) // 8 * 8]))
    return [next(large, number) if number == _FULL else number for number in numbers]
