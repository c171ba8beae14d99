"""Lesson: paint the mask that a masked auto-encoder fills in."""

import time

import streamlit as st

from core import lab
from core.charts import theme
from core.course import by_slug
from core.experiment import get
from core.experiments import mae
from core.lessons.masked_images import link as masks
from core.lessons.masked_images import stage as filling_view
from core.lessons.masked_images.charts import error_by_ratio, probe_bars
from core.lessons.masked_images.patch_painter import Painted, fill, patch_painter, read
from core.nn.masks import SAMPLINGS, hide
from core.rng import generator
from core.ui import knobs, lesson, pictures, training, url
from core.ui.bars import bars
from core.ui.look import look_now

MAE = get("mae")
HOME = MAE.default().data  # clothes where they can be had, else digits
MI = by_slug("masked_images").prefix
PAINTER, HIDDEN = f"{MI}_painter", f"{MI}_hidden"
SAID, REPLACED = f"{MI}_hidden_said", f"{MI}_hidden_replaced"


def first_mask(n: int) -> tuple[int, ...]:
    """The mask that the lesson opens with: three quarters hidden at random."""
    return tuple(hide("random", 0.75, 1, n, generator(0, "page random"))[0].nonzero().flatten().tolist())


def draw_mask(n: int, sampling: str, percent: int) -> None:
    """Hide patches by chance; each call draws others."""
    st.session_state[f"{MI}_draw"] = draw = st.session_state.get(f"{MI}_draw", 0) + 1
    hidden = hide(sampling, percent / 100, 1, n, generator(draw, f"page {sampling}"))[0]
    fill(PAINTER, n, hidden.nonzero().flatten().tolist())


def press(n: int, sampling: str) -> None:
    st.session_state[f"{MI}_last"] = sampling
    draw_mask(n, sampling, st.session_state.get(HIDDEN, 75))


def slide(n: int) -> None:
    """The slider was moved, or so it seems: with each gesture the browser sends along what its slider shows, and after
    quick gestures that is the value from before. Such an echo must not draw a mask over what was painted."""
    asked, moment = st.session_state[HIDDEN], time.monotonic()
    if any(value == asked and moment - left < masks.ECHO_SECONDS for value, left in st.session_state.get(REPLACED, ())):
        return
    draw_mask(n, st.session_state.get(f"{MI}_last", "random"), asked)


def follow(percent: int) -> None:
    """Let the slider say what the mask hides, and remember what it said before."""
    before = st.session_state.get(SAID, percent)
    if before != percent:
        st.session_state[REPLACED] = [*st.session_state.get(REPLACED, [])[-9:], (before, time.monotonic())]
    st.session_state[SAID] = st.session_state[HIDDEN] = percent


def set_up(data: str, picture: int, visible: list[tuple[int, int]], source: str = "same") -> None:
    """Put a case on the stage: the network of `data`, a held-out picture, and the (row, column) that stay visible."""
    n = 8 if data == "openmoji" else 7
    st.session_state.update({f"{MI}_data": data, f"{MI}_picture": picture, f"{MI}_from": source})
    fill(PAINTER, n, set(range(n * n)) - {row * n + column for row, column in visible})


