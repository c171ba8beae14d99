"""The stage: one picture, the changes that may happen to it, and a sheet of its views."""

from __future__ import annotations

import html
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
import torch
from torch.nn import functional as F

from core.data import load
from core.data.figures import data_uri, sheet
from core.data.pixels import as_bytes, as_input
from core.experiment import get
from core.experiments.simclr import FULL, Contrastive, augment_of
from core.lessons.contrastive import links
from core.lessons.contrastive.links import STRENGTHS
from core.nn.views import Augment, views
from core.rng import generator
from core.spaces import encoder, some_z
from core.store.record import Record
from core.ui import pictures
from core.ui.pictures import Picture

CHANGES = {
    "crop": "At 100% as little as 8% of the picture may be left, enlarged to the whole.",
    "flip": "At 100% every second view is mirrored.",
    "colour": "Brightness, contrast, saturation and hue; of a gray picture the first two.",
    "gray": "How many views lose their colours.",
    "blur": "Every second view, with a Gaussian of up to a fourteenth of the side.",
    "cutout": "A square of up to half the side is painted over.",
    "rotation": "At 100% up to a right angle, to either side.",
    "noise": "At 100% a standard deviation of a fifth of the way from black to white.",
}
ROWS, COLUMNS = 4, 6


def trained_with(config: dict[str, Any]) -> dict[str, int]:
    """The strengths in per cent, as near as the sliders come, of the changes that a model was trained with."""
    wanted = {"crop": config["crop"], "colour": config["colour"]} | {n: getattr(FULL, n) for n in config["more"]}
    return {name: min(STRENGTHS, key=lambda s: abs(s - 100 * wanted.get(name, 0))) for name in CHANGES}


def strengths(config: dict[str, Any]) -> Augment:
    """One slider a change; they begin where the model's own training stood."""
    default, chosen = trained_with(config), {}
    gray = load(config["data"]).channels == 1
    for first in range(0, len(CHANGES), 2):
        for column, name in zip(st.columns(2), tuple(CHANGES)[first : first + 2], strict=True):
            if name == "gray" and gray:
                column.caption("Gray: these pictures have no colours to lose.")
                continue
            with column:
                value = links.CHANGE[name].widget(
                    st.select_slider, default=default[name], shown="{}%".format, help=CHANGES[name]
                )
            chosen[name] = value / 100
    return Augment(**chosen)


def trained_augment(config: dict[str, Any]) -> Augment:
    """The changes that a model was trained with."""
    return augment_of(get("simclr").strict(dict(config)))


ON_STAGE = f"_{links.PREFIX}_on_stage"  # the session key of the picture that the stage shows


def show(record: Record) -> None:
    """Views, and beside them the controls; on a phone the views come first. Raises lab.Damaged."""
    left, right = st.columns([0.64, 0.36], gap="large")
    with right:
        picture = pictures.choose(links.PICTURE, record.config["data"])
        st.session_state[ON_STAGE] = picture
        augment = strengths(record.config)
        draw = links.DRAW.input(help="The same number draws the same views.")
    with left:
        st.html(_sheet(record, picture, augment, draw))
        st.caption(picture.about)


