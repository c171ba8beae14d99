"""Lesson: how few numbers can hold a picture?"""

import streamlit as st

from core import data, lab
from core.course import by_slug
from core.experiment import get
from core.experiments import autoencoder
from core.lessons.bottleneck import between, charts, drawing, inventing, numbers, walk
from core.lessons.bottleneck.stage import SHOWN, available, compare, curve, named
from core.lessons.bottleneck.subject import another, subject
from core.ui import knobs, lesson, pictures, training, url
from core.ui.chart_click import clicked
from core.ui.components.sketch_pad import clear
from core.ui.guess import guess_first, guessed

AE = get("autoencoder")
B = by_slug("bottleneck").prefix
NETWORKS = {"conv": "Convolutional", "mlp": "Dense (MLP)"}
MODES = {
    "walk": ("Walk the map", walk.show),
    "numbers": ("Number by number", numbers.show),
    "between": ("Between two", between.show),
    "new": ("New pictures", inventing.show),
    "draw": ("Draw your own", drawing.show),
}


def set_up(size: int, mode: str, data_name: str | None = None, **values: object) -> None:
    """Put a case on the stage."""
    for name, value in {"size": size, "do": mode, **({"data": data_name} if data_name else {}), **values}.items():
        st.session_state[url.key(B, name)] = value
    url.put(B, "z", None)  # back to the picture


@st.fragment
def latent(record: lab.Record, size: int, picture: int) -> None:
    """The ways through the latent space; a gesture reruns this function alone."""
    mode = url.choice(
        st.segmented_control, B, "do", "What to do with the code", tuple(MODES), "walk", lambda name: MODES[name][0],
        required=True, label_visibility="collapsed",
    )  # fmt: skip
    try:
        MODES[mode][1](subject(B, record, size, picture))
    except lab.Damaged as error:
        st.error(str(error), icon=":material/broken_image:")


lesson.head("bottleneck", on_reset=lambda: clear(f"{B}_pad"))
said, play, space, measured, about, cards, how = (st.container() for _ in range(7))
with play:
    left, right = st.columns([0.62, 0.38])
    with left:
        data_name = knobs.data_switch(B, AE, pictures.LABELS)
    with right:
        network = url.choice(
            st.segmented_control, B, "encoder", "Network", tuple(NETWORKS), "conv", NETWORKS.__getitem__, required=True
        )
    chosen_sizes = url.several(
        B, "sizes", "Sizes to compare: numbers in the code", autoencoder.SIZES, autoencoder.SIZES
    )
stage_alone = lesson.first_paint(B)
elsewhere = {"data": data_name, "encoder": network, "sizes": chosen_sizes}
with about:
    if stage_alone:
        config, seed = knobs.linked(B, AE, elsewhere)
    else:
        st.header("This model", anchor=False)
        panel = st.container()
        with st.expander("Change what is trained", icon=":material/tune:"):
            config, seed = knobs.controls(B, AE, elsewhere)
        facts = (
            f"{pictures.LABELS[config.data]} · {NETWORKS[config.encoder]} · sizes {', '.join(map(str, config.sizes))}"
        )
        with panel:
            training.panel(training.Setting(B, AE, config, seed, facts))
shown = available(config, seed)
with said:
    lesson.say_notes(B, again=stage_alone)

for chart_key in (f"{B}_curve_both", f"{B}_curve_error"):
    if (news := clicked(chart_key, charts.CLICK, "size")) in config.sizes:
        st.session_state[url.key(B, "size")] = news
if not isinstance(shown, lab.Ready):
    with play:
        training.say_not_ready(shown)
    st.stop()
found, images = shown.record.metrics, data.load(config.data)
last = len(images.test_x) - 1
with space:
    left, right = st.columns([0.4, 0.6], vertical_alignment="center")
    title = left.container()
    with right:
        size = url.choice(
            st.segmented_control, B, "size", "Size of the code, here and below", config.sizes,
            2 if 2 in config.sizes else config.sizes[0], required=True,
        )  # fmt: skip
    title.header(f"Inside {named(size)}", anchor=False)
