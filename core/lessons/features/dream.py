"""Act: deep dream. A picture of the student's own climbs for the unit on the stage, instead of noise."""

from __future__ import annotations

import streamlit as st

from core import background
from core.lessons.features import climb, links, stage
from core.lessons.features.subject import NAMES
from core.store.record import Record
from core.ui import pictures
from core.ui.poll import poll


def show(record: Record) -> None:
    """The picture, how far it goes, and what the network makes of it."""
    unit, network = stage.current(record), links.NETWORK.value()
    left, right = st.columns([0.6, 0.4], gap="large")
    with left:
        picture = pictures.choose(links.DREAM, record.config["data"])
    with right:
        steps = links.DEPTH.widget(st.segmented_control, shown="{} steps".format, required=True)
    st.caption(picture.about)
    asked = climb.Asked(record, network, unit.layer, unit.number, steps=steps, start=picture.pixels.tobytes())
    st.markdown(
        f"**It is changed so that it excites {unit.name[0].lower()}{unit.name[1:]}**, {NAMES[network]}. The unit is chosen on the stage."
    )
    found = poll(lambda: background.ask(asked.key, lambda progress: climb.climb(asked, progress)), climb.waiting)
    if found is not None:
        climb.draw(found, asked)