def _sheet(record: Record, picture: Picture, augment: Augment, draw: int) -> str:
    x = as_input(picture.pixels)
    count = 2 + ROWS * COLUMNS
    made = views(x.expand(count, -1, -1, -1), augment, generator(draw, "page views"))
    number, unlike = stranger(record, picture, draw)
    strange = views(as_input(unlike), augment, generator(draw, "page stranger"))
    found = similarity(record, torch.cat([made[:2], strange]))
    one, other, third = (data_uri(_colour(pixels)) for pixels in as_bytes(torch.cat([made[:2], strange])))
    rest = as_bytes(made[2:])
    rows = [rest[i : i + COLUMNS] for i in range(0, len(rest), COLUMNS)]
    whole = data_uri(_colour(picture.pixels))
    name = html.escape(picture.name)
    shown = f"{record.fingerprint[:8]}/{picture.name}/{draw}/" + "-".join(
        f"{value:g}" for value in vars(augment).values()
    )
    return (
        f'<div class="ll-pair" data-shown="{html.escape(shown)}">'
        f'<figure><img src="{whole}" alt="the picture {name}"><figcaption>the picture</figcaption></figure>'
        f'<figure class="ours"><img src="{one}" alt="first view"><figcaption>one view</figcaption></figure>'
        f'<figure class="ours"><img src="{other}" alt="second view"><figcaption>another view</figcaption></figure>'
        f'<figure><img src="{third}" alt="a view of held-out picture {number}"><figcaption>a stranger</figcaption></figure></div>'
        f"{_table(found)}<p>The stranger is another picture, drawn at random: the first view must be told apart from it. With {found.others} "
        f"held-out pictures the first view has {said(found.mean)} on average and {said(found.most)} at most.</p>"
        f'<img class="ll-strip" src="{data_uri(sheet(rows, scale=1, gap=1))}" alt="{count - 2} more views of the same picture">'
    )


def said(value: float) -> str:
    """Two digits, with a minus sign; a dash where there is no number."""
    return "–" if value != value else f"{value:.2f}".replace("-", "−")


HELD = 256  # held-out pictures that stand for the negatives, at most


@dataclass(frozen=True)
class Similarity:
    """Cosines of the first view's z. trained, untrained: with the other view and with a stranger (nan where the network's
    first age was not kept). others: how many held-out pictures stand for strangers; mean, most: of the cosines with them."""

    trained: tuple[float, float]
    untrained: tuple[float, float]
    others: int
    mean: float
    most: float


def similarity(record: Record, seen: torch.Tensor) -> Similarity:
    """Two views of a picture and a view of another one, (3, C, H, W). Raises lab.Damaged."""
    with torch.no_grad():
        first, trained = _cosines(encoder(record), seen)
        young = (math.nan, math.nan)
        if 0 in record.checkpoints:
            _, young = _cosines(encoder(record, 0), seen)
        others = F.normalize(some_z(record, HELD), dim=1) @ first
    return Similarity(trained, young, len(others), float(others.mean()), float(others.max()))


def _cosines(model: Contrastive, seen: torch.Tensor) -> tuple[torch.Tensor, tuple[float, float]]:
    """The first view's z (Z,), of length 1, and its cosines with the two other ones."""
    z = F.normalize(_z(model, seen), dim=1)
    return z[0], (float(z[0] @ z[1]), float(z[0] @ z[2]))


def stranger(record: Record, picture: Picture, draw: int) -> tuple[int, np.ndarray]:
    """The number of a held-out picture that is not the one on the stage, and its pixels uint8 (H, W, C)."""
    held = load(record.config["data"]).test_x
    for number in torch.randperm(len(held), generator=generator(draw, "page stranger's picture")).tolist():
        pixels = held[number].permute(1, 2, 0).numpy()
        if not np.array_equal(pixels, picture.pixels):
            break
    return number, pixels


def _table(found: Similarity) -> str:
    """HTML: the pair beside the stranger, trained and untrained."""
    rows = "".join(
        f'<tr class="{kind}"><th scope="row">{label}</th><td>{said(pair)}</td><td>{said(strange)}</td></tr>'
        for kind, label, (pair, strange) in (
            ("ours", "this network", found.trained), ("", "before training", found.untrained)
        )
    )  # fmt: skip
    head = '<tr><th scope="col">cosine similarity</th><th scope="col">the two views</th><th scope="col">a stranger</th></tr>'
    return f'<table class="ll-seen">{head}{rows}</table>'


def _z(model: Contrastive, x: torch.Tensor) -> torch.Tensor:
    return model(x.to(next(model.parameters()).device))[1].cpu()


def _colour(pixels: np.ndarray) -> np.ndarray:
    return pixels.squeeze(2) if pixels.shape[2] == 1 else pixels
