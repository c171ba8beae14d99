"""The chart of a run that is still going on."""

from __future__ import annotations

from core.charts.theme import Look


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