guess = guessed(B, config.sizes)
with play, st.container(border=True, key=f"{B}_stage"):
    grid, chart = st.columns([0.56, 0.44], gap="medium")
    with grid:
        slot, controls = st.container(), st.columns([0.5, 0.5], vertical_alignment="bottom")
        with controls[0]:
            picture = url.number(B, "picture", "Held-out picture", 0, last)
        controls[1].button(
            "Others",
            icon=":material/shuffle:",
            key=f"{B}_another",
            on_click=another,
            args=(B, "picture", last),
            width="stretch",
        )
    with slot:
        try:
            compare(shown.record, config.sizes, size, min(picture, last - SHOWN + 1))
        except lab.Damaged as error:
            st.error(str(error), icon=":material/broken_image:")
            st.stop()
    with chart:
        if not stage_alone:
            curve(B, shown.record, config.sizes, size, accuracies=guess is not None)
            more = "" if guess is not None else " What the codes are good for appears here once you have guessed below."
            st.caption(f"Hover to read, click to choose a size.{more}")
if stage_alone:
    st.stop()
with space, st.container(border=True, key=f"{B}_space"):
    latent(shown.record, size, picture)

with measured:
    guess_first(
        B, "Predict: at which size does a linear probe stop improving?", config.sizes,
        "Guess before you look. A probe is a linear classifier that reads the frozen code; it is said to stop improving at the "
        "smallest size within one point of its best.",
    )  # fmt: skip
    if guess is not None:
        probe = {m: found["probe_accuracy"][str(m)] for m in config.sizes}
        best = max(probe.values())
        enough = min(m for m, accuracy in probe.items() if accuracy >= best - 0.01)
        top = max(config.sizes)
        error_at = found["test_mse"]
        st.markdown(
            ("" if guess == "-" else f"You said **{guess}**. ")
            + f"Measured: at **{enough}**, with {probe[enough]:.1%}. At {top} the error is "
            f"{error_at[str(top)] / error_at[str(enough)]:.2f} × that at {enough}, and the probe reads {probe[top]:.1%}; raw pixels give "
            f"{found['probe_accuracy_raw']:.1%}. The curve now stands below the errors above: *a lower error is not the same as a better code*."
        )
    beaten = [m for m in config.sizes if found["test_mse"][str(m)] >= found["pca_mse"][str(m)]]
    against = (
        "below that of PCA at every size" if not beaten else f"not below that of PCA at {', '.join(map(str, beaten))}"
    )
    small = 2 if 2 in config.sizes else min(config.sizes)
    st.markdown(
        f"On {found['held_out']:,} held-out pictures the auto-encoder's error is {against}; with {named(small)} it is "
        f"**{found['test_mse'][str(small)] / found['pca_mse'][str(small)]:.2f} ×** PCA's. PCA is the best *linear* code "
        "there is (Baldi and Hornik 1989): what is left of the difference is what bending is worth."
    )
with cards:
    lesson.try_this(B, [
        lesson.Try("A hole in the map", "With two numbers, go where no point lies. Does the decoder admit that it does not know?", set_up, (2, "walk")),
        lesson.Try("Twice the spread", "Draw new pictures far out in the space of 32 numbers. When do they stop being clothes?", set_up, (32, "new"), ),
        lesson.Try("One number", "What would you keep of a picture if you may say one number? See what the network keeps.", set_up, (1, "numbers")),
    ])  # fmt: skip
with how, st.expander("How it works: encoder, code, decoder", icon=":material/schema:"):
    st.markdown(
        "The **encoder** turns a picture $x$ into $m$ numbers, the **code** $z = f(x)$; the **decoder** draws a picture from "
        "them. Nobody says what the numbers should mean. All that is asked for is the picture itself:"
    )
    st.latex(r"L = \frac{1}{D}\,\lVert g(f(x)) - x \rVert^2")
    st.markdown(
        "All sizes are trained in one run: their weights lie stacked in one tensor, each batch goes through all of them, and "
        "the sum of their errors sends each gradient to its own network alone. "
        "[Hinton and Salakhutdinov 2006](https://doi.org/10.1126/science.1127647)"
    )
    lesson.code_that_ran(autoencoder.Autoencoders.encode, autoencoder.Autoencoders.decode, autoencoder.loss)
