"""How much can be hidden, and what the encoder is good for: measured on held-out pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.charts import theme
from core.lessons.masked_images.charts import error_by_ratio, probe_bars
from core.lessons.masked_images.links import PREFIX
from core.store.record import Record
from core.ui.look import look_now

METHODS = {"model": "this network", "neighbour": "neighbours", "mean": "mean"}
FEATURES = {"": "this encoder", "_raw": "raw pixels", "_random": "untrained encoder"}
READERS = (("probe_accuracy", "linear probe"), ("knn_accuracy", "10 nearest"))


def show(record: Record) -> None:
    """Two charts beside each other, each with the sentence that follows from it."""
    left, right = st.columns(2, gap="large")
    with left:
        st.header("Measured: how much can be hidden", anchor=False)
        spec = theme.spec(error_by_ratio, ratio_rows(record.metrics), look_now())
        st.vega_lite_chart(spec, width="stretch", theme=None, key=f"{PREFIX}_curve")
        st.markdown(hidden_verdict(record.metrics))
    with right:
        st.header("Measured: what the encoder is good for", anchor=False)
        spec = theme.spec(probe_bars, probe_rows(record.metrics), look_now())
        st.vega_lite_chart(spec, width="stretch", theme=None, key=f"{PREFIX}_probe")
        st.markdown(probe_verdict(record.metrics))


def ratio_rows(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Error by share hidden: one row a method and ratio."""
    return [
        {
            "ratio": row["ratio"], "method": label, "mse": row[name], "ours": name == "model",
            "label_at": 0.5 if name == "mean" else 0.75,
        }
        for name, label in METHODS.items() for row in found["by_ratio"]
    ]  # fmt: skip


def probe_rows(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Accuracy by features and reader."""
    return [
        {
            "features": label, "reader": reader, "accuracy": found[f"{metric}{name}"], "ours": name == "",
            "label": f"{found[f'{metric}{name}']:.1%} {reader}",
        }
        for name, label in FEATURES.items() for metric, reader in READERS
    ]  # fmt: skip


def hidden_verdict(found: Mapping[str, Any]) -> str:
    """The network against the neighbour fill, in two sentences."""
    better = [row["ratio"] for row in found["by_ratio"] if row["model"] < row["neighbour"]]
    if len(better) == len(found["by_ratio"]):
        where = "at every ratio measured."
    elif better:
        where = f"from {100 * min(better):.0f} % hidden on; with less hidden, the neighbours already know."
    else:
        where = "nowhere; with less hidden, the neighbours already know."
    return (
        f"On {found['held_out']:,} held-out pictures with 75 % hidden, the network's error is "
        f"**{found['masked_mse'] / found['neighbour_fill_mse']:.2f} ×** that of the neighbour fill, which draws the smoothest surface through the visible pixels. "
        f"It beats that fill {where}"
    )


def probe_verdict(found: Mapping[str, Any]) -> str:
    """The encoder against raw pixels, in two sentences."""
    gain, knn = (100 * (found[f"{name}_accuracy"] - found[f"{name}_accuracy_raw"]) for name in ("probe", "knn"))
    return (
        f"Against raw pixels, a linear probe with {found['probe_labels']:,} labels gains **{gain:+.1f} points** "
        f"from the frozen encoder, and a vote of the 10 nearest gains **{knn:+.1f} points**. The encoder never saw a "
        "label, and its code is made for filling in, not for separating classes: frozen, a masked auto-encoder "
        "is known to be weak; fine-tuned it shines (He et al. 2021, table 1)."
    )
