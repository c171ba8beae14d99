"""Lesson: a network that copies its input makes no error; what did it learn?"""

import streamlit as st

from core import lab
from core.charts import theme
from core.course import by_slug
from core.experiment import get
from core.experiments import denoising
from core.lessons.denoising import charts
from core.lessons.denoising import stage as corrupted
from core.lessons.denoising.charts_repair import repair_by_level
from core.lessons.denoising.stage import LABELS
from core.nn.corruption import KINDS
from core.ui import knobs, lesson, pictures, training, url
from core.ui.components.sketch_pad import clear
from core.ui.figures import number
from core.ui.look import look_now

DN = get("denoising")
D = by_slug("denoising").prefix
NOISES = {"gaussian": "Gaussian", "salt-and-pepper": "Salt and pepper", "masking": "Masking"}


def set_up(feed: str, noise: str | None = None, percent: int | None = None) -> None:
    """Put a case on the stage."""
    asked = {"feed": feed, "kind": noise, "percent": percent}
    for name, value in asked.items():
        if value is not None:
            st.session_state[url.key(D, name)] = value


@st.fragment
def stage(record: lab.Record) -> None:
    """A picture, what spoils it, and what each network makes of it. A gesture reruns this function alone."""
    feed, kind, level = st.columns([0.27, 0.43, 0.3], gap="medium")
    with feed:
        fed = url.choice(
            st.segmented_control, D, "feed", "Show the networks", tuple(corrupted.FEEDS), "picture",
            corrupted.FEEDS.__getitem__, required=True,
        )  # fmt: skip
    spoil, share = "gaussian", 0.0
    if fed == "picture":
        with kind:
            spoil = url.choice(
                st.segmented_control,
                D,
                "kind",
                "Noise",
                KINDS,
                record.config["noise"],
                NOISES.__getitem__,
                required=True,
            )
        with level:
            percent = url.choice(
                st.select_slider, D, "percent", "How much", tuple(range(0, 101, 5)), 50, "{} %".format,
                help="Gaussian: the standard deviation, 100 % is from black to white. Others: the share of pixels that is hit.",
            )  # fmt: skip
            share = percent / 100
    slot = st.container()
    with st.columns([0.5, 0.5])[0]:
        picture = pictures.choose(D, record.config["data"])
    with slot:
        try:
            corrupted.show(D, record, picture, fed, spoil, share)
        except lab.Damaged as error:
            st.error(str(error), icon=":material/broken_image:")


lesson.head("denoising", on_reset=lambda: clear(f"{D}_pad"))
said, play, measured, plane, about, cards, how = (st.container() for _ in range(7))
with play:
    data_name = knobs.data_switch(D, DN, pictures.LABELS)
stage_alone = lesson.first_paint(D)
elsewhere = {"data": data_name}
with about:
    if stage_alone:
        config, seed = knobs.linked(D, DN, elsewhere)
    else:
        st.header("These models", anchor=False)
        panel = st.container()
        with st.expander("Change what is trained", icon=":material/tune:"):
            config, seed = knobs.controls(D, DN, elsewhere)
        facts = f"{pictures.LABELS[config.data]} · three networks and one in the plane · {NOISES[config.noise].lower()} noise, {config.level:g}"
        with panel:
            training.panel(training.Setting(D, DN, config, seed, facts))
shown = lab.view("denoising", config, seed)
with said:
    lesson.say_notes(D, again=stage_alone)
if not isinstance(shown, lab.Ready):
    with play:
        training.say_not_ready(shown)
    st.stop()
found = shown.record.metrics
with play, st.container(border=True, key=f"{D}_stage"):
    stage(shown.record)
if stage_alone:
    st.stop()

