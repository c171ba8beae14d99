"""A dot product, coordinate by coordinate."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd

from core.charts import labels
from core.charts.equal import other
from core.charts.theme import Look, styled

_HOLLOW = 80  # so many bars can be hollow and still be seen; the sum has steps up to there


def products(frame: pd.DataFrame, look: Look, height: int | None = None) -> alt.TopLevelMixin:
    """A dot product, coordinate by coordinate: below the products, above their running sum, which ends at the score.

    frame: coordinate (int), product; drawn in the order given. Positive bars are full, negative ones hollow.
    """
    height = height or 27 * look.size
    n = len(frame)
    frame = frame.assign(place=np.arange(1, n + 1), sum=frame["product"].cumsum(), from_=np.arange(n) + 0.56,
                         to=np.arange(n) + 1.44, zero=0.0)  # fmt: skip
    tips = [
        alt.Tooltip("coordinate:Q", format="d"),
        alt.Tooltip("product:Q", format="+.4f"),
        alt.Tooltip("sum:Q", title="sum so far", format="+.3f"),
    ]
    base = alt.Chart(frame).encode(x=_x(frame, look), tooltip=tips)
    panels = [_products(base, frame["product"], look), _sums(base, frame["sum"], look)]
    return styled(alt.layer(*panels).resolve_scale(y="independent").properties(height=height), look)


def _line(look: Look) -> float:
    return 1.5 * look.size


def _right(look: Look) -> str:
    """Where the bars end and the score begins."""
    return f"width - {3.6 * look.size}"


def _middle(look: Look) -> str:
    """Where the upper panel ends."""
    return f"({_line(look)} + (height - {2.2 * _line(look)}) * 0.46)"


def _x(frame: pd.DataFrame, look: Look) -> alt.X:
    """The axis of coordinates, without their numbers where they are out of order."""
    n = len(frame)
    step = 10 if n <= 60 else 50
    in_order = bool(frame["coordinate"].is_monotonic_increasing)
    return alt.X(
        "place:Q",
        title="coordinate" if in_order else "coordinates, sorted by product",
        scale=alt.Scale(domain=[0.5, n + 0.5], nice=False, zero=False, range=[0, alt.ExprRef(_right(look))]),
        axis=alt.Axis(
            grid=False, labels=in_order, format="d", values=[1, *range(step, n + 1, step)],
            labelOverlap=True, labelFlush=False, labelSeparation=8,
        ),
    )  # fmt: skip


def _y(values: pd.Series, bottom: str, top: str) -> alt.Y:
    """The axis of a column that holds 0, between two Vega expressions."""
    most, least = max(values.max(), 0.0), min(values.min(), 0.0)
    domain = [least, most if most > least else 1.0]
    scale = alt.Scale(domain=domain, nice=False, range=[alt.ExprRef(bottom), alt.ExprRef(top)])
    return alt.Y(f"{values.name}:Q", title=None, axis=None, scale=scale)


def _zero(y: alt.Y, look: Look) -> alt.Chart:
    """The rule at 0 of a panel."""
    rule = alt.Chart(pd.DataFrame({"zero": [0.0]})).mark_rule(color=look.grid, strokeWidth=1.5)
    return rule.encode(y=other(y, "zero"), x=alt.value(0), x2=alt.value(alt.ExprRef(_right(look))))


def _products(base: alt.Chart, values: pd.Series, look: Look) -> alt.LayerChart:
    """The lower panel."""
    line, middle = _line(look), _middle(look)
    y = _y(values, "height", f"{middle} + {2.2 * line}")
    bars = base.encode(x=other(base.encoding.x, "from_"), x2="to:Q", y=y, y2="zero:Q")
    few = len(values) <= _HOLLOW
    hollow = {"stroke": look.stone, "strokeWidth": 1.5, "fillOpacity": 0.25} if few else {"fillOpacity": 0.9}
    return alt.layer(
        _zero(y, look),
        bars.transform_filter("datum.product >= 0").mark_rect(color=look.ours),
        bars.transform_filter("datum.product < 0").mark_rect(color=look.stone, **hollow),
        labels.line_of_text("products: hollow ones take away", f"{middle} + {0.55 * line}", look.quiet, look),
    )


def _sums(base: alt.Chart, values: pd.Series, look: Look) -> alt.LayerChart:
    """The upper panel, with the score at its end."""
    n = len(values)
    y = _y(values, _middle(look), f"{_line(look) * 1.2}")
    sums = base.encode(y=y)
    last = sums.transform_filter(f"datum.place == {n}")
    score = last.mark_text(align="left", dx=9, color=look.link, fontWeight=700, fontSize=look.size)
    return alt.layer(
        _zero(y, look),
        sums.mark_line(color=look.ours, strokeWidth=3, interpolate="step-after" if n <= _HOLLOW else "linear"),
        last.mark_circle(color=look.ours, size=120, opacity=1),
        score.encode(text=alt.value(labels.number(float(values.iloc[-1]), ".3f"))),
        labels.line_of_text("sum so far: ends at the score", 0, look.quiet, look),
    )
