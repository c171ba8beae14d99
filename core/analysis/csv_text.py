"""Tables as CSV that a spreadsheet opens safely (OWASP, "CSV injection")."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

# What a spreadsheet takes for the beginning of a formula, in full width, too; and white space that it skips before one.
FORMULA_SIGNS = tuple("=+-@＝＋－＠\t\r\n")


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A header and rows of texts and numbers. Text that would be a formula gets an apostrophe before it; numbers stay numbers."""
    buffer = io.StringIO()
    table = csv.writer(buffer)
    table.writerow([_safe(name) for name in header])
    table.writerows([_safe(value) for value in row] for row in rows)
    return buffer.getvalue()


def _safe(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_SIGNS) else value
