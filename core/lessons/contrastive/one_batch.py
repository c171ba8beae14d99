"""One small batch: the similarities of all views, before and after the softmax, and the loss of each row."""

from __future__ import annotations

import html

import numpy as np
import streamlit as st
import torch

from core import data
from core.data.figures import data_uri
from core.data.pixels import as_bytes
from core.lessons.contrastive import links
from core.lessons.contrastive.making_views import trained_augment
from core.nn.contrast import nt_xent_rows, partners, similarities
from core.nn.views import views
from core.rng import generator
from core.spaces import age_named, encoder
from core.store.record import Record

PICTURES = 4


def show(record: Record) -> None:
    """The two matrices with their controls. Raises lab.Damaged."""
    ages = (*record.checkpoints, None)
    names = tuple(age_named(record, age) for age in ages)
    left, middle, right = st.columns([0.4, 0.35, 0.25], gap="medium", vertical_alignment="bottom")
    with left:
        name = links.BATCH_AGE.widget(st.select_slider, names)
    with middle:
        temperature = links.BATCH_TEMPERATURE.widget(st.select_slider, default=record.config["temperature"])
    count = len(data.load(record.config["data"]).test_x)
    with right:
        first = links.BATCH_FIRST.input(max(0, count - PICTURES))
    age = ages[names.index(name)]
    images = data.load(record.config["data"])
    x = images.test_x[first : first + PICTURES].float() / 255
    augment = trained_augment(record.config)
    one, other = (views(x, augment, generator(first, f"page batch {i}")) for i in range(2))
    with torch.no_grad():
        model = encoder(record, age)
        device = next(model.parameters()).device
        z1, z2 = model(one.to(device))[1].cpu(), model(other.to(device))[1].cpu()
    before, losses = similarities(torch.cat([z1, z2])), nt_xent_rows(z1, z2, temperature)
    logits = (before / temperature).fill_diagonal_(float("-inf"))
    pictures = as_bytes(torch.cat([one, other]))
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("Before: cosine similarity", anchor=False)
        st.html(matrix(before.numpy(), pictures, None))
    with right:
        st.subheader("After: softmax of each row", anchor=False)
        st.html(matrix(logits.softmax(dim=1).numpy(), pictures, losses.numpy()))
    found = int((logits.argmax(dim=1) == partners(len(x))).sum())
    st.markdown(
        f"**{found} of {2 * len(x)}** views find their partner. The loss of the batch is the mean of the last column, "
        f"**{float(losses.mean()):.2f}**; guessing among {2 * len(x) - 1} others would give ln {2 * len(x) - 1} = {np.log(2 * len(x) - 1):.2f}."
    )


def matrix(values: np.ndarray, pictures: np.ndarray, losses: np.ndarray | None) -> str:
    """An HTML table of values (N, N) with the views along both edges; the pair of each row is framed.

    pictures: uint8 (N, H, W, C). losses: (N,), a last column.
    """
    shots = [data_uri(p.squeeze(2) if p.shape[2] == 1 else p) for p in pictures]
    pair = partners(len(values) // 2).tolist()
    head = "".join(f'<th scope="col"><img src="{shot}" alt="view {i + 1}"></th>' for i, shot in enumerate(shots))
    rows = []
    for i, row in enumerate(values):
        cells = []
        for j, value in enumerate(row):
            if i == j:
                cells.append('<td class="self" aria-label="the view itself">·</td>')
                continue
            colour = "--ll-ours" if value >= 0 else "--ll-below"
            share = round(60 * min(1.0, abs(float(value))))
            kind = ' class="pair"' if pair[i] == j else ""
            text = f"{value:.2f}".replace("-", "−").replace("0.", ".")
            cells.append(
                f'<td{kind} style="background:color-mix(in srgb, var({colour}) {share}%, transparent)">{html.escape(text)}</td>'
            )
        loss = "" if losses is None else f'<td class="loss">{losses[i]:.2f}</td>'
        rows.append(f'<tr><th scope="row"><img src="{shots[i]}" alt="view {i + 1}"></th>{"".join(cells)}{loss}</tr>')
    last = "" if losses is None else '<th scope="col" class="loss">loss</th>'
    return f'<div class="ll-matrix"><table><tr><td></td>{head}{last}</tr>{"".join(rows)}</table></div>'
