"""What the sketch pad takes from a browser, and which of two drawings counts."""

from __future__ import annotations

import base64

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.ui.components import sketch_pad as pad
from core.ui.components.tiles import Tile

SIDE = 4


@pytest.fixture
def session(monkeypatch):
    """A session of its own, and a component that only records what it would send to the browser."""
    state: dict = {}
    sent: list[dict] = []
    monkeypatch.setattr(pad.st, "session_state", state)
    monkeypatch.setattr(pad, "_COMPONENT", lambda *, data, **rest: sent.append(data))
    state["sent"] = sent
    return state


def picture(value: int, channels: int = 1) -> np.ndarray:
    return np.full((SIDE, SIDE, channels), value, np.uint8)


def message(value: int, stamp: object, **changes) -> dict:
    """A message as the browser sends it on the first mount: every pixel is `value`."""
    pixels = base64.b64encode(picture(value).tobytes()).decode()
    drawing = {"pixels": pixels, "side": SIDE, "channels": 1, "revision": "a"}
    held = {"puts": 1, "stamp": stamp} | {name: changes.pop(name) for name in ("puts",) if name in changes}
    return {"held": held | {"value": drawing | changes}}


def level(sketch: pad.Sketch | None) -> int | None:
    """The value that all the pixels have."""
    assert sketch is None or len(np.unique(sketch.pixels)) == 1
    return None if sketch is None else int(sketch.pixels[0, 0, 0])


def mount(base: int = 0, revision: str = "a", **rest) -> pad.Sketch:
    return pad.sketch_pad(pad.Paper(picture(base), revision), pad.Answer(), key="pad", **rest)


def test_the_newest_drawing_counts(session):
    assert pad.read("pad", SIDE, 1) is None
    first = mount()
    assert (level(first), first.touched) == (0, False)

    session["pad"] = message(9, "abc-2")
    sketch = pad.read("pad", SIDE, 1)
    assert (level(sketch), sketch.touched) == (9, True)
    assert sketch.pixels.shape == (SIDE, SIDE, 1) and sketch.pixels.flags.writeable

    session["pad"] = message(5, "abc-1")  # an older one of the same pad
    assert level(mount()) == 9
    session["pad"] = message(6, "abc-10")  # counted, not compared as text
    assert level(mount()) == 6
    session["pad"] = message(7, "other-1")  # the page was opened anew: another pad counts from the start
    assert level(mount()) == 7
    assert session["sent"][-1]["held"]["stamp"] == "other-1"

    del session["pad"]  # what Streamlit does on a page switch
    assert level(pad.read("pad", SIDE, 1)) == 7
    assert pad.read("pad", SIDE + 1, 1) is None
    assert pad.read("pad", SIDE, 3) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"pixels": base64.b64encode(bytes(SIDE * SIDE - 1)).decode()},
        {"pixels": base64.b64encode(bytes(SIDE * SIDE + 1)).decode()},
        {"pixels": "A" * 10**6},
        {"pixels": "*" * 24},
        {"pixels": "é" * 24},
        {"pixels": base64.b64encode(bytes(SIDE * SIDE)).decode().replace("=", "A")},
        {"pixels": bytes(SIDE * SIDE)},
        {"pixels": [0] * SIDE * SIDE},
        {"pixels": None},
        {"side": SIDE + 1},
        {"side": [SIDE]},
        {"channels": 3},
        {"channels": "1"},
        {"stamp": ""},
        {"stamp": 3},
        {"stamp": "abc"},
        {"stamp": "abc-"},
        {"stamp": "a-b-3"},
        {"stamp": "abc-4\n"},
        {"stamp": "abc-٣"},
        {"stamp": "x" * 33 + "-3"},
        {"stamp": "abc-1234567890"},
        {"puts": None},
        {"puts": "0"},
        {"puts": False},
        {"puts": 0.0},
        {"puts": -1},
        {"puts": 2},
        {"puts": True},
        {"puts": 10**9},
        {"revision": None},
        {"revision": "b"},
        {"revision": "a" * 2000},
    ],
)
def test_a_malformed_message_is_ignored(session, changes):
    mount()
    session["pad"] = message(9, "abc-1")
    assert level(mount()) == 9
    session["pad"] = message(**({"value": 0, "stamp": "abc-2"} | changes))
    assert level(pad.read("pad", SIDE, 1)) == 9
    session["pad"] = message(3, "abc-2")  # and it leaves nothing behind
    assert level(mount()) == 3


