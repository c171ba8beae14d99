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
