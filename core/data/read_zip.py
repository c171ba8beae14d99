"""A person's own folder of pictures as a zip, read on the server with every care.

Nothing of it is written to the disk. The names inside are used only to see which folder a picture lies in; the bytes
alone decide what is a picture. Sizes are checked by what the zip says and again by what really comes out of it.
"""

from __future__ import annotations

import hashlib
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image

from core.data.kinds import Raw
from core.data.normal import nfc
from core.data.own_pictures import SOURCE
from core.data.read_picture import FORMATS, Unreadable, read_picture, to_square

MOST_BYTES = 20_000_000  # of the zip
MOST_FILES = 5_000
MOST_UNPACKED = 200_000_000  # bytes of all files together
MOST_OF_ONE = 10_000_000  # bytes of one file
MOST_RATIO, RATIO_FROM = 200, 1_000_000  # a file of more bytes is not packed smaller than this by honest means
MOST_PIXELS = 300_000_000  # of all pictures together: a few bytes can hold millions of pixels of one colour
LEAST_PICTURES, LEAST_TRAIN, LEAST_EDGE = 40, 32, 8
HELD_OUT = 0.2
MOST_CLASSES, LONGEST_CLASS = 30, 24
SIDE = 32
UNNAMED, LOOSE = "picture", "no folder"  # the class where there are no folders, and of pictures beside the folders

_BEGINNINGS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")  # of a zip, of an empty one, of one in parts
_LISTED = b"PK\x01\x02"  # stands before each entry in a zip's table of contents
_LEFTOVERS = {"__macosx", "thumbs.db", "desktop.ini"}  # what systems put into folders by themselves
_DRIVE = re.compile(r"[A-Za-z]:")
_PIECE = 65_536


@dataclass(frozen=True, eq=False)
class Folder:
    """The pictures as a data set, uint8 (N, 3, 32, 32), and what to say about them: sentences with nothing of the user's in them."""

    raw: Raw
    notes: tuple[str, ...]


@dataclass
class LeftOut:
    """How many files were left out, and why."""

    no_pictures: int = 0
    broken: int = 0
    small: int = 0
    twice: int = 0

    def sentences(self) -> list[str]:
        counts = (
            (self.no_pictures, "file is no picture and was", "files are no pictures and were"),
            (self.broken, "picture cannot be read and was", "pictures cannot be read and were"),
            (self.small, f"picture has an edge below {LEAST_EDGE} pixels and was", f"pictures have an edge below {LEAST_EDGE} pixels and were"),
            (self.twice, "picture is the same as another one and was", "pictures are the same as others and were"),
        )  # fmt: skip
        return [f"{n:,} {one if n == 1 else several} left out." for n, one, several in counts if n]


def read_folder(content: bytes) -> Folder:
    """The pictures in a zip: 40 to 5,000 different ones, each reduced to 32 x 32 in colour. Raises Unreadable.

    The class of a picture is the topmost folder that not all pictures share. A fifth of each class is held out, at
    least one of two, as the pixels decide; so neither names nor the order in the zip change what is trained.
    """
    pixels, folders, left_out = _pictures(content)
    if not pixels and not (left_out.broken or left_out.small):
        raise Unreadable("The zip holds no pictures: put PNG, JPEG, WebP, GIF or BMP files into it.")
    if len(pixels) < LEAST_PICTURES:
        raise Unreadable(
            f"The zip has {len(pixels)} different picture{'s' * (len(pixels) != 1)} that can be used; "
            f"at least {LEAST_PICTURES}: add some more."
        )
    y, classes, notes = _classes(folders)
    held = _held_out(y)
    by_class = np.bincount(y[held], minlength=len(classes))
    if (missing := int((by_class == 0).sum())) and len(classes) > 1:
        notes.append(
            f"Of {missing} {'class' if missing == 1 else 'classes'} no picture is held out, because there are too few."
        )
    x = torch.from_numpy(np.stack(pixels)).permute(0, 3, 1, 2).contiguous()
    labels, test = torch.from_numpy(y), torch.from_numpy(held)
    raw = Raw(x[~test], labels[~test], x[test], labels[test], classes, SOURCE)
    return Folder(raw, (*left_out.sentences(), *notes))


# The zip ---------------------------------------------------------------------------------------------------------


