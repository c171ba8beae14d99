"""Curves of a run that is still going on, as Vega-Lite specs.

They are plain dictionaries: a page builds one on every poll, and Altair takes 30 ms and more for each. `framed` gives a spec the
lab's chart configuration, `line` and `number` are what every curve is made of; a lesson builds its own curve of them.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from core.charts.log_axis import around, ticks
from core.charts.theme import Look, strong, styled


@functools.lru_cache(maxsize=8)
def config(look: Look) -> dict[str, Any]:
    """The lab's chart configuration for a spec that is not Altair's: background, axes and type, as `theme.styled` sets them."""
    return styled(alt.Chart(pd.DataFrame({"x": [0]})).mark_point(), look).to_dict()["config"]


def framed(body: dict[str, Any], look: Look, height: int | None = None) -> dict[str, Any]:
    """The spec with the lab's configuration; height: of the plot in pixels, None where the body says it or has none."""
    return body | ({} if height is None else {"height": height}) | {"config": config(look)}


def line(look: Look, **more: Any) -> dict[str, Any]:
    """The mark of a curve: the network of the page in the accent."""
    return {"type": "line", "strokeWidth": 3, "color": look.ours, "interpolate": "monotone", **more}


def number(field: str, title: str | None, **more: Any) -> dict[str, Any]:
    """The channel of a number. more: its scale, axis and what else Vega-Lite knows of a channel."""
    return {"field": field, "type": "quantitative", "title": title, **more}


# The histories of other runs, each as rows like those of the run itself.
Earlier = Sequence[Sequence[Mapping[str, Any]]]


def behind(earlier: Earlier, look: Look, x: dict[str, Any], y: dict[str, Any]) -> list[dict[str, Any]]:
    """The layer of earlier runs, to be the first one of a chart: thin and gray, with one name. No layer where there are none.

    x, y: the channels of the chart. A row that lacks one of their fields is left out.
    """
    fields = (x["field"], y["field"])
    values = [
        {**{field: row[field] for field in fields}, "run": f"earlier run {i + 1}"}
        for i, rows in enumerate(earlier)
        for row in rows
        if all(isinstance(row.get(field), int | float) for field in fields)
    ]
    if not values:
        return []
    return [
        {
            "data": {"values": values},
            "mark": {**line(look, clip=True), "strokeWidth": 1.5, "color": look.stone},
            "encoding": {"x": x, "y": y, "detail": {"field": "run"}},
        }
    ]


def named_behind(layers: Sequence[Any], look: Look) -> dict[str, Any]:
    """The title that says what the layers of `behind` are."""
    said = {"text": "gray: earlier runs", "anchor": "end", "fontWeight": "normal"}
    return {"title": {**said, "fontSize": look.size, "color": look.quiet}} if layers else {}


def live_loss(rows: Sequence[dict[str, Any]], look: Look, height: int = 260, earlier: Earlier = ()) -> dict[str, Any]:
    """A loss that is still falling. rows: i (step), loss; what else they hold is left alone."""
    x, y = number("i", "step"), number("loss", "loss", scale={"zero": False})
    body = {"data": {"values": rows}, "mark": line(look), "encoding": {"x": x, "y": y}}
    gray = behind(earlier, look, x, y)
    return framed({"layer": [*gray, body], **named_behind(gray, look)} if gray else body, look, height)


def losses(rows: Sequence[dict[str, Any]], look: Look, earlier: Earlier = ()) -> dict[str, Any]:
    """The losses of a run: one a network where several train together, from the metrics called "loss_<network>"."""
    several = by_network(rows)
    if not several:
        return live_loss(rows, look, earlier=earlier)
    gray = [
        [row for row in found if row["size"] == name] for found in map(by_network, earlier) for name in _sizes(found)
    ]
    return live_losses(several, look, earlier=gray)


def by_network(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """step, size (a network's name, or the size of its code), loss: a row for each metric called "loss_<network>"."""
    return [
        {"step": row["i"], "size": int(name) if name.isdigit() else name, "loss": row[f"loss_{name}"]}
        for row in rows
        for name in (key.removeprefix("loss_") for key in row if key.startswith("loss_"))
    ]


def _sizes(rows: Sequence[Mapping[str, Any]]) -> list[Any]:
    return list(dict.fromkeys(row["size"] for row in rows))


# One loss for each size ----------------------------------------------------------------------------------------------


def live_losses(
    rows: Sequence[dict[str, Any]], look: Look, height: int | None = None, earlier: Earlier = ()
) -> dict[str, Any]:
    """One falling loss for each bottleneck size; the y axis is logarithmic.

    rows: step, size, loss, in order of step; losses that are null or not positive are left out. Larger codes are darker
    on light paper, brighter on dark paper, and each size stands at its line's end. earlier: one list a run and network.
    """
    earlier = [[row for row in run if row["loss"] is not None and row["loss"] > 0] for run in earlier]
    height = height or 20 * look.size  # eight labels fit one above the other
    lines = [{**row, "label": "", "label_y": None} for row in rows if row["loss"] is not None and row["loss"] > 0]
    last = {row["size"]: row for row in lines}
    sizes = sorted(last)
    shown = [*lines, *(row for run in earlier for row in run)]
    low, high = around([row["loss"] for row in shown] or [1.0])
    # Labels of ends that lie on each other are moved apart; a share of the plot's height, which has the x axis below it.
    apart = _spread({n: _share(last[n]["loss"], low, high) for n in sizes}, 1.1 * look.size / (height - 4 * look.size))
    labels = [{**last[n], "label": f"{n}", "label_y": low * (high / low) ** apart[n]} for n in sizes]
    room = {"expr": f"width - {3 * look.size}"}  # for the labels
    steps = {"nice": False, "domain": [0, max((row["step"] for row in shown), default=1)], "range": [0, room]}
    few = {"tickCount": 4, "format": ",d", "labelOverlap": True, "labelSeparation": 12}
    x = number("step", "step", scale=steps, axis=few)
    y = {
        "scale": {"type": "log", "domain": [low, high], "nice": False},
        "axis": {"values": ticks(low, high), "format": "~g"},
    }
    gray = behind(earlier, look, x, number("loss", "loss", **y))
    body = {
        "data": {"values": lines + labels},
        "encoding": {"x": x},
        "layer": [*gray, *_by_size(sizes, y, look)],
        **named_behind(gray, look),
    }
    return framed(body, look, height)


def _by_size(sizes: list[Any], y: dict[str, Any], look: Look) -> list[dict[str, Any]]:
    """The layers of `live_losses`: lines, their newest points, and the sizes beside these. y: scale and axis of the losses."""
    shades = {"domain": sizes, "range": _shades(look, len(sizes))}
    shade = {"field": "size", "type": "ordinal", "legend": None, "scale": shades}
    ends = [{"filter": "datum.label != ''"}]
    return [
        {
            "transform": [{"filter": "datum.label == ''"}],
            "mark": {"type": "line", "strokeWidth": 2.5},
            "encoding": {"y": number("loss", "loss", **y), "color": shade},
        },
        {
            "transform": ends,
            "mark": {"type": "circle", "size": 60, "opacity": 1},
            "encoding": {"y": number("loss", "loss", **y), "color": shade},
        },
        {
            "transform": ends,
            "mark": {"type": "text", "align": "left", "dx": 9, **strong(look)},
            "encoding": {"y": number("label_y", "loss", **y), "text": {"field": "label"}},
        },
    ]


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
