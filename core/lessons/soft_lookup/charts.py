"""Charts of the soft dictionary: weights and entropy against temperature, and why products are divided by sqrt(d).

The specs are built once for each look and filled with data: Altair takes long, and a chart comes anew with each gesture.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np

from core.charts import labels
from core.charts.theme import Look, styled

DASHES = ([1, 0], [8, 4], [2, 4], [12, 4, 2, 4], [6, 6], [2, 8], [14, 6], [4, 2, 1, 2])
_TICKS = [0.01, 0.1, 1, 10, 100]


def weights(rows: Sequence[dict[str, Any]], now: float | None, look: Look) -> dict[str, Any]:
    """A line a key against temperature, as a Vega-Lite spec.

    rows: t, key, weight, at most 8 keys, all of them at the same temperatures; now: the temperature to mark, or None.
    Each name stands on its line where that is farthest from the others.
    """
    keys = list(dict.fromkeys(row["key"] for row in rows))
    hues = look.hues
    style = [
        {"key": key, "short": labels.short(key, 18), "hue": hues[i % len(hues)], "dash": i}
        for i, key in enumerate(keys)
    ]
    by_key = {one["key"]: one for one in style}
    lines = [{**row, **by_key[row["key"]]} for row in rows]
    at = [row["t"] for row in rows if row["key"] == keys[0]]
    grid = tuple(tuple(row["weight"] for row in rows if row["key"] == key) for key in keys)
    places = _names_at(grid, tuple(one["short"] for one in style))
    names = [
        {"t": at[i], "weight": line[i], "above": above, **one}
        for (i, above), line, one in zip(places, grid, style, strict=True)
    ]
    return _filled(_weights(look), {"lines": lines, "names": names, "now": _now(now)})


@functools.lru_cache(maxsize=128)  # the lines stay while the temperature moves
def _names_at(grid: tuple[tuple[float, ...], ...], names: tuple[str, ...]) -> list[tuple[int, int]]:
    """For each line (K lines of T weights) where its name stands, and whether above it (1) or below (0): where the name
    covers the fewest lines, and no name that stands already."""
    step, tall, gap = 7.0, 0.1, 0.025  # pixels from one temperature to the next, and a name's height, on a small plot
    lines = np.array(grid)
    found: list[tuple[int, int]] = []
    taken: list[tuple[float, float, float, float]] = []
    for k, name in enumerate(names):
        wide = min(20, math.ceil(labels.text_width(name, 15) * 1.1 / step))
        others = np.abs(np.delete(lines, k, axis=0) - lines[k]).min(axis=0, initial=1.0)
        best: tuple[float, ...] = (math.inf,)
        for i in range(1, lines.shape[1] - wide - 1):
            under = lines[:, i : i + wide + 1]
            for above in (1, 0):
                low = lines[k, i] + gap if above else lines[k, i] - gap - tall
                if low < 0 or low + tall > 1.1:
                    continue
                covered = int(((under > low - 0.01) & (under < low + tall + 0.01)).sum())
                on_names = sum(a < i + wide and i < b and c < low + tall and low < d for a, b, c, d in taken)
                price = 100 * on_names + covered - min(others[i], 0.1) * 20
                best = min(best, (price, abs(i - lines.shape[1] // 2), i, above, low))
        _, _, i, above, low = best
        taken.append((i, i + wide, low, low + tall))
        found.append((i, above))
    return found


@functools.lru_cache(maxsize=8)
def _weights(look: Look) -> dict[str, Any]:
    x = _temperature(look)
    y = alt.Y(
        "weight:Q", title="weight", scale=alt.Scale(domain=[0, 1.1], nice=False),
        axis=alt.Axis(format=".2~f", values=[0, 0.25, 0.5, 0.75, 1]),
    )  # fmt: skip
    hue = alt.Color("hue:N", scale=None)
    tips = [alt.Tooltip("key:N"), alt.Tooltip("t:Q", title="temperature"), alt.Tooltip("weight:Q", format=".3f")]
    line = (
        alt.Chart(alt.NamedData("lines"))
        .mark_line(strokeWidth=3, strokeCap="butt")
        .encode(
            x=x, y=y, color=hue, tooltip=tips, detail="key:N",
            strokeDash=alt.StrokeDash("dash:O", legend=None, scale=alt.Scale(domain=list(range(8)), range=list(DASHES))),
        )
    )  # fmt: skip
    names = alt.Chart(alt.NamedData("names")).encode(x=x, y=y)
    text = [
        mark
        for above, baseline, dy in ((1, "bottom", -4), (0, "top", 5))
        for mark in labels.text(
            names.transform_filter(f"datum.above == {above}"), look, look.ink, "short:N", align="left",
            baseline=baseline, dx=2, dy=dy, fontWeight=600,
        )
    ]  # fmt: skip
    dots = names.mark_circle(size=90, opacity=1).encode(color=hue)
    return _spec(alt.layer(_rule(look, x), line, dots, *text), look)


def entropy(rows: Sequence[dict[str, Any]], most: float, now: float | None, look: Look) -> dict[str, Any]:
    """Entropy in bits against temperature, and above it a word where it changes, as a Vega-Lite spec.

    rows: t, bits, word ("" for none); most: the most bits there can be; now: the temperature to mark, or None.
    """
    top = max(most, 1e-9)
    return _filled(_entropy(look), {
        "line": list(rows), "words": _bands(rows), "now": _now(now),
        "most": [{"bits": top, "text": f"{most:.2f} bits: all alike"}], "frame": [{"bits": 0.0}, {"bits": 1.5 * top}],
    })  # fmt: skip


def _bands(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The words where they change, in up to three lines above the curve; one that finds no room has its tooltip alone."""
    step = 7.0  # pixels from one temperature to the next on a small plot
    lines: list[list[tuple[float, float]]] = [[], [], []]
    found = []
    for i, row in enumerate(rows):
        if not row["word"] or (i and rows[i - 1]["word"] == row["word"]):
            continue
        short = labels.short(row["word"], 14)
        wide = (labels.text_width(short, 15) * 1.05 + 10) / step
        left = i + wide > len(rows) - 1  # no room at its right
        span = (i - wide, i) if left else (i, i + wide)
        free = [k for k, line in enumerate(lines) if all(span[1] <= a or b <= span[0] for a, b in line)]
        if free:
            lines[free[0]].append(span)
            found.append({"word": row["word"], "short": short, "t": row["t"], "line": free[0], "left": left})
    return found


