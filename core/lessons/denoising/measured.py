"""Who cheats: errors on pictures and on noise, probes, and repair by level of noise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.charts import theme
from core.experiments.denoising import NETWORKS
from core.lessons.denoising import charts
from core.lessons.denoising.charts_repair import repair_by_level
from core.lessons.denoising.links import PREFIX
from core.lessons.denoising.stage import NOISES
from core.lessons.denoising.verdict import LABELS, verdict
from core.store.record import Record
from core.ui.figures import number
from core.ui.look import look_now


def show(record: Record) -> None:
    """The chart of copies beside the table of codes, what they say, and repair by level."""
    found, look = record.metrics, look_now()
    left, right = st.columns([0.5, 0.5], gap="large")
    with left:
        spec = theme.spec(charts.copy_bars, copy_rows(found), look)
        st.vega_lite_chart(spec, width="stretch", theme=None, key=f"{PREFIX}_copy")
    with right:
        st.table(code_rows(found))
        st.caption(
            f"Held-out pictures; probes with {found['probe_labels']:,} labels. Jacobian: how far the code moves when the picture "
            "does, in units of the code's own spread (Frobenius norm, estimated)."
        )
    st.markdown(verdict(found))
    spec = theme.spec(repair_by_level, level_rows(found), look)
    st.vega_lite_chart(spec, width="stretch", theme=None, key=f"{PREFIX}_levels")
    noise = NOISES[record.config["noise"]].lower()
    st.caption(
        f"Error of the repaired picture against the clean one, over the level of {noise} noise; 1,000 held-out pictures."
    )


def copy_rows(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Two rows a network: its error on held-out pictures, and on noise."""
    rows = []
    for name, label in LABELS.items():
        error, copied = found[f"{name}.test_mse"], found[f"{name}.noise_copy_ratio"]
        ours = name == "denoising"
        rows += [
            {"network": label, "quantity": charts.HELD_OUT, "value": error, "ours": ours, "label": number(error)},
            {"network": label, "quantity": charts.NOISE, "value": copied, "ours": ours, "label": f"{copied:.2f}"},
        ]
    return rows


def code_rows(found: Mapping[str, Any]) -> list[dict[str, str]]:
    """One row a network, and one for raw pixels."""
    rows = [
        {
            "network": label,
            "numbers in the code": f"{found[f'{name}.code_size']:,.0f}",
            "linear probe": f"{found[f'{name}.probe_accuracy']:.1%}",
            "10 nearest": f"{found[f'{name}.knn_accuracy']:.1%}",
            "Jacobian": f"{found[f'{name}.jacobian_norm']:.2f}",
        }
        for name, label in LABELS.items()
    ]
    raw = {"linear probe": f"{found['probe_accuracy_raw']:.1%}", "10 nearest": f"{found['knn_accuracy_raw']:.1%}"}
    return [*rows, {"network": "raw pixels", "numbers in the code": "", **raw, "Jacobian": ""}]


def level_rows(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Repaired error by level of noise: one row a level and network."""
    labels = {**LABELS, "untouched": "left as it is"}
    return [
        {"level": row["level"], "network": labels[name], "mse": row[name], "ours": name == "denoising"}
        for row in found["by_level"] for name in (*NETWORKS, "untouched")
    ]  # fmt: skip
