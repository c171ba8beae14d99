"""Where gradients vanish: how large the gradient of each layer is, in deep random networks of three activations."""

from __future__ import annotations

from typing import Any

import streamlit as st
import torch
from torch import Tensor

from core import lab
from core.charts.theme import spec
from core.lessons.backpropagation import charts
from core.lessons.backpropagation.links import DEPTH, PREFIX, SCALE, SEED
from core.lessons.backpropagation.network import FUNCTIONS
from core.rng import generator
from core.ui.charted import draw_chart
from core.ui.look import look_now

WIDTH, DRAWS = 32, 100
NAMES = {"sigmoid": "sigmoid", "tanh": "tanh", "relu": "ReLU"}
LEAST = 1e-40  # a gradient that is exactly zero is drawn here


def show() -> None:
    """Depth and scale, the chart, and what it says."""
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        depth = DEPTH.widget(st.segmented_control, required=True)
        scale = SCALE.widget(st.segmented_control, shown=lambda s: f"{s:g} / √n", required=True)
        seed = SEED.input(width=200)
    rows = _rows(depth, scale, seed)
    first = {row["kind"]: row["median"] for row in rows if row["layer"] == 1}
    parts = [f"{_factor(share)} ({kind})" for kind, share in first.items()]
    st.subheader(
        f"Computed: from layer {depth} back to layer 1 the gradient is multiplied by {', '.join(parts[:-1])} and {parts[-1]}",
        anchor=False,
    )
    draw_chart(spec(charts.gradients, rows, look_now()), key=f"{PREFIX}_gradient_chart")
    st.caption(
        f"Networks of {depth} layers of {WIDTH} units with random weights of standard deviation {scale:g} / √{WIDTH}, seed {seed}. A line is the median of "
        f"{DRAWS} networks, the band holds the middle 80%. The length of ∂L/∂z of each layer, as a share of the last layer's."
    )
    st.markdown(
        "Each layer on the way back multiplies by $W^{\\top}$ and by the slopes. A sigmoid's slope is 1/4 at most, so its gradient shrinks at every layer unless "
        "the weights are large. The slope of tanh is at most 1, and a ReLU's is 0 or 1: about half of its units pass nothing, "
        "and weights of $\\sqrt{2} / \\sqrt{n}$ make up for that ([He et al. 2015](https://arxiv.org/abs/1502.01852)). Larger weights let the gradient of a ReLU network explode."
    )


def lengths(activation: str, depth: int, scale: float, seed: int) -> Tensor:
    """The length of dL/dz of each layer as a share of the last layer's, (DRAWS, depth), of random networks."""
    g = generator(seed, "vanishing")
    sigma, slope = FUNCTIONS[activation]
    a = torch.randn(DRAWS, WIDTH, 1, generator=g).double()
    weights = [scale * WIDTH**-0.5 * torch.randn(DRAWS, WIDTH, WIDTH, generator=g).double() for _ in range(depth)]
    slopes = []
    for weight in weights:
        z = weight @ a  # (DRAWS, WIDTH, 1)
        slopes.append(slope(z))
        a = sigma(z)
    delta = torch.randn(DRAWS, WIDTH, 1, generator=g).double()  # dL/dz of the last layer
    found = [delta.norm(dim=1)]
    for layer in reversed(range(1, depth)):
        delta = (weights[layer].transpose(1, 2) @ delta) * slopes[layer - 1]
        found.append(delta.norm(dim=1))
    return torch.cat(found[::-1], dim=1) / found[0]


@lab.memo(label="Gradients of deep networks")
def _rows(depth: int, scale: float, seed: int) -> list[dict[str, Any]]:
    """Rows of the chart: layer, kind, median, low and high."""
    rows = []
    for activation, kind in NAMES.items():
        found = lengths(activation, depth, scale, seed).clamp_min(LEAST)
        low, median, high = found.quantile(torch.tensor([0.1, 0.5, 0.9]).double(), dim=0).tolist()
        rows += [
            {"layer": i + 1, "kind": kind, "median": median[i], "low": low[i], "high": high[i]} for i in range(depth)
        ]
    return rows


def _factor(share: float) -> str:
    """A share in words that fit a heading."""
    if share <= LEAST:
        return "0"
    if 0.01 <= share < 100:
        return f"{share:.2g}"
    mantissa, exponent = f"{share:.0e}".split("e")
    signs = "".join("⁰¹²³⁴⁵⁶⁷⁸⁹"[int(d)] for d in str(abs(int(exponent))))
    return f"{mantissa} · 10{'⁻' if int(exponent) < 0 else ''}{signs}"
