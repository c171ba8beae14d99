"""A person's own folder of pictures as a zip, read on the server with every care.

Nothing of it is written to the disk. The names inside are used only to see which folder a picture lies in, and to name
what was left out; the bytes alone decide what is a picture. A member that cannot be used is left out, and the rest is read.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from PIL import Image

from core.data import zip_names, zip_table
from core.data.folder_classes import one_line, sort
from core.data.kinds import Raw
from core.data.own_pictures import SOURCE
from core.data.read_picture import FORMATS, Unreadable, megabytes, read_picture, to_square
from core.data.zip_table import DEFLATED, STORED, Damaged, Member

MOST_BYTES = 20_000_000  # of the zip
MOST_FILES = 5_000
MOST_UNPACKED = 200_000_000  # bytes of all files together
MOST_OF_ONE = 10_000_000  # bytes of one file
MOST_RATIO, RATIO_FROM = 200, 1_000_000  # a file of more bytes is not packed smaller than this by honest means
MOST_PIXELS = 300_000_000  # of all pictures together: a few bytes can hold millions of pixels of one colour
LEAST_PICTURES, LEAST_EDGE = 40, 8
SIDE = 32
MOST_NAMED, LONGEST_NAME = 3, 40  # files that are named, and signs of a name that are shown
DEEPEST = 20  # folders of a path that are looked at

_BEGINNINGS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")  # of a zip, of an empty one, of one in parts
_LEFTOVERS = {"__macosx", "thumbs.db", "desktop.ini"}  # what systems put into folders by themselves
_DRIVE = re.compile(r"[A-Za-z]:")

Path = tuple[str, ...]  # of a member: its folders, the outermost first, then its own name


@dataclass(frozen=True, eq=False)
class Folder:
    """The pictures as a data set, uint8 (N, 3, 32, 32), and sentences about them. These name files of the user's: no Markdown."""

    raw: Raw
    notes: tuple[str, ...]


@dataclass
class LeftOut:
    """What was left out, and why: how many, and of those that no other picture stands for, which."""

    no_pictures: int = 0
    broken: int = 0
    small: int = 0
    twice: int = 0
    cut: list[Path] = field(default_factory=list)  # these were read with what is there
    unusable: dict[str, list[Path]] = field(default_factory=dict)  # why -> which

    def add(self, why: str, path: Path) -> None:
        self.unusable.setdefault(why, []).append(path)

    def reasons(self) -> list[str]:
        """ "1 file is damaged or cut off" for each reason why a file could not even be unpacked."""
        return [
            f"{len(paths):,} {'file is' if len(paths) == 1 else 'files are'} {why}"
            for why, paths in self.unusable.items()
        ]

    def sentences(self) -> list[str]:
        counts = (
            (self.no_pictures, "file is not a picture and was", "files are not pictures and were"),
            (self.broken, "picture cannot be read and was", "pictures cannot be read and were"),
            (self.small, f"picture has an edge below {LEAST_EDGE} pixels and was", f"pictures have an edge below {LEAST_EDGE} pixels and were"),
            (self.twice, "picture is the same as another one and was", "pictures are the same as others and were"),
        )  # fmt: skip
        named = [
            f"{reason} and {'was' if len(paths) == 1 else 'were'} left out: {_named(paths)}."
            for reason, paths in zip(self.reasons(), self.unusable.values(), strict=True)
        ]
        if self.cut:
            are = "picture is truncated and was" if len(self.cut) == 1 else "pictures are truncated and were"
            named.append(f"{len(self.cut):,} {are} read as far as possible: {_named(self.cut)}.")
        return named + [f"{n:,} {one if n == 1 else several} left out." for n, one, several in counts if n]


