"""The acts of the lesson "Layers as maps": their links, their messages, Reset and cards."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core.lessons.layers.acts import BOXES
from core.lessons.layers.links import PREFIX
from tests.helpers.layers_page import page
from tests.helpers.pages import fine, press
from tests.helpers.screens import address

pytestmark = pytest.mark.usefixtures("lab_cache")
NAMES = [box.name for box in BOXES]
TEXTS = {"op_matrix": "1_2_-0.25_4_0_9.5", "sum_drawn": "hz" * 61}


def sent(at: Any, key: str) -> dict[str, Any]:
    [element] = [e for e in at.get("bidi_component") if e.key == key]
    return json.loads(element.proto.json)


def other(box: Any) -> dict[str, Any]:
    """A value of an act that has no default in it."""
    value = {menu.name: next(one for one in menu.options if one != menu.default) for menu in box.menus}
    value |= {whole.name: whole.low + 7 for whole in box.wholes}
    return value | {text.link.name: TEXTS[text.link.name] for text in box.texts}


@pytest.mark.parametrize("box", BOXES, ids=NAMES)
def test_an_act_opens_on_its_defaults_takes_a_gesture_and_is_reset(box):
    at = page()
    assert sent(at, box.key)["held"]["value"] == box.defaults() and address(at) == {}
    held = sent(at, box.key)["held"]
    at.session_state[box.key] = {"held": {"value": other(box), "puts": held["puts"], "stamp": "hand-1"}}
    fine(at.run())
    query = {f"{PREFIX}_{name}": str(value) for name, value in other(box).items()}
    assert address(at) == query
    again = page(**{name: str(value) for name, value in other(box).items()})
    assert sent(again, box.key)["held"]["value"] == other(box) and address(again) == query
    assert not again.info
    press(at, "ly_reset")
    assert sent(at, box.key)["held"]["value"] == box.defaults() and address(at) == {}


@pytest.mark.parametrize("box", BOXES, ids=NAMES)
def test_a_message_that_is_no_value_of_the_act_is_ignored(box):
    decode, good = box.held().decode, box.defaults()
    assert decode(good) == good and decode(other(box)) == other(box)
    assert decode(None) is None and decode(good | {"more": 1}) is None and decode({}) is None
    for name in good:
        assert decode(good | {name: None}) is None
        assert decode(good | {name: "§"}) is None
        assert decode(good | {name: True}) is None


@pytest.mark.parametrize("box", [box for box in BOXES if box.texts], ids=lambda box: box.name)
def test_a_text_that_a_link_cannot_have_is_said(box):
    for text in box.texts:
        at = page(**{text.link.name: "§§"})
        assert sent(at, box.key)["held"]["value"] == box.defaults() and len(at.info) == 1
