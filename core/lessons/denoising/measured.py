"""Who cheats: errors on pictures and on noise, probes, and repair by level of noise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.analysis.probes import PROTOCOL
from core.charts import theme
from core.charts.written import number
from core.experiments.denoising import BY_LEVEL, NETWORKS
from core.lessons.denoising import charts
from core.lessons.denoising.charts_repair import repair_by_level
from core.lessons.denoising.links import PREFIX
from core.lessons.denoising.stage import noise_named
from core.lessons.denoising.verdict import LABELS, verdict
from core.store.record import Record
from core.ui.charted import draw_chart
from core.ui.look import look_now


def show(record: Record) -> None:
    """The chart of copies beside the table of codes, what they say, and repair by level."""
    found, look = record.metrics, look_now()
    left, right = st.columns([0.5, 0.5], gap="large")
    with left:
        spec = theme.spec(charts.copy_bars, copy_rows(found), look)
        draw_chart(spec, key=f"{PREFIX}_copy")
    with right:
        st.table(code_rows(found))
        st.caption(
            "Jacobian: how far the code moves when the picture does, in units of the code's own spread (Frobenius norm, estimated). "
            "One digit: more of them change with the number of threads of the training."
        )
    st.markdown(verdict(found))
    st.caption(protocol(found))
    spec = theme.spec(repair_by_level, level_rows(found), look)
    draw_chart(spec, key=f"{PREFIX}_levels")
    noise = noise_named(record.config["noise"])
    st.caption(
        f"Error of the repaired picture against the clean one, over the level of {noise} noise; {min(BY_LEVEL, found['held_out']):,} held-out pictures."
    )


def protocol(found: Mapping[str, Any]) -> str:
    """How the probes were read."""
    chosen = f", {found['probe_validation']:,} to choose on" if "probe_validation" in found else ""
    tested = found.get("probe_tested", min(found["held_out"], 2000))
    return f"{PROTOCOL} Here: {found['probe_labels']:,} labels to learn from{chosen}, {tested:,} held-out pictures."


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


def one_digit(value: float) -> str:
    """The first digit that is not zero: "1", "20", "0.03"."""
    return f"{float(f'{value:.1g}'):g}"


def code_rows(found: Mapping[str, Any]) -> list[dict[str, str]]:
    """One row a network, and one for raw pixels."""
    rows = [
        {
            "network": label,
            "numbers in the code": f"{found[f'{name}.code_size']:,.0f}",
            "linear probe": f"{found[f'{name}.probe_accuracy']:.1%}",
            "neighbours": f"{found[f'{name}.knn_accuracy']:.1%}",
            "Jacobian": one_digit(found[f"{name}.jacobian_norm"]),
        }
        for name, label in LABELS.items()
    ]
    raw = {"linear probe": f"{found['probe_accuracy_raw']:.1%}", "neighbours": f"{found['knn_accuracy_raw']:.1%}"}
    return [*rows, {"network": "raw pixels", "numbers in the code": "", **raw, "Jacobian": ""}]


def level_rows(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Repaired error by level of noise: one row a level and network."""
    labels = {**LABELS, "untouched": "left as it is"}
    return [
        {"level": row["level"], "network": labels[name], "mse": row[name], "ours": name == "denoising"}
        for row in found["by_level"] for name in (*NETWORKS, "untouched")
    ]  # fmt: skip
