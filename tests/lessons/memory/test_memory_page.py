"""The lesson "Draw from memory" in AppTest: look, draw, compare; a chain of two sessions; what is not told."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core import data
from core.lessons.memory import card, chain, eyes, rooms
from core.lessons.memory.rooms import Rooms, first_picture
from tests.helpers.pages import fine, open_page, press, words

pytestmark = [
    pytest.mark.usefixtures("lab_cache"),
    pytest.mark.skipif(not data.available("fashion"), reason="no pictures on this machine"),
]


@pytest.fixture(autouse=True)
def empty_rooms(monkeypatch):
    monkeypatch.setattr(chain, "ROOMS", Rooms())


def page(**query: str) -> AppTest:
    return fine(open_page("memory", **{f"me_{name}": value for name, value in query.items()}))


def sent(at: AppTest, key: str) -> dict[str, Any]:
    """What a component was sent."""
    [element] = [e for e in at.get("bidi_component") if e.key == key]
    return json.loads(element.proto.json)


def draw(at: AppTest, key: str, pixels: np.ndarray, stamp: str = "hand-1") -> AppTest:
    """What the pad says after a stroke."""
    held = sent(at, key)["held"]
    value = held["value"] | {"pixels": base64.b64encode(pixels.tobytes()).decode()}
    at.session_state[key] = {"held": {"value": value, "puts": held["puts"], "stamp": stamp}}
    return fine(at.run())


def headings(at: AppTest) -> str:
    return "\n".join(one.value for one in at.subheader)


def pixels(number: int) -> np.ndarray:
    return eyes.pictures("fashion")[number].permute(1, 2, 0).numpy()


def test_nothing_is_compared_before_something_is_drawn_and_somebody_asks():
    at = page()
    assert at.button(key="me_compare").disabled and not headings(at)
    at = draw(at, "me_pad", np.full((28, 28, 1), 200, np.uint8))
    assert not at.button(key="me_compare").disabled and not headings(at)
    assert "nearest to your drawing" not in words(at)


def test_who_draws_the_picture_itself_has_it_first_by_every_eye():
    at = press(draw(page(picture="5"), "me_pad", pixels(5)), "me_compare")
    assert headings(at).startswith("Among 484 pictures yours comes 1st by") and "1st by pixels" in headings(at)
    assert "Boundary score +0.00" in words(at) and "+0.00 over 1 object" in words(at)
    at = press(at, "me_next")
    assert not headings(at), "another picture is not compared yet"
    assert sent(at, "me_glimpse")["name"] == "fashion/126"


def test_the_drawing_is_in_the_link():
    at = draw(page(picture="5"), "me_pad", pixels(6))
    link = {name: value[0] if isinstance(value, list) else value for name, value in at.query_params.items()}
    assert link["me_picture"] == "5" and link["me_drawn"]
    again = fine(open_page("memory", **link))
    assert base64.b64decode(sent(again, "me_pad")["held"]["value"]["pixels"]) == pixels(6).tobytes()
    assert not again.button(key="me_compare").disabled


def test_each_set_has_its_paper():
    for name, ground in (("openmoji", 255), ("mnist", 0)):
        if data.available(name):
            base = base64.b64decode(sent(page(data=name), "me_pad")["base"])
            assert set(base) == {ground}


def test_a_chain_of_two_sessions():
    first = page(room="Row 3")
    assert "You are the **first**" in words(first)
    assert sent(first, "me_chain_glimpse")["name"] == "room/row3/0"
    drawing = pixels(40)
    first = press(draw(first, "me_pad_chain", drawing), "me_pass")
    assert "Measured: drawing 1 lies" in headings(first)
    second = page(room="row3")
    assert "You see drawing **1**" in words(second) and not headings(second), (
        "the chain is told after one's own drawing"
    )
    late = page(room="row3")
    second = press(draw(second, "me_pad_chain", pixels(41)), "me_pass")
    assert "Measured: drawing 2 lies" in headings(second)
    assert sent(fine(late.run()), "me_chain_glimpse")["name"] == "room/row3/1", "who has begun keeps what was looked at"
    late = press(draw(late, "me_pad_chain", pixels(42)), "me_pass")
    assert [link.of for link in chain.ROOMS.links("row3")] == [0, 1, 1]
    assert "Measured: drawing 3 lies" in headings(late)
    assert "Measured: drawing 3 lies" in headings(press(first, "me_again"))
    assert sent(press(first, "me_more"), "me_chain_glimpse")["name"] == "room/row3/3"


def test_where_the_server_has_a_code_who_presents_needs_it_to_clear_a_room(monkeypatch):
    monkeypatch.setenv("LATENT_LAB_TEACHER", "owl")
    chain.ROOMS.add("row4", pixels(1), 0)
    at = fine(open_page("memory", me_room="row4", present="1"))
    assert "me_clear" not in [button.key for button in at.button]
    at.session_state["_teacher"] = True
    press(fine(at.run()), "me_clear")
    assert chain.ROOMS.links("row4") == ()


def test_the_presenter_alone_clears_a_room():
    chain.ROOMS.add("row3", pixels(1), 0)
    assert "me_clear" not in [button.key for button in page(room="row3").button]
    at = fine(open_page("memory", me_room="row3", present="1"))
    press(at, "me_clear")
    assert chain.ROOMS.links("row3") == ()


def test_a_full_chain_says_so_and_keeps_the_drawing():
    for _ in range(rooms.MOST_DRAWINGS):
        chain.ROOMS.add("row3", pixels(1), 0)
    at = press(draw(page(room="row3"), "me_pad_chain", pixels(2)), "me_pass")
    assert "takes no more" in "\n".join(error.value for error in at.error)
    assert base64.b64decode(sent(at, "me_pad_chain")["held"]["value"]["pixels"]) == pixels(2).tobytes()


def test_no_room_without_a_name():
    assert not [e for e in page().get("bidi_component") if e.key == "me_pad_chain"]
    assert not [e for e in page(room="…").get("bidi_component") if e.key == "me_pad_chain"]


def test_rooms_begin_with_a_picture_of_the_set():
    shown = sent(page(room="abc"), "me_chain_glimpse")["uri"]
    assert shown != sent(page(room="abd"), "me_chain_glimpse")["uri"]
    assert 0 <= first_picture("abc", eyes.COUNT) < eyes.COUNT


def test_reset_takes_drawing_room_and_answer_away():
    at = press(draw(page(picture="5", room="abc"), "me_pad", pixels(5)), "me_compare")
    at = press(at, "me_reset")
    assert not at.query_params and not headings(at)
    assert set(base64.b64decode(sent(at, "me_pad")["held"]["value"]["pixels"])) == {0}


def test_the_card_is_a_picture_with_words():
    assert 'src="data:image/png;base64,' in card.picture() and "seen coarsely" in card.picture()
