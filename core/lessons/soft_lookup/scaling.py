"""Why products are divided by the square root of their dimension, measured on random vectors."""

from __future__ import annotations

import streamlit as st

from core import lab
from core.analysis.soft_lookup import Spread, spread
from core.lessons.soft_lookup import charts
from core.lessons.soft_lookup.links import PREFIX, SEED
from core.ui.charted import draw_chart
from core.ui.look import look_now

DIMENSIONS = tuple(2**i for i in range(11))
KEYS = 8


def scaling() -> None:
    """Two charts, and the seed of what is drawn."""
    seed_column, prose = st.columns([0.22, 0.78], gap="large", vertical_alignment="bottom")
    with seed_column:
        seed = SEED.input()
    found = _spread(seed)
    last, look = found[-1], look_now()
    with prose:
        st.markdown(
            f"A dot product of *d* numbers is a sum of *d* products: with independent coordinates of variance 1 it spreads like √*d*. A softmax of "
            f"such numbers is nearly a hard look-up, and hardly learns: nothing it does changes the answer. Drawn just now: 400 queries with {KEYS} keys each, for every *d*."
        )
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(
            f"Measured: at d = {last.dimension:,} dot products spread by {last.deviation:.1f}; √d is {last.dimension**0.5:.1f}",
            anchor=False,
        )
        rows = [{"d": one.dimension, "deviation": one.deviation, "root": one.dimension**0.5} for one in found]
        draw_chart(charts.spread(rows, look), key=f"{PREFIX}_spread_chart")
    with right:
        st.subheader(
            f"Measured: one of {KEYS} random keys then gets {last.largest:.0%}; divided by √d, {last.largest_scaled:.0%}",
            anchor=False,
        )
        rows = [
            {"d": one.dimension, "kind": kind, "weight": weight}
            for one in found
            for kind, weight in (("by √d", one.largest_scaled), ("as they are", one.largest))
        ]
        draw_chart(charts.largest(rows, KEYS, look), key=f"{PREFIX}_largest_chart")


@lab.memo(label="Products of random vectors")
def _spread(seed: int) -> list[Spread]:
    return spread(DIMENSIONS, seed, KEYS)
