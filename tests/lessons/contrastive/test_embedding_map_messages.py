"""What the embedding map sends to the browser, and what it believes of what comes back."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest
import streamlit as st

from core.lessons.contrastive import embedding_map as em
from core.lessons.contrastive.cloud import Cloud, Colouring, Layout
from core.lessons.contrastive.embedding_map import Choice, inside


def a_cloud(n: int = 50, **changed) -> Cloud:
    random = np.random.default_rng(1)
    parts = {
        "layouts": (
            Layout("0", "young", random.normal(size=(n, 2))),
            Layout("now", "old", 5 + random.normal(size=(n, 2))),
        ),
        "colourings": (Colouring("class", "class", (np.arange(n) % 3).astype(np.uint8), ("x", "y", "z")),),
        "thumbnails": np.zeros((8 * -(-n // 10), 80), np.uint8),
        "columns": 10,
    }
    return Cloud(**(parts | changed))


def test_the_message_holds_places_to_a_65535th_of_the_frame() -> None:
    cloud = a_cloud()
    message = cloud.message("key")
    [size] = struct.unpack_from("<I", message)
    header = json.loads(message[4 : 4 + size])
    assert header["link"] == "key" and header["layouts"] == [["0", "young"], ["now", "old"]]
    at, x, y, half = 4 + size, *header["frame"]
    for (name, length), layout in zip(header["parts"], cloud.layouts, strict=False):
        assert name == "layout"
        shares = np.frombuffer(message[at : at + length], "<u2").reshape(-1, 2) / 65_535
        assert shares.min() > 0 and shares.max() < 1
        places = (2 * shares - 1) * half + (x, y)
        assert np.abs(places - layout.points).max() < 2 * half / 65_535
        at += length
    assert cloud.message("key") == message, "the same bytes, or the browser gets it anew"
    assert a_cloud(columns=10).message("key") == message


@pytest.mark.parametrize(
    "changed",
    [
        {"layouts": ()},
        {"layouts": tuple(Layout(str(i), "", np.zeros((50, 2))) for i in range(9))},
        {"layouts": (Layout("a", "", np.zeros((50, 2))), Layout("b", "", np.zeros((49, 2))))},
        {"layouts": (Layout("a", "", np.zeros((50, 2))), Layout("a", "", np.zeros((50, 2))))},
        {"layouts": (Layout("a", "", np.full((50, 2), np.nan)),)},
        {"layouts": (Layout("a", "", np.zeros((10_001, 2))),)},
        {"colourings": ()},
        {"colourings": (Colouring("c", "", np.full(50, 3, np.uint8), ("x", "y", "z")),)},
        {"colourings": (Colouring("c", "", np.zeros(50, np.int64), ("x",)),)},
        {"colourings": (Colouring("c", "", np.zeros(50, np.uint8), tuple(map(str, range(31)))),)},
        {"captions": ("one",)},
        {"columns": 0},
        {"columns": 7},
        {"thumbnails": np.zeros((40, 80))},
        {"layouts": (Layout("a", "", np.full((50, 2), 1e308) * (-1) ** np.arange(50)[:, None]),)},
    ],
)
def test_what_does_not_fit_together_is_refused(changed) -> None:
    with pytest.raises(ValueError):
        a_cloud(**changed)


def test_all_points_in_one_place_still_have_a_frame() -> None:
    assert a_cloud(layouts=(Layout("a", "", np.ones((50, 2))),)).frame == (1.0, 1.0, 1.0)


@pytest.fixture
def session(monkeypatch) -> dict:
    state: dict = {}
    monkeypatch.setattr(st, "session_state", state)
    return state


def said(session: dict, stamp: object, puts: int = 0, **fields) -> Choice | None:
    value = {"point": None, "region": [], "layout": "now", "colouring": "class"} | fields
    session["map"] = {"held": {"value": value, "puts": puts, "stamp": stamp}}
    return em.read("map", 50)


def test_newer_messages_win_and_older_ones_do_not_come_back(session) -> None:
    assert em.read("map", 50) is None
    assert said(session, "ab-2", point=7).point == 7
    assert said(session, "ab-1", point=3).point == 7
    assert said(session, "ab-3", region=[[0, 1], [2.5, 3], [1, 1]]).region == ((0.0, 1.0), (2.5, 3.0), (1.0, 1.0))
    assert said(session, "zz-1", point=4).point == 4, "another tab's copy counts for itself"
    em.choose("map", 9)
    assert em.read("map", 50) == Choice(9, (), "now", "class"), "what was heard before does not come back"
    assert said(session, "zz-2", point=5).point == 9, "nor does what was under way meanwhile"
    assert said(session, "zz-3", puts=1, point=5).point == 5


def sent(session: dict, monkeypatch, **shown) -> dict:
    """What the small half is given."""
    given: list[dict] = []
    monkeypatch.setattr(em, "_ANSWER", lambda *, key, data, on_held_change: given.append(data))
    em.embedding_map(a_cloud(), em.Shown(**shown), key="map", mounted=True)
    return given[0]


def test_a_map_that_nobody_has_touched_follows_the_page(session, monkeypatch) -> None:
    for point in (3, 4, None):  # of a link, for example
        given = sent(session, monkeypatch, chosen=point)
        assert given["chosen"] == point and given["held"]["puts"] == 0
        assert em.read("map", 50) is None
    assert (given["layout"], given["colouring"]) == ("now", "class"), "the last layout and the first colouring"
    assert said(session, "ab-1", point=7, layout="0").point == 7, "the first message answers what was sent"
    given = sent(session, monkeypatch, chosen=7)
    assert given["held"]["stamp"] == "ab-1" and given["held"]["value"]["point"] == 7 and given["layout"] == "0"


def test_a_map_on_which_python_chose_first_takes_the_next_message(session, monkeypatch) -> None:
    before = sent(session, monkeypatch)["held"]
    em.choose("map", 9)
    assert em.read("map", 50).point == 9
    assert said(session, "ab-1", puts=before["puts"], point=1).point == 9, "it was under way"
    held = sent(session, monkeypatch, chosen=9)["held"]
    assert held["puts"] != before["puts"], "the browser follows"
    assert said(session, "ab-2", puts=held["puts"], point=2).point == 2


@pytest.mark.parametrize("point", [-1, 1.5, "1", True])
def test_only_an_index_can_be_chosen_from_python(session, point) -> None:
    em.choose("map", 4)
    with pytest.raises(ValueError, match="index"):
        em.choose("map", point)
    assert em.read("map", 50).point == 4


@pytest.mark.parametrize(
    "fields",
    [
        {"point": 50}, {"point": -1}, {"point": 1.5}, {"point": "1"}, {"point": True}, {"region": None}, {"region": "abc"},
        {"region": [[0, 0]] * 257}, {"region": [[0, float("nan")]]}, {"region": [[0, 10**400]]}, {"region": [[0]]},
        {"region": [[True, 0]]}, {"layout": 3}, {"colouring": "x" * 65}, {"stamp": "x"}, {"stamp": None},
    ],
)  # fmt: skip
def test_nonsense_of_the_browser_is_no_choice(session, fields) -> None:
    assert said(session, **({"stamp": "ab-1"} | fields)) is None
    session["map"] = fields
    assert em.read("map", 50) is None
    session["map"] = {"held": {"value": list(fields), "puts": 0, "stamp": "ab-1"}}
    assert em.read("map", 50) is None


def test_inside_is_the_even_odd_rule() -> None:
    random = np.random.default_rng(3)
    polygon = [tuple(corner) for corner in random.normal(size=(9, 2))]  # crosses itself
    points = random.normal(size=(300, 2))

    def slow(x: float, y: float) -> bool:
        crossings = 0
        for (x0, y0), (x1, y1) in zip(polygon, polygon[1:] + polygon[:1], strict=True):
            if min(y0, y1) <= y < max(y0, y1) and x < x0 + (y - y0) / (y1 - y0) * (x1 - x0):
                crossings += 1
        return crossings % 2 == 1

    expected = [slow(x, y) for x, y in points.tolist()]
    assert inside(points, polygon).tolist() == expected and 0 < sum(expected) < 300
    assert not inside(points, []).any() and not inside(points, polygon[:2]).any()
