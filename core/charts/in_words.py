"""What a chart shows, in words: for those who do not see it. Computed from the rows that are drawn."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

Row = dict[str, Any]
FEW = 12  # rows that are read out one by one
GROUPS = 8  # that are read out
LONGEST = 900  # characters
ANEW = ("text", "strokeDash", "angle", "size", "opacity", "shape", "href", "url", "order")


def in_words(spec: dict[str, Any], rows: Sequence[Row], about: str = "") -> str:
    """A description of a Vega-Lite spec of these rows; about: a sentence on what kind of chart it is.

    Columns have the titles that the spec gives them; those that no channel shows are left out. Few rows are read out one by
    one, of many each group's first and last value, and the least and the largest one.
    """
    titles = _titles(spec)
    shown = [column for column in _columns(rows) if column in titles] or _columns(rows)
    by = _group_column(rows)
    if by is not None and by not in shown:  # a filter tells its groups apart, no channel
        shown = [by, *shown]
    named = [{titles.get(column) or column: row[column] for column in shown if _says(row.get(column))} for row in rows]
    named = [row for row in named if row]
    told = _one_by_one(named) if len(named) <= FEW else _by_group(named)
    text = " ".join(filter(None, [about, told]))
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rsplit(" ", 1)[0] + " …"


def described(spec: dict[str, Any], rows: Sequence[Row], about: str = "") -> dict[str, Any]:
    """The spec with its description, which the browser gives to a screen reader."""
    return {**spec, "description": in_words(spec, rows, about)}


def _titles(spec: dict[str, Any]) -> dict[str, str]:
    """The title of each column that a channel shows, "" where it has none. What is only written beside marks, or sets how
    they are drawn, says again what other columns say."""
    found: dict[str, str] = {}
    for channel, column, title in _channels(spec):
        if title or channel not in ANEW:
            found[column] = found.get(column) or title
    return found


def _channels(part: Any) -> Iterator[tuple[str, str, str]]:
    """(channel, field, title) of all channels of a spec, wherever they stand."""
    if isinstance(part, list):
        for one in part:
            yield from _channels(one)
    if not isinstance(part, dict):
        return
    for name, channel in part.get("encoding", {}).items():
        for one in channel if isinstance(channel, list) else [channel]:
            if isinstance(one, dict) and isinstance(one.get("field"), str):
                title = one.get("title")
                yield name, one["field"], title if isinstance(title, str) else ""
    for name in ("layer", "vconcat"):
        yield from _channels(part.get(name, []))


def _columns(rows: Iterable[Row]) -> list[str]:
    return list(dict.fromkeys(column for row in rows for column in row))


def _says(value: Any) -> bool:
    if isinstance(value, str):
        return bool(value.strip()) and not re.fullmatch("#[0-9A-Fa-f]{6}", value)
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _text(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:.3g}" if isinstance(value, float) else str(value)


def _one_by_one(rows: Sequence[Row]) -> str:
    return "; ".join(", ".join(f"{column} {_text(value)}" for column, value in row.items()) for row in rows) + "."


def _by_group(rows: Sequence[Row]) -> str:
    by = _group_column(rows)
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(str(row.get(by, "")) if by else "", []).append(row)
    told = [f"{name + ': ' if name else ''}{_range(group, by)}" for name, group in list(groups.items())[:GROUPS]]
    rest = len(groups) - len(told)
    return "; ".join(told) + (f"; and {rest} more." if rest > 0 else ".")


def _group_column(rows: Sequence[Row]) -> str | None:
    """The column of words with the fewest different ones, which several rows share."""
    counts = {
        column: len({row.get(column) for row in rows})
        for column in _columns(rows)
        if all(isinstance(row.get(column), (str, type(None))) for row in rows)
        and any(_says(row.get(column)) for row in rows)
    }
    shared = {column: count for column, count in counts.items() if 1 < count <= len(rows) / 2}
    return min(shared, key=shared.__getitem__) if shared else None


def _range(rows: Sequence[Row], by: str | None) -> str:
    found = [f"{len(rows):,} points" if len(rows) > 1 else "1 point"]
    for column in _columns(rows):
        values = [row[column] for row in rows if column in row]
        if column == by:
            continue
        if all(isinstance(value, (int, float)) for value in values):
            ends = f"{_text(values[0])} to {_text(values[-1])}"
            low, high = min(values), max(values)
            between = "" if {low, high} == {values[0], values[-1]} else f" (least {_text(low)}, most {_text(high)})"
            found.append(f"{column} {_text(low)} throughout" if low == high else f"{column} {ends}{between}")
        else:
            words = list(dict.fromkeys(map(str, values)))
            found.append(f"{column} {', '.join(words[:FEW])}{' …' if len(words) > FEW else ''}")
    return ", ".join(found)


def first_sentence(text: str | None) -> str:
    """Of a docstring, in one line; "" where there is none."""
    line = " ".join((text or "").replace("`", "").split())
    found = re.match(r"(.*?)(?:, as a Vega-Lite spec)?(?:\.(?=\s|$)|$)", line)
    return f"{found[1]}." if found and found[1] else ""


def rows_of(spec: dict[str, Any]) -> list[Row]:
    """The rows of a spec that carries its data with it: the longest of its data sets."""
    sets = [values for values in spec.get("datasets", {}).values() if isinstance(values, list)]
    for part in [spec, *spec.get("layer", []), *spec.get("vconcat", [])]:
        values = part.get("data", {}).get("values", [])
        sets.append(list(json.loads(values) if isinstance(values, str) else values))
    return max(sets, key=len, default=[])
