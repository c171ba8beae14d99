"""The stage: the same pictures through every size, and error and usefulness by size."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core import data, lab
from core.analysis import codes
from core.charts import theme
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
    if stage_alone:
        return
    with chart:
        curve(on_stage)
        more = (
            ""
            if on_stage.guess is not None
            else " What the codes are good for appears here once you have guessed below."
        )
        st.caption(f"Hover to read, click to choose a size.{more}")


def compare(on_stage: OnStage, first: int) -> None:
    """Rows of the same held-out pictures: the truth, PCA, and each size."""
    record, sizes, size = on_stage.record, on_stage.sizes, on_stage.size
    model, images = lab.model(record), data.load(record.config["data"])
    x = images.test_x[first : first + SHOWN]
    found = record.metrics
    rows = [("original", x.permute(0, 2, 3, 1).numpy()), (f"PCA {size}", codes.draw_linear(model, x, size))]
    notes = ["held-out error", f"{found['pca_mse'][str(size)]:.4f}"]
    for m in sizes:
        rows.append((named(m), codes.draw(model, codes.encode(model, m, x))))
        notes.append(f"{found['test_mse'][str(m)]:.4f}")
    gallery(rows, notes, marked=named(size), about="held-out pictures")


def curve(on_stage: OnStage) -> None:
    """Error by size and, once a guess was made, below it what the code is good for; a click chooses the size."""
    accuracies = on_stage.guess is not None
    spec = theme.spec(
        charts.by_size if accuracies else charts.rate_distortion, curve_rows(on_stage, accuracies), look_now()
    )
    key = f"{PREFIX}_curve_{'both' if accuracies else 'error'}"
    draw_chart(spec, key=key, on_select="rerun", selection_mode=charts.CLICK)


def curve_rows(on_stage: OnStage, accuracies: bool) -> list[dict[str, Any]]:
    """Rows of the chart: error by size and method, and with `accuracies` accuracy by size and reader."""
    found, sizes, size, rows = on_stage.record.metrics, on_stage.sizes, on_stage.size, []
    for m in sizes:
        for method, name in (
            ("auto-encoder", "test_mse"),
            ("PCA, the best linear code", "pca_mse"),
            ("mean image", ""),
        ):
            mse = found[name][str(m)] if name else found["mean_image_mse"]
            rows.append({"size": m, "method": method, "mse": mse, "ours": name == "test_mse", "chosen": m == size})
    if accuracies:
        readers = {"linear probe": "probe_accuracy", "neighbours": "knn_accuracy"}
        for reader, name in readers.items():
            rows += [
                {"size": m, "reader": reader, "accuracy": found[name][str(m)], "ours": True, "chosen": m == size}
                for m in sizes
            ]
            rows.append(
                {"size": None, "reader": reader, "accuracy": found[f"{name}_raw"], "ours": False, "chosen": False}
            )
    return rows
