"""How much can be hidden, and what the encoder is good for: measured on held-out pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.analysis import intervals
from core.analysis.probes import PROTOCOL
from core.charts import theme
from core.lessons.masked_images.charts import error_by_ratio, probe_bars
from core.lessons.masked_images.links import PREFIX
from core.store.record import Record
from core.ui.charted import draw_chart
from core.ui.look import look_now

METHODS = {"model": "this network", "neighbour": "neighbours", "mean": "mean"}
FEATURES = {"": "this encoder", "_raw": "raw pixels", "_random": "untrained encoder"}
READERS = (("probe_accuracy", "linear probe"), ("knn_accuracy", "neighbours"))


def show(record: Record) -> None:
    """Two charts beside each other, each with the sentence that follows from it."""
    left, right = st.columns(2, gap="large")
    with left:
        st.header("Measured: how much can be hidden", anchor=False)
        spec = theme.spec(error_by_ratio, ratio_rows(record.metrics), look_now())
        draw_chart(spec, key=f"{PREFIX}_curve")
        st.markdown(hidden_verdict(record.metrics))
    with right:
        st.header("Measured: what the encoder is good for", anchor=False)
        spec = theme.spec(probe_bars, probe_rows(record.metrics), look_now())
        draw_chart(spec, key=f"{PREFIX}_probe")
        st.markdown(probe_verdict(record.metrics))
        st.caption(protocol(record.metrics))


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
    rows = found["by_ratio"]
    if any("over_neighbour" not in row for row in rows):
        return intervals.UNKNOWN
    better = [row["ratio"] for row in rows if intervals.below(row["over_neighbour"], 1.0)]
    worse = [row["ratio"] for row in rows if intervals.above(row["over_neighbour"], 1.0)]
    quoted = next(row for row in rows if row["ratio"] == 0.75)
    return (
        f"On {found['held_out']:,} held-out pictures with 75% hidden, the network's error is "
        f"**{found['masked_mse'] / found['neighbour_fill_mse']:.2f} ×** (95% interval {intervals.as_factor(quoted['over_neighbour'])}) that of the "
        f"neighbour fill, which draws the smoothest surface through the visible pixels. {_where(better, worse, len(rows))}"
    )


def _where(better: list[float], worse: list[float], measured: int) -> str:
    """At which ratios the network beats the neighbour fill: only those whose interval excludes a tie are counted."""
    if len(better) == measured:
        said = "It beats that fill at every ratio measured."
    elif better:
        said = f"It beats that fill at {_shares(better)} hidden."
    else:
        said = "It beats that fill nowhere."
    if worse:
        said += f" At {_shares(worse)} it is worse: there the neighbours already know."
    if len(better) + len(worse) < measured:
        said += " At the other ratios the interval holds a tie."
    return said


def _shares(ratios: list[float]) -> str:
    return ", ".join(f"{100 * ratio:.0f}" for ratio in ratios) + "%"


def probe_verdict(found: Mapping[str, Any]) -> str:
    """The encoder against raw pixels, in three sentences, whichever way it came out."""
    if "probe_interval" not in found:
        return intervals.UNKNOWN
    probe, knn = (found[f"{name}_accuracy"] - found[f"{name}_accuracy_raw"] for name in ("probe", "knn"))
    return (
        f"Against raw pixels, {intervals.gains('a linear probe of the frozen encoder', probe, found['probe_interval'])}; "
        f"{intervals.gains('a vote of nearest neighbours', knn, found['knn_interval'])}. The encoder never saw a "
        "label, and its code is made for filling in, not for separating classes: frozen, a masked auto-encoder "
        "is known to be weak; fine-tuned it shines (He et al. 2021, table 1)."
    )


def protocol(found: Mapping[str, Any]) -> str:
    """How the probes were read, and what the intervals do not hold."""
    chosen = f", {found['probe_validation']:,} to choose on" if "probe_validation" in found else ""
    return (
        f"{PROTOCOL} Here: {found['probe_labels']:,} labels to learn from{chosen}, {found['held_out']:,} held-out pictures. Batch, learning rate "
        "and size of this network were chosen on 1,000 to 2,000 of those held-out pictures (docs/LOG.md), which flatters it a little."
    )
