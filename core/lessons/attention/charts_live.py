"""A language model's loss while it learns, against what counting can do, in bits a character."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.charts.live import Earlier, behind, framed, line, named_behind, number
from core.charts.theme import Look

COUNTED = {"unigram_bpc": "unigrams", "bigram_bpc": "bigrams", "trigram_bpc": "trigrams"}


def live_bits(rows: Sequence[dict[str, Any]], look: Look, earlier: Earlier = (), height: int = 280) -> dict[str, Any]:
    """A Vega-Lite spec. rows: i (step), bits_per_character, and the baselines of `COUNTED`, where they are known. earlier: other runs.

    The line is the loss of the batch in hand, so it shivers; the rules are n-grams on held-out text.
    """
    last = rows[-1] if rows else {}
    rules = [
        {"name": f"{title} {last[name]:.2f}", "bits": last[name]}
        for name, title in COUNTED.items()
        if last.get(name) is not None
    ]
    points, *others = (_points(run) for run in (rows, *earlier))
    x = number("i", "step", scale={"zero": True})
    y = number("bits", "bits a character", scale={"zero": False})
    gray = behind(others, look, x, y)
    named = {
        "type": "text",
        "align": "right",
        "baseline": "bottom",
        "dy": -3,
        "fontSize": look.size,
        "color": look.quiet,
    }
    layers = [
        *gray,
        {
            "data": {"values": rules},
            "mark": {"type": "rule", "strokeWidth": 2, "strokeDash": [6, 4], "color": look.stone},
            "encoding": {"y": y},
        },
        {
            "data": {"values": rules},
            "mark": {**named, "x": "width"},
            "encoding": {"y": y, "text": {"field": "name", "type": "nominal"}, "x": {"value": "width"}},
        },
        {
            "data": {"values": points},
            "mark": line(look),
            "encoding": {"x": x, "y": y},
        },
    ]
    return framed({"layer": layers, **named_behind(gray, look)}, look, height)


def _points(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{"i": row["i"], "bits": row.get("bits_per_character")} for row in rows]
