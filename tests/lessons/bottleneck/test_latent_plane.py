"""The latent map's Python side: what a plane accepts, what it sends, and which message of a browser is believed."""

from __future__ import annotations

import io
import itertools
import json
import math
import struct

import numpy as np
import pytest
import streamlit as st
from PIL import Image

from core.charts import theme
from core.lessons.bottleneck.latent_map import Place, Plane, go, read

EXTENT = (-2.0, 2.0, 0.0, 1.0)
POINTS = np.array([[-2, 0], [2, 1], [0, 0.25], [9, 0.5]], np.float32)
GROUPS = np.array([0, 1, 1, 0], np.uint8)


@pytest.fixture
def session(monkeypatch) -> dict:
    state: dict = {}
    monkeypatch.setattr(st, "session_state", state)
    return state


def say(session: dict, x, y, stamp, puts=0) -> None:
    session["map"] = {"held": {"value": {"x": x, "y": y}, "puts": puts, "stamp": stamp}}


def unpack(message: bytes) -> tuple[dict, dict[str, bytes]]:
    (size,) = struct.unpack_from("<I", message)
    header, at, parts = json.loads(message[4 : 4 + size]), 4 + size, {}
    for name, length in header["parts"]:
        parts[name] = message[at : at + length]
        at += length
    assert at == len(message)
    return header, parts


def test_the_message_holds_the_plane():
    background = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    sheet = np.kron(np.array([[0, 80], [160, 240]], np.uint8), np.ones((8, 8), np.uint8))
    plane = Plane(EXTENT, POINTS, GROUPS, ("a", "b"), background, sheet, 2, "first", "second")
    header, parts = unpack(plane.message("map"))
    assert header["link"] == "map" and header["extent"] == list(EXTENT) and header["names"] == ["a", "b"]
    assert header["outside"] == 1 and header["titles"] == ["first", "second"]
    points = np.frombuffer(parts["points"], "<u2").reshape(-1, 2)
    assert points[:3].tolist() == [[0, 0], [65_535, 65_535], [32_768, 16_384]]
    assert list(parts["groups"]) == [0, 1, 1, 255]  # the last one lies outside and is not drawn
    assert (np.asarray(Image.open(io.BytesIO(parts["background"]))) == background).all()
    decoded = np.asarray(Image.open(io.BytesIO(parts["thumbnails"])).convert("L"))
    assert decoded.shape == sheet.shape and abs(decoded[12, 4].astype(int) - 160) < 12


def test_equal_planes_send_equal_bytes():
    """Streamlit leaves out what it has sent before only where it is the same byte for byte."""
    one, same, other = (Plane(EXTENT, POINTS + shift, GROUPS, ("a", "b")) for shift in (0, 0, 0.1))
    assert one.message("map") == one.message("map") == same.message("map")
    digests = {unpack(p.message(link))[0]["digest"] for p, link in ((one, "map"), (one, "b"), (other, "map"))}
    assert len(digests) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"extent": (1, 1, 0, 1)},
        {"extent": (0, math.inf, 0, 1)},
        {"points": POINTS[:, :1]},
        {"points": POINTS * np.nan},
        {"groups": None},
        {"groups": GROUPS[:2]},
        {"groups": GROUPS.astype(int)},
        {"names": ("a",)},
        {"names": ("a",) * 31},
        {"thumbnails": np.zeros((9, 16), np.uint8), "columns": 2},
        {"thumbnails": np.zeros((16, 16), np.uint8)},
        {"points": np.zeros((10_001, 2), np.float32), "groups": np.zeros(10_001, np.uint8)},
    ],
)
def test_a_plane_that_does_not_fit_is_refused(wrong):
    with pytest.raises(ValueError):
        Plane(**({"extent": EXTENT, "points": POINTS, "groups": GROUPS, "names": ("a", "b")} | wrong))


