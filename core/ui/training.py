"""The training panel that all lessons share: what this model is, train it live, watch, stop."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st

from core import data, lab
from core.charts import theme
from core.charts.live import losses
from core.charts.written import duration
from core.experiment import Experiment
from core.server import web
from core.store import preview_rows
from core.ui import moves
from core.ui.charted import draw_chart
from core.ui.gallery import gallery
from core.ui.look import look_now
from core.ui.poll import poll

POLL_SECONDS = 1.0


def session_id() -> str:
    """This browser tab, for heartbeats: "browser.tab"; where the browser takes no cookie, the tab stands for it."""
    if "_session" not in st.session_state:
        tab = uuid.uuid4().hex
        st.session_state["_session"] = f"{web.browser_in(st.context.cookies) or tab}.{tab}"
    return st.session_state["_session"]


def is_teacher() -> bool:
    """Whether this session has said the teacher's code."""
    return st.session_state.get("_teacher", False)


def looks_at(view: lab.View) -> None:
    """This tab shows the model now: nobody else deletes it meanwhile."""
    if "_watcher" not in st.session_state:
        st.session_state["_watcher"] = lab.Watcher(session_id())
    st.session_state["_watcher"].key = view.record.key if isinstance(view, lab.Ready) else ""


@dataclass(frozen=True)
class Setting:
    """One setting of an experiment on a lesson's page. facts: one line that says what is trained on what."""

    prefix: str
    experiment: Experiment
    config: Any
    seed: int
    facts: str

    @property
    def key(self) -> str | None:
        """The model's key; None where its data are not on this machine."""
        if not data.available(self.experiment.data_of(self.config)):
            return None
        return self.experiment.key(self.config, self.seed)


@dataclass(frozen=True)
class Shown:
    """How a run is shown. draw: its newest preview, where previews are no pictures. curve: (history, look, earlier
    histories) -> the spec of a chart, where that is not its loss alone."""

    draw: Callable[[lab.JobView], None] | None = None
    curve: Callable[..., dict[str, Any]] = losses


def panel(setting: Setting, shown: Shown = Shown()) -> None:
    """Everything about the model on the page; while a run is live it is looked at again each second."""
    watch = partial(lab.watch, setting.key, session_id())
    job = watch() if setting.key else None
    if job is not None and job.live:
        job = poll(watch, partial(_live, setting, shown, job.learned), POLL_SECONDS)
        if job is None:
            return
    _rest(setting, job)


def _rest(setting: Setting, job: lab.JobView | None) -> None:
    """The model, what can be done with it, and how the last run ended."""
    view = lab.view(setting.experiment.name, setting.config, setting.seed, session_id())
    with st.container(border=True, key=f"{setting.prefix}_training"):
        _headline(view, setting)
        _train_buttons(setting, view, st.container(horizontal=True))
        if full := st.session_state.pop(f"_{setting.prefix}_full", None):
            st.warning(full, icon=":material/groups:")
        if job is not None and job.state == "failed":
            st.error(job.message, icon=":material/error:")
        elif job is not None and job.state == "stopped":
            st.info(
                job.message
                or "The training was stopped, and its weights were not kept. Any model that was there before is still there.",
                icon=":material/stop_circle:",
            )


def _live(setting: Setting, shown: Shown, learned: tuple[str, ...], job: lab.JobView) -> None:
    """The run, and a way to stop it. learned: where its model lay when the page was drawn: a newer one goes onto the stage."""
    view = lab.view(setting.experiment.name, setting.config, setting.seed)
    if job.learned != learned and not isinstance(view, lab.Ready):  # one that is there stays until this one is done
        st.rerun()
    with st.container(border=True, key=f"{setting.prefix}_training"):
        _headline(view, setting)
        _stop_buttons(setting.prefix, job, st.container(horizontal=True))
        _progress(job, look_now(), shown)


def say_not_ready(shown: lab.View, noun: str) -> None:
    """One sentence in the place of a stage whose model does not exist yet. noun: what is learned, "network" or "word vectors"."""
    are, have = ("are", "have") if noun.endswith("s") else ("is", "has")
    if isinstance(shown, lab.Running | lab.Queued):
        st.info(f"The {noun} {are} being trained below, and will come onto the stage.", icon=":material/hourglass_top:")
    else:
        st.info(
            f"The {noun} for this setting {have} not been trained yet. Train below, or press *Default settings*.",
            icon=":material/hourglass_empty:",
        )


def say_early(shown: lab.View) -> None:
    """One sentence above a stage whose model learned for fewer steps than its setting says, or was not measured yet."""
    if isinstance(shown, lab.Ready) and shown.source in _EARLY:
        rows = shown.record.history
        st.caption(_EARLY[shown.source].format(at=shown.record.steps, of=rows[-1]["total"] if rows else 0))


_EARLY = {
    "early": "Stopped at step {at:,} of {of:,}, for you alone. *Leave the stopped model*, below, brings back what was here.",
    "learning": "At step {at:,} of {of:,}, and still learning: what is measured follows below when that is done.",
    "measuring": "Trained, and still being measured: what is measured follows below when that is done.",
}


def _headline(shown: lab.View, setting: Setting) -> None:
    facts, seed, key = setting.facts, setting.seed, setting.key
    if isinstance(shown, lab.Ready):
        record = shown.record
        st.html(
            f'<p class="ll-facts"><b>This model</b> · {facts} · {record.parameters / 1e6:.2f} M parameters · '
            f"{record.steps:,} steps in {duration(record.seconds)} on {record.machine} · seed {record.seed} · "
            f"key <code>{record.key}</code> · {_SOURCES.get(shown.source, 'in training')}</p>"
        )
    else:
        waits = {lab.Running: "It is being trained.", lab.Queued: "It waits for its turn."}
        st.html(f'<p class="ll-facts"><b>This setting</b> · {facts} · seed {seed} · key <code>{key}</code></p>')
        st.markdown(shown.message if isinstance(shown, lab.Absent) else waits.get(type(shown), "It is not trained."))


