"""How charts look: large labels, no frame, quiet grid, the network in the accent and the rest in stone.

Text colours come in as `ink`, because a chart cannot read the page's theme by itself.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import altair as alt
import pandas as pd

from core.charts.in_words import described, first_sentence


@dataclass(frozen=True)
class Look:
    """ink: text; quiet: lesser text; ours: the network of the page; link: the accent as text; stone: what the network is
    compared with; grid: lines behind the data; ground: the page behind a chart; all "#RRGGBB". size: of labels, in pixels.
    """

    ink: str
    quiet: str
    ours: str
    link: str
    stone: str
    grid: str
    ground: str
    size: int = 15

    @property
    def dark(self) -> bool:
        """Whether it is for a dark ground."""
        return int(self.ink[1:3], 16) > 127

    @property
    def hues(self) -> tuple[str, ...]:
        """The colours of groups, as "#RRGGBB", the first group's first."""
        return HUES


# Ink, ground, the light accent and both links are those of .streamlit/config.toml, which Streamlit reads by itself; a test compares.
LIGHT = Look(
    ink="#1D2126", quiet="#4A5058", ours="#0072B2", link="#005A8C", stone="#857E70", grid="#B9B2A3", ground="#FCFBF8"
)
DARK = Look(
    ink="#ECEAE4", quiet="#B9BDC4", ours="#4BA3DB", link="#6DB9E8", stone="#9AA1AA", grid="#4A525C", ground="#14171B"
)
BELOW, ABOVE = "#D55E00", "#0072B2"  # two directions, on either ground: less and more, lost and gained

# Ten anchors of cividis (Nuñez, Anderton, Renslow 2018), dark to bright, which reads the same for every kind of colour vision.
CIVIDIS = (
    "#00224E", "#123570", "#3B496C", "#575D6D", "#707173", "#8A8678", "#A69D75", "#C3B369", "#E1CC55", "#FDEA45",
)  # fmt: skip

# Groups on maps and charts: ten hues, the first two of Okabe and Ito (2008), the others found by search so that the two closest ones
# lie as far apart as possible for normal sight, protanopia and deuteranopia, and each stands out from both grounds (contrast 2 or
# more): a class that is called by its colour has that colour in both themes.
HUES = ("#0072B2", "#D55E00", "#00AA77", "#993355", "#BBAA00", "#5A3AA0", "#66BBFF", "#275900", "#FF88BB", "#AA77DD")
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "M-1,0L0,-0.3L1,0L0,0.3Z", "triangle-right", "triangle-left")  # fmt: skip


def look(dark: bool, presenting: bool = False, wide: bool = False) -> Look:
    """The look for a ground; larger type for a projector, and for a screen with as many pixels as two."""
    return replace(DARK if dark else LIGHT, size=LIGHT.size + (5 if presenting else 0) + (8 if wide else 0))


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

    It carries its description in words, for those who do not see it. It is not checked against Vega-Lite's schema, which takes as long again: the tests do that for every chart.
    """
    return _spec(build, json.dumps(rows), look)


def kept_bytes() -> int:
    """What the specs in memory take, about; who knows the memory budget asks."""
    return 90_000 * _spec.cache_info().currsize


@functools.lru_cache(maxsize=128)  # some 90 kB each
def _spec(build: Callable[..., alt.TopLevelMixin | dict[str, Any]], rows: str, look: Look) -> dict[str, Any]:
    chart = build(pd.DataFrame(json.loads(rows)), look)
    made = chart if isinstance(chart, dict) else chart.to_dict(validate=False)
    return described(made, json.loads(rows), first_sentence(build.__doc__))


def strong(look: Look) -> dict[str, Any]:
    return {"fontSize": look.size, "fontWeight": 600}
