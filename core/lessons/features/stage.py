"""The stage: the units of a layer, and of the chosen one what excites it, what was made for it, in three networks."""

from __future__ import annotations

import streamlit as st

from core.experiments.features import NETWORKS
from core.lessons.features import links, strips, subject, unit_grid
from core.lessons.features.subject import LAYER_NAMES, NAMES, Unit
from core.nn.seeing import CLASSES, LAYERS
from core.store.record import Record
from core.ui import knobs, pictures
from core.ui.page import Model, Page


def choose(page: Page) -> Model:
    """Draws the switch above the stage; the model for the settings in the address."""
    from core.experiment import get

    with page.play:
        name = knobs.data_switch(links.TABLE, get("features"), pictures.LABELS)
    return page.model(subject.PANEL, {"data": name})


def show(record: Record) -> None:
    """The grid of a layer on the left; on the right the chosen unit."""
    which, layer = st.columns([0.5, 0.5], gap="medium")
    with layer:
        chosen = links.LAYER.widget(st.segmented_control, LAYERS, shown=LAYER_NAMES.__getitem__, required=True)
    with which:
        network = links.NETWORK.widget(st.segmented_control, NETWORKS, shown=NAMES.__getitem__, required=True)
    unit = chosen_unit(record, chosen)
    left, right = st.columns([0.46, 0.54], gap="large")
    with left:
        unit_grid.unit_grid(links.GRID, _tiles(record, network, chosen), unit.number)
        st.caption(_legend(record, network, chosen))
    with right:
        _unit(unit, network)


def chosen_unit(record: Record, layer: str) -> Unit:
    """The unit that was clicked, or that the link names; in a layer with fewer units its last one."""
    last = subject.units_of(record, layer) - 1
    clicked = unit_grid.read(links.GRID)
    number = links.UNIT.value() if clicked is None else clicked
    number = min(number, last)
    links.UNIT.set(number)
    links.UNIT.put(str(number) if number else None)
    return Unit(record, layer, number)


def current(record: Record) -> Unit:
    """The unit on the stage, for the acts below it."""
    return chosen_unit(record, links.LAYER.value(LAYERS))


def _tiles(record: Record, network: str, layer: str) -> unit_grid.Tiles:
    made = subject.drawings(record, network, layer)
    dead = subject.dead(record, network, layer)
    names = [Unit(record, layer, i).name + (", dead" if i in dead else "") for i in range(len(made))]
    about = f"{LAYER_NAMES[layer]} of the network that is {NAMES[network]}"
    return unit_grid.Tiles(made, names, dead, about)


def _legend(record: Record, network: str, layer: str) -> str:
    """What the tiles are."""
    dead = len(subject.dead(record, network, layer))
    count = subject.units_of(record, layer)
    verb, whom = ("is", "it") if dead == 1 else ("are", "them")
    said = f"{dead} of {count} {verb} dead: no picture excites {whom} anywhere. " if dead else ""
    return (
        f"Each tile was made for one unit of the network ({NAMES[network]}): from noise, {record.metrics['ascent']} steps uphill. {said}"
        "Click one, or walk with the arrow keys."
    )


def _unit(unit: Unit, network: str) -> None:
    """The made pictures in the three networks, and the strongest pictures of the data in one of them."""
    st.subheader(headline(unit, network), anchor=False)
    strips.made(unit, network)
    x, boxes = unit.strongest(network)
    count = unit.record.metrics["shown"]
    if len(x):
        st.markdown(f"**The {len(x)} of {count:,} pictures that excite it most, and where**")
        strips.strongest(x, boxes, f"{unit.name}, {NAMES[network]}")
    else:
        st.markdown(f"None of {count:,} pictures excites it: this unit is **dead**.")


def headline(unit: Unit, network: str) -> str:
    """What the made picture does, compared with the data."""
    ratio, found = unit.ratio(network), unit.measured(network)
    if ratio is None:
        if unit.layer == CLASSES:
            return f"{unit.name}: no picture brings its logit above 0"
        live = "its own picture wakes it" if found["made"] > 0 else "nothing that was tried wakes it"
        return f"{unit.name} is silent on every picture; {live}"
    if ratio > 1:
        return f"{unit.name}: the picture made for it excites it {ratio:.3g} × as much as the best of {unit.record.metrics['shown']:,}"
    return f"{unit.name}: the picture made for it reaches {ratio:.3g} × the best of {unit.record.metrics['shown']:,}, no more"


def set_up(network: str, layer: str, unit: int) -> None:
    """Put a unit on the stage. For a button's callback."""
    links.TABLE.case({"network": network, "layer": layer}, "data")
    unit_grid.put(links.GRID, unit)


def a_class() -> None:
    """The last layer, where a unit is a class."""
    set_up("plain", CLASSES, 0)
