"""Where a denoiser points: the same idea in the plane, as a field of arrows."""

from __future__ import annotations

from typing import Any

import streamlit as st
import torch

from core import lab
from core.charts import theme
from core.experiments.denoising import PLANE_NOISE, Three, curve
from core.lessons.denoising import charts
from core.lessons.denoising.links import PREFIX
from core.rng import generator
from core.store.record import Record
from core.ui.charted import draw_chart
from core.ui.look import look_now

ARROW = 0.085  # longest arrow, in units of the plane


def show(record: Record) -> None:
    """The field of arrows, and what it means."""
    left, right = st.columns([0.55, 0.45], gap="large")
    with left:
        _vector_field(record)
    with right:
        st.markdown(
            "The same idea where one can see it: points of a spiral in the plane, moved by noise, and a small network that is asked "
            "for the point before the noise. Each arrow goes from a point $x$ to its answer $r(x)$. They point **back to the data**: "
            "a denoising auto-encoder learns where data are likely. For small noise of variance $\\sigma^2$ "
            "([Alain and Bengio 2014](https://jmlr.org/papers/v15/alain14a.html)):"
        )
        st.latex(r"\frac{r(x) - x}{\sigma^2} \approx \nabla_x \log p(x)")
        st.markdown(
            "One denoiser, applied again and again, walks uphill and ends at a mode: where data are most likely. Diffusion models build "
            "on the same step, but need denoisers for **falling levels of noise**, and fresh noise between, to draw new data."
        )


def _vector_field(record: Record) -> None:
    """Arrows from a grid of points to what the plane's network makes of them."""
    look = look_now()
    rows = [dict(row) for row in _field(record)]
    draw_chart(theme.spec(charts.field, rows, look), key=f"{PREFIX}_field")
    st.caption(
        f"Trained with Gaussian noise of standard deviation {PLANE_NOISE:g}, in the same run as the networks above. Long arrows are cut short."
    )


@lab.memo(label="Fields of arrows")
def _field(record: Record) -> tuple[dict[str, Any], ...]:
    model: Three = lab.model(record)
    axis = torch.linspace(-1.1, 1.1, 23)
    grid = torch.cartesian_prod(axis, axis)
    with torch.no_grad():
        answer = model.plane(grid.to(next(model.parameters()).device)).cpu()
    step = answer - grid
    step = step * (ARROW / step.norm(dim=1, keepdim=True)).clamp(max=1)  # longer ones would cover each other
    arrows = torch.cat([grid, grid + step], dim=1).tolist()
    points = curve(300, generator(0, "shown spiral")).tolist()
    return (
        *({"kind": "data", "x": x, "y": y, "x2": None, "y2": None} for x, y in points),
        *({"kind": "arrow", "x": x, "y": y, "x2": x2, "y2": y2} for x, y, x2, y2 in arrows),
    )
