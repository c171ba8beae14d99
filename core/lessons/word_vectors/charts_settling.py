"""How the neighbours of a few words settle while vectors are being trained."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from core.charts import labels
from core.charts.theme import Look, styled

RANKS = 5


def settling(rows: Sequence[dict[str, Any]], look: Look) -> dict[str, Any]:
    """A Vega-Lite spec (not Altair: it is built on every poll) of the nearest words at each checkpoint, as columns.

    rows: watched, step (int), rank (1..RANKS), word. A word that is also in the newest list is in the accent, bold, and
    a line leads from it to its next place. Where the chart is narrow it shows the newest checkpoints alone.
    """
    watched = list(dict.fromkeys(row["watched"] for row in rows))
    steps = sorted({row["step"] for row in rows})
    newest = {(row["watched"], row["word"]) for row in rows if row["step"] == steps[-1]}
    line = 1.5 * look.size
    block = (RANKS + 2.6) * line
    place = {(row["watched"], row["step"], row["word"]): row["rank"] for row in rows}
    words = []
    for row in rows:
        after = len(steps) - 1 - steps.index(row["step"])  # checkpoints that came later
        stays = (row["watched"], row["word"]) in newest
        following = steps[-after] if after else None
        then = place.get((row["watched"], following, row["word"])) if stays else None
        top = watched.index(row["watched"]) * block + 1.9 * line
        name = labels.short(row["word"], 14)
        words.append(
            row
            | {
                "after": after,
                "label": name,
                "stays": stays,
                "y": top + (row["rank"] - 0.5) * line,
                "y2": top + (then - 0.5) * line if then else None,
                "wide": labels.text_width(name, look.size) * (1.08 if stays else 1) + 6,
            }
        )
    column = max((w["wide"] for w in words), default=0) + 1.6 * look.size
    column = max(column, max((labels.text_width(f"step {step:,}", look.size) for step in steps), default=0) + 8)
    fit = f"min({len(steps)}, max(1, floor(width / {column:.0f})))"  # checkpoints that fit
    x = f"max(0, {fit} - 1 - datum.after) * width / {fit}"  # hidden ones too stand in the plot: else Vega shrinks it
    seen = f"datum.after < {fit} ? 1 : 0"

    def at(expression: str) -> dict[str, Any]:
        return {"value": {"expr": expression}}

    def text(colour: str, weight: int, **more: Any) -> dict[str, Any]:
        return {"type": "text", "align": "left", "baseline": "middle", "color": colour, "fontWeight": weight,
                "fontSize": look.size, "opacity": {"expr": seen}, **more}  # fmt: skip

    tips = [{"field": f, "type": "nominal"} for f in ("word", "rank", "step")]
    each = {"x": at(x), "y": at("datum.y"), "text": {"field": "label"}, "tooltip": tips}
    heads = [
        {"after": len(steps) - 1 - i, "label": f"step {step:,}", "y": k * block + 1.35 * line}
        for k in range(len(watched))
        for i, step in enumerate(steps)
    ]
    names = [
        {"label": f"nearest to {labels.short(word)}", "y": k * block + 0.45 * line} for k, word in enumerate(watched)
    ]
    return {
        "height": round(block * len(watched) - 0.6 * line),
        "data": {"values": words},
        "layer": [
            {
                "transform": [{"filter": "datum.y2 !== null"}],
                "mark": {"type": "rule", "color": look.ours, "strokeWidth": 2, "opacity": {"expr": f"({seen}) * 0.55"}},
                "encoding": {
                    "x": at(f"{x} + datum.wide"), "x2": at(f"max(1, {fit} - datum.after) * width / {fit} - 6"),
                    "y": at("datum.y"), "y2": at("datum.y2"),
                },
            },
            {"transform": [{"filter": "datum.stays"}], "mark": text(look.link, 700), "encoding": each},
            {"transform": [{"filter": "!datum.stays"}], "mark": text(look.quiet, 400), "encoding": each},
            {
                "data": {"values": heads},
                "mark": text(look.quiet, 400, fontSize=look.size),
                "encoding": {"x": at(x), "y": at("datum.y"), "text": {"field": "label"}},
            },
            {
                "data": {"values": names},
                "mark": text(look.ink, 700, opacity=1),
                "encoding": {"x": {"value": 0}, "y": at("datum.y"), "text": {"field": "label"}},
            },
        ],
        "config": _config(look),
    }  # fmt: skip


@functools.lru_cache(maxsize=8)
def _config(look: Look) -> dict[str, Any]:
    """The lab's chart configuration for a spec that is not Altair's."""
    return styled(alt.Chart(pd.DataFrame({"x": [0]})).mark_point(), look).to_dict()["config"]
