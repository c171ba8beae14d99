"""The lesson "Layers as maps" in AppTest: its address, its messages, and that Python trains nothing for a gesture."""

from __future__ import annotations

import base64
from dataclasses import asdict
from itertools import islice, product

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.lessons.layers import card, learner, links, packed
from core.lessons.layers.layer_maps import Setting, _decode
from tests.helpers.layers_page import box, page, send, shown
from tests.helpers.pages import press
from tests.helpers.screens import address

pytestmark = pytest.mark.usefixtures("lab_cache")


def test_the_lesson_opens_on_its_defaults_and_an_empty_address():
    at = page()
    assert shown(at) == asdict(Setting()) == box(at)["defaults"]
    assert address(at) == {}
    assert [control["name"] for control in box(at)["controls"]] == [menu.name for menu in links.MENUS]
    assert box(at)["prefix"] == "ly"


def test_a_link_opens_its_setting_and_stays_the_same():
    query = {
        "data": "blobs3", "noise": "0.3", "activation": "gelu", "depth": "3", "width": "5", "optimiser": "spectral", "rate": "0.03", "l2": "0.01",
        "batch": "0", "seed": "17", "step": "250", "way": "350", "pair": "2-4", "points": "00000zzzz3", "edits": "0:1:4:-0.25_10:0:0:1.5",
    }  # fmt: skip
    at = page(**query)
    values = {name: str(value) for name, value in shown(at).items()}
    assert values == query
    assert address(at) == {f"ly_{name}": value for name, value in query.items()}
    assert not at.info


def test_every_act_is_drawn_with_the_most_points_and_edits_that_a_link_may_have():
    points = "".join(f"{a}{b}{c}{d}{i % 4}" for i, (a, b, c, d) in enumerate(islice(product("0az", repeat=4), 81)))
    points = (points * 5)[: 5 * packed.MOST_POINTS]
    edits = "_".join(f"{step}:0:0:{step / 10}" for step in range(packed.MOST_EDITS))
    at = page(data="own", points=points, edits=edits, depth="3", width="6", step=str(links.MOST_STEPS))
    held = shown(at)
    assert (held["points"], held["edits"]) == (points, edits) and not at.info and not at.error
    assert address(at)["ly_points"] == points


@pytest.mark.parametrize(
    ("query", "name", "value"),
    [
        ({"width": "7"}, "width", 6),
        ({"data": "doughnut"}, "data", "moons"),
        ({"step": "99999"}, "step", links.MOST_STEPS),
        ({"points": "00000z"}, "points", ""),
        ({"points": "0" * 5 * 401}, "points", ""),
        ({"edits": "0:1:4:1e9"}, "edits", ""),
        ({"pair": "4-2"}, "pair", "pca"),
        ({"seed": "-1"}, "seed", 0),
    ],
    ids=str,
)
def test_what_a_link_cannot_have_is_said(query, name, value):
    at = page(**query)
    assert shown(at)[name] == value
    assert len(at.info) == 1


def test_a_way_beyond_the_last_plane_ends_there():
    assert shown(page(depth="1", way="900"))["way"] == 400


def test_a_gesture_goes_into_the_address_and_reset_takes_it_out():
    at = send(page(), data="xor", width=4, step=120, way=250, pair="1-3", points="hhhh1", edits="5:0:0:1")
    assert address(at) == {
        "ly_data": "xor", "ly_width": "4", "ly_step": "120", "ly_way": "250", "ly_pair": "1-3", "ly_points": "hhhh1", "ly_edits": "5:0:0:1",
    }  # fmt: skip
    puts = box(at)["held"]["puts"]
    press(at, "ly_reset")
    assert shown(at) == asdict(Setting()) and address(at) == {}
    assert box(at)["held"]["puts"] > puts, "the browser follows"


def test_a_card_of_try_this_puts_back_what_it_does_not_need():
    at = send(page(), data="own", points="hhhh1", noise=0.8, step=40, edits="5:0:0:1", pair="1-2")
    press(at, "ly_try0")
    assert shown(at) == asdict(Setting(data="circles", activation="linear"))
    assert address(at) == {"ly_data": "circles", "ly_activation": "linear"}


@pytest.mark.parametrize(
    "changes",
    [{"width": 7}, {"width": True}, {"noise": "0.1"}, {"step": 10_001}, {"step": 1.0}, {"way": -1}, {"data": []}, {"pair": "0-1"},
     {"points": "x"}, {"edits": "1:2"}, {"more": 1}, {"rate": float("nan")}],
    ids=str,
)  # fmt: skip
def test_a_message_that_is_no_setting_is_ignored(changes):
    assert _decode(asdict(Setting())) == Setting()
    assert _decode(asdict(Setting()) | changes) is None


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(-3.2, 3.2), st.floats(-3.2, 3.2), st.integers(0, 3)), max_size=packed.MOST_POINTS))
def test_points_survive_their_way_through_the_link(points):
    text = packed.pack(points)
    assert packed.are_points(text)
    again = packed.unpack(text)
    assert packed.pack(again) == text
    for (x, y, group), (u, v, same) in zip(points, again, strict=True):
        assert group == same and abs(x - u) < 0.0025 and abs(y - v) < 0.0025


def test_points_of_another_class_are_refused():
    with pytest.raises(ValueError, match="classes"):
        packed.pack([(0.0, 0.0, 4)])


def test_the_card_shows_a_network_that_was_trained():
    points, classes = learner.moons(120, 0.1, 0)
    network = learner.train(points, classes, card.WIDTHS, card.STEPS, card.SEED)
    found = learner.planes(network, points)
    assert len(found) == 7 and torch.allclose(found[-1].sum(1), torch.ones(120, dtype=torch.float64))
    right = float((found[-1].argmax(1) == classes).double().mean())
    assert right > 0.95
    shown = card.planes()
    assert f"{right:.0%} end on the right side" in shown
    drawing = base64.b64decode(shown.split("base64,")[1].split('"')[0]).decode()
    assert drawing.count("<circle") == drawing.count("<path") == 6 * 60
