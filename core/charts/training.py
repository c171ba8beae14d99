"""The chart of a run that is still going on."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from core.charts.log_axis import around, ticks
from core.charts.theme import Look, strong, styled


def live_loss(rows: list[dict[str, float]], look: Look, height: int = 260) -> dict[str, object]:
    """A Vega-Lite spec (no Altair: it is built on every poll) of a loss that is still falling."""
    return {
        "height": height,
        "background": "transparent",
        "data": {"values": rows},
        "mark": {"type": "line", "strokeWidth": 3, "color": look.ours, "interpolate": "monotone"},
        "encoding": {
            "x": {"field": "i", "type": "quantitative", "title": "step"},
            "y": {"field": "loss", "type": "quantitative", "title": "loss", "scale": {"zero": False}},
        },
        "config": {
            "view": {"strokeWidth": 0},
            "axis": {
                "labelFontSize": look.size, "titleFontSize": look.size, "labelColor": look.quiet, "titleColor": look.quiet,
                "gridColor": look.grid, "gridOpacity": 0.35, "domain": False, "ticks": False, "titleFontWeight": "normal",
            },
        },
    }  # fmt: skip


def live_losses(rows: Sequence[dict[str, Any]], look: Look, height: int | None = None) -> dict[str, Any]:
    """A Vega-Lite spec (not Altair: it is built on every poll) of one falling loss for each bottleneck size.

    rows: step, size, loss, in order of step; losses that are null or not positive are left out. Larger codes are darker
    on light paper, brighter on dark paper, and each size stands at its line's end.
    """
    height = height or 20 * look.size  # eight labels fit one above the other
    lines = [{**row, "label": "", "label_y": None} for row in rows if row["loss"] is not None and row["loss"] > 0]
    last = {row["size"]: row for row in lines}
    sizes = sorted(last)
    low, high = around([row["loss"] for row in lines] or [1.0])
    # Labels of ends that lie on each other are moved apart; a share of the plot's height, which has the x axis below it.
    apart = _spread({n: _share(last[n]["loss"], low, high) for n in sizes}, 1.1 * look.size / (height - 4 * look.size))
    labels = [{**last[n], "label": f"{n}", "label_y": low * (high / low) ** apart[n]} for n in sizes]
    y = {
        "type": "quantitative",
        "title": "loss",
        "scale": {"type": "log", "domain": [low, high], "nice": False},
        "axis": {"values": ticks(low, high), "format": "~g"},
    }
    shade = {
        "field": "size",
        "type": "ordinal",
        "legend": None,
        "scale": {"domain": sizes, "range": _shades(look, len(sizes))},
    }
    ends = [{"filter": "datum.label != ''"}]
    room = {"expr": f"width - {3 * look.size}"}  # for the labels
    return {
        "height": height,
        "data": {"values": lines + labels},
        "encoding": {
            "x": {
                "field": "step", "type": "quantitative", "title": "step", "scale": {"nice": False, "domain": [0, max((row["step"] for row in lines), default=1)], "range": [0, room]},
                "axis": {"tickCount": 4, "format": ",d", "labelOverlap": True, "labelSeparation": 12},
            },
        },
        "layer": [
            {
                "transform": [{"filter": "datum.label == ''"}],
                "mark": {"type": "line", "strokeWidth": 2.5},
                "encoding": {"y": {**y, "field": "loss"}, "color": shade},
            },
            {
                "transform": ends,
                "mark": {"type": "circle", "size": 60, "opacity": 1},
                "encoding": {"y": {**y, "field": "loss"}, "color": shade},
            },
            {
                "transform": ends,
                "mark": {"type": "text", "align": "left", "dx": 9, **strong(look)},
                "encoding": {"y": {**y, "field": "label_y"}, "text": {"field": "label"}},
            },
        ],
        "config": _config(look),
    }  # fmt: skip


def _share(value: float, low: float, high: float) -> float:
    """Where a value stands on a logarithmic axis: 0 at `low`, 1 at `high`."""
    return math.log(value / low) / math.log(high / low)


def _spread(places: dict[Any, float], gap: float) -> dict[Any, float]:
    """Places in 0..1 moved apart to at least `gap`, in their order, around their middle and, if they fit, within 0..1."""
    groups: list[tuple[list[Any], float]] = []  # neighbours that touch, and the middle of the group
    for name in sorted(places, key=places.__getitem__):
        names, middle = [name], places[name]
        while groups and middle - groups[-1][1] < gap * (len(names) + len(groups[-1][0])) / 2:
            names = groups.pop()[0] + names
            reach = min(0.5, gap * (len(names) - 1) / 2)
            middle = min(max(sum(places[n] for n in names) / len(names), reach), 1 - reach)
        groups.append((names, middle))
    return {n: middle + gap * (i - (len(ns) - 1) / 2) for ns, middle in groups for i, n in enumerate(ns)}


def _shades(look: Look, n: int) -> list[str]:
    """n colours from a pale to the full accent."""
    pale, full = (
        [int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in (_mixed(look.ours, look.grid, 0.62), look.link)
    )
    steps = [i / max(1, n - 1) for i in range(n)] if n > 1 else [1.0]
    return ["#" + "".join(f"{round(p + (f - p) * t):02X}" for p, f in zip(pale, full, strict=True)) for t in steps]


def _mixed(a: str, b: str, share: float) -> str:
    pairs = ((int(a[i : i + 2], 16), int(b[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(p + (q - p) * share):02X}" for p, q in pairs)


@functools.lru_cache(maxsize=8)
def _config(look: Look) -> dict[str, Any]:
    """The lab's chart configuration for a spec that is not Altair's."""
    return styled(alt.Chart(pd.DataFrame({"x": [0]})).mark_point(), look).to_dict()["config"]
