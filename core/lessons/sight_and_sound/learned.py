"""Act: what the picture side learned from sounds alone: probes of its units, and the pictures that each of them responds to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st
import torch

from core import data, lab
from core.analysis.hearing import STRONGEST
from core.analysis.intervals import gains
from core.charts import theme
from core.experiments import audio_visual
from core.lessons.sight_and_sound import charts, links, subject
from core.store.record import Record
from core.ui.charted import draw_chart
from core.ui.components.tiles import png_uri
from core.ui.look import look_now

READ = {
    "paired": "taught by true pairs",
    "raw": "raw pixels",
    "shuffled": "taught by shuffled pairs",
    "untrained": "untrained",
}
STRIP, SURE = 12, 15


def show(record: Record) -> None:
    """The probes, then one unit beside its null."""
    metrics = record.metrics
    st.subheader(verdict(metrics), anchor=False)
    draw_chart(theme.spec(charts.probes, rows(metrics), look_now()), key=f"{links.PREFIX}_probes")
    st.caption(
        f"A linear probe reads the {audio_visual.UNITS} units below the common space; the network itself is frozen and never saw a label. With few labels: {metrics['few_labels']} in all, "
        f"mean of {metrics['few_draws']} draws; with many: {metrics['probe_labels']:,}. 1,000 held-out pictures. "
        f"With many labels, beside raw pixels, {gains('the picture side', metrics['probe']['paired'] - metrics['probe']['raw'], metrics['probe_intervals']['paired-raw'])}."
    )
    st.markdown(units_said(metrics))
    unit = links.UNIT.input(
        default=surest(metrics), help="One of the 64 units of the picture side; it opens on the surest one.", width=180
    )
    for name in ("paired", "shuffled"):
        _unit(record, name, unit)


def rows(metrics: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row a representation and number of labels."""
    kinds = {"few": f"{metrics['few_labels']} labels", "probe": f"{metrics['probe_labels']:,} labels"}
    return [
        {"network": READ[name], "labels": label, "accuracy": metrics[kind][name], "ours": name == "paired"}
        for kind, label in kinds.items() for name in READ
    ]  # fmt: skip


def verdict(metrics: Mapping[str, Any]) -> str:
    """What ten labels a digit are worth on this representation."""
    ours, raw, null = (metrics["few"][name] for name in ("paired", "raw", "shuffled"))
    return f"With {metrics['few_labels']} labels: {ours:.1%} on what sounds have taught, {raw:.1%} on raw pixels, {null:.1%} where the pairs were shuffled"


def units_said(metrics: Mapping[str, Any]) -> str:
    """How many units answer to one digit, in the three networks."""
    sure = {name: sum(count >= SURE for count in found["of_20"]) for name, found in metrics["units"].items()}
    silent = sum(digit < 0 for digit in metrics["units"]["paired"]["digit"])
    return (
        f"**Units that answer to a digit**, which nobody asked for: of {sure['paired']} of {audio_visual.UNITS} units at least {SURE} of the {STRONGEST} strongest pictures show the same digit; "
        f"after shuffled pairs of {sure['shuffled']}, before the first step of {sure['untrained']}. {silent} units are silent on every picture."
    )


def surest(metrics: Mapping[str, Any]) -> int:
    """The unit most of whose strongest pictures show one digit; of equal ones the first."""
    counts = metrics["units"]["paired"]["of_20"]
    return counts.index(max(counts))


@lab.memo(label="Units of the picture side")
def activations(record: Record, name: str) -> torch.Tensor:
    """(pictures, units) of the held-out pictures. Raises lab.Damaged, data.Missing."""
    return audio_visual.features(subject.pair(record, name), data.load("mnist").test_x)


def _unit(record: Record, name: str, unit: int) -> None:
    """The strongest pictures of a unit."""
    h, digits = activations(record, name)[:, unit], data.load("mnist")
    found = record.metrics["units"][name]
    digit, count = found["digit"][unit], found["of_20"][unit]
    if digit < 0:
        st.markdown(f"Unit {unit}, {READ[name]}: no picture excites it.")
        return
    st.markdown(f"Unit {unit}, {READ[name]}: {count} of its {STRONGEST} strongest pictures show a **{digit}**.")
    cells = [
        f'<img src="{png_uri(digits.test_x[i, 0].numpy())}" alt="Picture of {int(digits.test_y[i])}">'
        for i in h.topk(STRIP).indices.tolist()
    ]
    st.html(f'<div class="ll-ssfound">{"".join(cells)}</div>')
