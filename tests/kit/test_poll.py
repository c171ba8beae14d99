"""The one way in which pages wait: drawn while it is live, one run of the page when it is over."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from core.queue import Several, View
from core.store import paths
from core.ui import poll as module
from core.ui.poll import poll, together


@pytest.fixture
def fragments(monkeypatch):
    """The fragments that a run of the page made, and how often each looks again; AppTest lets no time pass."""
    made = []

    def fragment(function, run_every=None):
        made.append((function, run_every))
        return function

    monkeypatch.setattr(module.st, "fragment", fragment)
    return made


def test_what_is_over_is_handed_out_and_nothing_is_drawn(fragments):
    view = View("failed", message="It broke.")
    assert poll(lambda: view, lambda now: pytest.fail("it is not live")) is view
    assert fragments == []


def test_what_is_live_is_drawn_and_looked_at_again_until_one_run_of_the_page(fragments, monkeypatch):
    views = [View("queued", position=1), View("queued", position=1), View("running", done=1, total=2), View("done", 7)]
    drawn, reruns = [], []

    class Rerun(Exception):
        pass

    def rerun():
        reruns.append(1)
        raise Rerun

    monkeypatch.setattr(module.st, "rerun", rerun)
    assert poll(lambda: views.pop(0), drawn.append, every=0.25) is None
    ((look, every),) = fragments
    assert every == 0.25
    look()
    with pytest.raises(Rerun):
        look()
    assert [view.state for view in drawn] == ["queued", "running"] and reruns == [1]


def test_several_are_waited_for_together():
    one, other = [View("done", 1)], [View("running", done=1, total=4)]
    ask = together(lambda: one[0], lambda: other[0])
    assert ask() == Several((one[0], other[0])) and ask().live
    other[0] = View("done", 2)
    assert [view.value for view in ask().views] == [1, 2] and not ask().live


# A first run's rest that follows by itself waits for nothing.
OTHERS = {"core/ui/lesson.py"}


def test_nothing_else_looks_again_by_a_clock():
    """So that every page waits, is told and ends in one way."""
    found = {
        str(path.relative_to(paths.REPOSITORY))
        for folder in ("core", "pages")
        for path in (paths.REPOSITORY / folder).rglob("*.py")
        if "run_every=" in path.read_text(encoding="utf-8")
    }
    assert found - OTHERS == {"core/ui/poll.py"}


PAGE = """
import streamlit as st
from core.queue import View
from core.ui.poll import poll, progress

now = st.session_state.setdefault("now", View("running", done=1, total=4))
view = poll(lambda: st.session_state["now"], progress("It comes."))
st.write("nothing yet" if view is None else f"got {view.value}")
"""


def test_a_page_shows_how_far_it_is_and_then_what_it_waited_for():
    at = AppTest.from_string(PAGE).run()
    assert not at.exception and [text.value for text in at.markdown] == ["nothing yet"]
    (bar,) = at.get("progress")
    assert bar.proto.value == 25 and bar.proto.text == "It comes."
    at.session_state["now"] = View("done", 7)
    at.run()
    assert [text.value for text in at.markdown] == ["got 7"] and not at.get("progress")
