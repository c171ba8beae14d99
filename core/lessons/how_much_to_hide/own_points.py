"""Act: points of a curve with a seed of one's own, trained one after the other, with one bar for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from core import lab
from core.charts import theme
from core.charts.written import duration
from core.experiments.mask_ratio import STEPS, SWEPT, Config
from core.lessons.how_much_to_hide import charts, curves
from core.lessons.how_much_to_hide.links import NAMES, OWN_KIND, OWN_LENGTH, OWN_SEED, PREFIX
from core.ui import training
from core.ui.charted import draw_chart
from core.ui.look import look_now
from core.ui.poll import poll

Found = dict[float, tuple[Config, lab.View]]


def show() -> None:
    """The settings, the points that are there, the button that trains the others."""
    one, two, three = st.columns([0.37, 0.43, 0.2], gap="medium", vertical_alignment="bottom")
    with one:
        kind = OWN_KIND.widget(st.segmented_control, shown=lambda name: NAMES[name].capitalize(), required=True)
    with two:
        length = OWN_LENGTH.widget(
            st.segmented_control, shown=lambda name: f"{name}: {STEPS[kind][name]:,}", required=True
        )
    with three:
        seed = OWN_SEED.input(
            label="Seed", help="Points of the same seed begin with the same weights. The printed curve has 0, 1, 2 …"
        )
    found = views(kind, length, seed)
    waiting = [view for _, view in found.values() if isinstance(view, lab.Running | lab.Queued)]
    _table(kind, found)
    _buttons(found, waiting, seed)
    if waiting:
        before = sum(isinstance(view, lab.Ready) for _, view in found.values())
        if (
            poll(lambda: Training(tuple(views(kind, length, seed).values()), before), _progress, training.POLL_SECONDS)
            is not None
        ):
            st.rerun()  # a point was finished while this page was drawn


def views(kind: str, length: str, seed: int) -> Found:
    """Share -> its setting and what there is of it."""
    found: Found = {}
    for ratio in SWEPT[kind]:
        config = Config(kind, ratio, length)
        found[ratio] = config, lab.view("mask_ratio", config, seed)
    return found


def as_points(found: Found) -> list[dict[str, Any]]:
    """The trained ones as points of a curve."""
    return [
        {"kind": config.kind, "ratio": ratio, "seed": view.record.seed, "metrics": view.record.metrics}
        for ratio, (config, view) in found.items() if isinstance(view, lab.Ready)
    ]  # fmt: skip


def _table(kind: str, found: Found) -> None:
    """A chart of the points, or what is missing for one."""
    points = as_points(found)
    name = curves.MEASURES["probe"][kind]
    own = curves.curve(points, kind, name)
    left, right = st.columns([0.5, 0.5], gap="large")
    with left:
        if own is None:
            st.info(
                f"{len(points)} of {len(found)} points are trained; a curve needs two.", icon=":material/show_chart:"
            )
        else:
            st.html(f'<p class="ll-hmtitle">{curves.TITLES[kind, name]}, your seed</p>')
            spec = theme.spec(charts.large, curves.rows(own), look_now())
            draw_chart(spec, key=f"{PREFIX}_own_curve")
    with right:
        st.markdown(
            "A single seed is **one throw of the dice**: train a second one and see how much of the curve stays. Each point is kept as soon as it is measured, so that you can stop "
            "and go on later, also after the page was closed. *Tiny* says nothing about the best share; it shows how it works."
        )
        times = [view.record.seconds for _, view in found.values() if isinstance(view, lab.Ready)]
        if times:
            st.caption(f"Trained here: {len(times)} of {len(found)} points, {duration(sum(times))} of training in all.")


def _buttons(found: Found, waiting: list[lab.View], seed: int) -> None:
    """Train what is missing; stop what waits or runs."""
    slot = f"_{PREFIX}_points_full"
    missing = [config for config, view in found.values() if not isinstance(view, lab.Ready | lab.Running | lab.Queued)]
    can = [config for config, view in found.values() if not isinstance(view, lab.Absent) or view.can_train]

    def start() -> None:
        try:
            for config in missing:
                lab.train("mask_ratio", config, seed, session_id=training.session_id(), keep=True)
        except lab.Full as full:
            st.session_state[slot] = str(full)

    def stop() -> None:
        for view in waiting:
            refused = lab.stop(view.job.key, training.session_id(), force=True, teacher=training.is_teacher())
            if refused is not None:
                st.session_state[slot] = refused.message

    if said := st.session_state.pop(slot, None):
        st.warning(said, icon=":material/groups:")
    with st.container(horizontal=True, gap="small"):
        if missing:
            st.button(
                f"Train the {len(missing)} missing points", icon=":material/play_arrow:", key=f"{PREFIX}_points", type="primary", on_click=start,
                disabled=not can, help="One after the other, in the queue; it goes on when you leave.",
            )  # fmt: skip
        if waiting:
            st.button(
                "Stop",
                icon=":material/stop:",
                key=f"{PREFIX}_points_stop",
                on_click=stop,
                help="What is trained stays.",
            )
    failed = next((view for _, view in found.values() if isinstance(view, lab.Failed)), None)
    if failed is not None:
        st.error(failed.message, icon=":material/error:")


@dataclass(frozen=True)
class Training:
    """The points while some are trained. before: how many were ready when the chart was drawn."""

    points: tuple[tuple[Config, lab.View], ...]
    before: int

    @property
    def ready(self) -> int:
        return sum(isinstance(view, lab.Ready) for _, view in self.points)

    @property
    def live(self) -> bool:
        """Whether the chart that was drawn is still the newest, and more of it is to come."""
        waits = any(isinstance(view, lab.Running | lab.Queued) for _, view in self.points)
        return waits and self.ready == self.before

    @property
    def share(self) -> float:
        """How much of all points is done, from 0 to 1."""
        under_way = sum(view.job.share for _, view in self.points if isinstance(view, lab.Running))
        return min(1.0, (self.ready + under_way) / len(self.points))


def _progress(now: Training) -> None:
    running = next((config for config, view in now.points if isinstance(view, lab.Running)), None)
    what = "the next one starts" if running is None else f"{100 * running.ratio:.0f}% hidden is being trained"
    st.progress(now.share, text=f"{now.ready} of {len(now.points)} points; {what}.")