def _pictures(content: bytes) -> tuple[list[np.ndarray], list[tuple[str, ...]], LeftOut]:
    """Different pictures uint8 (32, 32, 3), in the order of their hashes, and the folders that each lies in."""
    left_out, found = LeftOut(), {}
    with _opened(content) as archive:
        for path, info in _usable(archive, left_out):
            file = _content(archive, info, MOST_UNPACKED)
            try:
                pixels = to_square(read_picture(file), SIDE, 3)
            except Unreadable:
                left_out.broken += 1
                continue
            digest = hashlib.sha256(pixels.tobytes()).digest()
            if digest in found:
                left_out.twice += 1
            else:
                found[digest] = pixels, path[:-1]
    ordered = [found[digest] for digest in sorted(found)]
    return [pixels for pixels, _ in ordered], [folders for _, folders in ordered], left_out


def _usable(archive: zipfile.ZipFile, left_out: LeftOut) -> list[tuple[tuple[str, ...], zipfile.ZipInfo]]:
    """The members that are pictures of some size, with their paths. Every file is read and its header looked at before the
    first one is decoded: so what would take minutes is refused in a second."""
    usable = []
    unpacked = pixels = 0
    for path, info in _members(archive):
        file = _content(archive, info, MOST_UNPACKED - unpacked)
        unpacked += len(file)
        size = _size(file)
        if size is None:
            left_out.no_pictures += 1
        elif min(size) < LEAST_EDGE:
            left_out.small += 1
        else:
            pixels += size[0] * size[1]
            usable.append((path, info))
        if pixels > MOST_PIXELS:
            raise Unreadable(
                f"The pictures have more than {MOST_PIXELS // 10**6} million pixels together: make them smaller first."
            )
    return usable


def _opened(content: bytes) -> zipfile.ZipFile:
    """The zip's table of contents. Raises Unreadable."""
    if not content:
        raise Unreadable("The file is empty: choose a zip file with pictures in it.")
    if len(content) > MOST_BYTES:
        raise Unreadable(
            f"The zip has {len(content) / 1e6:.1f} MB; at most {MOST_BYTES / 1e6:.0f} MB: make the pictures smaller or take fewer."
        )
    if not content.startswith(_BEGINNINGS):
        raise Unreadable("This is no zip file: pack your folder of pictures as a .zip and choose that.")
    # A table of 400,000 names would fill the memory before anything could be counted. Systems add entries of their
    # own (a Mac one to each file), so the exact limit is for what is left without those.
    if content.count(_LISTED) > 4 * MOST_FILES:
        raise _too_many()
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except Exception:  # a broken table can fail anywhere, and each failure means the same
        raise _damaged() from None


def _members(archive: zipfile.ZipFile) -> list[tuple[tuple[str, ...], zipfile.ZipInfo]]:
    """The files that a person put there, with their paths and in the order of those. Raises Unreadable by what the zip says."""
    members = []
    for info in archive.infolist():
        path = _path(info)
        if path and not info.is_dir() and not any(part.startswith(".") or part.lower() in _LEFTOVERS for part in path):
            members.append((path, info))
    if len(members) > MOST_FILES:
        raise _too_many()
    for _, info in members:
        if info.flag_bits & 0x41:  # the bits of both kinds of encryption
            raise Unreadable("The zip is locked with a password: make one without.")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # others unpack without a limit
            raise Unreadable("The zip is packed in a rare way: make it with your system's own tool.")
        if info.file_size > max(RATIO_FROM, MOST_RATIO * info.compress_size):
            raise _bomb()
        if info.file_size > MOST_OF_ONE:
            raise Unreadable(
                f"A file in the zip has {info.file_size / 1e6:.1f} MB; at most {MOST_OF_ONE / 1e6:.0f} MB: leave it out or make it smaller."
            )
    if (size := sum(info.file_size for _, info in members)) > MOST_UNPACKED:
        raise _too_large(size)
    return sorted(members, key=lambda member: member[0])


def _path(info: zipfile.ZipInfo) -> tuple[str, ...]:
    """The parts of a name: folders, then the file. Roots, drives and "..", which lead elsewhere, are no parts."""
    name = info.filename
    if not info.flag_bits & 0x800:  # not marked as UTF-8, but a Mac writes it all the same
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            name = info.filename
    if name.endswith(("/", "\\")):
        return ()
    return tuple(
        part for part in re.split(r"[/\\]", name) if part not in ("", ".", "..") and not _DRIVE.fullmatch(part)
    )


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo, room: int) -> bytes:
    """The bytes of a member, counted while they come: what the header says need not be true. Raises Unreadable."""
    pieces, size = [], 0
    try:
        with archive.open(info) as stream:
            while piece := stream.read(_PIECE):
                size += len(piece)
                if size > info.file_size or size > MOST_OF_ONE:
                    raise _bomb()
                if size > room:
                    raise _too_large(MOST_UNPACKED - room + size)
                pieces.append(piece)
    except Unreadable:
        raise
    except Exception:  # so many parts of a member can be wrong, and each means the same
        raise _damaged() from None
    return b"".join(pieces)


