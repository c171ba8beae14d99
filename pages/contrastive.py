"""Lesson: views of one picture belong together, and the rest must make room."""

from collections.abc import Callable

import streamlit as st

from core import data, lab
from core.course import by_slug
from core.experiment import get
from core.experiments import simclr
from core.lessons.contrastive import deciding, honesty, live, making_views, measured, methods, one_batch, space_map
from core.nn import contrast
from core.nn import views as nn_views
from core.ui import knobs, lesson, pictures, training, url
from core.ui.own import pictures as own_folder

SC = get("simclr")
C = by_slug("contrastive").prefix


def set_up(data_name: str | None, values: dict[str, object]) -> None:
    """Put a case on the page; data_name: of the lab's own pictures, or None for those that are there."""
    if data_name:
        url.put(C, "folder", None)
    for name, value in {**({"data": data_name} if data_name else {}), **values}.items():
        st.session_state[url.key(C, name)] = value


@st.fragment
def part(show: Callable[..., None], *args: object) -> None:
    """One part of the page; a gesture in it reruns this part alone. A damaged model is a sentence."""
    try:
        show(C, *args)
    except (lab.Damaged, data.Missing) as error:
        st.error(str(error), icon=":material/broken_image:")


lesson.head("contrastive")
said, play, together, spaces, seen, about, honest, decides, cards, how = (st.container() for _ in range(10))
data_name = None
with play:
    left, right = st.columns([0.62, 0.38], vertical_alignment="bottom")
    with right:
        own_folder.own_folder(C)
    folder = own_folder.chosen_folder(C)
    with left:
        if folder:
            st.markdown("Network trained on **your own pictures**")
        else:
            data_name = knobs.data_switch(C, SC, pictures.LABELS)
stage_alone = lesson.first_paint(C)
elsewhere = {"data": folder or data_name}
with about:
    if stage_alone:
        config, seed = knobs.linked(C, SC, elsewhere)
    else:
        st.header("This model", anchor=False)
        panel = st.container()
        with st.expander("Change what is trained", icon=":material/tune:"):
            config, seed = knobs.controls(C, SC, elsewhere)
        with panel:
            training.panel(C, SC, config, seed, live.facts(config), live.draw, live.curve)
shown = lab.view("simclr", config, seed)
with said:
    lesson.say_notes(C, again=stage_alone)
if not isinstance(shown, lab.Ready):
    with play:
        training.say_not_ready(shown)
    st.stop()
record = shown.record
with play, st.container(border=True, key=f"{C}_stage"):
    part(making_views.show, record)
if stage_alone:
    st.stop()

with together:
    st.header("Pull together, push apart", anchor=False)
    st.markdown(
        f"Two views each of {one_batch.PICTURES} held-out pictures. Row by row the network must find the framed one: the other view of the "
        "same picture. Everything else in the row is a negative."
    )
    part(one_batch.show, record)
with spaces:
    st.header("Look at the space", anchor=False)
    part(space_map.show, record)
with seen:
    st.header("Measured: what is it good for?", anchor=False)
    measured.probes(record.metrics)
    measured.geometry(record.metrics)
    measured.growing(C, record)
with honest:
    st.header("The same space, three maps", anchor=False)
    part(methods.show, record)
    st.header("How honest is the map?", anchor=False)
    part(honesty.show, record)
with decides:
    st.header("What do augmentations decide?", anchor=False)
    part(deciding.show)
with cards:
    lesson.try_this(C, [
        lesson.Try("Nothing to learn", "Set crop, colour and all else to nothing: then both views are the picture itself. What could be learned from that?", making_views.reset_strengths, (C, record.config, dict.fromkeys(making_views.CHANGES, 0))),
        lesson.Try("Through untrained eyes", "Let the untrained network look at one batch. Why is every similarity near one, and what does the temperature do about it?", set_up, (None, {"b_age": "untrained"})),
        lesson.Try("The shortcut of colours", "Ask the matrix below how much neighbours share their colours. Where is the shortcut open, and what closes it?", set_up, (None, {"m_read": "colour_rank"})),
    ])  # fmt: skip
with how, st.expander("How it works: views, encoder, projector, NT-Xent", icon=":material/schema:"):
    st.markdown(
        "Each picture of a batch of $B$ is changed twice at random. The encoder $f$ turns a view into $h$, the projector $g$ turns $h$ "
        "into $z$, and each of the $2B$ views must pick out its partner $j$ among the $2B - 1$ others, by a softmax over cosine "
        "similarities divided by the temperature $\\tau$:"
    )
    st.latex(
        r"\ell_{i} = -\log \frac{\exp(\mathrm{sim}(z_i, z_j) / \tau)}{\sum_{k \neq i} \exp(\mathrm{sim}(z_i, z_k) / \tau)}"
    )
    st.markdown(
        "No label is used. After training the projector is thrown away. "
        "[Chen, Kornblith, Norouzi, Hinton 2020](https://arxiv.org/abs/2002.05709); alignment and uniformity: "
        "[Wang and Isola 2020](https://arxiv.org/abs/2005.10242). A whole batch is changed at once: crop, mirror and blur as two matrix "
        "products a view, all colour changes as one 3 × 3 matrix."
    )
    lesson.code_that_ran(contrast.nt_xent_rows, simclr.step_loss, nn_views.colour_maps)
