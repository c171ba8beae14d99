"""The knobs of an experiment as widgets that live in the URL."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core import data
from core.experiment import LARGEST_SEED, Experiment
from core.ui import url


def controls(prefix: str, experiment: Experiment, shown_elsewhere: dict[str, Any]) -> tuple[Any, int]:
    """One menu a knob and a seed; returns the config and the seed.

    shown_elsewhere: knobs whose widget stands at another place of the page, with their values.
    """
    raw: dict[str, Any] = dict(shown_elsewhere)
    names = [name for name in experiment.knobs() if name not in shown_elsewhere]
    columns = st.columns(4)
    for i, name in enumerate(names):
        with columns[i % 4]:
            raw[name] = menu(prefix, experiment, name)
    with columns[len(names) % 4]:
        seed = url.number(
            prefix, "seed", "Seed", 0, LARGEST_SEED, help="Another seed is another run of the same setting."
        )
    config, _ = experiment.lenient(raw)
    return config, seed


def menu(prefix: str, experiment: Experiment, name: str) -> Any:
    """The menu of one knob, in the URL."""
    knob = experiment.knobs()[name]
    label = f"{knob.label}, {knob.unit}" if knob.unit else knob.label
    default = getattr(experiment.default(), name)
    if knob.many:
        return url.several(prefix, name, label, knob.choices, default, help=knob.help or None)
    return url.choice(st.selectbox, prefix, name, label, knob.choices, default, help=knob.help or None)


def linked(prefix: str, experiment: Experiment, shown_elsewhere: dict[str, Any]) -> tuple[Any, int]:
    """The config and the seed that `controls` will show, without its widgets: for the first paint of a lesson."""
    raw = dict(shown_elsewhere)
    for name, knob in experiment.knobs().items():
        if name not in raw:
            default = getattr(experiment.default(), name)
            settle = url.settle_several if knob.many else url.settle
            raw[name] = st.session_state[settle(prefix, name, knob.label, knob.choices, default)]
    config, _ = experiment.lenient(raw)
    return config, st.session_state[url.settle_number(prefix, "seed", "Seed", 0, LARGEST_SEED)]


def data_switch(prefix: str, experiment: Experiment, labels: dict[str, str]) -> str:
    """Which pictures the network was trained on: the data sets that are on this machine."""
    here = [name for name in experiment.knobs()["data"].choices if data.available(name)]
    if not here:
        rows = "; ".join(str(row["how_to_get"]) for row in data.sources())
        st.error(
            f"No pictures are on this machine, so nothing can be shown. {rows}", icon=":material/image_not_supported:"
        )
        st.stop()
    chosen = url.choice(
        st.segmented_control, prefix, "data", "Network trained on", here, experiment.default().data,
        shown=labels.__getitem__, said="The data set", required=True,
    )  # fmt: skip
    how = {str(row["name"]): row["how_to_get"] for row in data.sources()}
    for name in experiment.knobs()["data"].choices:
        if name not in here:
            st.caption(f"{labels[name]} are not on this machine. {how[name]}")
    return chosen