def _size(file: bytes) -> tuple[int, int] | None:
    """Width and height as the file's header has them; None where it is no picture."""
    try:
        with Image.open(io.BytesIO(file), formats=FORMATS) as picture:
            return picture.size
    except Exception:  # as in read_picture: each failure means the same
        return None


def _too_many() -> Unreadable:
    return Unreadable(f"The zip holds more than {MOST_FILES:,} files: take fewer pictures.")


def _too_large(size: int) -> Unreadable:
    return Unreadable(
        f"Unpacked, the zip has {size / 1e6:.0f} MB; at most {MOST_UNPACKED / 1e6:.0f} MB: make the pictures smaller or take fewer."
    )


def _bomb() -> Unreadable:
    return Unreadable("The zip unpacks to far more than pictures do, as a zip bomb would: pack the pictures alone.")


def _damaged() -> Unreadable:
    return Unreadable("The zip is damaged or cut off: make it again.")


# Classes and the held-out part -----------------------------------------------------------------------------------


def _classes(folders: Sequence[tuple[str, ...]]) -> tuple[np.ndarray, tuple[str, ...], list[str]]:
    """Of each picture's folders: labels int64 (N,), the names of the classes in their order, and what to say."""
    notes = []
    while len({path[:1] for path in folders}) == 1 and folders[0]:  # a folder around everything says nothing
        folders = [path[1:] for path in folders]
    tops = [nfc(path[0]) if path else None for path in folders]
    distinct = sorted(set(tops) - {None})
    if (count := len(distinct) + (None in tops)) > MOST_CLASSES:
        notes.append(
            f"The folders would be {count} classes; above {MOST_CLASSES} the pictures count as without classes."
        )
        distinct, tops = [], [None] * len(tops)
    loose = tops.count(None)
    if distinct and loose:
        is_in = "picture lies in no folder: it is" if loose == 1 else "pictures lie in no folder: they are"
        notes.append(f"{loose:,} {is_in} a class of {'its' if loose == 1 else 'their'} own.")
    ordered = [*distinct, *([None] if loose else [])]
    names = _names(ordered, LOOSE if distinct else UNNAMED)
    index = {top: i for i, top in enumerate(ordered)}
    return np.array([index[top] for top in tops], np.int64), names, notes


def _names(tops: Iterable[str | None], without: str) -> tuple[str, ...]:
    """A clean name for each folder, none twice."""
    names: list[str] = []
    for top in tops:
        name = clean = without if top is None else class_name(top)
        number = 2
        while name in names:
            name = f"{clean[: LONGEST_CLASS - 3].rstrip()} {number}"  # up to 30 classes, so two digits are enough
            number += 1
        names.append(name)
    return tuple(names)


def class_name(folder: str) -> str:
    """A folder's name as text for labels and tables: NFC, one line, no invisible signs but joiners, at most 24 characters."""
    seen = (" " if sign.isspace() else sign for sign in folder if sign.isspace() or not _invisible(sign))
    shown = nfc("".join(seen))
    # A name that begins like a formula would be one for the program in which somebody opens a table.
    return " ".join(shown.lstrip("=+-@ ").split())[:LONGEST_CLASS].strip("\u200c\u200d ") or "folder"


def _invisible(sign: str) -> bool:
    """Control signs, and those that turn the direction of all that follows; a joiner is part of the spelling."""
    return unicodedata.category(sign) in ("Cc", "Cf", "Cs") and sign not in "\u200c\u200d"


def _held_out(y: np.ndarray) -> np.ndarray:
    """Which pictures are held out, bool (N,): the first fifth of each class, at least one of two; 32 are left at least.

    The pictures are in the order of the hashes of their pixels, so "the first" is chance that comes out the same again.
    """
    candidates = []
    for label in range(int(y.max()) + 1):
        rows = np.flatnonzero(y == label)
        count = max(1, round(HELD_OUT * len(rows))) if len(rows) > 1 else 0
        candidates += [(rank, row) for rank, row in enumerate(rows[:count])]
    held = np.zeros(len(y), bool)
    held[[row for _, row in sorted(candidates)[: len(y) - LEAST_TRAIN]]] = True  # each class has one before any has two
    return held
