"""What the attention view takes from a browser, which of two choices counts, and what it sends."""

from __future__ import annotations

import json

import numpy as np
import pytest

from core.charts import shades
from core.lessons.attention import attention_view as view
from core.lessons.attention.attention_view import Choice

SHAPE = (2, 3, 4)
DEFAULT = Choice(1, 2, 3, "lines")


@pytest.fixture
def session(monkeypatch):
    """A session of its own, and components that only record what they would send to the browser."""
    state: dict = {"sent": [], "weights": []}
    monkeypatch.setattr(view.st, "session_state", state)
    monkeypatch.setattr(view, "VIEW", lambda *, data, **rest: state["sent"].append(data))
    monkeypatch.setattr(view, "WEIGHTS", lambda *, key, data: state["weights"].append((key, data)))
    return state


def message(layer=0, column=0, pin=None, view="both", stamp="abc-1", puts=0) -> dict:
    """A message as the browser sends it."""
    value = {"layer": layer, "column": column, "pin": pin, "view": view}
    return {"held": {"value": value, "puts": puts, "stamp": stamp}}


def weights(layers=2, columns=3, tokens=4, seed=0) -> np.ndarray:
    each = np.random.default_rng(seed).random((layers, columns, tokens, tokens))
    return each / each.sum(-1, keepdims=True)


def mount(choice: Choice, given: np.ndarray | None = None, **rest) -> Choice:
    given = weights() if given is None else given
    layers, columns, tokens = given.shape[:3]
    words = {
        "columns": [str(i) for i in range(columns)],
        "labels": [[""] * columns] * layers,
        "notes": [["note"] * columns] * layers,
        "tokens": [f"t{i}" for i in range(tokens)],
        "causal": False,
        "result_id": "",
    }
    words |= {name: rest.pop(name) for name in (*words, "off") if name in rest}
    result_id = words.pop("result_id")
    return view.attention_view(view.sheet("view", view.Heads(given, **words), result_id), choice=choice, **rest)


def parts(data: bytes) -> tuple[dict, np.ndarray, np.ndarray]:
    """Header, colours and weights as floats, read as the browser reads them."""
    size = int.from_bytes(data[:4], "little")
    header = json.loads(data[4 : 4 + size])
    body = data[4 + size :]
    kind = {1: np.uint8, 2: np.dtype("<u2")}[header["bytes"]]
    colours = np.frombuffer(body[:768], np.uint8).reshape(256, 3)
    layers, columns, tokens = header["shape"]
    sent = np.frombuffer(body[768:], kind)
    values = np.zeros((layers * columns, tokens, tokens), kind)
    if header["causal"]:  # row by row what is not forbidden
        at = 0
        for one in values:
            for query in range(tokens):
                one[query, : query + 1] = sent[at : at + query + 1]
                at += query + 1
        assert at == len(sent)
    else:
        values[:] = sent.reshape(values.shape)
    values = values.reshape(layers, columns, tokens, tokens)
    return header, colours, values / (2 ** (8 * header["bytes"]) - 1)


def test_the_newest_choice_counts(session):
    assert view.read("view", DEFAULT, SHAPE) == DEFAULT
    session["view"] = message(0, 1, stamp="abc-2")
    assert view.read("view", DEFAULT, SHAPE) == Choice(0, 1)
    session["view"] = message(1, 1, stamp="abc-1")  # an older one of the same view
    assert view.read("view", DEFAULT, SHAPE) == Choice(0, 1)
    session["view"] = message(1, 2, 0, "heat", stamp="abc-10")  # counted, not compared as text
    assert view.read("view", DEFAULT, SHAPE) == Choice(1, 2, 0, "heat")
    session["view"] = message(0, 2, stamp="other-1")  # the page was opened anew
    assert view.read("view", DEFAULT, SHAPE) == Choice(0, 2)
    mount(Choice(0, 2))
    assert session["sent"][-1]["held"]["stamp"] == "other-1"
    assert session["sent"][-1]["held"]["value"] == {"layer": 0, "column": 2, "pin": None, "view": "both"}

    del session["view"]  # what Streamlit does on a page switch
    assert view.read("view", DEFAULT, SHAPE) == Choice(0, 2)
    assert view.read("another view", DEFAULT, SHAPE) == DEFAULT


