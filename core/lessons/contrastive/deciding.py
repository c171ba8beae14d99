"""What do augmentations decide: crop against colour at small scale (SimCLR, figure 5), and the shortcut of colours."""

from __future__ import annotations

import dataclasses
import html
from typing import Any

import streamlit as st

from core import lab
from core.experiments.simclr import CROPS, SMALL, Config, small
from core.lessons.contrastive import links
from core.ui import training
from core.ui.poll import poll

STRENGTHS = CROPS
READINGS = {
    "probe_h": ("Linear probe of h", "{:.1%}", True),
    "probe_h_10": ("Ten labels a class", "{:.1%}", True),
    "colour_rank": ("Neighbours' colours", "{:.3f}", False),
    "shape_rank": ("Neighbours' shapes", "{:.3f}", False),
}
NAMES = {0.0: "off", 0.5: "half", 1.0: "full"}


def cells(seed: int = 0) -> dict[tuple[float, float], tuple[Config, lab.View]]:
    """(crop, colour) -> the setting and what there is of it."""
    found = {}
    for crop in STRENGTHS:
        for colour in STRENGTHS:
            config = small(crop, colour)
            found[crop, colour] = config, lab.view("simclr", config, seed)
    return found


def show() -> None:
    """The matrix with its reading, the button that trains what is missing, and the shortcut in two numbers."""
    reading = links.READING.widget(st.segmented_control, shown=lambda name: READINGS[name][0], required=True)
    seed = links.MATRIX_SEED.input(help="0 is the matrix that ships with the lab; any other one is trained here.")
    found = cells(seed)
    ready = {key: view.record for key, (_, view) in found.items() if isinstance(view, lab.Ready)}
    waiting = [view for _, view in found.values() if isinstance(view, lab.Running | lab.Queued)]
    left, right = st.columns([0.55, 0.45], gap="large")
    with left:
        st.html(table({key: record.metrics[reading] for key, record in ready.items()}, READINGS[reading]))
        if len(ready) < len(found):
            _train(found, waiting, seed)
    with right:
        st.markdown(
            f"Nine encoders, each trained for {SMALL['steps']:,} steps on emoji that differ in nothing but how strongly their views are cropped "
            "and recoloured (and mirrored, always). A stronger blue is better; for neighbours a lower number is, which means that pictures "
            "that lie together share it more (0.5 is chance)."
        )
        if (0.5, 0.0) in ready and (0.5, 1.0) in ready:
            st.markdown(shortcut(ready[0.5, 0.0].metrics, ready[0.5, 1.0].metrics))


def shortcut(without: Any, jittered: Any) -> str:
    """The colour-histogram shortcut in numbers: neighbours without and with colour jitter."""
    colour = without["colour_rank"], jittered["colour_rank"]
    shape = without["shape_rank"], jittered["shape_rank"]
    gained = 100 * (jittered["probe_h"] - without["probe_h"])
    holds = colour[1] > colour[0] and shape[1] < shape[0]
    said = (
        "**The shortcut of colours.** Two crops of one picture have the same colours, so without jitter a histogram solves the task. "
        f"Measured: without jitter the ten nearest neighbours stand at {colour[0]:.3f} in the order of similar colours and at {shape[0]:.3f} in that "
        f"of similar shapes; with jitter at {colour[1]:.3f} and {shape[1]:.3f}. "
    )
    if holds:
        said += "So with jitter neighbours share **shapes more and colours less**."
    elif colour[1] > colour[0]:
        said += "So with jitter neighbours share colours less; that they share shapes more does **not** hold here."
    else:
        said += "The textbook's shortcut does **not** show at this scale."
    return said + f" The probe {'gains' if gained >= 0 else 'loses'} {abs(gained):.1f} points."


def table(values: dict[tuple[float, float], float], reading: tuple[str, str, bool]) -> str:
    """An HTML table, crop by row and colour by column; shade: from the worst cell to the best."""
    label, form, more_is_better = reading
    low, high = (min(values.values()), max(values.values())) if values else (0, 1)
    rows = []
    for crop in STRENGTHS:
        line = []
        for colour in STRENGTHS:
            value = values.get((crop, colour))
            if value is None:
                line.append('<td class="missing">not trained</td>')
                continue
            share = (value - low) / (high - low) if high > low else 1.0
            share = share if more_is_better else 1 - share
            line.append(
                f'<td style="background:color-mix(in srgb, var(--ll-ours) {10 + round(50 * share)}%, transparent)">{form.format(value)}</td>'
            )
        rows.append(f'<tr><th scope="row">crop {NAMES[crop]}</th>{"".join(line)}</tr>')
    head = "".join(f'<th scope="col">colour {NAMES[c]}</th>' for c in STRENGTHS)
    return f'<div class="ll-matrix wide"><table><caption>{html.escape(label)}</caption><tr><th></th>{head}</tr>{"".join(rows)}</table></div>'


def _train(found: dict, waiting: list, seed: int) -> None:
    """Queue all missing cells; while they are trained the section looks again each second."""
    missing = [config for config, view in found.values() if not isinstance(view, lab.Ready | lab.Running | lab.Queued)]

    slot = f"_{links.PREFIX}_matrix_full"

    def start() -> None:
        try:
            for config in missing:
                lab.train("simclr", dataclasses.replace(config), seed, session_id=training.session_id(), keep=True)
        except lab.Full as full:
            st.session_state[slot] = str(full)

    if full := st.session_state.pop(slot, None):
        st.warning(full, icon=":material/groups:")
    if missing:
        st.button(
            f"Train {'the' if not waiting else 'these'} {len(missing)} missing", icon=":material/play_arrow:", key=f"{links.PREFIX}_m_train", on_click=start,
            help="One after the other, in the queue; it goes on when you leave.",
        )  # fmt: skip
    if waiting:
        before = sum(isinstance(view, lab.Ready) for _, view in found.values())

        def ask() -> Training:
            return Training(tuple(lab.view("simclr", config, seed) for config, _ in found.values()), before)

        if poll(ask, _progress, every=training.POLL_SECONDS) is not None:
            st.rerun()  # a cell was finished while this page was drawn


@dataclasses.dataclass(frozen=True)
class Training:
    """The cells while some are trained. before: how many were ready when the matrix was drawn."""

    cells: tuple[lab.View, ...]
    before: int

    @property
    def waiting(self) -> int:
        return sum(isinstance(view, lab.Running | lab.Queued) for view in self.cells)

    @property
    def live(self) -> bool:
        """Whether the matrix that was drawn is still the newest, and more of it is to come."""
        return self.waiting > 0 and sum(isinstance(view, lab.Ready) for view in self.cells) == self.before


def _progress(now: Training) -> None:
    running = next((view.job.share for view in now.cells if isinstance(view, lab.Running)), 0.0)
    st.progress(
        min(1.0, (now.before + running) / len(now.cells)),
        text=f"{now.before} of {len(now.cells)} are trained; {now.waiting} run or wait.",
    )
