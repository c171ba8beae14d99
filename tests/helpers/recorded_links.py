"""The recorded links, as they lie in `tests/contract/recorded_links.json`.

    {slug: {"screen": what the lesson opens on, "links": {name: {"query": ..., "address": ..., "more": ..., "less": ...}}}}

screen: kind -> lines, as `screens.lean` has them. Of each link its parameters, the address that is left after the run, and
what its screen has more and less than the one that the lesson opens on. A line of "less" is named by what it begins with. A
screen that shares little with the one that the lesson opens on stands as a "screen" of its own.
"""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.screens import Fact

FILE = Path(__file__).resolve().parents[1] / "contract" / "recorded_links.json"
Lines = dict[str, list[str]]  # by kind
RECORDER = pytest.StashKey[Any]()  # where the test finds who records instead of comparing
START = 8  # letters by which a line is named, or more


@dataclass(frozen=True)
class Link:
    """A link, and what it led to when it was recorded. facts are sorted."""

    slug: str
    name: str
    query: Mapping[str, str]
    address: Mapping[str, str]
    facts: Sequence[Fact]


def load() -> list[Link]:
    """All links, lesson by lesson. A link that was written into the file by hand and never recorded shows nothing."""
    links = []
    for slug, lesson in json.loads(FILE.read_text(encoding="utf-8")).items():
        opens = Counter(_flat(lesson.get("screen", {})))
        for name, told in lesson["links"].items():
            shown = Counter(_flat(told["screen"])) if "screen" in told else _changed(opens, told)
            facts = sorted(shown.elements())
            links.append(Link(slug, name, told["query"], told.get("address", {}), facts))
    return links


def save(links: Sequence[Link]) -> None:
    """Write all links; the first one of each lesson is what the lesson opens on."""
    written: dict[str, Any] = {}
    for link in links:
        if link.slug not in written:
            written[link.slug] = {"screen": _grouped(link.facts), "links": {}}
            opens = Counter(link.facts)
        written[link.slug]["links"][link.name] = {
            "query": dict(link.query), "address": dict(link.address), **_told(opens, Counter(link.facts))
        }  # fmt: skip
    FILE.write_text(json.dumps(written, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


def _told(opens: Counter[Fact], shown: Counter[Fact]) -> dict[str, Lines]:
    less = [(kind, _start(opens, kind, text)) for kind, text in (opens - shown).elements()]
    change = {"more": _grouped((shown - opens).elements()), "less": _grouped(less)}
    whole = {"screen": _grouped(shown.elements())}
    if len(json.dumps(whole)) < len(json.dumps(change)):
        return whole
    return {name: lines for name, lines in change.items() if lines}


def _changed(opens: Counter[Fact], told: Mapping[str, Lines]) -> Counter[Fact]:
    shown = opens + Counter(_flat(told.get("more", {})))
    for kind, start in _flat(told.get("less", {})):
        shown[_named(opens, kind, start)] -= 1
    return +shown


def _start(opens: Counter[Fact], kind: str, text: str) -> str:
    """What the line begins with, long enough to name it among the others of its kind."""
    starts = (text[:length] for length in range(START, len(text)))
    return next((start for start in starts if _named(opens, kind, start) == (kind, text)), text)


def _named(opens: Counter[Fact], kind: str, start: str) -> Fact | None:
    """The line that begins so, or is this; None where several do."""
    if (kind, start) in opens:
        return kind, start
    found = [fact for fact in opens if fact[0] == kind and fact[1].startswith(start)]
    return found[0] if len(found) == 1 else None


def _flat(lines: Lines) -> list[Fact]:
    return [(kind, text) for kind, texts in lines.items() for text in texts]


def _grouped(facts: Iterable[Fact]) -> Lines:
    by_kind = itertools.groupby(sorted(facts), key=lambda fact: fact[0])
    return {kind: [text for _, text in some] for kind, some in by_kind}