@pytest.mark.parametrize(
    "changes",
    [
        {"layer": None},
        {"layer": "0"},
        {"layer": 1.0},
        {"layer": True},
        {"layer": -1},
        {"layer": 10_000},
        {"layer": 10**400},
        {"column": None},
        {"column": [0]},
        {"column": -1},
        {"column": float("nan")},
        {"pin": "0"},
        {"pin": -1},
        {"pin": False},
        {"pin": 2.5},
        {"pin": {}},
        {"view": None},
        {"view": "table"},
        {"view": ["heat"]},
        {"view": 0},
        {"stamp": None},
        {"stamp": ""},
        {"stamp": "abc"},
        {"stamp": "abc-4\n"},
        {"stamp": "abc-٣"},
        {"stamp": "x" * 33 + "-3"},
        {"stamp": "abc-1234567890"},
        {"puts": None},
        {"puts": "0"},
        {"puts": False},
        {"puts": -1},
        {"puts": 1},
    ],
)
def test_a_malformed_message_is_ignored(session, changes):
    session["view"] = message(0, 1, 2, stamp="abc-1")
    assert view.read("view", DEFAULT, SHAPE) == Choice(0, 1, 2)
    session["view"] = message(**({"layer": 1, "column": 0, "stamp": "abc-2"} | changes))
    assert view.read("view", DEFAULT, SHAPE) == Choice(0, 1, 2)
    session["view"] = message(1, 1, stamp="abc-2")  # and it leaves nothing behind
    assert view.read("view", DEFAULT, SHAPE) == Choice(1, 1)


@pytest.mark.parametrize("state", [None, 3, "king", [1], {}, {"held": None}, {"held": "heat"}, {"held": [0, 1]}])
def test_no_message_at_all(session, state):
    session["view"] = state
    assert view.read("view", DEFAULT, SHAPE) == DEFAULT


def test_what_the_shape_does_not_have_gives_way(session):
    session["view"] = message(1, 2, 9, "heat")
    assert view.read("view", DEFAULT, (2, 3, 10)) == Choice(1, 2, 9, "heat")
    assert view.read("view", Choice(), (2, 3, 9)) == Choice(1, 2, None, "heat")  # a shorter sentence
    assert view.read("view", Choice(0, 1), (1, 3, 10)) == Choice(0, 1, 9, "heat")  # a network of fewer layers
    assert view.read("view", Choice(0, 1), (2, 2, 10)) == Choice(0, 1, 9, "heat")
    for wrong in (Choice(2), Choice(0, 3), Choice(0, 0, 4), Choice(-1), Choice(view="table"), Choice(0, 0, True)):
        with pytest.raises(ValueError, match="is none of"):
            view.read("view", wrong, SHAPE)
        with pytest.raises(ValueError, match="is none of"):
            mount(wrong)


def test_python_replaces_the_choice(session):
    mount(view.read("view", DEFAULT, SHAPE))
    puts = session["sent"][-1]["held"]["puts"]
    session["view"] = message(0, 0, stamp="abc-1", puts=puts)
    view.put("view", Choice(1, 1))
    assert view.read("view", DEFAULT, SHAPE) == Choice(1, 1)
    mount(Choice(1, 1))
    assert session["sent"][-1]["held"]["puts"] == puts + 1
    session["view"] = message(0, 2, stamp="abc-2", puts=puts)  # written before the browser saw that
    assert view.read("view", DEFAULT, SHAPE) == Choice(1, 1)
    session["view"] = message(0, 2, stamp="abc-3", puts=puts + 1)
    assert view.read("view", DEFAULT, SHAPE) == Choice(0, 2)
    mount(Choice(0, 2))
    assert session["sent"][-1]["held"]["puts"] == puts + 1  # the browser's own choice is no replacement
    mount(Choice(0, 2, 1))  # the page shows something else: as `put`
    assert view.read("view", DEFAULT, SHAPE) == Choice(0, 2, 1) and session["sent"][-1]["held"]["puts"] == puts + 2
    for wrong in (Choice(-1), Choice(0, 1.5), Choice(0, 0, "1"), Choice(view="table"), Choice(10**9)):
        with pytest.raises(ValueError, match="a choice needs"):
            view.put("view", wrong)
    assert view.read("view", DEFAULT, SHAPE) == Choice(0, 2, 1)

    view.clear("view")
    assert view.read("view", DEFAULT, SHAPE) == DEFAULT  # the browser's state is still there, and does not come back
    mount(DEFAULT)
    assert session["sent"][-1]["held"]["puts"] > puts + 2


def test_a_forgotten_session_takes_what_the_browser_has(session):
    session["view"] = message(1, 1, stamp="abc-7", puts=3)
    assert view.read("view", DEFAULT, SHAPE) == Choice(1, 1)
    mount(Choice(1, 1))
    assert session["sent"][-1]["held"]["puts"] == 3  # the browser does not take it for a replacement


