"""Which class each picture of a folder belongs to, and which pictures are held out: read from the folders that they lie in."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from core.data.normal import nfc

LEAST_TRAIN, LEAST_HELD_OUT = 32, 8
HELD_OUT = 0.2
MOST_CLASSES, LONGEST_CLASS = 30, 24
HOLDS = 0.05  # of all pictures: so many lie on a level that holds pictures; fewer are previews and the like
UNNAMED, LOOSE = "picture", "no folder"  # the class where there are no folders, and of pictures beside the folders

_SPLIT = re.compile(
    r"(?:(?P<train>train(?:ing)?)|(?P<val>val(?:id(?:ation)?)?|dev)|(?P<test>test(?:ing)?|eval|hold-?out))"
    r"(?:[-_ ]?(?:set|data|split|images?|imgs?|pictures?|\d+))*"
)

Path = tuple[str, ...]  # the folders that a picture lies in, the outermost first


@dataclass(frozen=True, eq=False)
class Sorted:
    """y: labels int64 (N,). held: what is held out, bool (N,). notes: sentences on how the folders were understood."""

    y: np.ndarray
    classes: tuple[str, ...]
    held: np.ndarray
    notes: tuple[str, ...]


def sort(paths: Sequence[Path]) -> Sorted:
    """Labels, names of classes and the held-out part, from each picture's folders.

    Folders around everything say nothing; levels named train, val and test are splits; the classes are the folders of the
    first level that holds pictures. Pictures above that level are a class of their own.
    """
    paths, splits = _without_splits(paths)
    tops, around = _tops(paths)
    y, classes, notes = _classes(tops)
    if around and len(classes) > 1:
        notes.insert(0, "The classes are the folders that hold the pictures, not their parent folders.")
    held, said = _own_split(splits, y, len(classes))
    notes += said
    if held is None:
        held = _held_out(y)
    by_class = np.bincount(y[held], minlength=len(classes))
    if (missing := int((by_class == 0).sum())) and len(classes) > 1:
        notes.append(
            f"Of {missing} {'class' if missing == 1 else 'classes'} no picture is held out, because there are too few."
        )
    return Sorted(y, classes, held, tuple(notes))


# Splits ----------------------------------------------------------------------------------------------------------


def split_of(folder: str) -> str | None:
    """ "train", "val" or "test" where a folder is called so, alone or as in training_set and val2017; otherwise None."""
    found = _SPLIT.fullmatch(unicodedata.normalize("NFKC", folder).strip().casefold())
    return found.lastgroup if found else None


def _without_splits(paths: Sequence[Path]) -> tuple[list[Path], list[str | None]]:
    """The paths without folders around everything and without levels of splits, and the split of each picture."""
    paths, splits = [tuple(path) for path in paths], [None] * len(paths)
    level = 0
    while any(len(path) > level for path in paths):
        names = Counter(path[level] for path in paths if len(path) > level)
        kinds = {split_of(name) for name in names}
        others = len(paths) - sum(count for name, count in names.items() if split_of(name))
        if {"train"} < kinds - {None} and _few(others, paths):
            for i, path in enumerate(paths):
                if len(path) > level and (split := split_of(path[level])):
                    splits[i] = split
                    paths[i] = path[:level] + path[level + 1 :]
        else:
            level += 1
    return _without_common(paths), splits


def _own_split(splits: Sequence[str | None], y: np.ndarray, classes: int) -> tuple[np.ndarray | None, list[str]]:
    """The held-out part that the folders ask for, bool (N,), and what to say; None where they ask for none or it is no use."""
    found = [split for split in ("val", "test") if split in splits]
    if not found:
        return None, []
    held = np.array([split in found for split in splits])
    learned, kept = np.bincount(y[~held], minlength=classes), np.bincount(y[held], minlength=classes)
    named = f"Folders named {', '.join(['train', *found[:-1]])} and {found[-1]} are splits, not classes"
    enough = learned.sum() >= LEAST_TRAIN and kept.sum() >= LEAST_HELD_OUT
    if not enough or (learned == 0).any() or (kept == 0).mean() > 0.5:
        return None, [
            f"{named}; one side has too few pictures of some class, so a fifth of each class is held out instead."
        ]
    return held, [f"{named}: the {kept.sum():,} pictures of {' and '.join(found)} are held out."]


# The level of the classes ----------------------------------------------------------------------------------------


def _without_common(paths: list[Path]) -> list[Path]:
    """The paths without the folders that all share, or all but a few pictures that lie beside them."""
    while len({path[0] for path in paths if path}) == 1 and _few(sum(not path for path in paths), paths):
        paths = [path[1:] for path in paths]
    return paths


def _tops(paths: list[Path]) -> tuple[list[str | None], bool]:
    """Of each picture the folder that is its class, None where it lies above those; whether several folders stand around them."""
    level = _level(paths)
    while level > 1:
        inside = [tuple(map(nfc, path[:level])) for path in paths if len(path) >= level]
        around = {path[:-1] for path in inside}
        # Of levels that part the pictures alike the outermost names them; one folder, or too many, are no classes.
        if len(around) < len(set(inside)) and 1 < len({path[-1] for path in inside}) <= MOST_CLASSES:
            return [nfc(path[level - 1]) if len(path) >= level else None for path in paths], len(around) > 1
        level -= 1
    return [nfc(path[0]) if path else None for path in paths], False


def _level(paths: list[Path]) -> int:
    """The first level, counted from 1, on which pictures lie; a few that lie above it do not make a level."""
    depths = Counter(len(path) for path in paths)
    return min((depth for depth, count in depths.items() if depth and not _few(count, paths)), default=1)


def _few(count: int, paths: Sequence[Path]) -> bool:
    return count < HOLDS * len(paths)


# Labels and the held-out part ------------------------------------------------------------------------------------


def _classes(tops: list[str | None]) -> tuple[np.ndarray, tuple[str, ...], list[str]]:
    """Labels int64 (N,), the names of the classes in their order, and what to say."""
    notes = []
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
    """A folder's name as text for labels and tables: `one_line` of at most 24 characters that does not begin like a formula."""
    # A name that begins like a formula would be one for the program in which somebody opens a table.
    return one_line(folder, LONGEST_CLASS, "=+-@ ") or "folder"


def one_line(name: str, longest: int, without: str = "") -> str:
    """A name as text to show: NFC, one line, no invisible signs but joiners, cut. without: signs that it shall not begin with."""
    seen = (" " if sign.isspace() else sign for sign in name if sign.isspace() or not _invisible(sign))
    return " ".join(nfc("".join(seen)).lstrip(without or None).split())[:longest].strip("\u200c\u200d ")


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
