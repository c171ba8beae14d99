"""Inside one code: the size that is looked into, and the ways through its space."""

from __future__ import annotations

import streamlit as st

from core import lab
from core.lessons.bottleneck import between, drawing, inventing, numbers, walk
from core.lessons.bottleneck.choose import OnStage, choose_size, named
from core.lessons.bottleneck.links import MODE, PICTURE, PREFIX
from core.lessons.bottleneck.subject import subject

MODES = {
    "walk": ("Walk the map", walk.show),
    "numbers": ("Number by number", numbers.show),
    "between": ("Between two", between.show),
    "new": ("New pictures", inventing.show),
    "draw": ("Draw your own", drawing.show),
}


def show(on_stage: OnStage) -> None:
    """The menu of the size, which changes the stage as well, and the ways through its space."""
    left, right = st.columns([0.4, 0.6], vertical_alignment="center")
    with right:
        choose_size(on_stage.sizes)
    left.header(f"Inside {named(on_stage.size)}", anchor=False)
    with st.container(border=True, key=f"{PREFIX}_space"):
        _ways(on_stage)


@st.fragment
def _ways(on_stage: OnStage) -> None:
    """A gesture reruns this function alone."""
    mode = MODE.widget(
        st.segmented_control, shown=lambda name: MODES[name][0], required=True, label_visibility="collapsed"
    )
    try:
        MODES[mode][1](subject(on_stage.record, on_stage.size, PICTURE.drawn()))
    except lab.Damaged as error:
        st.error(str(error), icon=":material/broken_image:")