@st.fragment
def stage(config: mae.Config, seed: int, shown: lab.View) -> None:
    """The painter and what each method makes of the mask. A gesture reruns this function alone."""
    canvas, (controls, numbers) = st.container(), st.columns([0.46, 0.54], gap="large")
    with controls:
        hidden_share, fills = st.container(), st.container(horizontal=True, gap="small")
        picture = pictures.choose(MI, config.data)
        step = None
        if isinstance(shown, lab.Ready) and shown.record.checkpoints:
            ages = [*shown.record.checkpoints, shown.record.steps]
            label = "Age of the network, in training steps"
            at = url.choice(st.select_slider, MI, "age", label, ages, ages[-1], "{:,}".format)
            step = at if at in shown.record.checkpoints else None
    n = picture.pixels.shape[0] // mae.PATCH
    painted = read(PAINTER, n)
    if painted is None:
        linked = masks.from_text(url.get(MI, "mask"), n)
        painted = Painted(first_mask(n) if linked is None else linked, masks.pin(url.get(MI, "pin"), n))
    url.put(MI, "mask", masks.to_text(painted.mask, n))
    url.put(MI, "pin", None if painted.pinned is None else str(painted.pinned))
    try:
        found = filling_view.answers(config, seed, shown, step, picture.pixels, painted.mask)
    except lab.Damaged as error:
        st.error(str(error), icon=":material/broken_image:")
        found = filling_view.answers(config, seed, lab.Absent(str(error)), None, picture.pixels, painted.mask)
    with canvas:
        model = f"{shown.record.fingerprint[:8]}@{step}" if isinstance(shown, lab.Ready) else "none"
        patch_painter(
            picture.pixels.squeeze(), n, key=PAINTER, mask=painted.mask, pinned=painted.pinned, tiles=found.tiles,
            attention=found.attention, result_id=f"{picture.name}/{masks.to_text(painted.mask, n)}/{model}",
            revision=picture.name,
        )  # fmt: skip
    with hidden_share:
        follow(round(100 * len(painted.mask) / n**2))
        st.slider("Hidden", 0, 100, format="%d %%", key=HIDDEN, on_change=slide, args=(n,))
    for name in SAMPLINGS:
        fills.button(name.capitalize(), icon=masks.ICONS[name], key=f"{MI}_{name}", on_click=press, args=(n, name))
    with numbers:
        st.markdown("Error **on the hidden pixels alone**: mean squared, with black 0 and white 1")
        if painted.mask:
            bars(found.bars)
        else:
            st.markdown("Nothing is hidden yet: paint over the picture.")
        if not isinstance(shown, lab.Ready):
            learning = isinstance(shown, lab.Running | lab.Queued)
            st.info(
                "The network is learning below; its picture appears here when it is done."
                if learning
                else "This setting has no trained network yet. Train it below, or press *Default settings*."
            )
        elif config.target == "normalised":
            st.caption(
                "This network predicts patches without their brightness and contrast; both are lent from the truth."
            )
        st.caption(f"A *50 % network* was trained with 50 % hidden. {picture.about}")


lesson.head("masked_images", on_reset=lambda: fill(PAINTER, 7, first_mask(7)))
said, play, numbers, about, cards, how = (st.container() for _ in range(6))
with play:
    data_name = knobs.data_switch(MI, MAE, pictures.LABELS)
stage_alone = lesson.first_paint(MI)
with about:
    if stage_alone:
        config, seed = knobs.linked(MI, MAE, {"data": data_name})
    else:
        st.header("This model", anchor=False)
        panel = st.container()
        with st.expander("Change what is trained", icon=":material/tune:"):
            config, seed = knobs.controls(MI, MAE, {"data": data_name})
        facts = f"{pictures.LABELS[config.data]} · {100 * config.mask_ratio:.0f} % hidden, {config.sampling}"
        with panel:
            training.panel(training.Setting(MI, MAE, config, seed, facts))
shown = lab.view("mae", config, seed)
with said:
    lesson.say_notes(MI, again=stage_alone)
with play, st.container(border=True, key=f"{MI}_stage"):
    stage(config, seed, shown)
if stage_alone:
    st.stop()

