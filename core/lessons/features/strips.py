"""Pictures of a unit in a row, as HTML: those made for it, and those of the data with the part that excites it."""

from __future__ import annotations

import html
from collections.abc import Sequence

import numpy as np
import streamlit as st

from core.data.pixels import gray_or_colour
from core.experiments.features import NETWORKS
from core.lessons.features.subject import NAMES, Unit
from core.nn.seeing import CLASSES
from core.ui.components.tiles import png_uri


def made(unit: Unit, marked: str) -> None:
    """The picture that was made for the unit in each of the three networks, with how far it gets."""
    cells = []
    for network in NETWORKS:
        kind = "ours" if network == marked else ""
        cells.append(
            f'<figure class="{kind}"><img src="{png_uri(gray_or_colour(unit.made(network)))}" '
            f'alt="Made for {html.escape(unit.name)}, {NAMES[network]}">'
            f"<figcaption><b>{NAMES[network]}</b>{said(unit, network)}</figcaption></figure>"
        )
    st.html(f'<div class="ll-femade">{"".join(cells)}</div>')


def said(unit: Unit, network: str) -> str:
    """The ratio and the percentile, in words."""
    ratio, found = unit.ratio(network), unit.measured(network)
    if ratio is None:
        return "no picture brings its logit above 0" if unit.layer == CLASSES else "dead"
    return f"{ratio:.3g} × the best; above {percent(found['percentile'])} of the pictures"


def percent(value: float) -> str:
    """Of a share in percent: "100%" only where it is all."""
    return f"{value:.0f}%" if value in (0, 100) or 0.5 <= value < 99.5 else f"{value:.1f}%"


def strongest(x: np.ndarray, boxes: Sequence[tuple[int, int, int, int]], about: str) -> None:
    """Pictures uint8 (n, side, side, C), each with the box (top, left, bottom, right) of what excites the unit."""
    cells, side = [], x.shape[1]
    for i, (picture, (top, left, bottom, right)) in enumerate(zip(x, boxes, strict=True), start=1):
        part = (top, left, bottom - top, right - left)
        style = ";".join(
            f"{name}:{100 * v / side:.1f}%" for name, v in zip(("top", "left", "height", "width"), part, strict=True)
        )
        cells.append(
            f'<span><img src="{png_uri(gray_or_colour(picture))}" alt="{html.escape(about)}: number {i}, rows {top} to {bottom}, columns '
            f'{left} to {right}"><i style="{style}"></i></span>'
        )
    st.html(f'<div class="ll-festrongest">{"".join(cells)}</div>')
