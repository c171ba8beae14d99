"""The charts of weights as specs: valid, readable in both themes, and holding what they were given."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.charts import labels, theme
from core.lessons.attention import charts_weights as weights
from tests.helpers.charts import HEBREW, LONG, LOOK, LOOKS, check, parts


def spectra(count: int = 5) -> list[dict[str, Any]]:
    return [
        {"matrix": name, "rank": i + 1, "share": (i + 1) / count}
        for name in ("W Q", "W K", "W V", "W O", weights.RANDOM)
        for i in range(count)
    ]


def squares(names: list[str], value: float = 0.5) -> list[dict[str, Any]]:
    return [{"a": a, "b": b, "value": value * (i - j)} for i, a in enumerate(names) for j, b in enumerate(names)]


def curve(count: int) -> list[dict[str, Any]]:
    return [{"place": i + 1, "x": math.cos(i / 9), "y": 5 + math.sin(i / 9)} for i in range(count)]


def distances(count: int, sign: int = 1) -> list[dict[str, Any]]:
    return [{"distance": i + 1, "cosine": sign * 0.9 / (i + 1), "chance": 0.1} for i in range(count)]


CASES = {
    "spectrum": (weights.spectrum, spectra()),
    "spectrum of one": (weights.spectrum, spectra(1)),
    "circuit": (weights.circuit, squares(["·the", "<b>", "**x**", LONG, HEBREW, "<F0 9F>"])),
    "circuit of one": (weights.circuit, squares(["a"])),
    "circuit of many": (weights.circuit, squares([f"t{i}" for i in range(30)])),
    "curve": (weights.places, curve(128)),
    "curve of 256": (weights.places, curve(256)),
    "curve of two": (weights.places, curve(2)),
    "distances": (weights.by_distance, distances(127)),
    "one distance": (weights.by_distance, distances(1)),
    "negative distances": (weights.by_distance, distances(9, -1)),
}


def built(name: str, look: theme.Look = LOOK) -> dict[str, Any]:
    build, rows = CASES[name]
    spec = build(pd.DataFrame(json.loads(json.dumps(rows))), look)
    return check(spec if isinstance(spec, dict) else spec.to_dict(validate=False))


def drawn(spec: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for rows in spec["datasets"].values() for row in rows]


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("look", LOOKS, ids=["light", "dark big"])
def test_a_chart_is_one_valid_view_that_holds_what_it_was_given(name, look):
    spec = built(name, look)
    assert not {"vconcat", "hconcat", "concat", "facet"} & spec.keys()
    assert spec["height"] > 0
    sizes = [v for part in parts(spec) for k, v in part.items() if k in ("fontSize", "labelFontSize", "titleFontSize")]
    assert sizes and min(sizes) >= look.size
    inks = json.dumps({k: v for k, v in spec.items() if k not in ("datasets", "$schema")})
    wrong = LOOKS[1] if look.ink == LOOK.ink else LOOK
    assert wrong.ink not in inks and wrong.quiet not in inks
    found, (_, rows) = drawn(spec), CASES[name]
    assert len(found) <= 5_000
    for row in rows[:: max(1, len(rows) // 40)]:
        assert any(row.items() <= other.items() for other in found), row


def test_colours_of_a_circuit_are_centred_at_zero_and_negative_squares_have_a_dash():
    for dark, look in ((False, LOOKS[0]), (True, LOOKS[1])):
        spec = built("circuit", look)
        [scale] = {json.dumps(p["scale"]) for p in parts(spec) if p.get("field") == "value" and "scale" in p}
        assert json.loads(scale)["domain"] == [-2.5, 0, 2.5]
        assert look.dark is dark
    dashes = [layer for layer in spec["layer"] if layer["mark"]["type"] == "tick"]
    [kept] = [step["filter"] for layer in dashes for step in layer["transform"]]
    assert kept == "(datum.value < 0)"


def test_rows_of_a_circuit_are_high_enough_for_their_names():
    for name in ("circuit", "circuit of one", "circuit of many"):
        spec = built(name)
        rows = len({row["a"] for row in drawn(spec) if "a" in row})
        assert spec["height"] / rows >= 1.2 * LOOK.size
        orders = [p["sort"] for p in parts(spec) if p.get("field") == "a" and "sort" in p]
        assert all(order == list(dict.fromkeys(r["a"] for r in CASES[name][1])) for order in orders) and orders


def test_a_curve_joins_each_place_with_the_next_and_names_both_ends():
    spec = built("curve")
    steps = sorted(spec["datasets"]["steps"], key=lambda row: row["place"])
    assert [row["place"] for row in steps] == list(range(1, 128))
    at = {row["place"]: (row["x"], row["y"]) for row in curve(128)}
    for row in steps:
        np.testing.assert_allclose((row["x2"], row["y2"]), at[row["place"] + 1], atol=1e-5)
    dots = spec["datasets"]["dots"]
    named = {row["label"] for row in dots if row["label"]}
    assert {"1", "128"} < named and len(named) <= 10
    for row in dots:
        if row["place"] in (1, 128):
            assert all(row[f"spot{k}"] >= 0 for k in range(len(labels.WIDTHS)))


def test_the_network_is_in_the_accent_with_a_dash_of_its_own_and_chance_in_stone():
    spec = built("spectrum")
    lines = [layer["mark"] for layer in spec["layer"] if layer["mark"]["type"] == "line"]
    assert [mark["color"] for mark in lines] == [LOOK.stone] + [LOOK.ours] * 4
    assert len({tuple(mark["strokeDash"]) for mark in lines[1:]}) == 4
    names = [row["name"] for row in drawn(spec) if "name" in row]
    assert names == ["W Q", "W K", "W V", "W O", weights.RANDOM]
    band = [row for row in drawn(built("distances")) if "low" in row]
    assert band == [{"low": -0.1, "high": 0.1}]
