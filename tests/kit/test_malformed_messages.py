"""Whatever a browser says, a lesson gets a value of the component's own kind or nothing: 300 malformed messages for each."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import pytest
import streamlit as st

from core.lessons.attention import attention_view
from core.lessons.backpropagation import forward_backward
from core.lessons.bottleneck import latent_map
from core.lessons.bottleneck.chart_click import clicked
from core.lessons.colour import colour_pad
from core.lessons.contrastive import embedding_map
from core.lessons.features import unit_grid
from core.lessons.fill_in_the_blank import word_tiles
from core.lessons.how_much_to_hide import painter
from core.lessons.layers import layer_maps, one_dimension, one_operation, sum_of_units, two_runs
from core.lessons.masked_images import patch_painter
from core.lessons.sight_and_sound import hear_see
from core.lessons.soft_lookup import soft_dictionary
from core.lessons.video import clip_player
from core.lessons.word_vectors import expression_box
from core.ui.components import sketch_pad
from core.ui.held import Held

MESSAGES = 300
JUNK = (
    float("nan"), float("inf"), float("-inf"), 1e308, 10**400, -1, 0, 1.5, True, None, "", "x" * 5_000, "\ud800", "<b>", "NaN", b"x", [], {}, [[]],
    {"x": 1}, [None] * 300, {"value": {"value": {}}}, "2|1", "__proto__", [1, [2, [3, [4]]]],
)  # fmt: skip
ENTRY = ["cat", "sat", 0.5, 1.0, -1.0, 2.0]
HELD: dict[str, tuple[Callable[[str], Held[Any]], Any]] = {
    "attention view": (attention_view._held, {"layer": 1, "column": 2, "pin": 3, "view": "heat"}),
    "soft dictionary": (soft_dictionary._held, {"query": "cat", "at": [0.5, 1.0], "entries": [ENTRY] * 3, "t": 1}),
    "expression box": (expression_box._held, {"expression": "king - man"}),
    "patch painter": (lambda key: patch_painter._held(key, 7), {"n": 7, "cells": [1, 2, 3], "pinned": 2}),
    "painter of sound": (painter._held, {"n": 8, "cells": [1, 2, 63], "pinned": None}),
    "layer maps": (layer_maps._held, {**asdict(layer_maps.Setting()), "points": "hhhh1", "edits": "5:0:0:1"}),
    "one operation": (lambda key: replace(one_operation.BOX.held(), key=key), one_operation.BOX.defaults()),
    "sum of units": (lambda key: replace(sum_of_units.BOX.held(), key=key), {**sum_of_units.BOX.defaults(), "sum_drawn": "hz" * 61}),
    "two runs": (lambda key: replace(two_runs.BOX.held(), key=key), two_runs.BOX.defaults()),
    "one dimension": (lambda key: replace(one_dimension.BOX.held(), key=key), one_dimension.BOX.defaults()),
    "forward and backward": (
        forward_backward._held, {"start": 1, "activation": "relu", "rate": 2, "at": 3, "reuse": True, "values": [0.5, -9.0, *[0.25] * 26]}
    ),
    "colour pad": (colour_pad._held, {"about": "a", "hints": [[5, 2], [1023, 9]], "temperature": 38, "pixel": 7, "miss": False}),
    "word tiles": (word_tiles._held, {"about": "a", "places": [0, 2, 5]}),
    "clip player": (clip_player._held, {"about": "a", "hidden": "0f" * 16}),
    "unit grid": (unit_grid._held, 7),
    "hear and see": (hear_see._held, {"side": "picture", "index": 7}),
    "latent map": (latent_map._held, {"x": 0.5, "y": -1.25}),
    "sketch pad": (lambda key: sketch_pad._held(key, 4, 1), {"side": 4, "channels": 1, "revision": "a", "pixels": "AAECAwQFBgcICQoLDA0ODw=="}),
    "embedding map": (lambda key: embedding_map._held(key, 50), {"point": 4, "region": [[0.0, 1.0], [1.0, 0.5], [0.0, 0.0]], "layout": "UMAP", "colouring": "class"}),
}  # fmt: skip


def another(value: Any, draw: random.Random) -> Any:
    """The value with a part replaced, removed, added or repeated; it may happen to be a right one again."""
    if isinstance(value, dict) and value and draw.random() < 0.9:
        key, way = draw.choice(sorted(value)), draw.random()
        if way < 0.15:
            return {name: one for name, one in value.items() if name != key}
        if way < 0.3:
            return value | {draw.choice(("more", "value", "__class__")): draw.choice(JUNK)}
        return value | {key: another(value[key], draw)}
    if isinstance(value, list) and value and draw.random() < 0.75:
        at, way = draw.randrange(len(value)), draw.random()
        if way < 0.2:
            return value * draw.choice((2, 200))
        return [*value[:at], *([another(value[at], draw)] if way < 0.85 else []), *value[at + 1 :]]
    return draw.choice(JUNK)


def kind_of(value: Any) -> Any:
    """The form of a JSON value: names and types, whatever the numbers and texts are."""
    if isinstance(value, dict):
        return {name: kind_of(one) for name, one in value.items()}
    if isinstance(value, list):
        return {json.dumps(kind_of(one)) for one in value}
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


def fits(found: Any, right: Any) -> bool:
    """Whether an encoded value has the form of a right one; what may be missing there is None."""
    if isinstance(right, dict):
        return (
            isinstance(found, dict)
            and found.keys() == right.keys()
            and all(fits(found[name], right[name]) for name in right)
        )
    if isinstance(right, list):
        return isinstance(found, list) and all(any(fits(one, known) for known in right) for one in found)
    return found is None or kind_of(found) == kind_of(right)


@pytest.fixture
def session(monkeypatch) -> dict[str, Any]:
    state: dict[str, Any] = {}
    monkeypatch.setattr(st, "session_state", state)
    return state


@pytest.mark.parametrize("name", HELD)
def test_a_lesson_gets_a_value_of_the_components_kind_or_nothing(name, session):
    make, right = HELD[name]
    held, draw, nothing = make("k"), random.Random(name), 0
    session["k"] = {"held": {"value": right, "puts": 0, "stamp": "me-1"}}
    known = held.read()
    assert known is not None and fits(held.encode(known), right), "the right message is taken"
    for i in range(MESSAGES):
        session.clear()
        value = another(right, draw)
        session["k"] = {"held": {"value": value, "puts": 0, "stamp": f"me-{i + 1}"}}
        found = held.read()
        if found is None:
            nothing += 1
            continue
        assert type(found) is type(known) and held.decode(held.encode(found)) == found, value
        assert fits(held.encode(found), right), value
        assert not isinstance(value, dict) or value.keys() <= right.keys(), "an unknown field"
        json.dumps(held.encode(found), allow_nan=False).encode()
    assert nothing > MESSAGES / 2


@pytest.mark.parametrize("name", HELD)
def test_what_is_around_the_value_is_checked_too(name, session):
    """The stamp, the count of moves, and the state that Streamlit keeps; what was held stays."""
    make, right = HELD[name]
    held, draw = make("k"), random.Random(name)
    session["k"] = {"held": {"value": right, "puts": 0, "stamp": "me-1"}}
    known = held.read()
    for _ in range(MESSAGES):
        way = draw.random()
        message = {
            "value": another(right, draw),
            "puts": draw.choice((1, *JUNK)),
            "stamp": draw.choice(("me-1", *JUNK)),
        }
        session["k"] = draw.choice(JUNK) if way < 0.2 else {"held": draw.choice(JUNK) if way < 0.4 else message}
        assert held.read() == known


def test_a_click_on_a_chart_is_a_plain_value_or_none(session):
    draw, right = random.Random(1), {"selection": {"dot": [{"x": 1.5}, {"x": "a"}]}}
    for _ in range(MESSAGES):
        session["chart"] = another(right, draw)
        found = clicked("chart", "dot", "x")
        assert found is None or isinstance(found, int | float | str)