DAMAGED, LOCKED, RARE = "damaged or cut off", "locked with a password", "packed in a rare way"
BOMB = "packed as tightly as a zip bomb"
WHOLE = {  # what to do where all files have the same trouble
    DAMAGED: "The zip is damaged or cut off: make it again.",
    LOCKED: "The zip is locked with a password: make one without.",
    RARE: "The zip is packed in a rare way: make it with your system's own tool.",
    BOMB: "The zip unpacks to far more than pictures do, as a zip bomb would: pack the pictures alone.",
}


def read_folder(content: bytes) -> Folder:
    """The pictures in a zip: 40 to 5,000 different ones, each reduced to 32 x 32 in colour. Raises Unreadable.

    Their classes are folders (core.data.folder_classes). A fifth of each class is held out, at least one of two, as the
    pixels decide, or what the folders say is held out; neither names nor the order in the zip change what is trained.
    """
    members, notes = _members(content)
    left_out = LeftOut()
    pixels, folders = _pictures(content, members, left_out)
    _check_enough(len(pixels), left_out)
    found = sort(folders)
    x = torch.from_numpy(np.stack(pixels)).permute(0, 3, 1, 2).contiguous()
    labels, test = torch.from_numpy(found.y), torch.from_numpy(found.held)
    raw = Raw(x[~test], labels[~test], x[test], labels[test], found.classes, SOURCE)
    return Folder(raw, (*notes, *left_out.sentences(), *found.notes))


def _check_enough(count: int, left_out: LeftOut) -> None:
    """Raises Unreadable where there are too few pictures; it says what was left out, or that there are none at all."""
    if count >= LEAST_PICTURES:
        return
    others = left_out.broken + left_out.small + left_out.no_pictures
    if not count and not others and len(left_out.unusable) == 1 and (whole := WHOLE.get(*left_out.unusable)):
        raise Unreadable(whole)
    if not count and not (left_out.broken or left_out.small or left_out.unusable):
        raise Unreadable("The zip holds no pictures: put PNG, JPEG, WebP, GIF or BMP files into it.")
    why = f" ({'; '.join(left_out.reasons())})" if left_out.unusable else ""
    raise Unreadable(
        f"The zip has {count} different picture{'s' * (count != 1)} that can be used{why}; "
        f"at least {LEAST_PICTURES}: add some more."
    )


# The zip ---------------------------------------------------------------------------------------------------------


def _pictures(
    content: bytes, members: Sequence[tuple[Path, Member]], left_out: LeftOut
) -> tuple[list[np.ndarray], list[Path]]:
    """Different pictures uint8 (32, 32, 3), in the order of their hashes, and the folders that each lies in."""
    found = {}
    for path, member in _usable(content, members, left_out):
        try:
            picture = read_picture(zip_table.unpacked(content, member))
            pixels = to_square(picture, SIDE, 3)
        except Unreadable:
            left_out.broken += 1
            continue
        digest = hashlib.sha256(pixels.tobytes()).digest()
        if digest in found:
            left_out.twice += 1
        else:
            found[digest] = pixels, path[:-1][:DEEPEST]
            if picture.info["cut"]:
                left_out.cut.append(path)
    ordered = [found[digest] for digest in sorted(found)]
    return [pixels for pixels, _ in ordered], [folders for _, folders in ordered]


def _usable(content: bytes, members: Sequence[tuple[Path, Member]], left_out: LeftOut) -> list[tuple[Path, Member]]:
    """The members that are pictures of some size. Every file is read and its header looked at before the first one is
    decoded: so what would take minutes is refused in a second."""
    usable, pixels = [], 0
    for path, member, file in _unpacked(content, members, left_out):
        size = _size(file)
        if size is None:
            left_out.no_pictures += 1
        elif min(size) < LEAST_EDGE:
            left_out.small += 1
        else:
            pixels += size[0] * size[1]
            usable.append((path, member))
        if pixels > MOST_PIXELS:
            raise Unreadable(
                f"The pictures have more than {MOST_PIXELS // 10**6} million pixels together: make them smaller first."
            )
    return usable


