"""The knobs of an experiment as widgets that live in the address."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core import data
from core.experiment import Experiment
from core.ui.links import Table


def controls(table: Table, experiment: Experiment, shown_elsewhere: dict[str, Any]) -> tuple[Any, int]:
    """One menu a knob and a seed; returns the config and the seed.

    shown_elsewhere: knobs whose widget stands at another place of the page, with their values.
    """
    raw: dict[str, Any] = dict(shown_elsewhere)
    names = [name for name in experiment.knobs() if name not in shown_elsewhere]
    columns = st.columns(4)
    for i, name in enumerate(names):
        with columns[i % 4]:
            raw[name] = menu(table, experiment, name)
    with columns[len(names) % 4]:
        seed = table.seed().input(help="Another seed is another run of the same setting.")
    config, _ = experiment.lenient(raw)
    return config, seed


def menu(table: Table, experiment: Experiment, name: str) -> Any:
    """The menu of one knob, in the address."""
    knob, link = experiment.knobs()[name], table.knob(experiment.name, name)
    if knob.many:
        return link.pills(help=knob.help or None)
    return link.widget(st.selectbox, help=knob.help or None)


def linked(table: Table, experiment: Experiment, shown_elsewhere: dict[str, Any]) -> tuple[Any, int]:
    """The config and the seed that `controls` will show, without its widgets: what the stage needs stands above them."""
    raw = dict(shown_elsewhere)
    for name in experiment.knobs():
        if name not in raw:
            link = table.knob(experiment.name, name)
            raw[name] = st.session_state[link.settle()]
    config, _ = experiment.lenient(raw)
    return config, table.seed().value()


def data_switch(table: Table, experiment: Experiment, labels: dict[str, str]) -> str:
    """Which pictures the network was trained on: the data sets that are on this machine."""
    names = experiment.knobs()["data"].choices
    here = [name for name in names if data.available(name)]
    if not here:
        ways = " ".join(map(data.how_to_get, names))
        st.error(
            f"No pictures are on this machine, so nothing can be shown. {ways}", icon=":material/image_not_supported:"
        )
        st.stop()
    chosen = table.data(experiment).widget(
        st.segmented_control, here, experiment.default().data, labels.__getitem__, label="Network trained on", required=True
    )  # fmt: skip
    for name in (name for name in names if name not in here):
        st.caption(f"{labels[name]} are not on this machine. {data.how_to_get(name)}")
    return chosen
