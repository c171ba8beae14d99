"""Points of the plane out of a person's table: two columns of numbers, and one of classes."""

from __future__ import annotations

import csv
import math
import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from core.data.folder_classes import one_line
from core.data.read_text import Unreadable
from core.lessons.layers.packed import MOST_POINTS

MOST_CLASSES = 4
SPREAD = 1.2  # standard deviations of the columns, as the points are placed
READ = 4_000  # rows that are looked at
TRIED = 200  # rows by which the columns are told
MOST_COLUMNS, LONGEST_LINE = 1_000, 10_000  # characters of a row that are read
LONGEST_NAME = 24  # signs of a name that are kept
LEAST = 4  # points
_NUMBER = re.compile(r"[+-]?([0-9]+([.,][0-9]*)?|[.,][0-9]+)([eE][+-]?[0-9]{1,3})?", re.ASCII)
_MISSING = {"", "nan", "na", "n/a", "null", "none", "inf", "-inf", "+inf", "?", "-"}


@dataclass(frozen=True)
class Found:
    """points: x, y and class from 0. names: of the columns x, y and class. classes: what the table calls them. notes: sentences."""

    points: tuple[tuple[float, float, int], ...]
    names: tuple[str, str, str]
    classes: tuple[str, ...]
    notes: tuple[str, ...]


def read_points(text: str) -> Found:
    """The points of a table in CSV, whatever separates its columns: commas, semicolons, tabs or blanks.

    The first two columns of numbers are x and y, both standardised; the class is a column named class, label, target or y, or else the
    last one. Of many rows some are taken, by lot. Raises Unreadable with one sentence that says what is missing.
    """
    lines = [line for line in text.split("\n") if line.strip()]
    if not lines:
        raise Unreadable("The table is empty: it needs rows of two numbers and a class.")
    head = _cells(lines[0], _separator(lines))
    titled = not any(map(_number_or_nothing, head))
    names = tuple(head) if titled else tuple(f"column {i + 1}" for i in range(len(head)))
    body = lines[1:] if titled else lines
    if len(names) > MOST_COLUMNS:
        raise Unreadable(f"The table has more than {MOST_COLUMNS:,} columns: keep two of numbers and the class.")
    separator, taken = _separator(lines), _some(body, READ)
    x, y, group = _columns([_cells(line, separator) for line in _some(taken, TRIED)], names)
    good, bad = [], 0
    for line in taken:  # of a wide table all cells of all rows would fill the memory
        row = _cells(line, separator)
        cells = [row[i] if i < len(row) else "" for i in (x, y, group)]
        numbers = [_number(cell) for cell in cells[:2]]
        if None in numbers or cells[2].lower() in _MISSING:
            bad += 1
        else:
            good.append((numbers[0], numbers[1], cells[2]))
    shown = tuple(one_line(names[i], LONGEST_NAME) for i in (x, y, group))
    return _found(good, shown, _said(len(body), len(taken), bad))


def _found(good: list[tuple[float, float, str]], names: tuple[str, str, str], notes: list[str]) -> Found:
    if len(good) < LEAST:
        raise Unreadable(f"Only {len(good)} rows have two numbers and a class; at least {LEAST} are needed.")
    common = Counter(group for *_, group in good)
    if len(common) < 2:
        raise Unreadable("All rows have the same class; a network needs at least two to tell apart.")
    if len(common) > MOST_CLASSES:
        notes.append(f"The table has {len(common)} classes; the {MOST_CLASSES} most common are used.")
    classes = sorted(name for name, _ in common.most_common(MOST_CLASSES))
    kept = [row for row in good if row[2] in classes]
    if len(kept) > MOST_POINTS:
        notes.append(f"Of {len(kept):,} points {MOST_POINTS} are shown, chosen by lot.")
    kept = _some(kept, MOST_POINTS)
    columns = [_standard([row[d] for row in kept]) for d in (0, 1)]
    points = tuple((a, b, classes.index(row[2])) for a, b, row in zip(*columns, kept, strict=True))
    return Found(points, names, tuple(one_line(name, LONGEST_NAME) for name in classes), tuple(notes))


def _said(rows: int, read: int, bad: int) -> list[str]:
    notes = [f"Of {rows:,} rows {read:,} were read, chosen by lot."] if rows > read else []
    if bad:
        notes.append(f"{bad:,} of {read:,} rows have no number or no class where one is needed, and are left out.")
    return notes


def _separator(lines: Sequence[str]) -> str:
    """What stands in most of the first lines."""
    some = lines[:20]
    return max((",", ";", "\t", " "), key=lambda sign: (sum(sign in line for line in some) / len(some), sign == ";"))


def _cells(line: str, separator: str) -> list[str]:
    line = line[:LONGEST_LINE]
    if separator == " ":
        return line.split()
    return [cell.strip() for cell in next(csv.reader([line], delimiter=separator), [])]


def _number_or_nothing(cell: str) -> bool:
    return _NUMBER.fullmatch(cell) is not None


def _number(cell: str) -> float | None:
    """A finite number; "1,5" is one, too, where commas do not separate."""
    if not _number_or_nothing(cell):
        return None
    value = float(cell.replace(",", "."))
    return value if math.isfinite(value) and abs(value) < 1e100 else None


def _columns(rows: Sequence[Sequence[str]], names: Sequence[str]) -> tuple[int, int, int]:
    """Where x, y and the class stand."""
    width = len(names)
    named = [i for i, name in enumerate(names) if name.lower() in ("class", "label", "target", "species", "group")]
    group = named[0] if named else width - 1
    share = [
        sum(i < len(row) and _number(row[i]) is not None for row in rows) / max(1, len(rows)) for i in range(width)
    ]
    numbers = [i for i in range(width) if i != group and share[i] > 0.5]
    if width < 3 or len(numbers) < 2:
        raise Unreadable("The table needs three columns: two of numbers, and one that says the class.")
    return numbers[0], numbers[1], group


def _some(rows: Sequence, most: int) -> list:
    """At most so many, in their order. By lot, always the same one: even steps would meet every second class of a table in turns."""
    if len(rows) <= most:
        return list(rows)
    return [rows[i] for i in sorted(random.Random(0).sample(range(len(rows)), most))]


def _standard(values: Sequence[float]) -> list[float]:
    mean = sum(values) / len(values)
    deviation = math.sqrt(sum((value - mean) ** 2 for value in values) / len(values))
    if not deviation > 0:
        raise Unreadable("A column has the same number in every row: the points would lie on a line.")
    return [SPREAD * (value - mean) / deviation for value in values]
