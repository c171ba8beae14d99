"""The charts of the auto-encoders' lessons as specs, and clicks on them as Streamlit keeps them."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

from core.charts import theme, training
from core.lessons.bottleneck import charts as bottleneck
from core.lessons.denoising import charts as cheating
from core.ui import chart_click

LOOK = theme.look(dark=False)
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
    readers = {"linear probe": 0.5, "10 nearest": 0.55}
    rows = [
        {"size": n, "reader": r, "accuracy": a + 0.1 * i, "ours": True, "chosen": n == chosen}
        for i, n in enumerate(SIZES)
        for r, a in readers.items()
    ]
    return rows + [
        {"size": None, "reader": r, "accuracy": 0.85, "ours": False, "chosen": False} for r in readers
    ]  # fmt: skip


def parts(node: Any) -> Iterator[dict[str, Any]]:
    """All objects of a spec."""
    if isinstance(node, dict):
        yield node
        for child in node.values():
            yield from parts(child)
    elif isinstance(node, list):
        for child in node:
            yield from parts(child)


def strips(spec: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows behind the strips that hear the pointer."""
    [rows] = [rows for rows in spec["datasets"].values() if "left" in rows[0]]
    return rows


CHARTS = [
    (bottleneck.rate_distortion, errors),
    (bottleneck.code_quality, accuracies),
    (bottleneck.by_size, lambda chosen=4: errors(chosen) + accuracies(chosen)),
]


@pytest.mark.parametrize(("build", "rows"), CHARTS)
def test_a_size_can_be_clicked_in_a_single_view(build, rows):
    spec = theme.spec(build, rows(), LOOK)
    assert not {"vconcat", "hconcat", "concat", "facet"} & spec.keys()  # Streamlit fits only a single view
    [click] = [p for p in spec["params"] if p["name"] == bottleneck.CLICK]
    assert click["select"]["fields"] == ["size"]
    assert click["select"]["toggle"] == "true"  # as core.ui.chart_click needs it
    assert click["select"]["clear"] is False
    found = strips(spec)
    assert [row["size"] for row in found] == SIZES
    assert all(row["left"] < row["size"] < row["right"] for row in found)
    assert all(a["right"] == b["left"] for a, b in itertools.pairwise(found))  # no gap and no overlap
    assert [row["size"] for row in found if row["chosen"]] == [4]


def test_another_choice_changes_the_data_alone():
    """So Streamlit replaces rows in the chart that stands, and it neither flickers nor loses its selection."""

    def shape(chosen: int) -> str:
        spec = theme.spec(bottleneck.by_size, errors(chosen) + accuracies(chosen), LOOK)
        text = json.dumps({k: v for k, v in spec.items() if k != "datasets"})
        for i, name in enumerate(spec["datasets"]):
            text = text.replace(name, f"data {i}")
        views = {part["name"]: None for part in parts(spec) if str(part.get("name", "")).startswith("view_")}
        for i, name in enumerate(views):  # Streamlit numbers them anew as well
            text = text.replace(name, f"view {i}")
        return text

    assert shape(4) == shape(2)


