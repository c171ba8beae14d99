"""A message of the browser that was under way while a callback set a control does not set it back."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.helpers.screens import address


def page() -> None:
    import streamlit as st

    from core.ui import moves
    from core.ui.links import Table

    table = Table("m")
    feed = table.choice("feed", "Feed", ("picture", "noise"), "picture")
    draw = table.whole("draw", "Draw", 0, 99)
    guess = table.free("guess", "Guess")
    st.button("card", on_click=lambda: table.case({"feed": "noise", "draw": 7}))
    st.button("commit", on_click=guess.put, args=("25",))
    st.button("reset", on_click=table.reset)
    st.button("other")
    st.button("act", on_click=moves.came_by_itself)  # as an act does that comes into view
    shown = feed.widget(st.segmented_control), draw.input(), guess.raw()
    st.text(repr(shown))


@pytest.fixture
def at() -> AppTest:
    return AppTest.from_function(page).run()


def press(at: AppTest, label: str) -> AppTest:
    return next(button for button in at.button if button.label == label).click().run()


def old_message(at: AppTest, feed: str, draw: int, by: str = "other", **query: str) -> AppTest:
    """What the browser sent before it heard of the last answer: its controls and its address of then."""
    at.query_params.clear()
    for name, value in query.items():
        at.query_params[name] = value
    at.button_group[0].set_value(feed)
    at.number_input[0].set_value(draw)
    return press(at, by)


def shown(at: AppTest) -> str:
    assert not at.exception
    return at.text[0].value


def test_a_card_holds_against_a_message_from_before_it(at):
    press(at, "card")
    for _ in range(2):
        old_message(at, "picture", 0)
        assert shown(at) == "('noise', 7, None)" and address(at) == {"m_feed": "noise", "m_draw": "7"}


def test_what_a_person_changed_in_that_message_is_theirs(at):
    press(at, "card")
    old_message(at, "picture", 12)
    assert shown(at) == "('noise', 12, None)" and address(at) == {"m_feed": "noise", "m_draw": "12"}


def test_a_card_holds_until_its_menus_are_drawn(at):
    """The browser has the card's address already, and its menus still stand as they stood."""
    press(at, "card")
    for _ in range(2):
        old_message(at, "picture", 0, by="act", m_feed="noise", m_draw="7")
        assert shown(at) == "('noise', 7, None)" and address(at) == {"m_feed": "noise", "m_draw": "7"}
    press(at, "other")  # they are drawn
    at.button_group[0].set_value("picture").run()
    assert shown(at) == "('picture', 7, None)" and address(at) == {"m_draw": "7"}, "what comes now is a person's"


def test_who_has_seen_the_answer_can_go_back(at):
    press(at, "card")
    at.button_group[0].set_value("picture").run()
    assert shown(at) == "('picture', 7, None)" and address(at) == {"m_draw": "7"}
    at.number_input[0].set_value(0).run()
    press(at, "other")  # the address is as it was before the card
    assert shown(at) == "('picture', 0, None)" and address(at) == {}


def test_an_answer_that_only_the_address_holds_stays(at):
    press(at, "commit")
    old_message(at, "picture", 0)
    assert shown(at) == "('picture', 0, '25')" and address(at) == {"m_guess": "25"}


def test_reset_holds_too(at):
    press(at, "card")
    press(at, "commit")
    press(at, "reset")
    old_message(at, "noise", 7, m_feed="noise", m_draw="7", m_guess="25")
    assert shown(at) == "('picture', 0, None)" and address(at) == {}


def names() -> None:
    import streamlit as st

    from core.ui import moves
    from core.ui.links import Table

    after = Table("m").choice("after", "After", (1, 2, 0), 0)
    written = st.toggle("written")
    st.button("act", on_click=moves.came_by_itself)
    st.text(after.widget(st.select_slider, shown=lambda at: str(at) if at else "the end" if written else "2, the last"))


def test_a_message_with_an_old_name_of_an_option_does_not_choose_the_first():
    at = AppTest.from_function(names).run()
    at.toggle[0].set_value(True).run()
    at.select_slider[0].set_value(1)  # what Streamlit makes of a name that is no option's
    assert press(at, "act").text[0].value == "0"
    assert at.select_slider[0].set_value(1).run().text[0].value == "1", "a person's choice is theirs at once"
