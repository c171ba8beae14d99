"""The lesson as an invitation on the home page: hide some of a picture, and the network fills it in."""

from __future__ import annotations

import math

import streamlit as st

from core import data, lab
from core.charts.written import number
from core.experiment import get
from core.experiments import mae
from core.lessons.masked_images import filling, masks
from core.lessons.masked_images.patch_painter import Board, Painted, patch_painter, read
from core.ui.components.tiles import Answer, Tile

PAINTER = "home_painter"
EDGE = 420  # CSS pixels of the canvas: title, stage and the way in fit one screen
HIDDEN = (23, 24, 30, 31, 37, 38)  # the opening: the middle of the boot


def show() -> None:
    """The painter with two pictures beside it; nothing where the lesson's default model or its pictures are missing."""
    config = get("mae").default()
    found = lab.view("mae", config, 0)
    if not isinstance(found, lab.Ready) or not data.available(config.data):
        return
    try:
        model = lab.model(found.record)
    except lab.Damaged:
        return
    pixels = data.load(config.data).test_x[0].permute(1, 2, 0).numpy()
    n = pixels.shape[0] // mae.PATCH
    painted = read(PAINTER, n) or Painted(HIDDEN)
    filled = filling.network_fill(model, config.target, pixels, painted.mask)
    naive = filling.naive_fills(pixels, painted.mask)["neighbour"]
    tiles = [
        Tile("The network fills it in", filled.pasted.squeeze(), note=error(filled.mse, naive.mse)),
        Tile("What was there", pixels.squeeze(), note="The network never saw this picture, nor what you hide of it."),
    ]
    with st.container(border=True, key="home_stage"):
        board = Board(pixels.squeeze(), n, EDGE, "Hide three patches, or more", few=True)
        patch_painter(board, painted, Answer(tiles, f"home/{masks.to_text(painted.mask, n)}"), key=PAINTER)


def error(network: float, neighbours: float) -> str:
    """The one number of this stage, against a fill that learned nothing."""
    if not math.isfinite(network):
        return "Nothing is hidden yet."
    return f"Mean squared error on what is hidden: {number(network)}. Filled in from the neighbouring pixels: {number(neighbours)}."
