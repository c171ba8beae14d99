"""How the neighbours of a few words settle while vectors are being trained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.charts import labels
from core.charts.live import framed
from core.charts.theme import Look

RANKS = 5


def settling(rows: Sequence[dict[str, Any]], look: Look) -> dict[str, Any]:
    """A Vega-Lite spec (not Altair: it is built on every poll) of the nearest words at each checkpoint, as columns.

    rows: watched, step (int), rank (1..RANKS), word. A word that is also in the newest list is in the accent, bold, and
    a line leads from it to its next place. Where the chart is narrow it shows the newest checkpoints alone.
    """
    watched = list(dict.fromkeys(row["watched"] for row in rows))
    steps = sorted({row["step"] for row in rows})
    line, block = _heights(look)
    words = _words(rows, watched, steps, look)
    column = max((w["wide"] for w in words), default=0) + 1.6 * look.size
    column = max(column, max((labels.text_width(_head(step), look.size) for step in steps), default=0) + 8)
    heads = [
        {"after": len(steps) - 1 - i, "label": _head(step), "y": k * block + 1.35 * line}
        for k in range(len(watched))
        for i, step in enumerate(steps)
    ]
    names = [
        {"label": f"nearest to {labels.short(word)}", "y": k * block + 0.45 * line} for k, word in enumerate(watched)
    ]
    fit = f"min({len(steps)}, max(1, floor(width / {column:.0f})))"  # checkpoints that fit
    body = {"data": {"values": words}, "layer": _layers(heads, names, fit, look)}
    return framed(body, look, round(block * len(watched) - 0.6 * line))


def _heights(look: Look) -> tuple[float, float]:
    """Of a line of text, and of all that stands under one watched word, in pixels."""
    line = 1.5 * look.size
    return line, (RANKS + 2.6) * line


def _head(step: int) -> str:
    return f"step {step:,}"


def _words(rows: Sequence[dict[str, Any]], watched: list[str], steps: list[int], look: Look) -> list[dict[str, Any]]:
    """The rows with where each word stands: y, and y2 of its place at the next checkpoint, None where no line leads on.

    after: checkpoints that came later; stays: whether it is also in the newest list; wide: pixels that its label takes.
    """
    line, block = _heights(look)
    newest = {(row["watched"], row["word"]) for row in rows if row["step"] == steps[-1]}
    place = {(row["watched"], row["step"], row["word"]): row["rank"] for row in rows}
    words = []
    for row in rows:
        after = len(steps) - 1 - steps.index(row["step"])
        stays = (row["watched"], row["word"]) in newest
        following = steps[-after] if after else None
        then = place.get((row["watched"], following, row["word"])) if stays else None
        top = watched.index(row["watched"]) * block + 1.9 * line
        label = labels.short(row["word"], 14)
        found = {
            "after": after, "label": label, "stays": stays, "y": top + (row["rank"] - 0.5) * line,
            "y2": top + (then - 0.5) * line if then else None,
            "wide": labels.text_width(label, look.size) * (1.08 if stays else 1) + 6,
        }  # fmt: skip
        words.append(row | found)
    return words


def _layers(heads: list[dict[str, Any]], names: list[dict[str, Any]], fit: str, look: Look) -> list[dict[str, Any]]:
    """Lines, words that stay, words that go, the checkpoints above them, and what is watched. fit: a Vega expression."""
    x = f"max(0, {fit} - 1 - datum.after) * width / {fit}"  # hidden ones too stand in the plot: else Vega shrinks it
    seen = f"datum.after < {fit} ? 1 : 0"

    def text(colour: str, weight: int, **more: Any) -> dict[str, Any]:
        return {"type": "text", "align": "left", "baseline": "middle", "color": colour, "fontWeight": weight,
                "fontSize": look.size, "opacity": {"expr": seen}, **more}  # fmt: skip

    tips = [{"field": f, "type": "nominal"} for f in ("word", "rank", "step")]
    word = {"x": _at(x), "y": _at("datum.y"), "text": {"field": "label"}, "tooltip": tips}
    way = {
        "x": _at(f"{x} + datum.wide"), "x2": _at(f"max(1, {fit} - datum.after) * width / {fit} - 6"),
        "y": _at("datum.y"), "y2": _at("datum.y2"),
    }  # fmt: skip
    return [
        {
            "transform": [{"filter": "datum.y2 !== null"}],
            "mark": {"type": "rule", "color": look.ours, "strokeWidth": 2, "opacity": {"expr": f"({seen}) * 0.55"}},
            "encoding": way,
        },
        {"transform": [{"filter": "datum.stays"}], "mark": text(look.link, 700), "encoding": word},
        {"transform": [{"filter": "!datum.stays"}], "mark": text(look.quiet, 400), "encoding": word},
        {
            "data": {"values": heads},
            "mark": text(look.quiet, 400),
            "encoding": {"x": _at(x), "y": _at("datum.y"), "text": {"field": "label"}},
        },
        {
            "data": {"values": names},
            "mark": text(look.ink, 700, opacity=1),
            "encoding": {"x": {"value": 0}, "y": _at("datum.y"), "text": {"field": "label"}},
        },
    ]


def _at(expression: str) -> dict[str, Any]:
    """A channel that a Vega expression sets, in pixels."""
    return {"value": {"expr": expression}}
