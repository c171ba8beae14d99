"""The stage of "Bottleneck": the same pictures through every size, and error and usefulness by size."""

from __future__ import annotations

import dataclasses

import streamlit as st

from core import data, lab
from core.analysis import codes
from core.charts import theme
from core.experiments.autoencoder import SIZES, Config
from core.lessons.bottleneck import charts
from core.store.record import Record
from core.ui.gallery import gallery
from core.ui.look import look_now

SHOWN = 5  # pictures in a row


def available(config: Config, seed: int) -> lab.View:
    """The networks of the chosen sizes, trained together; or those of all sizes, which hold them as well: every size
    begins with the same weights and sees the same batches in any company."""
    shown = lab.view("autoencoder", config, seed)
    if isinstance(shown, lab.Ready):
        return shown
    everything = lab.view("autoencoder", dataclasses.replace(config, sizes=SIZES), seed)
    return everything if isinstance(everything, lab.Ready) else shown


def compare(record: Record, sizes: tuple[int, ...], size: int, first: int) -> None:
    """Rows of the same held-out pictures: the truth, PCA, and each size."""
    model, images = lab.model(record), data.load(record.config["data"])
    x = images.test_x[first : first + SHOWN]
    found = record.metrics
    rows = [("original", x.permute(0, 2, 3, 1).numpy()), (f"PCA {size}", codes.draw_linear(model, x, size))]
    notes = ["held-out error", f"{found['pca_mse'][str(size)]:.4f}"]
    for m in sizes:
        rows.append((named(m), codes.draw(model, codes.encode(model, m, x))))
        notes.append(f"{found['test_mse'][str(m)]:.4f}")
    gallery(rows, notes, marked=named(size), about="held-out pictures")


def curve(prefix: str, record: Record, sizes: tuple[int, ...], size: int, accuracies: bool) -> None:
    """Error by size, and with `accuracies` below it what the code is good for; a click chooses the size."""
    found, rows = record.metrics, []
    for m in sizes:
        for method, name in (
            ("auto-encoder", "test_mse"),
            ("PCA, the best linear code", "pca_mse"),
            ("mean image", ""),
        ):
            mse = found[name][str(m)] if name else found["mean_image_mse"]
            rows.append({"size": m, "method": method, "mse": mse, "ours": name == "test_mse", "chosen": m == size})
    if accuracies:
        readers = {"linear probe": "probe_accuracy", "10 nearest": "knn_accuracy"}
        for reader, name in readers.items():
            rows += [
                {"size": m, "reader": reader, "accuracy": found[name][str(m)], "ours": True, "chosen": m == size}
                for m in sizes
            ]
            rows.append(
                {"size": None, "reader": reader, "accuracy": found[f"{name}_raw"], "ours": False, "chosen": False}
            )
    build = charts.by_size if accuracies else charts.rate_distortion
    key = f"{prefix}_curve_{'both' if accuracies else 'error'}"
    spec = theme.spec(build, rows, look_now())
    st.vega_lite_chart(spec, width="stretch", theme=None, key=key, on_select="rerun", selection_mode=charts.CLICK)


def named(size: int) -> str:
    return f"{size} number{'s' if size > 1 else ''}"
