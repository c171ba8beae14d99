"""What may come next, as bars: before and after the draw is set up.

The spec is built once for each look and filled with data: Altair takes long, and a chart comes anew with each gesture.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import Any

import altair as alt

from core.charts import labels
from core.charts.theme import Look, styled

_BAR = 2.3  # the height of a row, in sizes of the type


def percent(share: float) -> str:
    """12%, 1.2%, 0.034%, <0.001%: two digits that say something."""
    hundred = 100 * share
    if 0 < hundred < 0.001:
        return "<0.001%"
    digits = 0 if hundred >= 9.95 or hundred == 0 else min(3, 1 - math.floor(math.log10(hundred) + 1e-9))
    return f"{hundred:.{digits}f}%"


def candidates(rows: Sequence[dict[str, Any]], look: Look) -> dict[str, Any]:
    """The likeliest tokens as bars, as a Vega-Lite spec: what is drawn from in the accent, the model's own guess in stone.

    rows: token (text), own, drawn (probabilities), likeliest first; at most about 20. A token that cannot be drawn has a
    hollow bar of the model's own guess, and is struck out.
    """
    shown = []
    for place, row in enumerate(rows):
        cut = row["drawn"] == 0
        name = labels.short(row["token"], 14)
        shown.append({
            "token": row["token"], "own": row["own"], "drawn": row["drawn"], "cut": cut, "place": place, "short": name,
            "wide": labels.text_width(name, look.size), "said": "cut off" if cut else percent(row["drawn"]),
            "own_said": percent(row["own"]),
        })  # fmt: skip
    names = max((row["wide"] for row in shown), default=0)
    most = max((max(row["own"], row["drawn"]) for row in shown), default=1) or 1
    spec = _candidates(look)
    drawn = [{**row, "begin": names + 12, "most": most} for row in shown]
    height = round(spec["height"] + _BAR * look.size * max(len(shown), 1))
    return {**spec, "height": height, "datasets": {**spec["datasets"], "rows": drawn}}  # the legend has data of its own


@functools.lru_cache(maxsize=8)
def _candidates(look: Look) -> dict[str, Any]:
    """The spec without rows, as high as what stands above them."""
    key, heights = labels.legend(
        [("drawn from", look.ours, "square"), ("the model's own", look.stone, "square")], look
    )  # fmt: skip
    top = max(heights) + 0.4 * look.size
    tips = [
        alt.Tooltip("token:N"), alt.Tooltip("said:N", title="drawn with"), alt.Tooltip("own_said:N", title="model's own"),
    ]  # fmt: skip
    base = alt.Chart(alt.NamedData("rows")).encode(tooltip=tips)
    kept, cut = base.transform_filter("!datum.cut"), base.transform_filter("datum.cut")
    parts = [*key, *_bars(kept, cut, top, look), *_texts(kept, cut, top, look)]
    return styled(alt.layer(*parts).properties(height=top), look).to_dict(validate=False)


def _bars(kept: alt.Chart, cut: alt.Chart, top: float, look: Look) -> list[alt.Chart]:
    """What is drawn from over the model's own guess; hollow what is cut off."""

    def bar(of: alt.Chart, field: str, above: float, below: float, **mark: Any) -> alt.Chart:
        to = _at(f"max({_length(field, look)}, datum.begin + 2)")
        return of.mark_rect(**mark).encode(
            x=_at("datum.begin"), x2=to, y=_down(above, top, look), y2=_down(below, top, look)
        )

    return [
        bar(kept, "drawn", 0.12, 0.58, color=look.ours),
        bar(kept, "own", 0.62, 0.8, color=look.stone),
        bar(cut, "own", 0.2, 0.72, filled=False, stroke=look.stone, strokeWidth=1.5, strokeDash=[4, 3]),
    ]


def _texts(kept: alt.Chart, cut: alt.Chart, top: float, look: Look) -> list[alt.Chart]:
    """The tokens at the left of their bars, struck out where they are cut off, and the shares at the right."""
    y = _down(0.46, top, look)
    longest = _at(f"max({_length('own', look)}, {_length('drawn', look)}) + 8")
    text = {"baseline": "middle", "fontSize": look.size}

    def name(of: alt.Chart, colour: str, weight: int) -> alt.Chart:
        marks = of.mark_text(align="right", color=colour, fontWeight=weight, **text)
        return marks.encode(x=_at("datum.begin - 10"), y=y, text="short:N")

    strike = cut.mark_rule(color=look.quiet, strokeWidth=1.5).encode(
        x=_at("datum.begin - 10 - datum.wide"), x2=_at("datum.begin - 10"), y=y
    )
    said = kept.mark_text(align="left", color=look.link, fontWeight=600, **text)
    return [
        name(kept, look.ink, 600),
        name(cut, look.quiet, 400),
        strike,
        said.encode(x=longest, y=y, text="said:N"),
        cut.mark_text(align="left", color=look.quiet, **text).encode(x=longest, y=y, text="said:N"),
    ]


def _at(expression: str) -> Any:
    return alt.value(alt.ExprRef(expression))


def _down(share: float, top: float, look: Look) -> Any:
    """A place in a row, 0 at its top and 1 at its bottom. top: pixels above the rows."""
    return _at(f"{top} + (datum.place + {share}) * {_BAR * look.size}")


def _length(field: str, look: Look) -> str:
    """Where the bar of a probability ends, as a Vega expression; 4.6 sizes are for "cut off", "0.034%"."""
    return f"datum.begin + datum.{field} / datum.most * (width - datum.begin - {4.6 * look.size})"
