"""The lists of the Models page: runs, trained models, resident models."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import streamlit as st

from core import lab
from core.charts.written import duration
from core.data import own
from core.experiment import described
from core.queue import Several
from core.store.artefacts import Found
from core.store.cache import GROUPS
from core.store.sizes import own_memory
from core.ui.own import held
from core.ui.poll import poll
from core.ui.training import is_teacher, session_id

MOST = 40  # own models shown; a class can train hundreds
MAPPED = "Pictures and MiniLM are memory-mapped files, which do not count as the server's own memory."


def runs() -> None:
    """Live runs with a stop button, then the newest that are over; looked at again as long as one is live."""
    over = poll(lambda: Several(lab.models(held()).jobs), _runs, every=1.0)
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
                st.markdown(f"**{described(job.experiment, job.config)}** · seed {job.seed} · {where}")
                if job.live and job.total:
                    left = f", about {duration(job.seconds_left)} left" if job.seconds_left is not None else ""
                    st.progress(job.share, text=f"{job.done:,} of {job.total:,}{left} · {job.device}")
                if job.message:
                    st.markdown(job.message)
            if job.live:
                stops = {"key": f"stop_{job.key}", "on_click": _stop, "args": (job.key,)}
                st.button("Stop", icon=":material/stop:", width="content", **stops)
    if len(jobs) > MOST:
        st.caption(f"{len(jobs) - MOST} more are not listed.")
    refused = st.session_state.get("models_refused")
    if refused:
        st.warning(refused[1].message, icon=":material/groups:")
        if refused[1].may:
            st.button("Stop it for everyone", key="stop_everyone", on_click=_stop, args=(refused[0], True))


def _stop(key: str, force: bool = False) -> None:
    refused = lab.stop(key, session_id(), force, is_teacher())
    st.session_state["models_refused"] = (key, refused) if refused else None


def _delete(name: str, key: str) -> None:
    refused = lab.may_delete(key, session_id(), is_teacher())
    st.session_state["models_kept"] = refused
    if refused is None:
        lab.delete(name, key)


def trained() -> None:
    """Own models one by one, with download and delete; the shipped ones as a table."""
    models = lab.models(held())
    here = [found for found in models.stored if found.source == "cache"]
    baked = [found for found in models.stored if found.source == "baked"]
    if kept := st.session_state.get("models_kept"):
        st.warning(kept.message, icon=":material/groups:")
    for found in sorted(here, key=lambda f: f.record.created, reverse=True)[:MOST]:
        _trained(found)
    if not here:
        st.markdown("No model has been trained on this machine yet. These are shipped with the lab.")
    elif len(here) > MOST:
        st.caption(f"The newest {MOST} of {len(here)} are listed.")
    if models.hidden:
        st.caption(f"Models of other people's own pictures and texts are not listed: {models.hidden}. {own.KEPT}")
    if baked:
        widths = {"model": 340, "measured": 245, "trained in": 90, "MB": 45, "key": 145}
        table = pd.DataFrame([_row(found) for found in baked])
        st.dataframe(
            table,
            hide_index=True,
            width="stretch",
            key="baked_models",
            column_config={k: {"width": w} for k, w in widths.items()},
        )


def _trained(found: Found) -> None:
    record = found.record
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"**{described(record.name, record.config)}** · seed {record.seed} · {record.steps:,} steps in "
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
            gone = {"key": f"delete_{record.key}", "on_click": _delete, "args": (record.name, record.key)}
            st.button("Delete it", type="primary", **gone)


def _row(found: Found) -> dict[str, Any]:
    record = found.record
    first = next((f"{n} {v:.3g}" for n, v in record.metrics.items() if isinstance(v, float)), "")
    return {
        "model": described(record.name, record.config),
        "measured": re.sub(r"[._](?=[a-z])", " ", first),
        "trained in": duration(record.seconds),
        "MB": f"{record.bytes / 1e6:.3g}",
        "key": record.key,
    }


def resident() -> None:
    """What is in memory now: how much of the budget each sort takes, then each model and each kind of results."""
    found = lab.models(held()).resident
    used, budget = sum(one.bytes for one in found), lab.model_cache().budget
    st.markdown(f"{used / 1e6:.1f} MB of at most {budget / 1e6:.0f} MB are in use; the least recently used goes first.")
    sums = {group: sum(one.bytes for one in found if one.group == group) for group in GROUPS}
    st.markdown(" · ".join(f"{group} {size / 1e6:.1f} MB" for group, size in sums.items()))
    own = own_memory()
    if own is not None:
        st.caption(f"{MAPPED} The server as a whole uses {own / 1e6:.0f} MB of its own.")
    if found:
        rows = [
            {"in memory": one.label, "sort": one.group, "device": one.device, "MB": f"{one.bytes / 1e6:.3g}"}
            for one in found
        ]
        st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch", key="resident_models")
