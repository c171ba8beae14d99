"""The charts of attention heads as specs: valid, in the colours of their theme, and what they say in words."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from core.charts import theme
from core.lessons.attention import charts_growth, charts_heads
from tests.helpers.charts import LOOK, LOOKS, check

KINDS = ("previous", "first", "same", "induction")


def effect(head: str, value: float, kind: str = "", best: bool = False, off: bool = False) -> dict[str, Any]:
    return {"head": head, "kind": kind, "effect": value, "best": best, "off": off}


EFFECTS = [
    effect("1.1", 0.02), effect("1.2", 0.31, "previous token", best=True), effect("2.1", -0.014, "first token", off=True),
    effect("2.2", 0.05),
]  # fmt: skip


def ages(steps: list[int], scores: list[float] | None = None, now: int | None = None) -> list[dict[str, Any]]:
    empty = {"step": None, "name": "", "head": "", "now": False}
    scores = scores or [0.1, 0.2, 0.3, 0.4]
    rows = []
    for i, step in enumerate(steps):
        shown = {"step": step, "now": step == now}
        rows.append(empty | shown | {"part": "loss", "value": 4.5 - 0.3 * i})
        rows += [
            empty | shown | {"part": "score", "value": score, "name": kind, "head": "1.2"}
            for kind, score in zip(KINDS, scores, strict=True)
        ]
    rules = {"unigrams": 4.2, "bigrams": 3.1, "trigrams": 3.0}
    rows += [empty | {"part": "rule", "value": value, "name": name} for name, value in rules.items()]
    return [*rows, empty | {"part": "level", "value": 0.4}]


def heat_rows(steps: list[int], heads: int) -> list[dict[str, Any]]:
    return [
        {"head": f"1.{head}", "step": step, "score": (head + i) / 20, "now": step == steps[-1]}
        for i, step in enumerate(steps)
        for head in range(1, heads + 1)
    ]


STEPS = [0, 160, 400, 800, 1600, 4000, 8000]
CASES = {
    "effects": (charts_heads.effects, EFFECTS),
    "effects that all help": (charts_heads.effects, [row | {"effect": -abs(row["effect"])} for row in EFFECTS]),
    "effects of nothing": (charts_heads.effects, [row | {"effect": 0.0} for row in EFFECTS]),
    "effect of one head": (charts_heads.effects, EFFECTS[1:2]),
    "growth": (charts_growth.growth, ages(STEPS, now=800)),
    "growth of equal heads": (charts_growth.growth, ages(STEPS, [0.2] * 4, now=0)),
    "growth of perfect heads": (charts_growth.growth, ages(STEPS, [1.0] * 4)),
    "growth of one age": (charts_growth.growth, ages([40], now=40)),
    "heat": (charts_growth.heat, heat_rows(STEPS, 16)),
}


def spec(name: str, look: theme.Look = LOOK) -> dict[str, Any]:
    build, rows = CASES[name]
    return theme.spec(build, rows, look)


def layers(one: dict[str, Any]) -> list[dict[str, Any]]:
    """All single marks of a chart of layers in layers."""
    return [part for layer in one["layer"] for part in layers(layer)] if "layer" in one else [one]


def rows_of(one: dict[str, Any], column: str) -> list[dict[str, Any]]:
    """The first table with this column."""
    return next(rows for rows in one["datasets"].values() if rows and column in rows[0])


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("look", LOOKS, ids=["light", "dark big"])
def test_a_chart_is_one_valid_view_in_the_colours_of_its_theme(name, look):
    found = spec(name, look)
    check(found)
    assert not {"vconcat", "hconcat", "concat", "facet"} & found.keys()  # Streamlit fits only a single view
    text = [layer["mark"] for layer in layers(found) if layer["mark"]["type"] == "text"]
    assert text and all(mark["fontSize"] >= look.size and "color" in mark for mark in text)
    other = LOOKS[1] if look.ink == LOOK.ink else LOOK
    drawn = json.dumps({key: value for key, value in found.items() if key != "datasets"})
    assert other.ink not in drawn and other.quiet not in drawn and other.ours not in drawn.replace("#0072B2", "")


def test_heads_stand_in_the_order_of_what_they_cost_and_have_their_numbers():
    rows = rows_of(spec("effects"), "number")
    assert [row["name"] for row in rows] == ["1.2 previous token", "2.2", "1.1", "2.1 first token (off)"]
    assert [row["number"] for row in rows] == ["+0.310", "+0.0500", "+0.0200", "−0.0140"]
    heights = [row["y"] for row in rows]
    assert all(b - a >= LOOK.size for a, b in itertools.pairwise(heights))
    assert spec("effects")["height"] > heights[-1]


def test_the_median_head_is_marked_and_said():
    found = spec("effects")
    assert "the median head, +0.0350" in json.dumps(found)
    dashed = [layer for layer in layers(found) if "strokeDash" in layer["mark"]]
    [median] = [found["datasets"][layer["data"]["name"]] for layer in dashed]
    assert median == [{"effect": pytest.approx(0.035)}]


def test_a_head_that_is_off_is_hollow_and_a_bar_goes_from_zero_to_its_effect():
    bars = [layer for layer in layers(spec("effects")) if layer["mark"]["type"] == "rect"]
    by_filter = {layer["transform"][0]["filter"]: layer for layer in bars}
    assert by_filter["datum.off"]["mark"]["filled"] is False and "filled" not in by_filter["!datum.off"]["mark"]
    for layer in bars:
        assert layer["encoding"]["x"]["field"] == "zero" and layer["encoding"]["x2"]["field"] == "effect"
        low, high = layer["encoding"]["x"]["scale"]["domain"]
        assert low == -0.014 and high == 0.31, "negative effects have room at the left"


@pytest.mark.parametrize(
    ("value", "said"), [(0.31, "+0.310"), (0.0123, "+0.0123"), (-0.0009, "−0.0009"), (-1.5, "−1.500"), (0.0, "+0.0000")]
)
def test_a_change_has_its_sign(value, said):
    assert charts_heads.signed(value) == said


def test_step_0_stands_left_of_the_first_step_on_the_logarithmic_axis():
    rows = rows_of(spec("growth"), "at")
    at = {row["step"]: row["at"] for table in spec("growth")["datasets"].values() for row in table if "at" in row and row["step"] is not None}  # fmt: skip
    assert rows and at == {0: 64.0} | {step: step for step in STEPS[1:]}
    [axis] = [layer["encoding"]["x"]["axis"] for layer in layers(spec("growth")) if layer["mark"]["type"] == "line"][:1]
    assert axis["values"] == [64.0, *STEPS[1:]] and axis["labelExpr"].startswith("datum.value < 160 ? '0'")


@pytest.mark.parametrize("name", ["growth", "growth of equal heads", "growth of perfect heads"])
def test_names_at_the_ends_of_lines_do_not_cover_each_other_and_keep_their_order(name):
    found = spec(name)
    named = [row for table in found["datasets"].values() for row in table if "of" in row]
    above = sorted((row for row in named if row["of"] in ("rule", "model")), key=lambda row: row["y"])
    below = sorted((row for row in named if row["of"] in KINDS), key=lambda row: row["y"])
    assert len(above) == 4 and len(below) == 4
    inner = found["height"] - 4.2 * LOOK.size
    for group in (above, below):
        assert all((b["y"] - a["y"]) * inner >= 1.1 * LOOK.size for a, b in itertools.pairwise(group))
        numbers = [float(row["name"].split()[-1]) for row in group]
        assert numbers == sorted(numbers, reverse=True) and group[-1]["y"] <= 1
    assert above[-1]["y"] < 0.58 < below[0]["y"], "each panel keeps its own names"


def test_the_age_that_is_shown_is_marked_once():
    marked = [
        layer for layer in layers(spec("growth"))
        if layer["mark"]["type"] == "rule" and layer["mark"]["color"] == LOOK.link
    ]  # fmt: skip
    [rows] = [spec("growth")["datasets"][layer["data"]["name"]] for layer in marked]
    assert [row["step"] for row in rows] == [800]


def test_kinds_differ_by_dash_and_shape_too():
    scales = {}
    for layer in layers(spec("growth")):
        for channel in ("strokeDash", "shape", "color"):
            if "scale" in (layer["encoding"].get(channel) or {}):
                scales.setdefault(channel, layer["encoding"][channel]["scale"])
    for scale in scales.values():
        assert tuple(scale["domain"]) == KINDS and len({json.dumps(value) for value in scale["range"]}) == 4
    assert set(scales) == {"strokeDash", "shape", "color"}


def test_the_heat_is_tall_enough_for_its_numbers_and_within_the_row_budget():
    found = spec("heat")
    assert found["height"] / 16 >= LOOK.size and sum(map(len, found["datasets"].values())) <= 5_000
    assert rows_of(found, "score")[0]["number"] == "0.05"
