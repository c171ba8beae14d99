"""Expressions out of what people have: a plain list, a numbered one, a table of a spreadsheet, the lab's own download."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from core.analysis.csv_text import FORMULA_SIGNS

COLUMN = "expression"  # the heading of the column that is taken, whatever stands beside it
_SEPARATORS = ("\t", ";", ",")  # an expression has none of them
_NUMBERED = re.compile(r"\s*(?:\d{1,4}[.)]|[•*])\s+")
_QUOTED = re.compile(
    r'\s*"(?:[^"]|"")*"\s*(?:$|[\t;,])'
)  # a cell; "well known" - man is an expression with a quoted word
_NO_EXPRESSION = re.compile(r"[\d.\s]*")


def expression_lines(text: str) -> list[str]:
    """One expression for each line of the text; "" where a line has none, so that the numbers of lines stay.

    Of a table the column under "expression" is taken, else the first cell with a letter in it. A table that names the
    same line several times, as the lab's download does, gives it once.
    """
    lines = text.splitlines()
    first = next((i for i, line in enumerate(lines) if line.strip()), None)
    if first is None:
        return lines
    heading = [cell.strip().lower() for cell in _cells(lines[first])]
    if len(heading) > 1 and COLUMN in heading:
        return [""] * (first + 1) + list(_column(lines[first + 1 :], heading))
    return [line if line.lstrip().startswith("#") else _first(line) for line in lines]


def _column(lines: list[str], heading: list[str]) -> Iterator[str]:
    seen = set()
    for line in lines:
        cells = dict(zip(heading, _cells(line), strict=False))
        found = _without_apostrophe(cells.get(COLUMN, ""))
        same = (cells.get("line", ""), found)
        yield "" if same in seen else found
        if "line" in cells:
            seen.add(same)


def _first(line: str) -> str:
    line = line[match.end() :] if (match := _NUMBERED.match(line)) else line
    if not _QUOTED.match(line) and not any(separator in line for separator in _SEPARATORS):
        return line
    return next((_without_apostrophe(cell) for cell in _cells(line) if not _NO_EXPRESSION.fullmatch(cell)), "")


def _cells(line: str) -> list[str]:
    separator = max(_SEPARATORS, key=line.count)
    try:
        return next(csv.reader([line], delimiter=separator, skipinitialspace=True), [])
    except csv.Error:  # a cell of more than 131,072 characters
        return [line]


def _without_apostrophe(cell: str) -> str:
    """A cell as it was before a table of ours made it safe."""
    cell = cell.strip()
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA_SIGNS) else cell