if isinstance(shown, lab.Ready):
    found, look = shown.record.metrics, look_now()
    with numbers:
        left, right = st.columns(2, gap="large")
        with left:
            st.header("Measured: how much can be hidden", anchor=False)
            methods = {"model": "this network", "neighbour": "neighbours", "mean": "mean"}
            rows = [
                {"ratio": row["ratio"], "method": label, "mse": row[name], "ours": name == "model", "label_at": 0.5 if name == "mean" else 0.75}
                for name, label in methods.items() for row in found["by_ratio"]
            ]  # fmt: skip
            st.vega_lite_chart(theme.spec(error_by_ratio, rows, look), width="stretch", theme=None, key=f"{MI}_curve")
            better = [row["ratio"] for row in found["by_ratio"] if row["model"] < row["neighbour"]]
            everywhere = len(better) == len(found["by_ratio"])
            where = (
                "at every ratio measured"
                if everywhere
                else f"from {100 * min(better):.0f} % hidden on"
                if better
                else "nowhere"
            )
            st.markdown(
                f"On {found['held_out']:,} held-out pictures with 75 % hidden, the network's error is "
                f"**{found['masked_mse'] / found['neighbour_fill_mse']:.2f} ×** that of the neighbour fill, which draws the smoothest surface through the visible pixels. "
                f"It beats that fill {where}"
                + ("." if everywhere else "; with less hidden, the neighbours already know.")
            )
        with right:
            st.header("Measured: what the encoder is good for", anchor=False)
            features = {"": "this encoder", "_raw": "raw pixels", "_random": "untrained encoder"}
            rows = [
                {"features": label, "reader": reader, "accuracy": found[f"{metric}{name}"], "ours": name == "",
                 "label": f"{found[f'{metric}{name}']:.1%} {reader}"}
                for name, label in features.items()
                for metric, reader in (("probe_accuracy", "linear probe"), ("knn_accuracy", "10 nearest"))
            ]  # fmt: skip
            st.vega_lite_chart(theme.spec(probe_bars, rows, look), width="stretch", theme=None, key=f"{MI}_probe")
            gain, knn = (100 * (found[f"{name}_accuracy"] - found[f"{name}_accuracy_raw"]) for name in ("probe", "knn"))
            st.markdown(
                f"Against raw pixels, a linear probe with {found['probe_labels']:,} labels gains **{gain:+.1f} points** "
                f"from the frozen encoder, and a vote of the 10 nearest gains **{knn:+.1f} points**. The encoder never saw a "
                "label, and its code is made for filling in, not for separating classes: frozen, a masked auto-encoder "
                "is known to be weak; fine-tuned it shines (He et al. 2021, table 1)."
            )

with cards:
    lesson.try_this(MI, [
        lesson.Try("One patch left", "All is hidden but one patch. What does the network draw, and why just that?",
                   set_up, (HOME, 0, [(4, 1)])),
        lesson.Try("Only the corners", "Four black corners tell nothing. Is its guess the mean of all it has seen?",
                   set_up, (HOME, 3, [(0, 0), (0, 6), (6, 0), (6, 6)])),
        lesson.Try("A stranger", "The network is shown a kind of picture that it never saw. Does it know what it does not know?",
                   set_up, (HOME, 7, [(r, c) for r in range(7) for c in range(7) if (r + c) % 2], "mnist" if HOME == "fashion" else "openmoji")),
    ])  # fmt: skip
with how, st.expander("How it works: patches, encoder, mask tokens, decoder", icon=":material/schema:"):
    st.markdown(
        "The picture is cut into $N$ patches of 4 × 4 pixels. The **encoder**, a vision transformer, reads the *visible* ones "
        "alone. Each hidden place gets the same learned **mask token**; the **decoder** reads codes and mask tokens "
        "together, each with its position, and predicts the pixels $\\hat x_i$ of every patch. Only hidden patches $M$ count:"
    )
    st.latex(r"L = \frac{1}{|M|}\sum_{i \in M} \lVert \hat x_i - x_i \rVert^2")
    st.markdown(
        "*All it would draw* shows visible patches as well: the loss never asked for those, so they come out as noise.\n\n"
        "With most patches hidden, copying from next door is not enough: the network has to know what a shoe is. "
        "[He et al. 2021](https://arxiv.org/abs/2111.06377) · attention shown on hover: rollout through the decoder, "
        "[Abnar and Zuidema 2020](https://arxiv.org/abs/2005.00928)"
    )
    lesson.code_that_ran(mae.MaskedAutoencoder.encode_visible, mae.MaskedAutoencoder.decode, mae.loss_and_prediction)
