"""What a link could not get: one line at the head of the lesson, which can be closed."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def page() -> None:
    import streamlit as st

    from core.ui import notes

    notes.open_place("n", st.container(), again=False)
    if "said" not in st.session_state:
        st.session_state["said"] = True
        for sentence in st.session_state["sentences"]:
            notes.add("n", sentence)


def said(*sentences: str) -> AppTest:
    at = AppTest.from_function(page)
    at.session_state["sentences"] = sentences
    return at.run()


def test_several_notes_are_one_line_that_can_be_closed():
    at = said("No head 9.", "No layer 7.", "No token 99.")
    [line] = at.expander
    assert line.label == "The link asks for several things that this page does not have"
    assert (
        [note.value for note in line.info]
        == ["No head 9.", "No layer 7.", "No token 99."]
        == [n.value for n in at.info]
    )
    at.button(key="n_close_notes").click().run()
    assert not at.exception and not at.info and not at.expander and not at.button


def test_a_single_note_is_said_as_it_is():
    at = said("No head 9.")
    assert [note.value for note in at.info] == ["No head 9."] and not at.expander
    assert [button.label for button in at.button] == ["Close"]
    assert not said().button
