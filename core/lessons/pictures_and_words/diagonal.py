"""Act: the similarities of held-out pairs turn diagonal while the encoders learn, beside the paper's pseudo-code."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import streamlit as st
import torch

from core import lab
from core.charts import theme
from core.data import captions
from core.events import Preview
from core.experiments import clip
from core.lessons.pictures_and_words import charts, links, subject
from core.nn.pair_losses import symmetric
from core.store.record import Record
from core.ui.charted import draw_chart
from core.ui.look import look_now

PAIRS = {"trained": "A batch it learns from", "held_out": "Held-out pairs"}

# Radford et al. 2021, figure 3, as it stands there.
PSEUDO_CODE = """\
# image_encoder - ResNet or Vision Transformer
# text_encoder - CBOW or Text Transformer
# I[n, h, w, c] - minibatch of aligned images
# T[n, l] - minibatch of aligned texts
# W_i[d_i, d_e] - learned proj of image to embed
# W_t[d_t, d_e] - learned proj of text to embed
# t - learned temperature parameter

# extract feature representations of each modality
I_f = image_encoder(I) #[n, d_i]
T_f = text_encoder(T) #[n, d_t]

# joint multimodal embedding [n, d_e]
I_e = l2_normalize(np.dot(I_f, W_i), axis=1)
T_e = l2_normalize(np.dot(T_f, W_t), axis=1)

# scaled pairwise cosine similarities [n, n]
logits = np.dot(I_e, T_e.T) * np.exp(t)

# symmetric loss function
labels = np.arange(n)
loss_i = cross_entropy_loss(logits, labels, axis=0)
loss_t = cross_entropy_loss(logits, labels, axis=1)
loss = (loss_i + loss_t)/2
"""


def show(record: Record) -> None:
    """The slider, the matrix of that moment and what it says; on the right the code."""
    looks = lab.previews(record)
    steps = [look.i for look in looks]
    left, right = st.columns([0.6, 0.4], gap="medium")
    with left:
        which = links.PAIRS.widget(st.segmented_control, shown=PAIRS.__getitem__, required=True)
        if len(steps) > 1:
            step = links.STEP.widget(st.select_slider, steps, steps[-1], shown="{:,}".format)
        else:
            step = steps[-1]
        chosen = looks[steps.index(step)]
        draw_chart(theme.spec(charts.matrix, rows(record, chosen, which), look_now()), key=f"{links.PREFIX}_matrix")
    with right:
        st.markdown(verdict(record, chosen, which))
        st.code(PSEUDO_CODE, language="python", wrap_lines=True)
    st.caption(
        f"{clip.EXHIBITED} pairs: a batch that the training learns from, or held-out pairs, which it never sees. A row is a picture, a column a caption; on the diagonal they belong "
        f"together. {subject.credit(record.config['data'])}. "
        "The code is that of the paper (Radford et al. 2021, figure 3)."
    )


def rows(record: Record, look: Preview, which: str) -> list[dict[str, Any]]:
    """One row a cell of the matrix."""
    part = captions.part(record.config["data"], "train" if which == "trained" else "test")
    names, cosines = clip.exhibit(part).names, of_bytes(look, which)
    return [
        {"row": i, "column": j, "picture": one, "caption": other, "cosine": round(float(cosines[i, j]), 3)}
        for i, one in enumerate(names)
        for j, other in enumerate(names)
    ]


def of_bytes(look: Preview, which: str) -> np.ndarray:
    """The cosines (n, n) of a preview's "trained" or "held_out" pairs, to a hundredth."""
    return look.arrays[which][0, :, :, 0].astype(np.float64) / 127.5 - 1


def temperature_at(record: Record, step: int) -> float:
    """The temperature of the training at about this step."""
    told = [row for row in record.history if "temperature" in row]
    nearest = min(told, key=lambda row: abs(row["i"] - step), default=None)
    return nearest["temperature"] if nearest else 0.07


def verdict(record: Record, look: Preview, which: str) -> str:
    """What the matrix says: how often the diagonal wins, and the loss of these pairs."""
    cosines = torch.from_numpy(of_bytes(look, which))
    n = len(cosines)
    by_row, by_column = (int((m.argmax(1) == torch.arange(n)).sum()) for m in (cosines, cosines.T))
    own = float(cosines.diag().mean())
    other = float((cosines.sum() - cosines.diag().sum()) / (n * (n - 1)))
    unit = torch.eye(n, dtype=torch.float64)
    loss = float(symmetric(cosines, unit, 1 / temperature_at(record, look.i)))
    said = f"After step {look.i:,} **{by_row} of {n}** pictures are nearest to their own caption, and {by_column} captions to their own picture; guessing finds 1. "
    said += f"Cosines: {own:.2f} on the diagonal, {other:.2f} beside it."
    if record.config["loss"] == "softmax":
        said += f" Loss of these pairs: **{loss:.2f}** nats; who knows nothing has ln {n} = {math.log(n):.2f}."
    return said.replace("-0.", "−0.")
