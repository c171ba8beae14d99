"""The lists of the Models page: runs, trained models, resident models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from core import lab
from core.experiment import BadValue, get
from core.queue import Several
from core.store.artefacts import Found
from core.ui.figures import duration
from core.ui.poll import poll
from core.ui.training import session_id

MOST = 40  # own models shown; a class can train hundreds


def describe(name: str, config: Mapping[str, Any]) -> str:
    """What differs from the defaults, in words: "Masked auto-encoder: data mnist, steps 400"."""
    try:
        experiment = get(name)
    except BadValue:
        return name
    default = experiment.default()
    labels = experiment.knobs()
    changed = [
        f"{labels[n].label.lower()} {value}"
        for n, value in config.items()
        if n in labels and (n == "data" or value != getattr(default, n))
    ]
    return f"{experiment.title}: {', '.join(changed) or 'default'}"


def runs() -> None:
    """Live runs with a stop button, then the newest that are over; looked at again as long as one is live."""
    over = poll(lambda: Several(lab.models().jobs), _runs, every=1.0)
    if over is not None:
        _runs(over)


def _runs(several: Several) -> None:
    jobs: tuple[lab.JobView, ...] = several.views
    if not jobs:
        st.markdown("Nothing is being trained. Every lesson has a *Train it live* button.")
    for job in jobs[:MOST]:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            where = {"queued": f"number {job.position} in the queue", "running": job.phase}.get(job.state, job.state)
            with st.container():
                st.markdown(f"**{describe(job.experiment, job.config)}** · seed {job.seed} · {where}")
                if job.live and job.total:
                    left = f", about {duration(job.seconds_left)} left" if job.seconds_left is not None else ""
                    st.progress(job.share, text=f"{job.done:,} of {job.total:,}{left} · {job.device}")
                if job.message:
                    st.markdown(job.message)
            if job.live:
                st.button(
                    "Stop",
                    icon=":material/stop:",
                    key=f"stop_{job.key}",
                    on_click=_stop,
                    args=(job.key,),
                    width="content",
                )
    if len(jobs) > MOST:
        st.caption(f"{len(jobs) - MOST} more are not listed.")
    refused = st.session_state.get("models_refused")
    if refused:
        st.warning(refused[1], icon=":material/groups:")
        st.button("Stop it for everyone", key="stop_everyone", on_click=_stop, args=(refused[0], True))


def _stop(key: str, force: bool = False) -> None:
    refused = lab.stop(key, session_id(), force=force)
    st.session_state["models_refused"] = (key, refused.message) if refused else None


def trained() -> None:
    """Own models one by one, with download and delete; the shipped ones as a table."""
    stored = lab.models().stored
    own = [found for found in stored if found.source == "cache"]
    baked = [found for found in stored if found.source == "baked"]
    for found in sorted(own, key=lambda f: f.record.created, reverse=True)[:MOST]:
        _own(found)
    if not own:
        st.markdown("No model has been trained on this machine yet; these came with the lab.")
    elif len(own) > MOST:
        st.caption(f"The newest {MOST} of {len(own)} are listed.")
    if baked:
        st.dataframe(
            pd.DataFrame([_row(found) for found in baked]), hide_index=True, width="stretch", key="baked_models"
        )


def _own(found: Found) -> None:
    record = found.record
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"**{describe(record.name, record.config)}** · seed {record.seed} · {record.steps:,} steps in "
            f"{duration(record.seconds)} on {record.machine} · {record.bytes / 1e6:.1f} MB · `{record.key}`"
        )
        st.download_button(
            "Download",
            icon=":material/download:",
            data=lambda: lab.package(record),
            file_name=f"{record.name}-{record.key}.zip",
            mime="application/zip",
            on_click="ignore",
            key=f"download_{record.key}",
            width="content",
        )
        with st.popover("Delete", icon=":material/delete:", width="content"):
            st.markdown("Delete this model for everyone who uses this server?")
            st.button(
                "Delete it",
                type="primary",
                key=f"delete_{record.key}",
                on_click=lab.delete,
                args=(record.name, record.key),
            )


def _row(found: Found) -> dict[str, Any]:
    record = found.record
    first = next(((n, v) for n, v in record.metrics.items() if isinstance(v, float)), ("", None))
    return {
        "model": describe(record.name, record.config),
        first[0].replace("_", " ") or "measured": round(first[1], 4) if first[1] is not None else None,
        "steps": f"{record.steps:,}",
        "trained in": duration(record.seconds),
        "MB": round(record.bytes / 1e6, 2),
        "key": record.key,
    }


def resident() -> None:
    """What is in memory now, and on which device."""
    found = lab.models().resident
    budget = lab.model_cache().budget
    used = sum(one.bytes for one in found)
    st.markdown(
        f"{used / 1e6:.1f} MB of at most {budget / 1e6:.0f} MB are in use; what was not used longest goes first."
    )
    if found:
        rows = [
            {"model or result": one.label, "device": str(one.device), "MB": round(one.bytes / 1e6, 2)} for one in found
        ]
        st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch", key="resident_models")
