"""Act: what a linear probe reads from the frozen encoder: which thing moves, and where to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.analysis import intervals
from core.analysis.probes import PROTOCOL
from core.charts import theme
from core.lessons.video import charts, links
from core.store.record import Record
from core.ui.charted import draw_chart
from core.ui.look import look_now

TASKS = {
    "class": {"shapes": "Which shape", "mnist": "Which digit"},
    "heading": {"shapes": "Where it goes", "mnist": "Where it goes"},
}
FEATURES = {"": "this encoder", "_untrained": "untrained encoder", "_raw": "raw pixels"}
BESIDE = {"untrained": "the untrained encoder", "raw": "raw pixels"}
CHOICES = {"class": {"shapes": 6, "mnist": 10}, "heading": {"shapes": 4, "mnist": 4}}


def show(record: Record) -> None:
    """The chart, what it says, and the protocol."""
    found, source = record.metrics, record.config["data"]
    left, right = st.columns([0.55, 0.45], gap="large")
    with left:
        draw_chart(theme.spec(charts.probes, rows(found, source), look_now()), key=f"{links.PREFIX}_probes")
    with right:
        st.markdown(
            "Nobody has told the network what moves or where to. To fill in a cube it helps to know both. The same question goes to three descriptions of a clip: "
            "**which** thing is the larger one, and **where** does it go in the middle of the clip, up or down, left or right?"
        )
        for task in TASKS:
            st.markdown(verdict(found, task, source))
    st.caption(
        "The encoder reads a fourth of the cubes, on a fixed lattice, which is about as many as it is used to; its tokens are averaged over halves of the time and "
        f"quarters of the picture. Raw pixels are gray, one frame of two, and all of them. {PROTOCOL} Here: {found['probe_labels']:,} labels to learn from, "
        f"{found['probe_validation']:,} to choose on, {found['held_out']} held-out clips."
    )


def rows(found: Mapping[str, Any], source: str) -> list[dict[str, Any]]:
    """One row a task and description: task, features, accuracy, label, ours."""
    return [
        {
            "task": names[source], "features": label, "accuracy": found[f"probe_{task}{name}"], "ours": name == "",
            "label": f"{found[f'probe_{task}{name}']:.1%} {label}",
        }
        for task, names in TASKS.items() for name, label in FEATURES.items()
    ]  # fmt: skip


def verdict(found: Mapping[str, Any], task: str, source: str) -> str:
    """The encoder beside an untrained one and raw pixels."""
    own, spread = found[f"probe_{task}"], found[f"probe_gains_{task}"]
    said = "; ".join(
        intervals.gains(f"beside {BESIDE[other]} it", own - found[f"probe_{task}_{other}"], spread[other])
        for other in ("untrained", "raw")
    )
    return f"**{TASKS[task][source]}** (guessing: {1 / CHOICES[task][source]:.0%}): {said}."
