"""The knobs of an experiment as widgets that live in the URL."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core import data
from core.experiment import Experiment
from core.ui import url

LARGEST_SEED = 9999


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
        seed = st.number_input(
            "Seed",
            0,
            LARGEST_SEED,
            step=1,
            help="Another seed is another run of the same setting.",
            **url.bound(prefix, "seed", 0),
        )
    config, _ = experiment.lenient(raw)
    return config, int(seed)


def menu(prefix: str, experiment: Experiment, name: str) -> Any:
    """The menu of one knob, bound to the URL; a number that is no choice is moved to the nearest, and that is said."""
    knob = experiment.knobs()[name]
    default = getattr(experiment.default(), name)
    _mend_link(prefix, experiment, name)
    label = f"{knob.label}, {knob.unit}" if knob.unit else knob.label
    return st.selectbox(
        label,
        knob.choices,
        index=knob.choices.index(default),
        help=knob.help or None,
        **url.bound(prefix, name, default),
    )


def data_switch(prefix: str, experiment: Experiment, labels: dict[str, str]) -> str:
    """Which pictures the network was trained on: the data sets that are on this machine."""
    default = experiment.default().data
    here = [name for name in experiment.knobs()["data"].choices if data.available(name)]
    if not here:
        rows = "; ".join(str(row["how_to_get"]) for row in data.sources())
        st.error(
            f"No pictures are on this machine, so nothing can be shown. {rows}", icon=":material/image_not_supported:"
        )
        st.stop()
    _mend_link(prefix, experiment, "data")
    chosen = st.segmented_control(
        "Network trained on",
        here,
        default=default,
        required=True,
        format_func=lambda name: labels.get(name, name),
        **url.bound(prefix, "data", default),
    )
    return chosen if chosen in here else default


def _mend_link(prefix: str, experiment: Experiment, name: str) -> None:
    """On the first run of a session: a value in the link that is no choice is mended before the widget sees it."""
    full = url.key(prefix, name)
    asked = st.query_params.get(full)
    if asked is None or full in st.session_state:
        return
    config, notes = experiment.lenient({name: asked[:200]})
    if notes:
        st.session_state[full] = getattr(config, name)
        st.session_state.setdefault(f"_{prefix}_notes", []).extend(notes)
