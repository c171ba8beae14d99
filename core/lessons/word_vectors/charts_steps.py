"""How parallel the steps of relations are."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd

from core.charts import labels
from core.charts.equal import other
from core.charts.theme import Look, styled
from core.lessons.word_vectors.charts_rows import at, name_width, roomy, row_names, rows

_TICK = "M-0.2,-1L0.2,-1L0.2,1L-0.2,1Z"


def parallel_strip(frame: pd.DataFrame, look: Look, height: int | None = None) -> alt.TopLevelMixin:
    """How parallel the steps of each relation are: their mean cosine, against that of random pairs.

    frame: relation, mean (cosine between the differences of its pairs), random (the same for random pairs), low, high
    (their range), pairs (int). In the order given.
    """
    key, heights = labels.legend(
        [("pairs of the relation", look.ours, "circle"), ("random pairs: mean and range", look.stone, _TICK)], look
    )
    top, row = max(heights) + 0.3 * look.size, 3 * look.size
    height = height or round(top + row * len(frame) + 4.4 * look.size)
    frame = frame.assign(**rows(top, row, np.arange(len(frame)), look), label=[labels.number(v) for v in frame["mean"]])
    tips = [alt.Tooltip("mean:Q", title="its pairs", format=".3f"), alt.Tooltip("random:Q", title="random pairs", format=".3f"),
            alt.Tooltip("low:Q", title="from", format=".3f"), alt.Tooltip("high:Q", title="to", format=".3f"),
            alt.Tooltip("pairs:Q", title="pairs", format=",d")]  # fmt: skip
    base = alt.Chart(frame).encode(x=_x(frame, look), y=at("bar", look), tooltip=["relation:N", *tips])
    parts = [*key, row_names(frame, "relation", look), *_marks(base, look)]
    return styled(alt.layer(*parts).properties(height=height), look)


def _x(frame: pd.DataFrame, look: Look) -> alt.X:
    """The axis of cosines, with room for the names at the left and the numbers at both sides."""
    low, high = min(0.0, frame["low"].min(), frame["mean"].min()), max(frame["high"].max(), frame["mean"].max(), 0.05)
    names = name_width(frame["relation"], look)
    room = 3.2 * look.size if (frame["mean"] < frame["random"]).any() else 0.0
    left = alt.ExprRef(roomy(f"{names + room}", f"{8 + room}", look))
    return alt.X(
        "mean:Q",
        title="mean cosine between two steps",
        scale=alt.Scale(domain=[low, high], nice=False, range=[left, alt.ExprRef(f"width - {3.2 * look.size}")]),
        axis=alt.Axis(tickCount=4, format=".1~f", labelOverlap=True),
    )


def _marks(base: alt.Chart, look: Look) -> list[alt.Chart]:
    """The range and the mean of random pairs, and the line from there to the mean of the relation, with its number."""
    x = base.encoding.x
    stone = base.encode(x=other(x, "low"), x2="high:Q")
    back = "datum.mean < datum.random"  # the line comes from the right, and the number stands at the left
    said = base.mark_text(
        align=alt.ExprRef(f"{back} ? 'right' : 'left'"), dx=alt.ExprRef(f"{back} ? -12 : 12"),
        color=look.link, fontWeight=600, fontSize=look.size,
    )  # fmt: skip
    return [
        stone.mark_rule(color=look.stone, strokeWidth=0.7 * look.size, opacity=0.55),
        base.mark_tick(color=look.quiet, thickness=3, size=1.1 * look.size).encode(x=other(x, "random")),
        base.mark_rule(color=look.ours, strokeWidth=3).encode(x=other(x, "random"), x2="mean:Q"),
        base.mark_circle(color=look.ours, size=200, opacity=1),
        said.encode(text="label:N"),
    ]
