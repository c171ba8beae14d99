"""The charts of the lesson "Cheating and denoising" as specs."""

from __future__ import annotations

import pandas as pd
import pytest

from core.charts import theme
from core.lessons.denoising import charts as cheating
from core.lessons.denoising.charts_repair import repair_by_level
from tests.helpers.charts import LOOK, parts


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


def test_a_picture_without_noise_has_the_error_zero():
    rows = [
        {"level": level, "network": name, "mse": mse, "ours": name == "Denoising"}
        for name, errors in {"left as it is": (0.0, 0.2), "Denoising": (0.004, 0.03)}.items()
        for level, mse in zip((0.0, 0.5), errors, strict=True)
    ]
    spec = theme.spec(repair_by_level, rows, LOOK)
    [scale] = {str(p["scale"]): p["scale"] for p in parts(spec) if p.get("field") == "mse" and "scale" in p}.values()
    assert scale["type"] == "symlog" and scale["domain"] == [0, 0.2]
    assert not any(p.get("clip") for p in parts(spec)), "end markers are whole"
    [dashes] = [p["scale"] for p in parts(spec) if p.get("field") == "network" and "scale" in p]
    assert dashes["range"][dashes["domain"].index("Denoising")] == [1, 0], "ours is solid"
