"""What do augmentations decide: crop against colour at small scale (SimCLR, figure 5), and the shortcut of colours."""

from __future__ import annotations

import dataclasses
import html
from collections.abc import Mapping
from typing import Any

import streamlit as st
import torch

from core import lab
from core.analysis import intervals
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
        cells_now = compared({key: record.metrics for key, record in ready.items()}, reading)
        st.html(table(cells_now, READINGS[reading]))
        if len(ready) < len(found):
            _train(found, waiting, seed)
    with right:
        st.markdown(
            f"Nine encoders, each trained for {SMALL['steps']:,} steps on emoji that differ in nothing but how strongly their views are cropped "
            "and recoloured (and mirrored, always). Each cell has its 95% interval of the difference from the mean of all that are trained, over the "
            "same held-out pictures. **Only what differs is shaded**: blue is better than that mean, gray is worse; without shade the interval holds zero. "
            "For neighbours a lower number is better: pictures that lie together share it more (0.5 is chance)."
        )
        if (0.5, 0.0) in ready and (0.5, 1.0) in ready:
            st.markdown(shortcut(ready[0.5, 0.0].metrics, ready[0.5, 1.0].metrics))


@dataclasses.dataclass(frozen=True)
class Cell:
    """value: of the reading. interval: of its difference from the mean of the matrix, None where pictures were not kept one by one."""

    value: float
    interval: tuple[float, float] | None

    @property
    def differs(self) -> int:
        """1 where it is larger than the mean of the matrix for certain, -1 where it is smaller, else 0."""
        if self.interval is None:
            return 0
        return intervals.above(self.interval) - intervals.below(self.interval)


def compared(found: Mapping[tuple[float, float], Mapping[str, Any]], reading: str) -> dict[tuple[float, float], Cell]:
    """(crop, colour) -> what the matrix shows, compared picture by picture with the mean of all encoders in it."""
    each = {key: metrics.get("each", {}).get(reading) for key, metrics in found.items()}
    values = {key: metrics[reading] for key, metrics in found.items()}
    if len(found) < 2 or any(one is None for one in each.values()):
        return {key: Cell(value, None) for key, value in values.items()}
    rows = torch.tensor(list(each.values()))  # (cells, pictures)
    seen = intervals.Resampled(rows.shape[1])
    middle = rows.mean(dim=0)
    return {key: Cell(values[key], tuple(seen.difference(row, middle))) for key, row in zip(found, rows, strict=True)}


def differs(without: Mapping[str, Any], jittered: Mapping[str, Any], reading: str) -> tuple[float, list[float]]:
    """A reading with jitter less that without, and its interval over the same pictures."""
    one, other = (torch.tensor(found["each"][reading]) for found in (jittered, without))
    return jittered[reading] - without[reading], intervals.Resampled(len(one)).difference(one, other)


def shortcut(without: Mapping[str, Any], jittered: Mapping[str, Any]) -> str:
    """The colour-histogram shortcut in numbers: neighbours without and with colour jitter."""
    if "each" not in without or "each" not in jittered:
        return intervals.UNKNOWN
    colour, shape, probe = (differs(without, jittered, name) for name in ("colour_rank", "shape_rank", "probe_h"))
    said = (
        "**The shortcut of colours.** Two crops of one picture have the same colours, so without jitter a histogram solves the task. "
        f"Measured: without jitter the ten nearest neighbours stand at {without['colour_rank']:.3f} in the order of similar colours and at "
        f"{without['shape_rank']:.3f} in that of similar shapes; with jitter at {jittered['colour_rank']:.3f} ({_change(colour)}) and "
        f"{jittered['shape_rank']:.3f} ({_change(shape)}). "
    )
    less_colour = intervals.above(colour[1])
    if less_colour and intervals.below(shape[1]):
        said += "So with jitter neighbours share **shapes more and colours less**."
    elif less_colour:
        said += "So with jitter neighbours share colours less; that they share shapes more is **not** certain here."
    else:
        said += "The textbook's shortcut does **not** show at this scale."
    return f"{said} With jitter {intervals.gains('the probe', *probe)}."


def _change(found: tuple[float, list[float]]) -> str:
    """ "+0.012, 95% interval +0.008 to +0.016"."""
    low, high = (f"{bound:+.3f}" for bound in found[1])
    return f"{found[0]:+.3f}, 95% interval {low} to {high}".replace("-", "−")


def table(cells: Mapping[tuple[float, float], Cell], reading: tuple[str, str, bool]) -> str:
    """An HTML table, crop by row and colour by column; only what differs from the mean of the matrix is shaded."""
    label, form, more_is_better = reading
    rows = []
    for crop in STRENGTHS:
        line = []
        for colour in STRENGTHS:
            cell = cells.get((crop, colour))
            if cell is None:
                line.append('<td class="missing">not trained</td>')
                continue
            better = cell.differs if more_is_better else -cell.differs
            shade = {1: "var(--ll-ours) 35%", -1: "var(--ll-stone) 35%", 0: ""}[better]
            style = f' style="background:color-mix(in srgb, {shade}, transparent)"' if shade else ""
            line.append(f"<td{style}>{form.format(cell.value)}{_interval(cell, form)}</td>")
        rows.append(f'<tr><th scope="row">crop {NAMES[crop]}</th>{"".join(line)}</tr>')
    head = "".join(f'<th scope="col">colour {NAMES[c]}</th>' for c in STRENGTHS)
    return f'<div class="ll-matrix wide"><table><caption>{html.escape(label)}</caption><tr><td></td>{head}</tr>{"".join(rows)}</table></div>'


def _interval(cell: Cell, form: str) -> str:
    """The interval below a cell's value, in the same unit."""
    if cell.interval is None:
        return ""
    scale, digits = (100, 1) if "%" in form else (1, 3)
    if any(abs(scale * bound) < 0.5 * 10**-digits for bound in cell.interval):
        digits += 1  # a bound just beside zero is not shown as zero
    low, high = (f"{scale * bound:+.{digits}f}" for bound in cell.interval)
    return f"<br><small>{low} to {high}</small>".replace("-", "−")


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
