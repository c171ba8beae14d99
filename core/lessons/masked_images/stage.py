"""The stage: the painter, and what each method makes of the mask."""

from __future__ import annotations

import streamlit as st

from core import lab
from core.experiment import get
from core.experiments import mae
from core.lessons.masked_images import answers, masks, painting
from core.lessons.masked_images.links import AGE, PICTURE, PREFIX, TABLE
from core.lessons.masked_images.patch_painter import Board, Painted, patch_painter
from core.nn.masks import SAMPLINGS
from core.ui import knobs, pictures
from core.ui.bars import bars
from core.ui.components.tiles import Answer
from core.ui.page import Model, Page, Panel
from core.ui.pictures import Picture

ICONS = {"random": ":material/scatter_plot:", "block": ":material/crop_square:", "grid": ":material/grid_4x4:"}


def facts(config: mae.Config) -> str:
    """One line for the panel."""
    return f"{pictures.LABELS[config.data]} · {100 * config.mask_ratio:.0f}% hidden, {config.sampling}"


PANEL = Panel("mae", facts)


def choose(page: Page) -> Model:
    """Draws the switch above the stage; the model, which the painter does without where it is not trained yet."""
    with page.play:
        name = knobs.data_switch(TABLE, get("mae"), pictures.LABELS)
    return page.model(PANEL, {"data": name}, required=False)


def show(model: Model, alone: bool) -> None:
    """The painter and what each method makes of the mask. alone: without its controls and numbers, which follow."""
    canvas, (controls, numbers) = st.container(), st.columns([0.46, 0.54], gap="large")
    picture, step = pictures.chosen(PICTURE, model.config.data), _step(model)
    n = picture.pixels.shape[0] // mae.PATCH
    painted = painting.painted(n)
    found, view = _answers(model, step, picture, painted)
    with canvas:
        name = f"{view.record.fingerprint[:8]}@{step}" if isinstance(view, lab.Ready) else "none"
        board = Board(picture.pixels.squeeze(), n)
        answer = Answer(found.tiles, f"{picture.name}/{masks.to_text(painted.mask, n)}/{name}")
        patch_painter(board, painted, answer, key=painting.PAINTER, attention=found.attention)
    if alone:
        return
    with controls:
        painting.follow(round(100 * len(painted.mask) / n**2))
        st.slider("Hidden", 0, 100, format="%d%%", key=painting.HIDDEN, on_change=painting.slide, args=(n,))
        fills = st.container(horizontal=True, gap="small")
        for name in SAMPLINGS:
            label, key = name.capitalize(), f"{PREFIX}_{name}"
            fills.button(label, icon=ICONS[name], key=key, on_click=painting.press, args=(n, name))
        pictures.menus(PICTURE, model.config.data)
        if ages := _ages(model):
            AGE.widget(st.select_slider, ages, ages[-1], "{:,}".format)
    with numbers:
        _numbers(model, found, picture, bool(painted.mask))


def _ages(model: Model) -> list[int]:
    """The steps at which the network was kept; none where it was kept once."""
    record = model.record
    return [*record.checkpoints, record.steps] if record and record.checkpoints else []


def _step(model: Model) -> int | None:
    """The step of the chosen younger self of the network; None for the trained one."""
    ages = _ages(model)
    at = AGE.value(ages, ages[-1], "{:,}".format) if ages else None
    return at if at in ages[:-1] else None


def _answers(model: Model, step: int | None, picture: Picture, painted: Painted) -> tuple[answers.Answers, lab.View]:
    """What the methods make of it; where the network is damaged, that is said, and the others answer."""
    try:
        return answers.answers(model.config, model.seed, model.view, step, picture.pixels, painted.mask), model.view
    except lab.Damaged as error:
        st.error(str(error), icon=":material/broken_image:")
        absent = lab.Absent(str(error))
        return answers.answers(model.config, model.seed, absent, None, picture.pixels, painted.mask), model.view


def _numbers(model: Model, found: answers.Answers, picture: Picture, hidden: bool) -> None:
    st.markdown("Error **on the hidden pixels alone**: mean squared, with black 0 and white 1")
    if hidden:
        bars(found.bars, digits=0)
    else:
        st.markdown("Nothing is hidden yet: paint over the picture.")
    if model.record is None:
        learning = isinstance(model.view, lab.Running | lab.Queued)
        st.info(
            "The network is being trained below; its picture will appear here."
            if learning
            else "The network for this setting has not been trained yet. Train below, or press *Default settings*."
        )
    elif model.config.target == "normalised":
        st.caption("This network predicts patches without their brightness and contrast; both are lent from the truth.")
    st.caption(f"A *50% network* was trained with 50% hidden. {picture.about}")
