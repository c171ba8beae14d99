"""The stage: the same pictures through every size, and error and usefulness by size."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core import data, lab
from core.analysis import codes
from core.charts import theme
from core.charts.written import number
from core.lessons.bottleneck import charts
from core.lessons.bottleneck.choose import OnStage, named
from core.lessons.bottleneck.links import PICTURE, PREFIX
from core.lessons.bottleneck.subject import another
from core.ui.charted import draw_chart
from core.ui.gallery import gallery
from core.ui.look import look_now

SHOWN = 5  # pictures in a row


def show(on_stage: OnStage, stage_alone: bool) -> None:
    """Pictures on the left, the curve beside them; in a browser's first run the pictures alone."""
    last = len(data.load(on_stage.record.config["data"]).test_x) - 1
    grid, chart = st.columns([0.56, 0.44], gap="medium")
    with grid:
        slot, controls = st.container(), st.columns([0.5, 0.5], vertical_alignment="bottom")
        with controls[0]:
            picture = PICTURE.input(last)
        controls[1].button(
            "Others", icon=":material/shuffle:", key=f"{PREFIX}_another", on_click=another, args=(PICTURE, last), width="stretch"
        )  # fmt: skip
    with slot:
        compare(on_stage, min(picture, last - SHOWN + 1))
    if stage_alone or not on_stage.record.metrics:
        return
    with chart:
        curve(on_stage)
        st.caption("Hover to read, click to choose a size.")


def compare(on_stage: OnStage, first: int) -> None:
    """Rows of the same held-out pictures: the truth, PCA, and each size."""
    record, sizes, size = on_stage.record, on_stage.sizes, on_stage.size
    model, images = lab.model(record), data.load(record.config["data"])
    x = images.test_x[first : first + SHOWN]

    def error(name: str, m: int) -> str:  # "" as long as it is still being measured
        return number(record.metrics[name][str(m)]) if name in record.metrics else ""

    rows = [("original", x.permute(0, 2, 3, 1).numpy()), (f"PCA {size}", codes.draw_linear(model, x, size))]
    notes = ["held-out error" if record.metrics else "", error("pca_mse", size)]
    for m in sizes:
        rows.append((named(m), codes.draw(model, codes.encode(model, m, x))))
        notes.append(error("test_mse", m))
    gallery(rows, notes, marked=named(size), about="held-out pictures")


def curve(on_stage: OnStage) -> None:
    """Error by size; a click chooses the size."""
    spec, key = theme.spec(charts.rate_distortion, curve_rows(on_stage), look_now()), f"{PREFIX}_curve_error"
    draw_chart(spec, key=key, on_select="rerun", selection_mode=charts.CLICK)


def curve_rows(on_stage: OnStage) -> list[dict[str, Any]]:
    """Rows of the chart: error by size and method."""
    found, size, rows = on_stage.record.metrics, on_stage.size, []
    for m in on_stage.sizes:
        for method, name in (
            ("auto-encoder", "test_mse"),
            ("PCA, the best linear code", "pca_mse"),
            ("mean image", ""),
        ):
            mse = found[name][str(m)] if name else found["mean_image_mse"]
            rows.append({"size": m, "method": method, "mse": mse, "ours": name == "test_mse", "chosen": m == size})
    return rows