def test_on_change_comes_after_the_message(session, monkeypatch):
    heard = []
    monkeypatch.setattr(view, "VIEW", lambda *, on_held_change, **rest: heard.append(on_held_change))
    seen = []
    mount(Choice(), on_change=lambda: seen.append(view.read("view", DEFAULT, SHAPE)))
    session["view"] = message(1, 0, puts=1)
    heard[0]()
    assert seen == [Choice(1, 0)]


def test_the_weights_travel_by_themselves_and_unchanged(session):
    given = weights()
    mount(Choice(), given)
    off = np.zeros((2, 3), bool)
    off[1, 0] = off[0, 2] = True
    mount(Choice(1, 1), given.copy(), title="Title", grid=False, follows="other")
    (key, first), (_, second) = session["weights"]
    assert key == "view/weights" and first == second
    header, colours, values = parts(first)
    assert header["bytes"] == 2 and np.abs(values - given).max() <= 0.5 / 65_535 + 1e-7
    assert (colours == shades.heat(np.linspace(0, 1, 256)[None], 1.0)[0]).all()
    assert header["tokens"] == ["t0", "t1", "t2", "t3"] and header["shape"] == [2, 3, 4] and header["key"] == "view"
    for sent in session["sent"]:
        assert sent["digest"] == header["digest"]
        assert not any(isinstance(value, bytes) for value in sent.values()) and "t0" not in str(sent)

    mount(Choice(1, 1), given.copy(), off=off, result_id="again")
    crossed = parts(session["weights"][-1][1])[0]
    assert (header["off"], header["result_id"]) == ([], "") and (crossed["off"], crossed["result_id"]) == (
        [2, 3],
        "again",
    )

    for change in ({"tokens": ["t0", "t1", "t2", "x"]}, {"causal": True}, {"notes": [["other"] * 3] * 2}):
        mount(Choice(), given, **change)  # all that is drawn has a part in the digest
    mount(Choice(), given[::-1])
    digests = {sent["digest"] for sent in session["sent"]}
    assert len(digests) == 6


def test_many_weights_travel_in_eight_bits(session):
    side = 128
    rows = weights(1, 1, side)
    count = view.FINE // side**2
    mount(Choice(), np.repeat(rows, count, axis=1))
    mount(Choice(), np.repeat(rows, count + 1, axis=1))
    (_, fine), (_, coarse) = session["weights"]
    for data, size, bound in ((fine, 2, 0.5 / 65_535), (coarse, 1, 0.5 / 255)):
        header, _, values = parts(data)
        assert header["bytes"] == size and np.abs(values - rows).max() <= bound + 1e-7
    assert len(coarse) < len(fine)


def test_of_causal_heads_come_the_weights_that_are_not_forbidden(session):
    given = np.tril(weights(tokens=7))
    mount(Choice(), given, causal=True)
    header, _, values = parts(session["weights"][0][1])
    assert header["causal"] and np.abs(values - given).max() <= 0.5 / 65_535 + 1e-7
    mount(Choice(), given)
    assert len(session["weights"][0][1]) < len(session["weights"][1][1])


def test_weights_at_the_edge_of_the_range(session):
    given = np.zeros((1, 1, 2, 2), np.float32)
    given[0, 0] = [[1.0004, -0.0004], [1, 0]]  # softmax in half precision misses by that much
    mount(Choice(), given)
    assert parts(session["weights"][0][1])[2].tolist() == [[[[1, 0], [1, 0]]]]
    for wrong in (1.1, -0.1, float("nan"), float("inf"), -float("inf")):
        given[0, 0, 0, 0] = wrong
        with pytest.raises(ValueError, match="between 0 and 1"):
            mount(Choice(), given)


def test_tokens_of_every_kind_can_be_sent(session):
    tokens = ["\ud800", "\x00", "<b>", "ملك"]
    mount(Choice(), tokens=tokens)
    assert parts(session["weights"][0][1])[0]["tokens"] == tokens


def test_what_does_not_fit(session):
    given = weights()
    for change, words in (
        ({"columns": ["1"]}, "as many names"),
        ({"tokens": ["t"]}, "as many names"),
        ({"labels": [[""] * 3]}, "rows of 3 labels"),
        ({"notes": [[""] * 2] * 2}, "rows of 3 notes"),
        ({"off": [[True] * 3]}, "off of shape"),
    ):
        with pytest.raises(ValueError, match=words):
            mount(Choice(), given, **change)
    for wrong in (given[0], given[:, :, :3], given[:0]):
        with pytest.raises(ValueError, match="of shape"):
            view.sheet("view", view.Heads(wrong, columns=[], labels=[], notes=[], tokens=[], causal=False), "")
    with pytest.raises(ValueError, match="at most 256 tokens"):
        mount(Choice(), np.zeros((1, 1, 257, 257), np.float32))
    assert session["sent"] == [] and session["weights"] == []
