"""What the expression box takes from a browser, which of two expressions counts, and what it sends."""

from __future__ import annotations

import pytest

from core.lessons.word_vectors import expression_box as box
from core.lessons.word_vectors.expression_box import Row


@pytest.fixture
def session(monkeypatch):
    """A session of its own, and components that only record what they would send to the browser."""
    state: dict = {"sent": [], "vocabulary": []}
    monkeypatch.setattr(box.st, "session_state", state)
    monkeypatch.setattr(box, "_BOX", lambda *, data, **rest: state["sent"].append(data))
    monkeypatch.setattr(box, "_VOCABULARY", lambda *, key, data: state["vocabulary"].append((key, data)))
    return state


def message(expression, stamp="abc-1", puts=0, **changes) -> dict:
    """A message as the browser sends it."""
    return {"held": {"value": {"expression": expression}, "puts": puts, "stamp": stamp} | changes}


def last(session) -> dict:
    """What was sent last, and what stands in the box."""
    data = session["sent"][-1]
    return data | data["held"] | data["held"]["value"]


def mount(expression: str, **rest) -> str:
    given = {"rows": [Row("queen", 0.8)], "normal": "", "result_id": ""} | rest
    own = {name: given.pop(name) for name in ("vocabulary", "title", "on_change") if name in given}
    return box.expression_box("box", expression=expression, answer=box.BoxAnswer(**given), **own)


def test_the_newest_expression_counts(session):
    assert box.read("box", "a") == "a"
    session["box"] = message("b", "abc-2")
    assert box.read("box", "a") == "b"
    session["box"] = message("c", "abc-1")  # an older one of the same box
    assert box.read("box", "a") == "b"
    session["box"] = message("d", "abc-10")  # counted, not compared as text
    assert box.read("box", "a") == "d"
    session["box"] = message("e", "other-1")  # the page was opened anew: another box counts from the start
    assert box.read("box", "a") == "e"
    mount("e")
    assert (last(session)["stamp"], last(session)["expression"]) == ("other-1", "e")

    del session["box"]  # what Streamlit does on a page switch
    assert box.read("box", "a") == "e"
    session["box"] = message("", "other-2")  # an empty expression is one
    assert box.read("box", "a") == ""
    assert box.read("another box", "a") == "a"


@pytest.mark.parametrize(
    "changes",
    [
        {"expression": None},
        {"expression": 3},
        {"expression": b"queen"},
        {"expression": ["queen"]},
        {"expression": "x" * (box.LONGEST + 1)},
        {"expression": "\ud800"},
        {"value": None},
        {"value": "queen"},
        {"stamp": None},
        {"stamp": 3},
        {"stamp": ""},
        {"stamp": "abc"},
        {"stamp": "abc-4\n"},
        {"stamp": "abc-٣"},
        {"stamp": "x" * 33 + "-3"},
        {"stamp": "abc-1234567890"},
        {"puts": None},
        {"puts": "0"},
        {"puts": False},
        {"puts": 0.0},
        {"puts": -1},
        {"puts": 1},
    ],
)
def test_a_malformed_message_is_ignored(session, changes):
    session["box"] = message("king", "abc-1")
    assert box.read("box") == "king"
    session["box"] = message(**({"expression": "queen", "stamp": "abc-2"} | changes))
    assert box.read("box") == "king"
    session["box"] = message("x" * box.LONGEST, "abc-2")  # and it leaves nothing behind
    assert box.read("box") == "x" * box.LONGEST


@pytest.mark.parametrize(
    "state", [None, 3, "king", [1], {}, {"held": None}, {"held": "king"}, {"held": {"value": "king"}}]
)
def test_no_message_at_all(session, state):
    session["box"] = state
    assert box.read("box", "a") == "a"


def test_python_replaces_the_expression(session):
    mount(box.read("box", "a"))
    puts = last(session)["puts"]
    session["box"] = message("b", "abc-1", puts)
    box.put("box", "c")
    assert box.read("box", "a") == "c"
    assert mount("c") == "c"
    assert last(session)["puts"] == puts + 1
    session["box"] = message("d", "abc-2", puts)  # written before the browser saw that
    assert box.read("box", "a") == "c"
    session["box"] = message("e", "abc-3", puts + 1)
    assert box.read("box", "a") == "e"
    mount("f")  # the page shows something else: as `put`
    assert box.read("box", "a") == "f" and last(session)["puts"] == puts + 2

    for wrong in (None, 3, "\udfff"):
        with pytest.raises(ValueError, match="is a text"):
            box.put("box", wrong)
        with pytest.raises(ValueError, match="is a text"):
            mount(wrong)
    assert box.read("box", "a") == "f"
    mount("x" * (box.LONGEST + 1))  # of a link: the page says that it is too long, and the browser shows it
    assert last(session)["expression"] == "x" * (box.LONGEST + 1)


def test_clear_leads_back_to_the_default(session):
    mount(box.read("box", "a"))
    puts = last(session)["puts"]
    session["box"] = message("b", "abc-1", puts)
    assert box.read("box", "a") == "b"
    box.clear("box")
    assert box.read("box", "z") == "z"  # the browser's state is still there, and does not come back
    mount("z")
    assert last(session)["puts"] > puts and last(session)["expression"] == "z"
    box.clear("never mounted")
    assert box.read("never mounted", "a") == "a"


def test_a_forgotten_session_takes_what_the_browser_has(session):
    session["box"] = message("b", "abc-7", puts=3)
    assert box.read("box", "a") == "b"
    mount("b")
    assert last(session)["puts"] == 3  # the browser does not take it for a replacement


def test_on_change_comes_after_the_message(session, monkeypatch):
    heard = []
    monkeypatch.setattr(box, "_BOX", lambda *, on_held_change, **rest: heard.append(on_held_change))
    seen = []
    mount("a", on_change=lambda: seen.append(box.read("box")))
    session["box"] = message("b", "abc-1", puts=1)
    heard[0]()
    assert seen == ["b"]


def test_the_vocabulary_travels_by_itself_and_unchanged(session):
    words = ["king", "well-known", "ملك", "<b>"]
    mount("king", vocabulary=words)
    mount("queen", vocabulary=tuple(words), rows=[], error="No.")
    assert session["vocabulary"] == [("box/vocabulary", "box\nking\nwell-known\nملك\n<b>".encode())] * 2
    assert "king" not in str(session["sent"][1])
    mount("queen")
    assert len(session["vocabulary"]) == 2
    for wrong in ([], ["two\nlines"], ["word"] * (box.MAX_WORDS + 1)):
        with pytest.raises(ValueError, match="vocabulary"):
            mount("king", vocabulary=wrong)


def test_rows_that_do_not_fit(session):
    with pytest.raises(ValueError, match="rows"):
        mount("king", rows=[Row("queen", 0.5)] * (box.MAX_ROWS + 1))
    for score in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="finite"):
            mount("king", rows=[Row("queen", score)])
    mount("king", rows=[Row("queen", 0.5)] * 7, room=5)
    assert last(session)["room"] == 7