def _unpacked(
    content: bytes, members: Sequence[tuple[Path, Member]], left_out: LeftOut
) -> Iterator[tuple[Path, Member, bytes]]:
    """The members with their bytes, one by one. No member unpacks to more than the table says, so the sum is known before."""
    sound = []
    for path, member in members:
        why = _unusable(member)
        if why:
            left_out.add(why, path)
        else:
            sound.append((path, member))
    if (size := sum(member.size for _, member in sound)) > MOST_UNPACKED:
        raise Unreadable(
            f"Unpacked, the zip has {megabytes(size)}; at most {MOST_UNPACKED / 1e6:.0f} MB: make the pictures smaller or take fewer."
        )
    for path, member in sound:
        try:
            yield path, member, zip_table.unpacked(content, member)
        except Damaged:
            left_out.add(DAMAGED, path)


def _unusable(member: Member) -> str | None:
    """Why a member is not even unpacked, by what the table says."""
    if member.locked:
        return LOCKED
    if member.method not in (STORED, DEFLATED):
        return RARE
    if member.size > max(RATIO_FROM, MOST_RATIO * member.packed):
        return BOMB
    if member.size > MOST_OF_ONE:
        return f"larger than {MOST_OF_ONE / 1e6:.0f} MB"
    return None


def _members(content: bytes) -> tuple[list[tuple[Path, Member]], list[str]]:
    """The files that a person put there, with their paths and in the order of those, and what to say. Raises Unreadable."""
    if not content:
        raise Unreadable("The file is empty: choose a zip file with pictures in it.")
    if len(content) > MOST_BYTES:
        raise Unreadable(
            f"The zip has {megabytes(len(content))}; at most {MOST_BYTES / 1e6:.0f} MB: make the pictures smaller or take fewer."
        )
    if not content.startswith(_BEGINNINGS):
        raise Unreadable("This is not a zip file: pack your folder of pictures as a .zip and choose that.")
    # A table of 400,000 names would fill the memory before anything could be counted. Systems add entries of their
    # own (a Mac one to each file), so the exact limit is for what is left without those.
    if content.count(zip_table.LISTED) > 4 * MOST_FILES:
        raise _too_many()
    try:
        listed = zip_table.members(content)
    except Damaged:
        raise Unreadable(WHOLE[DAMAGED]) from None
    names, said = zip_names.texts(listed)
    found = [(_path(name), member) for name, member in zip(names, listed, strict=True)]
    found = [(path, member) for path, member in found if path and not any(map(_is_leftover, path))]
    if len(found) > MOST_FILES:
        raise _too_many()
    return sorted(found, key=lambda pair: pair[0]), [said] if said else []


def _path(name: str) -> Path:
    """The parts of a name: folders, then the file; nothing for a folder. Roots, drives and "..", which lead elsewhere, are no parts."""
    if name.endswith(("/", "\\")):
        return ()
    return tuple(
        part for part in re.split(r"[/\\]", name) if part not in ("", ".", "..") and not _DRIVE.fullmatch(part)
    )


def _is_leftover(part: str) -> bool:
    return part.startswith(".") or part.lower() in _LEFTOVERS


def _size(file: bytes) -> tuple[int, int] | None:
    """Width and height as the file's header has them; None where it is no picture."""
    try:
        with Image.open(io.BytesIO(file), formats=FORMATS) as picture:
            return picture.size
    except Exception:  # as in read_picture: each failure means the same
        return None


def _named(paths: Sequence[Path]) -> str:
    """The names of some files for a sentence: the first three, each one clean short line, and how many more there are."""
    names = [one_line(path[-1], LONGEST_NAME) or "a file" for path in paths[:MOST_NAMED]]
    more = len(paths) - len(names)
    return ", ".join(names) + (f" and {more:,} more" if more else "")


def _too_many() -> Unreadable:
    return Unreadable(f"The zip holds more than {MOST_FILES:,} files: take fewer pictures.")