def test_read_believes_the_newest_message(session):
    assert read("map", EXTENT) is None
    say(session, 0.5, 0.5, "aa-2")
    assert read("map", EXTENT) == (0.5, 0.5)
    say(session, 1.0, 1.0, "aa-1")  # older
    assert read("map", EXTENT) == (0.5, 0.5)
    say(session, 1.0, 1.0, "aa-2")  # said before
    assert read("map", EXTENT) == (0.5, 0.5)
    say(session, 1.5, 0.75, "bb-1")  # mounted again: a new count
    assert read("map", EXTENT) == (1.5, 0.75)
    session["map"] = None  # dropped on a page switch
    assert read("map", EXTENT) == (1.5, 0.75)


def test_go_is_not_undone_by_an_old_message(session):
    say(session, 0.5, 0.5, "aa-1")
    go("map", -1.0, 0.25)  # the message was not read so far: it is older all the same
    assert read("map", EXTENT) == Place(-1.0, 0.25)
    say(session, 0.5, 0.5, "aa-2")  # was under way meanwhile
    assert read("map", EXTENT) == Place(-1.0, 0.25)
    say(session, 0.5, 0.5, "aa-3", puts=1)
    assert read("map", EXTENT) == (0.5, 0.5)
    with pytest.raises(ValueError):
        go("map", math.nan, 0)


def test_messages_that_no_map_sends(session):
    say(session, 0.5, 0.5, "aa-1")
    assert read("map", EXTENT) == (0.5, 0.5)
    numbers = [math.nan, math.inf, -math.inf, 10**400, "1", None, True, [1], {"x": 1}]
    stamps = [None, 7, "", "aa", "aa-", "aa-99999999999", "AA-3", "aa-3\n", "a" * 33 + "-3"]
    for wrong, stamp in [*zip(numbers, itertools.repeat("aa-3")), *((0.1, stamp) for stamp in stamps)]:
        say(session, wrong, 0.2, stamp)
        assert read("map", EXTENT) == (0.5, 0.5), (wrong, stamp)
        say(session, 0.2, wrong, stamp)
        assert read("map", EXTENT) == (0.5, 0.5), (wrong, stamp)
    for message in ("text", 3, [1, 2], {"held": [1, 2]}, {"held": "x"}, {}):
        session["map"] = message
        assert read("map", EXTENT) == (0.5, 0.5), message
    for value in (None, "x", 3, [0.1, 0.2]):
        session["map"] = {"held": {"value": value, "puts": 0, "stamp": "aa-3"}}
        assert read("map", EXTENT) == (0.5, 0.5), value
    say(session, 1e300, -1e300, "aa-3")
    assert read("map", EXTENT) == (2.0, 0.0)  # on the edge
    assert read("map", (-9.0, 9.0, 0.5, 9.0)) == (9.0, 0.5)


def test_hues_differ_for_colour_blind_people_too():
    """The two closest hues keep their distance in OKLab under simulated colour blindness (Machado 2009), and each stands out
    from the grounds of both themes."""
    sights = {
        "normal": np.eye(3),
        "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
        "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    }  # fmt: skip
    to_lms = [
        [0.41222147, 0.53633254, 0.05144599],
        [0.2119035, 0.68069955, 0.10739696],
        [0.08830246, 0.28171884, 0.6299787],
    ]
    to_lab = [
        [0.21045426, 0.79361778, -0.00407205],
        [1.9779985, -2.4285922, 0.4505937],
        [0.02590404, 0.78277177, -0.80867577],
    ]
    assert len(set(theme.HUES)) == 10
    linear = np.array([[_linear(int(hue[i : i + 2], 16) / 255) for i in (1, 3, 5)] for hue in theme.HUES])
    for sight, matrix in sights.items():
        lab = np.cbrt((linear @ np.transpose(matrix)).clip(0, 1) @ np.transpose(to_lms)) @ np.transpose(to_lab)
        distance = np.linalg.norm(lab[:, None] - lab, axis=-1)[np.triu_indices(10, 1)]
        assert distance.min() > 0.08, sight
    weights = (0.2126, 0.7152, 0.0722)
    for look in (theme.LIGHT, theme.DARK):
        ground = np.dot([_linear(int(look.ground[i : i + 2], 16) / 255) for i in (1, 3, 5)], weights)
        for light in linear @ weights:
            assert (max(light, ground) + 0.05) / (min(light, ground) + 0.05) >= 2, look.ground


def _linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
