"""A language model's loss while it learns, against what counting can do, in bits a character."""

from __future__ import annotations

from typing import Any

from core.charts.theme import Look

COUNTED = {"unigram_bpc": "unigrams", "bigram_bpc": "bigrams", "trigram_bpc": "trigrams"}


def live_bits(rows: list[dict[str, Any]], look: Look, height: int = 280) -> dict[str, Any]:
    """A Vega-Lite spec (no Altair: it is built on every poll). rows: i, bits_per_character, and the baselines of `COUNTED`.

    The line is the loss of the batch in hand, so it shivers; the rules are n-grams on held-out text.
    """
    last = rows[-1] if rows else {}
    rules = [
        {"name": f"{title} {last[name]:.2f}", "bits": last[name]}
        for name, title in COUNTED.items()
        if last.get(name) is not None
    ]
    points = [{"i": row["i"], "bits": row.get("bits_per_character")} for row in rows]
    text = {"labelFontSize": look.size, "titleFontSize": look.size, "labelColor": look.quiet, "titleColor": look.quiet}
    y = {"field": "bits", "type": "quantitative", "title": "bits a character", "scale": {"zero": False}}
    return {
        "height": height,
        "background": "transparent",
        "layer": [
            {
                "data": {"values": rules},
                "mark": {"type": "rule", "strokeWidth": 2, "strokeDash": [6, 4], "color": look.stone},
                "encoding": {"y": y},
            },
            {
                "data": {"values": rules},
                "mark": {
                    "type": "text", "align": "right", "baseline": "bottom", "dy": -3, "fontSize": look.size,
                    "color": look.quiet, "x": "width",
                },
                "encoding": {"y": y, "text": {"field": "name", "type": "nominal"}, "x": {"value": "width"}},
            },
            {
                "data": {"values": points},
                "mark": {"type": "line", "strokeWidth": 3, "color": look.ours, "interpolate": "monotone"},
                "encoding": {"x": {"field": "i", "type": "quantitative", "title": "step", "scale": {"zero": True}}, "y": y},
            },
        ],
        "config": {
            "font": "Source Sans Pro, Source Sans, sans-serif",
            "view": {"strokeWidth": 0},
            "axis": {
                **text, "gridColor": look.grid, "gridOpacity": 0.35, "domain": False, "ticks": False,
                "titleFontWeight": "normal",
            },
        },
    }  # fmt: skip
