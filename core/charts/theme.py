"""How charts look: large labels, no frame, quiet grid, the network in the accent and the rest in stone.

Text colours come in as `ink`, because a chart cannot read the page's theme by itself.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd


@dataclass(frozen=True)
class Look:
    """ink: text; ours: the network of the page; link: the accent as text; stone: what the network is compared with;
    size: label size in pixels."""

    ink: str
    quiet: str
    ours: str
    link: str
    stone: str
    grid: str
    size: int = 15


LIGHT = Look(ink="#1D2126", quiet="#4A5058", ours="#0072B2", link="#005A8C", stone="#857E70", grid="#B9B2A3")
DARK = Look(ink="#ECEAE4", quiet="#B9BDC4", ours="#4BA3DB", link="#6DB9E8", stone="#9AA1AA", grid="#4A525C")


def look(dark: bool, presenting: bool = False) -> Look:
    base = DARK if dark else LIGHT
    return Look(**{**vars(base), "size": 20}) if presenting else base


def styled(chart: alt.TopLevelMixin, look: Look) -> alt.TopLevelMixin:
    """The chart with the lab's axes and type."""
    text = {"labelFontSize": look.size, "titleFontSize": look.size, "titleColor": look.quiet}
    return chart.configure(
        background="transparent",
        font="Source Sans Pro, Source Sans, sans-serif",
        view=alt.ViewConfig(strokeWidth=0),
        axis=alt.AxisConfig(
            **text, labelColor=look.quiet, titleFontWeight="normal", gridColor=look.grid, gridOpacity=0.35, domain=False,
            ticks=False, labelPadding=8, titlePadding=12,
        ),
        legend=alt.LegendConfig(**text, labelColor=look.ink),
        text=alt.MarkConfig(color=look.ink, fontSize=look.size),
    )  # fmt: skip


def spec(
    build: Callable[..., alt.TopLevelMixin | dict[str, Any]], rows: list[dict[str, Any]], look: Look
) -> dict[str, Any]:
    """The Vega-Lite spec that `build` makes of these rows, built once for all sessions: Altair takes 50 ms and more.

    It is not checked against Vega-Lite's schema, which takes as long again: the tests do that for every chart.
    """
    return _spec(build, json.dumps(rows), look)


@functools.lru_cache(maxsize=128)
def _spec(build: Callable[..., alt.TopLevelMixin | dict[str, Any]], rows: str, look: Look) -> dict[str, Any]:
    chart = build(pd.DataFrame(json.loads(rows)), look)
    return chart if isinstance(chart, dict) else chart.to_dict(validate=False)


def strong(look: Look) -> dict[str, Any]:
    return {"fontSize": look.size, "fontWeight": 600}