@pytest.mark.parametrize(
    "state", [None, 3, "held", [1], {"held": None}, {"held": "x"}, {"held": [1]}, {}, {"held": {"value": None}}]
)
def test_no_message_at_all(session, state):
    session["pad"] = state
    assert pad.read("pad", SIDE, 1) is None
    assert level(mount()) == 0


def test_python_replaces_the_drawing(session):
    mount()
    session["pad"] = message(9, "abc-1")
    pad.fill("pad", picture(4)[..., 0])
    sketch = mount()
    assert (level(sketch), sketch.touched) == (4, True)
    assert session["sent"][-1]["held"]["puts"] == session["sent"][0]["held"]["puts"] + 1
    assert level(mount()) == 4  # the browser's old state comes along: it does not undo the fill
    session["pad"] = message(8, "abc-2")  # drawn before the browser knew of the fill
    assert level(mount()) == 4
    session["pad"] = message(8, "abc-3", puts=2)
    assert level(mount()) == 8
    assert session["sent"][-1]["held"]["puts"] == session["sent"][-2]["held"]["puts"]  # an echo is nothing to follow
    pad.fill("pad", picture(0))
    assert not pad.read("pad", SIDE, 1).touched


def test_a_fill_before_the_first_mount_is_kept(session):
    pad.fill("pad", picture(4))
    assert level(pad.read("pad", SIDE, 1, revision="a")) == 4
    assert level(mount()) == 4
    pad.fill("pad", picture(5), revision="b")  # the link changes the picture too
    assert level(mount(base=1, revision="b")) == 5


def test_a_new_revision_brings_its_own_drawing(session):
    mount()
    session["pad"] = message(9, "abc-1")
    assert level(mount(drawing=picture(2))) == 9  # the same revision: the drawing stays
    assert pad.read("pad", SIDE, 1, revision="b") is None
    assert level(mount(revision="b", drawing=picture(2))) == 2
    session["pad"] = message(7, "abc-2")  # drawn on revision a, on its way when the picture changed
    assert level(pad.read("pad", SIDE, 1, revision="b")) == 2
    untouched = mount(revision="c", base=3)
    assert (level(untouched), untouched.touched) == (3, False)
    assert level(mount(revision="c", base=6)) == 6  # another base without another revision


def test_a_restarted_server_takes_the_drawing_from_the_browser(session):
    session["pad"] = message(9, "abc-5")
    assert level(pad.read("pad", SIDE, 1, revision="a")) == 9
    assert level(mount()) == 9
    session.clear()
    session.update(sent=[], pad=message(9, "abc-5"))
    assert pad.read("pad", SIDE, 1, revision="b") is None
    assert level(mount(revision="b")) == 0


def test_what_the_page_gives_is_checked(session):
    blank = picture(0)
    for wrong in (blank.astype(float), blank[:3], np.zeros((65, 65), np.uint8), np.zeros((4, 4, 2), np.uint8)):
        with pytest.raises(ValueError, match="base"):
            pad.Paper(wrong)
        with pytest.raises(ValueError, match="pixels"):
            pad.fill("pad", wrong)
    with pytest.raises(ValueError, match="drawing"):
        pad.sketch_pad(pad.Paper(blank), pad.Answer(), key="pad", drawing=picture(0, channels=3))
    for pens in ((), ("red",), ("white", "white"), ("pink",)):
        with pytest.raises(ValueError, match="pens"):
            pad.Paper(blank, pens=pens)
    with pytest.raises(ValueError, match="tiles"):
        pad.Answer([Tile("x", blank[..., 0])] * 9)
    paper = pad.Paper(picture(0, channels=3), pens=pad.COLOUR_PENS)
    assert pad.sketch_pad(paper, pad.Answer(), key="pad").pixels.shape == (SIDE, SIDE, 3)


def test_in_streamlit_itself():
    """The session's own state proxy and component results, not stand-ins for them."""

    def page():
        import numpy as np
        import streamlit as st

        from core.ui.components.sketch_pad import Paper, sketch_pad
        from core.ui.components.tiles import Answer

        sketch = sketch_pad(Paper(np.zeros((4, 4), np.uint8), "a"), Answer(), key="pad")
        st.text(f"{sketch.pixels.mean():.0f} {sketch.touched}")

    at = AppTest.from_function(page).run()
    assert at.text[0].value == "0 False"
    at.session_state["pad"] = message(9, "abc-1")
    assert at.run().text[0].value == "9 True"
    at.session_state["pad"] = message(5, "abc-1")
    assert at.run().text[0].value == "9 True"
    assert not at.exception
