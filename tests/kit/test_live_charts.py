"""Live curves: one configuration for all, and of several losses each has a label at its end, and no two labels meet."""

from __future__ import annotations

import itertools
import math
from typing import Any

import altair as alt
import pandas as pd
import pytest

from core.charts import live as curves
from core.charts import theme
from core.lessons.attention.charts_live import live_bits
from core.lessons.contrastive import live as contrastive
from tests.helpers.charts import LOOK, LOOKS, check

SIZES = [1, 2, 4, 8]


def live(spec: dict[str, Any]) -> tuple[list[dict], list[dict]]:
    values = spec["data"]["values"]
    return [v for v in values if not v["label"]], [v for v in values if v["label"]]


def test_live_losses_have_a_label_at_each_end_and_none_on_another():
    rows = [{"step": s, "size": n, "loss": 0.02 + 0.0001 * n} for s in (10, 20) for n in SIZES]
    spec = curves.live_losses([*rows, {"step": 30, "size": 8, "loss": None}], LOOK, height=300)
    lines, labels = live(spec)
    assert len(lines) == len(rows)
    assert [(row["label"], row["step"]) for row in labels] == [("1", 20), ("2", 20), ("4", 20), ("8", 20)]
    low, high = spec["layer"][0]["encoding"]["y"]["scale"]["domain"]
    heights = [240 * math.log(row["label_y"] / low) / math.log(high / low) for row in labels]
    assert all(b - a >= LOOK.size for a, b in itertools.pairwise(heights))
    assert curves.live_losses([], LOOK)["data"]["values"] == []


def test_labels_that_are_apart_stay_where_they_are():
    assert curves._spread({"a": 0.1, "b": 0.9}, 0.2) == pytest.approx({"a": 0.1, "b": 0.9})
    assert curves._spread({"a": 0.5, "b": 0.52, "c": 0.9}, 0.2) == pytest.approx({"a": 0.41, "b": 0.61, "c": 0.9})


@pytest.mark.parametrize("look", LOOKS, ids=["light", "dark big"])
def test_a_live_curve_is_a_valid_spec_with_the_configuration_of_every_other_chart(look):
    rows = [{"i": i, "loss": 1 / (i + 1), "other": "kept"} for i in range(3)]
    spec = curves.live_loss(rows, look, height=200)
    check(spec)
    drawn = theme.styled(alt.Chart(pd.DataFrame({"x": [0]})).mark_point(), look).to_dict()
    assert spec["config"] == drawn["config"] == curves.live_losses([], look)["config"]
    assert spec["height"] == 200 and spec["data"] == {"values": rows}
    assert spec["mark"] == {"type": "line", "strokeWidth": 3, "color": look.ours, "interpolate": "monotone"}
    assert spec["encoding"] == {
        "x": {"field": "i", "type": "quantitative", "title": "step"},
        "y": {"field": "loss", "type": "quantitative", "title": "loss", "scale": {"zero": False}},
    }


HISTORY = [
    {"i": i, "total": 90, "loss": 1 / i, "loss_1": 2 / i, "loss_8": 1 / i, "bits_per_character": 3 / i}
    for i in (1, 2, 3)
]
LONGER = [row | {"i": 10 * row["i"]} for row in HISTORY] + [{"i": 90, "total": 90, "loss": None, "loss_8": None}]


@pytest.mark.parametrize("look", LOOKS, ids=["light", "dark big"])
def test_earlier_losses_stand_behind_the_new_one(look):
    """Gray and first, so below it; the axes hold both; with none of them the chart is what it was."""
    alone = [{key: row[key] for key in ("i", "loss")} for row in HISTORY]
    for draw, rows, others, count in (
        (curves.losses, HISTORY, [LONGER, HISTORY], 4), (curves.losses, alone, [LONGER, alone], 2),
        (live_bits, HISTORY, [LONGER], 1), (contrastive.curve, HISTORY, [LONGER], 1),
    ):  # fmt: skip
        assert check(draw(rows, look, [])) == draw(rows, look)
        spec = check(draw(rows, look, others))
        part = spec["vconcat"][0] if "vconcat" in spec else spec
        gray = part["layer"][0]
        assert gray["mark"]["color"] == look.stone and gray["mark"]["strokeWidth"] < 3
        drawn = gray["data"]["values"]
        assert len({row["run"] for row in drawn}) == count and all(None not in row.values() for row in drawn)
        assert "gray: earlier runs" in str(spec) and "gray" not in str(draw(rows, look))
        step = gray["encoding"]["x"]
        assert max(row[step["field"]] for row in drawn) == 30
        assert step.get("scale", {}).get("domain", [0, 30]) == [0, 30]
    low, high = curves.losses(HISTORY, look, [LONGER])["layer"][0]["encoding"]["y"]["scale"]["domain"]
    assert low < min(row["loss_8"] for row in HISTORY) and high > 2


def test_a_spec_without_a_height_says_none_and_one_configuration_is_not_another_look_s():
    light, dark = (curves.framed({"vconcat": []}, look) for look in LOOKS)
    assert "height" not in light and light["config"] != dark["config"]
    assert light["config"] is curves.framed({"mark": "line"}, LOOK)["config"], "it is made once for each look"


def test_a_spec_that_is_none_is_seen():
    spec = {"mark": "bar", "data": {"values": []}, "encoding": {"x": {"field": "x", "type": "quantitative"}}}
    assert check(spec) is spec
    for wrong in (
        spec | {"mark": "barr"},
        spec | {"encoding": {"x": {"field": "x", "type": "number"}}},
        spec | {"hight": 1},
    ):
        with pytest.raises(AssertionError):
            check(wrong)
