"""Whose word counts: the value that browser and Python share, under messages that come late, twice or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from hypothesis import given, settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from core.ui.held import Held, is_stamp

CASES = json.loads((Path(__file__).resolve().parents[2] / "assets/components/kit/wire.cases.json").read_text())


def whole(raw: Any) -> int | None:
    return raw if type(raw) is int else None


def number(key: str = "box") -> Held[int]:
    return Held(key, whole, lambda value: value)


@pytest.fixture
def session(monkeypatch) -> dict[str, Any]:
    state: dict[str, Any] = {}
    monkeypatch.setattr(st, "session_state", state)
    return state


def says(session: dict[str, Any], value: Any, stamp: Any, puts: Any = 1) -> int | None:
    session["box"] = {"held": {"value": value, "puts": puts, "stamp": stamp}}
    return number().read()


def test_the_newest_message_counts(session):
    held = number()
    assert held.read() is None
    assert held.settle(4) == {"value": 4, "puts": 1, "stamp": ""}
    assert says(session, 7, "me-2") == 7
    assert says(session, 3, "me-1") == 7, "older"
    assert says(session, 3, "me-2") == 7, "said before"
    assert says(session, 3, "me-10") == 3, "counted, not compared as text"
    assert held.settle(3) == {"value": 3, "puts": 1, "stamp": "me-10"}
    assert says(session, 9, "you-1") == 9, "mounted again: a new count"
    assert says(session, 1, "me-11") == 9, "of the instance before"
    del session["box"]  # what Streamlit does on a page switch
    assert held.read() == 9


def test_a_message_under_way_does_not_undo_a_move_of_python(session):
    held = number()
    held.settle(0)
    held.put(5)
    assert says(session, 7, "me-1") == 5
    assert held.settle(5)["puts"] == 2
    assert says(session, 7, "me-2", puts=2) == 7
    held.settle(8)  # the page shows something else: a move, too
    assert says(session, 9, "me-3", puts=2) == 8
    held.clear()
    assert held.read() is None
    assert says(session, 9, "me-4", puts=3) is None
    assert held.settle(1) == {"value": 1, "puts": 4, "stamp": "me-2"}, "the browser follows to the default"
    assert held.settle(1)["puts"] == 4 and held.read() == 1
    assert held.settle(2)["puts"] == 5, "another default is a move, too"


def test_clear_forgets_what_was_never_mounted(session):
    held = number()
    held.clear()
    assert held.read() is None
    assert held.settle(3)["value"] == 3
    held.put(4)
    held.clear()
    held.put(6)
    assert held.read() == 6


def test_what_is_tidied_goes_back_to_the_browser(session):
    def tidy(raw: Any) -> str | None:
        return raw.strip() if isinstance(raw, str) else None

    held = Held("box", tidy, str)
    held.settle("a")
    session["box"] = {"held": {"value": " b ", "puts": 1, "stamp": "me-1"}}
    assert held.read() == "b"
    assert held.settle("b") == {"value": "b", "puts": 2, "stamp": "me-1"}
    session["box"] = {"held": {"value": "c", "puts": 2, "stamp": "me-2"}}
    assert held.read() == "c"
    assert held.settle("c")["puts"] == 2


def test_a_message_on_another_subject_is_not_taken(session):
    def pair(raw: Any) -> tuple[str, int] | None:
        return (raw[0], raw[1]) if isinstance(raw, list) else None

    held = Held("box", pair, list, about=lambda value: value[0])
    held.settle(("boot", 1))
    session["box"] = {"held": {"value": ["bag", 2], "puts": 1, "stamp": "me-1"}}
    assert held.read() == ("boot", 1)
    session["box"] = {"held": {"value": ["boot", 2], "puts": 1, "stamp": "me-2"}}
    assert held.read() == ("boot", 2)


def test_a_value_that_no_longer_fits_is_none(session):
    """A choice of eight heads, shown beside four: the lesson does not see it, and its default replaces it."""
    eight, four = (Held("box", lambda raw, n=n: raw if raw < n else None, int) for n in (8, 4))
    eight.settle(6)
    assert four.read() is None and eight.read() == 6
    assert four.settle(0) == {"value": 0, "puts": 2, "stamp": ""}


def test_a_restarted_server_takes_the_value_from_the_browser(session):
    assert says(session, 7, "me-5", puts=3) == 7
    assert number().settle(7) == {"value": 7, "puts": 3, "stamp": "me-5"}


@pytest.mark.parametrize(
    "message",
    [
        None, 3, "x", [1], {}, {"value": 9}, {"value": 9, "puts": 1}, {"value": 9, "stamp": "me-9"},
        {"value": 9, "puts": True, "stamp": "me-9"}, {"value": 9, "puts": 1.0, "stamp": "me-9"},
        {"value": 9, "puts": "1", "stamp": "me-9"}, {"value": 9, "puts": -1, "stamp": "me-9"},
        {"value": 9, "puts": 10**9, "stamp": "me-9"}, {"value": "9", "puts": 1, "stamp": "me-9"},
        {"value": None, "puts": 1, "stamp": "me-9"}, {"value": 9, "puts": 1, "stamp": "ME-9"},
        {"value": 9, "puts": 1, "stamp": "me"}, {"value": 9, "puts": 1, "stamp": "me-"},
        {"value": 9, "puts": 1, "stamp": "me-9\n"}, {"value": 9, "puts": 1, "stamp": "me-٣"},
        {"value": 9, "puts": 1, "stamp": "m-e-9"}, {"value": 9, "puts": 1, "stamp": "m" * 33 + "-9"},
        {"value": 9, "puts": 1, "stamp": "me-1234567890"}, {"value": 9, "puts": 1, "stamp": 9},
    ],
)  # fmt: skip
@pytest.mark.parametrize("mounted", [True, False])
def test_a_malformed_message_is_ignored(session, message, mounted):
    held = number()
    if mounted:
        held.settle(4)
    session["box"] = {"held": message}
    assert held.read() == (4 if mounted else None)
    for state in (message, [message], {"other": message}):
        session["box"] = state
        assert held.read() == (4 if mounted else None)


anything = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=5),
    lambda inner: (
        some.lists(inner, max_size=3)
        | some.dictionaries(some.sampled_from(["value", "puts", "stamp", "held", "x"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(anything)
@settings(max_examples=100, deadline=None)
def test_no_message_at_all_stops_a_lesson(message):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(st, "session_state", {"box": {"held": message}})
        held = number()
        value = held.read()
        assert value is None or type(value) is int
        assert is_stamp(held.settle(1)["stamp"] or "me-1")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_cases_that_the_browser_plays_too(session, case):
    held = number()
    for what, *rest in case["python"]:
        if what == "hears":
            session["box"] = {"held": rest[0]}
            held.read()
        elif what == "puts":
            held.put(rest[0])
        elif what == "clears":
            held.clear()
        else:
            assert what == "settles"
            assert held.settle(rest[0]) == rest[1]


def test_both_sides_of_a_case_tell_the_same_story():
    """What the browser says is what Python hears of it, or nothing; what Python settles is what the browser hears."""
    for case in CASES:
        said = [rest[0] for what, *rest in case["browser"] if what == "says"]
        assert all(rest[0] in said for what, *rest in case["python"] if what == "hears"), case["name"]
        settled = [rest[1] for what, *rest in case["python"] if what == "settles"]
        heard = [rest[0] for what, *rest in case["browser"] if what == "hears"]
        assert settled[-1] == heard[-1] or settled[-1]["stamp"] == said[-1]["stamp"], case["name"]


class Line(RuleBasedStateMachine):
    """One session: a browser as kit/wire.js is, Python as it is, and a line that reorders, repeats and loses messages.

    The model: Python moved so often, and it may take of what the browser said since it knows of the last move, in the order
    in which that was said, or not at all.
    """

    def __init__(self) -> None:
        super().__init__()
        self.patch = pytest.MonkeyPatch()
        self.session: dict[str, Any] = {}
        self.patch.setattr(st, "session_state", self.session)
        self.held = number()
        self.numbers = iter(range(1, 10**6))
        self.moved = 0  # the value that Python put last, 0 being the page's default
        self.moves = 0
        self.taken: list[tuple[int, int]] = []  # (instance, count) of what Python holds, since its last move
        self.said: list[dict[str, Any]] = []
        self.default = 0
        self.mount()
        self.answer()

    def teardown(self) -> None:
        self.patch.undo()

    def mount(self) -> None:
        """The browser builds the component anew: it knows nothing, and counts from the start."""
        self.instance = getattr(self, "instance", -1) + 1
        self.count = 0
        self.puts: int | None = None
        self.shown: int | None = None

    def read(self) -> int:
        value = self.held.read()
        return self.default if value is None else value

    @rule()
    def mount_again(self):
        self.mount()
        self.answer()

    @rule()
    def answer(self):
        down = self.held.settle(self.read())
        if down["puts"] != self.puts:
            self.puts, self.shown = down["puts"], down["value"]

    @rule()
    def gesture(self):
        self.count += 1
        self.shown = next(self.numbers)
        stamp = f"{1000 + self.instance}-{self.count}"
        self.said.append({"value": self.shown, "puts": self.puts, "stamp": stamp})

    @precondition(lambda self: self.said)
    @rule(choice=some.integers(min_value=0), late=some.booleans())
    def arrive(self, choice, late):
        """One of all messages so far, the newest of an instance or an old one; it may have come before."""
        message = self.said[-1] if not late else self.said[choice % len(self.said)]
        before = self.read()
        self.session["box"] = {"held": message}
        after = self.read()
        if after == before:
            return
        assert after == message["value"]
        assert message["puts"] == self.held.settle(after)["puts"], "written before Python's last move"
        name, count = message["stamp"].split("-")
        place = (int(name), int(count))
        assert all(place > earlier for earlier in self.taken), "an older stamp won"
        self.taken.append(place)

    @rule()
    def page_switch(self):
        self.session.pop("box", None)

    @rule()
    def put(self):
        self.moved = next(self.numbers)
        self.held.put(self.moved)
        self.moves += 1
        assert self.read() == self.moved

    @rule()
    def clear(self):
        self.held.clear()
        self.moves += 1
        assert self.read() == self.default

    @rule()
    def all_is_well_again(self):
        """The browser hears Python, Python hears the newest message, the browser hears the answer: they agree."""
        self.answer()
        if self.said:
            self.session["box"] = {"held": self.said[-1]}
            self.read()
        self.answer()
        if self.count and self.said[-1]["puts"] == self.puts:
            assert self.read() == self.shown == self.said[-1]["value"]
        if not self.count or self.said[-1]["puts"] == self.puts:
            assert self.read() == self.held.settle(self.read())["value"]

    @invariant()
    def moves_only_count_up(self):
        assert self.held.settle(self.read())["puts"] >= self.moves


TestLine = Line.TestCase
TestLine.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