def test_the_tooltip_has_every_value_of_a_size():
    spec = theme.spec(bottleneck.by_size, errors() + accuracies(), LOOK)
    [tips] = [part["tooltip"] for part in parts(spec) if isinstance(part.get("tooltip"), list)]
    row = strips(spec)[2]
    said = {tip["title"]: row[tip["field"]] for tip in tips}
    assert said == {
        "bottleneck": 4,
        "auto-encoder": pytest.approx(0.0125),
        "PCA": pytest.approx(0.015),
        "mean image": 0.09,
        "linear probe": pytest.approx(0.7),
        "10 nearest": pytest.approx(0.75),
        "raw pixels, linear probe": 0.85,
        "raw pixels, 10 nearest": 0.85,
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


def live(spec: dict[str, Any]) -> tuple[list[dict], list[dict]]:
    values = spec["data"]["values"]
    return [v for v in values if not v["label"]], [v for v in values if v["label"]]


def test_live_losses_have_a_label_at_each_end_and_none_on_another():
    rows = [{"step": s, "size": n, "loss": 0.02 + 0.0001 * n} for s in (10, 20) for n in SIZES]
    spec = bottleneck.live_losses([*rows, {"step": 30, "size": 8, "loss": None}], LOOK, height=300)
    lines, labels = live(spec)
    assert len(lines) == len(rows)
    assert [(row["label"], row["step"]) for row in labels] == [("1", 20), ("2", 20), ("4", 20), ("8", 20)]
    low, high = spec["layer"][0]["encoding"]["y"]["scale"]["domain"]
    heights = [240 * math.log(row["label_y"] / low) / math.log(high / low) for row in labels]
    assert all(b - a >= LOOK.size for a, b in itertools.pairwise(heights))
    assert bottleneck.live_losses([], LOOK)["data"]["values"] == []


def test_labels_that_are_apart_stay_where_they_are():
    assert training._spread({"a": 0.1, "b": 0.9}, 0.2) == pytest.approx({"a": 0.1, "b": 0.9})
    assert training._spread({"a": 0.5, "b": 0.52, "c": 0.9}, 0.2) == pytest.approx({"a": 0.41, "b": 0.61, "c": 0.9})


def test_the_bars_have_their_two_scales():
    rows = [
        {"network": n, "quantity": q, "value": v, "ours": n == "denoising", "label": str(v)}
        for n in ("overcomplete", "denoising")
        for q, v in ((cheating.HELD_OUT, 0.01), (cheating.NOISE, 1.4))
    ]
    spec = theme.spec(cheating.copy_bars, rows, LOOK)
    domains = {tuple(p["scale"]["domain"]) for p in parts(spec) if p.get("field") == "value" and "scale" in p}
    assert domains == {(0, 0.01), (0, 1.4)}


def test_arrows_point_where_they_go():
    heads = {(1, 0): 90, (0, 1): 0, (-1, 0): -90, (0, -1): 180}
    rows = [{"kind": "arrow", "x": 0, "y": 0, "x2": x, "y2": y} for x, y in heads]
    rows.append({"kind": "data", "x": 3, "y": 0, "x2": None, "y2": None})
    spec = theme.spec(cheating.field, rows, LOOK)
    drawn = {(r["x2"], r["y2"]): r["angle"] for data in spec["datasets"].values() for r in data if "angle" in r}
    assert drawn == pytest.approx(heads)


def test_a_field_without_arrows_is_drawn():
    rows = [{"kind": "data", "x": 0.0, "y": 1.0, "x2": None, "y2": None}]
    cheating.field(pd.DataFrame(rows), LOOK).to_dict()


@pytest.fixture
def state(monkeypatch) -> dict[str, Any]:
    held: dict[str, Any] = {}
    monkeypatch.setattr(chart_click.st, "session_state", held)
    return held


def selected(*sizes: Any) -> dict[str, Any]:
    """What Streamlit holds of a chart; an empty selection is a dict there."""
    return {"selection": {"size": [{"size": n} for n in sizes] or {}}}


def clicks(state: dict[str, Any], *selections: Any) -> list[Any]:
    heard = []
    for selection in selections:
        state["chart"] = selection
        heard.append(chart_click.clicked("chart", "size", "size"))
    return heard


def test_each_click_is_heard_once(state):
    assert chart_click.clicked("chart", "size", "size") is None  # not drawn yet
    assert clicks(state, selected(), selected(8), selected(8), selected(8, 2)) == [None, 8, None, 2]


def test_a_second_click_on_a_size_is_heard_too(state):
    assert clicks(state, selected(8), selected(8), selected(), selected(8)) == [8, None, 8, 8]
    assert clicks(state, selected(8, 2), selected(2)) == [2, 8]


def test_a_page_that_was_left_has_forgotten_its_clicks(state):
    assert clicks(state, selected(8)) == [8]
    del state["chart"]
    assert chart_click.clicked("chart", "size", "size") is None
    assert clicks(state, selected(), selected(8)) == [None, 8]


@pytest.mark.parametrize(
    "sent",
    [
        None, "x", [], {"selection": 1}, {"selection": {"size": "8"}}, {"selection": {"size": [8, None]}},
        {"selection": {"size": [{"size": {"size": 8}}]}}, selected(math.nan), selected(math.inf), selected(True),
        selected(None), selected([8]), selected(*range(1000)),
    ],
)  # fmt: skip
def test_what_is_no_click_is_not_heard(state, sent):
    assert clicks(state, sent) == [None]
