"""`pytest tests/lessons/<slug> tests/contract` tests one lesson: what the contract asks of the other lessons is left out, and counted.

A test of the contract belongs to a lesson if one of its parameters is the lesson's slug, one of its experiments, or something
with that slug (a recorded link); a kind may stand before it, as in `page:attention`. Other tests belong to all lessons.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from core.course import LESSONS

TESTS = Path(__file__).resolve().parents[1]


def lessons_asked(args: Iterable[str]) -> frozenset[str] | None:
    """The lessons that a command line is about; None if it asks for anything else than lessons and the contract."""
    slugs = {lesson.slug for lesson in LESSONS}
    found = set()
    for arg in args:
        parts = _parts(arg)
        if parts[:1] == ("lessons",) and len(parts) > 1 and parts[1] in slugs:
            found.add(parts[1])
        elif parts != ("contract",):
            return None
    return frozenset(found) or None


def split(items: Sequence[pytest.Item], lessons: frozenset[str]) -> tuple[list[pytest.Item], list[pytest.Item]]:
    """Tests to run, and tests of the contract that belong to other lessons only."""
    due, rest = [], []
    for item in items:
        owners = _owners(item) if _parts(str(item.path))[:1] == ("contract",) else frozenset()
        (rest if owners and not owners & lessons else due).append(item)
    return due, rest


def _parts(arg: str) -> tuple[str, ...]:
    """The folders of a path below tests/; nothing for another path."""
    path = Path(arg.split("::")[0]).resolve()
    return path.relative_to(TESTS).parts if path.is_relative_to(TESTS) else ()


def _owners(item: pytest.Item) -> frozenset[str]:
    call = getattr(item, "callspec", None)
    names = {_name(value) for value in call.params.values()} if call else set()
    return frozenset(lesson.slug for lesson in LESSONS if names & {lesson.slug, *lesson.experiments})


def _name(value: object) -> str:
    return str(getattr(value, "slug", value)).rsplit(":", 1)[-1]
