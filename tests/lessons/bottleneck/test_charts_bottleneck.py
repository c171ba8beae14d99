"""The charts of the lesson "Bottleneck" as specs."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from core.charts import theme
from core.lessons.bottleneck import charts as bottleneck
from tests.helpers.charts import LOOK, parts

SIZES = [1, 2, 4, 8]


def errors(chosen: int = 4) -> list[dict[str, Any]]:
    methods = {"auto-encoder": 0.05, "PCA": 0.06, "mean image": None}
    return [
        {
            "size": n,
            "method": m,
            "mse": 0.09 if e is None else e / n,
            "ours": m == "auto-encoder",
            "chosen": n == chosen,
        }
        for n in SIZES
        for m, e in methods.items()
    ]


def accuracies(chosen: int = 4) -> list[dict[str, Any]]:
    readers = {"linear probe": 0.5, "neighbours": 0.55}
    rows = [
        {"size": n, "reader": r, "accuracy": a + 0.1 * i, "ours": True, "chosen": n == chosen, "guess": n == 2}
        for i, n in enumerate(SIZES)
        for r, a in readers.items()
    ]
    return rows + [
        {"size": None, "reader": r, "accuracy": 0.85, "ours": False, "chosen": False, "guess": False} for r in readers
    ]  # fmt: skip


def strips(spec: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows behind the strips that hear the pointer."""
    [rows] = [rows for rows in spec["datasets"].values() if "left" in rows[0]]
    return rows


CHARTS = [
    (bottleneck.rate_distortion, errors),
    (bottleneck.code_quality, accuracies),
]


@pytest.mark.parametrize(("build", "rows"), CHARTS)
def test_a_size_can_be_clicked_in_a_single_view(build, rows):
    spec = theme.spec(build, rows(), LOOK)
    assert not {"vconcat", "hconcat", "concat", "facet"} & spec.keys()  # Streamlit fits only a single view
    [click] = [p for p in spec["params"] if p["name"] == bottleneck.CLICK]
    assert click["select"]["fields"] == ["size"]
    assert click["select"]["toggle"] == "true"  # as chart_click needs it
    assert click["select"]["clear"] is False
    found = strips(spec)
    assert [row["size"] for row in found] == SIZES
    assert all(row["left"] < row["size"] < row["right"] for row in found)
    assert all(a["right"] == b["left"] for a, b in itertools.pairwise(found))  # no gap and no overlap
    assert [row["size"] for row in found if row["chosen"]] == [4]


def test_the_guess_is_marked():
    found = strips(theme.spec(bottleneck.code_quality, accuracies(), LOOK))
    assert [row["size"] for row in found if row["guess"]] == [2]
    assert not any(row["guess"] for row in strips(theme.spec(bottleneck.rate_distortion, errors(), LOOK)))


def test_another_choice_changes_the_data_alone():
    """So Streamlit replaces rows in the chart that stands, and it neither flickers nor loses its selection."""

    def shape(chosen: int) -> str:
        spec = theme.spec(bottleneck.code_quality, accuracies(chosen), LOOK)
        text = json.dumps({k: v for k, v in spec.items() if k != "datasets"})
        for i, name in enumerate(spec["datasets"]):
            text = text.replace(name, f"data {i}")
        views = {part["name"]: None for part in parts(spec) if str(part.get("name", "")).startswith("view_")}
        for i, name in enumerate(views):  # Streamlit numbers them anew as well
            text = text.replace(name, f"view {i}")
        return text

    assert shape(4) == shape(2)


def test_the_tooltip_has_every_value_of_a_size():
    said = {}
    for build, rows in CHARTS:
        spec = theme.spec(build, rows(), LOOK)
        [tips] = [part["tooltip"] for part in parts(spec) if isinstance(part.get("tooltip"), list)]
        row = strips(spec)[2]
        said |= {tip["title"]: row[tip["field"]] for tip in tips}
    assert said == {
        "bottleneck": 4,
        "auto-encoder": pytest.approx(0.0125),
        "PCA": pytest.approx(0.015),
        "mean image": 0.09,
        "linear probe": pytest.approx(0.7),
        "neighbours": pytest.approx(0.75),
        "raw pixels, linear probe": 0.85,
        "raw pixels, neighbours": 0.85,
    }


def test_both_plots_begin_at_the_same_place():
    for build, rows in CHARTS:
        axes = [
            part["axis"] for part in parts(theme.spec(build, rows(), LOOK)) if "minExtent" in (part.get("axis") or {})
        ]
        assert axes
        assert {(axis["minExtent"], axis["maxExtent"]) for axis in axes} == {(50, 50)}


@pytest.mark.parametrize("sizes", [[8], [2, 32]])
def test_few_sizes_are_drawn_too(sizes):
    rows = [row | {"size": n} for n in sizes for row in errors()[:3]]
    found = strips(theme.spec(bottleneck.rate_distortion, rows, LOOK))
    assert [row["size"] for row in found] == sizes