@functools.lru_cache(maxsize=8)
def _entropy(look: Look) -> dict[str, Any]:
    x = _temperature(look)
    y = alt.Y("bits:Q", title="bits", scale=alt.Scale(zero=True, nice=False), axis=alt.Axis(tickCount=4, format="~f"))
    tips = [
        alt.Tooltip("t:Q", title="temperature"),
        alt.Tooltip("bits:Q", format=".3f"),
        alt.Tooltip("word:N", title="nearest word"),
    ]
    line = alt.Chart(alt.NamedData("line"))
    most = alt.Chart(alt.NamedData("most"))
    parts = [
        alt.Chart(alt.NamedData("frame")).mark_point(opacity=0).encode(y=y),
        _rule(look, x),
        most.mark_rule(color=look.stone, strokeWidth=2, strokeDash=[2, 4]).encode(y=y),
        most.mark_text(align="left", baseline="top", color=look.quiet, fontSize=look.size, dy=5).encode(
            x=alt.value(4), y=y, text="text:N"
        ),
        line.mark_area(color=look.ours, opacity=0.12).encode(x=x, y=y),
        line.mark_line(color=look.ours, strokeWidth=3).encode(x=x, y=y),
        line.mark_circle(color=look.ours, size=200, opacity=0).encode(x=x, y=y, tooltip=tips),
        *_nearest_words(x, look),
    ]  # fmt: skip
    return _spec(alt.layer(*parts), look)


def _nearest_words(x: alt.X, look: Look) -> list[alt.Chart]:
    """A rule down from the top where a word begins, and the word at its right, or at its left where the plot ends."""
    words = alt.Chart(alt.NamedData("words"))
    line = f"{0.8 * look.size} + datum.line * {1.3 * look.size}"
    end = alt.value(alt.ExprRef(f"{line} + {0.6 * look.size}"))
    style = {"baseline": "middle", "fontStyle": "italic"}
    parts = [words.mark_rule(color=look.stone, strokeWidth=1.5).encode(x=x, y=alt.value(0), y2=end)]
    for left, align, dx in (("false", "left", 5), ("true", "right", -5)):
        those = words.transform_filter(f"datum.left === {left}").encode(x=x, y=alt.value(alt.ExprRef(line)))
        parts += labels.text(those, look, look.ink, "short:N", align=align, dx=dx, **style)
    return parts


def spread(rows: Sequence[dict[str, Any]], look: Look) -> dict[str, Any]:
    """How far dot products of random vectors spread against their dimension, beside sqrt(d). rows: d, deviation, root."""
    return _filled(_spread(look), {"rows": list(rows), "last": [rows[-1]]})


