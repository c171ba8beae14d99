"""How much reuse saves: multiplications for all gradients of a network, counted in three ways, as depth and width grow."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.charts.theme import spec
from core.lessons.backpropagation import charts, compared
from core.lessons.backpropagation.counting import counts, of_depth
from core.lessons.backpropagation.links import PREFIX, WIDTH
from core.lessons.backpropagation.network import WIDTHS
from core.ui.charted import draw_chart
from core.ui.look import look_now

DEPTHS = (2, 3, 4, 6, 8, 10, 12, 16, 20)
SIZES = (1, 2, 3, 5, 10, 20, 30, 50, 100)
LAYERS = len(WIDTHS) - 1
KINDS = {"reuse": "reused", "chains": "chain by chain", "paths": "path by path"}


def show() -> None:
    """The width, two charts, and the formula."""
    compared.prepare()  # the next act's
    control, prose = st.columns([0.4, 0.6], gap="large", vertical_alignment="bottom")
    with control:
        width = WIDTH.widget(st.segmented_control, required=True)
    with prose:
        st.markdown(
            "**Reused**: each factor is multiplied once, from the loss down, and every layer takes what is there. **Chain by chain**: each layer's chain is "
            "multiplied anew. **Path by path**: the chain rule written out for each weight, a product for each path from it to the loss."
        )
    last = counts(of_depth(DEPTHS[-1], width))
    wide = counts(of_depth(LAYERS, SIZES[-1]))
    look = look_now()
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(
            f"Counted: {DEPTHS[-1]} layers of {_units(width)} take {_many(last.reuse)} products reused, "
            f"{last.chains / last.reuse:.1f} times as many chain by chain",
            anchor=False,
        )
        draw_chart(spec(charts.against_depth, by_depth(width), look), key=f"{PREFIX}_depth_chart")
    with right:
        st.subheader(
            f"Counted: {LAYERS} layers of {SIZES[-1]} units take {_many(wide.reuse)} products reused, "
            f"{wide.paths / wide.reuse:.1f} times as many path by path",
            anchor=False,
        )
        draw_chart(spec(charts.against_width, by_width(), look), key=f"{PREFIX}_width_chart")
    st.markdown(
        "With $L$ layers of $n$ units, reuse takes about $2Ln^2$ products, the chains about $\\tfrac12 L^2n^2$: that is $L/4$ times as many. The paths "
        "are $n^{L-l}$ for each unit of layer $l$, so their number grows exponentially with depth. One pass backward costs about as much as two forward, "
        "however many weights there are."
    )


def by_depth(width: int) -> list[dict[str, Any]]:
    """Rows of the chart against depth: layers, kind, products."""
    return [
        {"layers": layers, "kind": kind, "products": float(getattr(counts(of_depth(layers, width)), name))}
        for name, kind in KINDS.items()
        for layers in DEPTHS
    ]


def by_width() -> list[dict[str, Any]]:
    """Rows of the chart against width: units, kind, times as many products as with reuse."""
    found = {units: counts(of_depth(LAYERS, units)) for units in SIZES}
    return [
        {"units": units, "kind": kind, "times": getattr(one, name) / one.reuse}
        for name, kind in KINDS.items()
        for units, one in found.items()
    ]


def _units(width: int) -> str:
    return "1 unit" if width == 1 else f"{width} units"


def _many(count: int) -> str:
    """A count that can be read: 1,234, or 1.2 · 10^9 where it is longer."""
    if count < 10_000_000:
        return f"{count:,}"
    exponent = len(str(count)) - 1
    return f"{count / 10**exponent:.1f} · 10{''.join('⁰¹²³⁴⁵⁶⁷⁸⁹'[int(d)] for d in str(exponent))}"
