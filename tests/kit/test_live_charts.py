"""Live curves of several losses: each has a label at its end, and no two labels meet."""

from __future__ import annotations

import itertools
import math
from typing import Any

import pytest

from core.charts import training
from tests.helpers.charts import LOOK

SIZES = [1, 2, 4, 8]


def live(spec: dict[str, Any]) -> tuple[list[dict], list[dict]]:
    values = spec["data"]["values"]
    return [v for v in values if not v["label"]], [v for v in values if v["label"]]


def test_live_losses_have_a_label_at_each_end_and_none_on_another():
    rows = [{"step": s, "size": n, "loss": 0.02 + 0.0001 * n} for s in (10, 20) for n in SIZES]
    spec = training.live_losses([*rows, {"step": 30, "size": 8, "loss": None}], LOOK, height=300)
    lines, labels = live(spec)
    assert len(lines) == len(rows)
    assert [(row["label"], row["step"]) for row in labels] == [("1", 20), ("2", 20), ("4", 20), ("8", 20)]
    low, high = spec["layer"][0]["encoding"]["y"]["scale"]["domain"]
    heights = [240 * math.log(row["label_y"] / low) / math.log(high / low) for row in labels]
    assert all(b - a >= LOOK.size for a, b in itertools.pairwise(heights))
    assert training.live_losses([], LOOK)["data"]["values"] == []


def test_labels_that_are_apart_stay_where_they_are():
    assert training._spread({"a": 0.1, "b": 0.9}, 0.2) == pytest.approx({"a": 0.1, "b": 0.9})
    assert training._spread({"a": 0.5, "b": 0.52, "c": 0.9}, 0.2) == pytest.approx({"a": 0.41, "b": 0.61, "c": 0.9})