@functools.lru_cache(maxsize=8)
def _spread(look: Look) -> dict[str, Any]:
    x = _dimension()
    y = alt.Y(
        "deviation:Q",
        title="standard deviation of q · k",
        scale=alt.Scale(type="log"),
        axis=alt.Axis(values=[1, 2, 4, 8, 16, 32], format="~f"),
    )
    root = alt.Y("root:Q", scale=alt.Scale(type="log"))
    tips = [
        alt.Tooltip("d:Q", title="d"),
        alt.Tooltip("deviation:Q", format=".2f"),
        alt.Tooltip("root:Q", title="√d", format=".2f"),
    ]
    rows = alt.Chart(alt.NamedData("rows"))
    last = alt.Chart(alt.NamedData("last")).encode(x=x)
    parts = [
        rows.mark_line(color=look.stone, strokeWidth=3, strokeDash=[6, 5]).encode(x=x, y=root),
        rows.mark_circle(color=look.ours, size=130, opacity=1).encode(x=x, y=y, tooltip=tips),
        last.mark_text(align="right", baseline="top", color=look.quiet, fontSize=look.size, dx=-2, dy=14).encode(y=root, text=alt.value("√d")),
        last.mark_text(align="right", baseline="bottom", color=look.link, fontSize=look.size, fontWeight=700, dx=-14, dy=-4).encode(y=y, text=alt.value("measured")),
    ]  # fmt: skip
    return _spec(alt.layer(*parts), look)


def largest(rows: Sequence[dict[str, Any]], keys: int, look: Look) -> dict[str, Any]:
    """The mean largest weight of a softmax over `keys` random keys against dimension, with and without the division.

    rows: d, kind ("by √d" | "as they are"), weight.
    """
    ends = {row["kind"]: row for row in rows}
    equal = {"weight": 1 / keys, "text": f"1/{keys}: all alike"}
    return _filled(_largest(look), {"rows": list(rows), "ends": list(ends.values()), "equal": [equal]})


@functools.lru_cache(maxsize=8)
def _largest(look: Look) -> dict[str, Any]:
    x = _dimension()
    y = alt.Y(
        "weight:Q",
        title="largest weight, mean",
        scale=alt.Scale(domain=[0, 1.12], nice=False),
        axis=alt.Axis(values=[0, 0.25, 0.5, 0.75, 1], format=".2~f"),
    )
    kinds = ["by √d", "as they are"]
    hue = alt.Color("kind:N", legend=None, scale=alt.Scale(domain=kinds, range=[look.ours, look.stone]))
    rows = alt.Chart(alt.NamedData("rows")).encode(
        x=x, y=y, color=hue,
        tooltip=[alt.Tooltip("d:Q", title="d"), alt.Tooltip("kind:N", title="products"), alt.Tooltip("weight:Q", format=".3f")],
    )  # fmt: skip
    ends = alt.Chart(alt.NamedData("ends")).encode(x=x, y=y)
    equal = alt.Chart(alt.NamedData("equal"))
    parts = [
        equal.mark_rule(color=look.stone, strokeWidth=2, strokeDash=[2, 4]).encode(y=y),
        equal.mark_text(align="left", baseline="top", color=look.quiet, fontSize=look.size, dy=5).encode(x=alt.value(4), y=y, text="text:N"),
        rows.mark_line(strokeWidth=3).encode(strokeDash=alt.StrokeDash("kind:N", legend=None, scale=alt.Scale(domain=kinds, range=[[1, 0], [8, 4]]))),
        rows.mark_point(size=110, filled=True, opacity=1).encode(shape=alt.Shape("kind:N", legend=None, scale=alt.Scale(domain=kinds, range=["circle", "square"]))),
        ends.mark_text(align="right", baseline="bottom", color=look.ink, fontSize=look.size, fontWeight=600, dy=-9).encode(text="kind:N"),
    ]  # fmt: skip
    return _spec(alt.layer(*parts), look)


# Shared -----------------------------------------------------------------------------------------------------------


def _temperature(look: Look) -> alt.X:
    return alt.X(
        "t:Q", title="temperature", scale=alt.Scale(type="log", domain=[0.01, 100], nice=False),
        axis=alt.Axis(values=_TICKS, format="~g", grid=True, labelFlush=False),
    )  # fmt: skip


def _dimension() -> alt.X:
    return alt.X(
        "d:Q", title="d, numbers in a vector", scale=alt.Scale(type="log", base=2, nice=False),
        axis=alt.Axis(values=[1, 4, 16, 64, 256, 1024], format="~d", labelFlush=False),
    )  # fmt: skip


def _rule(look: Look, x: alt.X) -> alt.Chart:
    """Where the slider stands."""
    return alt.Chart(alt.NamedData("now")).mark_rule(color=look.link, strokeWidth=2, strokeDash=[6, 4]).encode(x=x)


def _now(now: float | None) -> list[dict[str, Any]]:
    return [] if now is None else [{"t": now}]


def _spec(chart: alt.TopLevelMixin, look: Look) -> dict[str, Any]:
    return styled(chart.properties(height=19 * look.size), look).to_dict(validate=False)


def _filled(template: dict[str, Any], data: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    return {**template, "datasets": data}