_SOURCES = {
    "baked": "shipped with the lab",
    "cache": "trained on this machine",
    "memory": "in memory only, because the cache folder cannot be written",
    "early": "stopped before its end, and in memory only",
}


def _train_buttons(setting: Setting, shown: lab.View, place: Any) -> None:
    prefix, experiment = setting.prefix, setting.experiment
    ready = isinstance(shown, lab.Ready)
    failed = isinstance(shown, lab.Failed)
    can = not isinstance(shown, lab.Absent) or shown.can_train
    label = "Train it live" if ready else "Try again" if failed else "Train this setting"
    place.button(
        label,
        icon=":material/play_arrow:",
        type="primary",
        disabled=not can,
        key=f"{prefix}_train",
        on_click=_start,
        args=(setting, ready),
        help="Watch the same setting learn from the beginning; the result replaces nothing until it is done.",
    )
    place.button(
        "Quick settings",
        icon=":material/bolt:",
        key=f"{prefix}_quick",
        on_click=_apply,
        args=(prefix, experiment, dict(experiment.presets["quick"])),
        help="A small network and few steps: trained within seconds.",
    )
    place.button(
        "Default settings",
        icon=":material/settings_backup_restore:",
        key=f"{prefix}_default",
        on_click=_apply,
        args=(prefix, experiment, {}),
    )
    if ready:
        place.download_button(
            "Download",
            icon=":material/download:",
            data=lambda: lab.package(shown.record),
            file_name=f"{experiment.name}-{shown.record.key}.zip",
            mime="application/zip",
            on_click="ignore",
            key=f"{prefix}_download",
            help="The weights (safetensors) and the record of this training, as a zip file.",
        )
    if ready and shown.source == "early":
        key = shown.record.key
        place.button("Leave the stopped model", key=f"{prefix}_drop", on_click=lab.drop_early, args=(key, session_id()))


def _start(setting: Setting, again: bool) -> None:
    try:
        lab.train(setting.experiment.name, setting.config, setting.seed, session_id=session_id(), again=again)
    except lab.Full as full:
        st.session_state[f"_{setting.prefix}_full"] = str(full)


def _apply(prefix: str, experiment: Experiment, values: dict[str, Any]) -> None:
    """Set the menus to a preset; the data set and the seed stay."""
    default = experiment.default()
    for name in experiment.knobs():
        if name != "data":
            value = values.get(name, getattr(default, name))
            moves.change("session", f"{prefix}_{name}", list(value) if experiment.knobs()[name].many else value)


def _stop_buttons(prefix: str, job: lab.JobView, place: Any) -> None:
    """Stop a run that learns and keep its model, or end the run; and insist where others watch."""
    asked, learns = f"{prefix}_refused", job.phase == "training" and job.done > 0
    if learns:
        told = "The model stays as it is now: it is measured, and comes onto the stage."
        place.button(
            "Stop", icon=":material/stop:", key=f"{prefix}_keep", type="primary", help=told,
            on_click=_end, args=(lab.finish, job.key, asked),
        )  # fmt: skip
    place.button(
        "Discard" if learns else "Stop", icon=":material/delete:" if learns else ":material/stop:", key=f"{prefix}_stop",
        type="secondary" if learns else "primary", on_click=_end, args=(lab.stop, job.key, asked),
    )  # fmt: skip
    how, refused = st.session_state.get(asked, (lab.stop, None))
    if refused:
        if refused.may:
            place.button("Stop it for everyone", key=f"{prefix}_stop_all", on_click=_end, args=(how, job.key, asked, True))  # fmt: skip
        st.warning(refused.message, icon=":material/groups:")


def _end(how: Callable[..., lab.Refused | None], key: str, slot: str, force: bool = False) -> None:
    st.session_state[slot] = how, how(key, session_id(), force, is_teacher())


def _progress(job: lab.JobView, chart_look: theme.Look, shown: Shown) -> None:
    """How far the run is, its loss so far, and what it makes of the same pictures now."""
    if job.state == "queued":
        people = "next" if job.position == 1 else f"number {job.position}"
        st.progress(0.0, text=f"In the queue: {people}. It starts by itself.")
        return
    if job.phase == "starting":
        st.progress(0.0, text="The training process is starting.")
        return
    if job.total == 0:
        st.progress(0.0, text="Reading the data.")
        return
    left = "" if job.seconds_left is None else f", about {duration(job.seconds_left)} left"
    if job.phase == "measuring":
        text = f"Trained. Measuring on held-out data: {job.done} of {job.total}{left}."
    else:
        measuring = ", then it is measured" if job.usual is None else " with the measuring"
        text = f"Step {job.done:,} of {job.total:,}{left and left + measuring} · {job.device}"
    watching = f" · {job.watchers} watching" if job.watchers > 1 else ""
    st.progress(job.share, text=text + watching)
    loss, seen = st.columns([0.5, 0.5])
    with loss:
        rows = [row for row in job.history if row.get("loss") is not None]
        if len(rows) > 1:
            draw_chart(shown.curve(rows, chart_look, lab.earlier(job, session_id())), key=f"loss_{job.key}")
    with seen:
        if job.preview is not None:
            (shown.draw or _pictures)(job)


def _pictures(job: lab.JobView) -> None:
    gallery(preview_rows.rows(job.previews[0], job.preview, preview_rows.answers(job.previews)))
    st.caption(f"Held-out pictures at step {job.preview.i:,}.")