look = look_now()
with measured:
    st.header("Measured: who cheats?", anchor=False)
    left, right = st.columns([0.5, 0.5], gap="large")
    with left:
        rows = []
        for name, label in LABELS.items():
            error, copied = found[f"{name}.test_mse"], found[f"{name}.noise_copy_ratio"]
            rows += [
                {"network": label, "quantity": charts.HELD_OUT, "value": error, "ours": name == "denoising", "label": number(error)},
                {"network": label, "quantity": charts.NOISE, "value": copied, "ours": name == "denoising", "label": f"{copied:.2f}"},
            ]  # fmt: skip
        st.vega_lite_chart(theme.spec(charts.copy_bars, rows, look), width="stretch", theme=None, key=f"{D}_copy")
    with right:
        st.table(
            [
                {
                    "network": label,
                    "numbers in the code": f"{found[f'{name}.code_size']:,.0f}",
                    "linear probe": f"{found[f'{name}.probe_accuracy']:.1%}",
                    "10 nearest": f"{found[f'{name}.knn_accuracy']:.1%}",
                    "Jacobian": f"{found[f'{name}.jacobian_norm']:.2f}",
                }
                for name, label in LABELS.items()
            ]
            + [
                {
                    "network": "raw pixels", "numbers in the code": "", "linear probe": f"{found['probe_accuracy_raw']:.1%}",
                    "10 nearest": f"{found['knn_accuracy_raw']:.1%}", "Jacobian": "",
                }
            ]
        )  # fmt: skip
        st.caption(
            f"Held-out pictures; probes with {found['probe_labels']:,} labels. Jacobian: how far the code moves when the picture "
            "does, in units of the code's own spread (Frobenius norm, estimated)."
        )
    st.markdown(corrupted.verdict(found))
    spec = theme.spec(repair_by_level, corrupted.level_rows(found), look)
    st.vega_lite_chart(spec, width="stretch", theme=None, key=f"{D}_levels")
    st.caption(
        f"Error of the repaired picture against the clean one, over the level of {NOISES[config.noise].lower()} noise; 1,000 held-out pictures."
    )
with plane:
    st.header("Where a denoiser points", anchor=False)
    left, right = st.columns([0.55, 0.45], gap="large")
    with left:
        corrupted.vector_field(D, shown.record, look)
    with right:
        st.markdown(
            "The same idea where one can see it: points of a spiral in the plane, moved by noise, and a small network that is asked "
            "for the point before the noise. Each arrow goes from a point $x$ to its answer $r(x)$. They point **back to the data**: "
            "a denoising auto-encoder learns where data are likely. For small noise of variance $\\sigma^2$ "
            "([Alain and Bengio 2014](https://jmlr.org/papers/v15/alain14a.html)):"
        )
        st.latex(r"\frac{r(x) - x}{\sigma^2} \approx \nabla_x \log p(x)")
        st.markdown(
            "Applied again and again, this step walks from noise to data: the idea that diffusion models are made of."
        )
with cards:
    lesson.try_this(D, [
        lesson.Try("Pure noise", "Show all three a picture that is nothing but noise. Who gives it back unchanged?", set_up, ("noise",)),
        lesson.Try("The wrong noise", "The denoiser has only ever seen one kind of noise. Give it another kind.", set_up, ("picture", "masking", 50)),
        lesson.Try("Nothing to repair", "Without any noise, does the denoising network leave a good picture alone?", set_up, ("picture", None, 0)),
    ])  # fmt: skip
with how, st.expander("How it works: identity, bottleneck, corruption", icon=":material/schema:"):
    st.markdown(
        "All three are asked to draw a clean picture $x$. The over-complete network sees $x$ itself and has more numbers in its "
        "code than $x$ has pixels, so copying solves the task. The bottleneck has too few numbers for that. The denoising "
        "network is as wide as the first, but sees a corrupted $\\tilde x$: copying would copy the noise."
    )
    st.latex(r"L = \lVert g(f(\tilde x)) - x \rVert^2, \qquad \tilde x \sim q(\tilde x \mid x)")
    st.markdown("[Vincent, Larochelle, Bengio, Manzagol 2008](https://doi.org/10.1145/1390156.1390294)")
    lesson.code_that_ran(denoising.ConvAutoencoder.encode, denoising.ConvAutoencoder.decode, denoising.losses)
