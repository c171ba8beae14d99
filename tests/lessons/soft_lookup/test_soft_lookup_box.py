"""What the soft dictionary takes from a browser and from a link, and how rare words find their vectors."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analysis.soft_lookup import TEMPERATURES
from core.data import glove
from core.data.kinds import Missing
from core.lessons.soft_lookup import linked
from core.lessons.soft_lookup import soft_dictionary as box
from core.lessons.soft_lookup.answering import python_says
from core.lessons.soft_lookup.measured import _names
from core.lessons.soft_lookup.soft_dictionary import Answer, Asked, Row, clean, place
from core.ui import held, link_kinds, moves, notes

ONE = TEMPERATURES.index(1.0)


@pytest.fixture
def session(monkeypatch):
    """A session of its own, and a component that only records what it would send to the browser."""
    state: dict = {"sent": []}
    monkeypatch.setattr(held.st, "session_state", state)
    monkeypatch.setattr(box, "_COMPONENT", lambda *, data, **rest: state["sent"].append(data))
    return state


@pytest.fixture
def link(monkeypatch):
    """link(**parameters) -> what is asked, what is said, and the parameters afterwards."""

    def follow(**parameters: str) -> tuple[Asked, list[str], dict[str, str]]:
        page = SimpleNamespace(
            session_state={}, query_params={f"sl_{name}": value for name, value in parameters.items()}
        )
        for module in (link_kinds, moves, notes, held):
            monkeypatch.setattr(module, "st", page)
        asked = linked.asked()
        return asked, notes.take("sl"), {k.removeprefix("sl_"): v for k, v in page.query_params.items()}

    return follow


def message(stamp="abc-1", puts=0, **changes) -> dict:
    """A message as the browser sends it."""
    rows = [["apple", "pomme", 1, 2, 0.5, 0], ["lemon", "citron", -1, 0, 0, 1.25]]
    asked = {"query": "orange", "at": [1, 1], "entries": rows, "t": ONE} | changes
    return {"held": {"value": asked, "puts": puts, "stamp": stamp}}


def read() -> Asked | None:
    return box.read("box")


def mount(asked: Asked) -> None:
    rows = tuple(Row(1.0, 1.0, 1.0, 0.5) for _ in asked.entries)
    answer = Answer(rows, 1.0, False, True)
    box.soft_dictionary("box", asked=asked, answer=answer, spare=linked.SPARE, result_id="x")


# Messages ---------------------------------------------------------------------------------------------------------


def test_the_newest_message_counts(session):
    assert read() is None
    session["box"] = message("abc-2")
    asked = read()
    assert (asked.query, asked.query_at, asked.temperature) == ("orange", (1.0, 1.0), 1.0)
    assert [(e.key, e.value, e.key_at, e.value_at) for e in asked.entries] == [
        ("apple", "pomme", (1.0, 2.0), (0.5, 0.0)), ("lemon", "citron", (-1.0, 0.0), (0.0, 1.25)),
    ]  # fmt: skip
    session["box"] = message("abc-1", query="old")
    assert read().query == "orange"
    session["box"] = message("abc-10", query="new")  # counted, not compared as text
    assert read().query == "new"
    session["box"] = message("other-1", query="newer")  # the page was opened anew
    assert read().query == "newer"
    mount(read())
    assert (session["sent"][-1]["held"]["stamp"], session["sent"][-1]["held"]["puts"]) == ("other-1", 0)
    del session["box"]  # what Streamlit does on a page switch
    assert read().query == "newer"


def test_what_python_has_replaced_does_not_come_back(session):
    session["box"] = message("abc-1")
    read()
    box.put("box", linked.start())
    assert read() == linked.start()
    session["box"] = message("abc-2", query="stale")  # written before the browser knew
    assert read() == linked.start()
    session["box"] = message("abc-3", puts=1, query="fresh")
    assert read().query == "fresh"
    box.clear("box")
    assert read() is None
    mount(linked.start())
    assert session["sent"][-1]["held"]["puts"] == 2 and read() == linked.start()


def test_arrows_end_within_the_plane_and_words_are_tidied(session):
    session["box"] = message(at=[1e9, -1e9], query="oran\u202ege\x00")
    asked = read()
    assert asked.query_at == (3.0, -3.0) and asked.query == "orange"
    mount(asked)
    assert session["sent"][-1]["held"]["puts"] == 1, "the browser takes over what was tidied"


@pytest.mark.parametrize(
    "changes",
    [
        {"query": None}, {"query": 3}, {"query": "x" * 41}, {"query": "\ud800"}, {"at": [1]}, {"at": [1, math.nan]},
        {"at": [1, True]}, {"at": "11"}, {"entries": []}, {"entries": [["a", "b", 1, 1, 1, 1]]},
        {"entries": [["a", "b", 1, 1, 1, 1]] * 9}, {"entries": [["a", "b", 1, 1, 1]] * 2}, {"entries": {"a": 1}},
        {"entries": [["a", 5, 1, 1, 1, 1]] * 2}, {"entries": [["a", "b", 1, 1, 1, math.inf]] * 2}, {"t": -1}, {"t": 43},
        {"t": 1.0}, {"t": True}, {"stamp": "x"}, {"stamp": None}, {"puts": -1}, {"puts": "0"},
    ],
)  # fmt: skip
def test_what_no_browser_sends_is_passed_over(session, changes):
    session["box"] = message(**({"stamp": "abc-2"} | changes))
    assert read() is None
    session["box"] = message("abc-1")
    assert read().query == "orange", "and it does not stand in the way of what comes next"


@pytest.mark.parametrize("state", [None, 7, "x", {"held": None}, {"held": [1]}, {"held": {"value": [1]}}, {}])
def test_a_state_of_another_shape_is_passed_over(session, state):
    session["box"] = state
    assert read() is None


def test_an_answer_must_fit(session):
    asked = linked.start()
    with pytest.raises(ValueError):
        box.soft_dictionary("box", asked=asked, answer=Answer((), 1.0, False, True), spare=(), result_id="")  # fmt: skip
    with pytest.raises(ValueError):
        mount(linked.start(temperature=0.3))


# Words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("  ice \t cream\n", "ice cream"), ("e\u0301t\u00e9", "été"), ("שלום", "שלום"), ("a\u202eb\u2066c", "abc"),
        ("\x07bell\x1b", "bell"), ("👩\u200d🔬", "👩\u200d🔬"), ("<b>x</b>", "<b>x</b>"), ("*a* $b$ :smile:", "*a* $b$ :smile:"),
        ("x" * 50, "x" * 40), ("", ""), ("\u200b", ""),
    ],
)  # fmt: skip
def test_words_are_kept_as_they_can_be_seen(given, kept):
    assert clean(given) == kept


@given(st.text(max_size=100))
def test_a_cleaned_word_is_clean(word):
    once = clean(word)
    assert clean(once) == once and len(once) <= 40 and "\n" not in once


@given(st.lists(st.text(max_size=12), min_size=1, max_size=16))
def test_words_come_back_from_a_link(words):
    assert linked.split(linked.join(words)) == words


@given(st.text(max_size=60))
def test_any_text_can_be_split(text):
    assert linked.split(linked.join(linked.split(text))) == linked.split(text)


@given(st.floats(-3, 3), st.floats(-3, 3))
def test_a_link_holds_a_tip_exactly(x, y):
    at = place(x, y)
    assert tuple(float(f"{v:g}") for v in at) == at and abs(at[0] - x) <= 0.00501


# Links ------------------------------------------------------------------------------------------------------------


def test_a_fresh_link_is_empty_and_asks_what_the_lecture_asks(link):
    asked, notes, query = link()
    assert asked == linked.start() and not notes and query == {}
    assert (asked.query, [(e.key, e.value) for e in asked.entries]) == ("orange", list(linked.WORDS))


def test_a_link_says_everything_and_is_written_back(link):
    parameters = {"q": "été ~ 1!", "e": "a~b~c!~d~!!", "a": "1.5_-0.25_0_1_2_3_-3_-2_0.01_0", "t": "0.25"}
    asked, notes, query = link(**parameters)
    assert asked.query == "été ~ 1!" and asked.query_at == (1.5, -0.25) and asked.temperature == 0.25
    assert [(e.key, e.value) for e in asked.entries] == [("a", "b"), ("c~d", "!")]
    assert [(e.key_at, e.value_at) for e in asked.entries] == [((0, 1), (2, 3)), ((-3, -2), (0.01, 0))]
    assert not notes and query == parameters


@pytest.mark.parametrize(("text", "temperature"), [("hard", 0.0), ("average", math.inf), ("1", 1.0), ("0.013", 0.013)])
def test_temperatures_in_links(link, text, temperature):
    asked, notes, query = link(t=text)
    assert asked.temperature == temperature and not notes and query == ({} if text == "1" else {"t": text})


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"t": "1000"}, "Showing 100."), ({"t": "-4"}, "Showing 0.01."), ({"t": "nan"}, "Showing 1."), ({"t": "warm"}, "Showing 1."),
        ({"t": "inf"}, "Showing 1."), ({"e": "a"}, "fewer than two"), ({"e": ""}, "fewer than two"), ({"e": "a~b~c"}, "fewer than two"),
        ({"e": "~".join("ab" * 9)}, "more than 8"), ({"e": "a~b~c~d~e"}, "no value"), ({"e": f"{'x' * 50}~b~c~d"}, "shortened"),
        ({"e": "a~b~c~\x00d"}, "shortened"), ({"q": "x" * 90}, "shortened"), ({"a": "1_2"}, "do not fit"),
        ({"a": "_".join(["1e9"] * 14)}, "do not fit"), ({"a": "_".join(["nan"] * 14)}, "do not fit"),
        ({"a": "_".join(["9"] * 14)}, "reach out"),
    ],
)  # fmt: skip
def test_what_a_link_cannot_have_is_said_in_one_sentence(link, parameters, said):
    asked, notes, query = link(**parameters)
    assert len(notes) == 1 and said in notes[0]
    again, silent, same = link(**query)
    assert (again, same) == (asked, query) and not silent, "the link is repaired"


# Hard -------------------------------------------------------------------------------------------------------------


def test_python_is_really_asked():
    asked = linked.start()
    assert python_says(asked) == (
        ">>> dictionary = {'apple': 'pomme', 'banana': 'banane', 'lemon': 'citron'}\n>>> dictionary['orange']\nKeyError: 'orange'"
    )
    known = Asked("lemon", (0, 0), linked.entries((*linked.WORDS, ("lemon", 'li"m"one\\'))), 1.0)
    assert python_says(known).splitlines()[-1] == repr('li"m"one\\'), "the last of two equal keys is left"


@given(st.lists(st.sampled_from(["a", "a (1)", "a (2)", "a (1) (1)", "b"]), min_size=1, max_size=8))
def test_names_of_lines_differ(keys):
    names = _names(keys)
    assert len(set(names)) == len(keys) and all(name.startswith(key) for name, key in zip(names, keys, strict=True))
    assert len(set(keys)) < len(keys) or names == keys


# GloVe ------------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not glove.available(), reason="the GloVe vectors are not on this machine")
def test_words_are_found_in_the_whole_vocabulary():
    names, vectors = glove.load()
    wanted = ["the", "pomme", "banane", "citron", names[-1], "no such word", "", "\ud800", "שלום-x"]
    found = glove.find(wanted)
    assert set(found) == {"the", "pomme", "banane", "citron", names[-1]}
    for word, vector in found.items():
        assert np.array_equal(vector, vectors[names.index(word)]) and vector.dtype == np.float32
    assert glove.find([]) == {}


def test_without_the_package_a_word_is_missing_with_a_sentence(monkeypatch):
    monkeypatch.setattr(glove, "PACKAGE", "no_such_package_of_vectors")
    with pytest.raises(Missing, match="pip install"):
        glove.find(["apple"])
