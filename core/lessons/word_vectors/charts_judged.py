"""People's judgements of similarity against the cosines of vectors."""

from __future__ import annotations

from dataclasses import dataclass

import altair as alt
import numpy as np
import pandas as pd

from core.charts import labels
from core.charts.theme import Look, styled


def judged(frame: pd.DataFrame, look: Look, height: int | None = None) -> alt.TopLevelMixin:
    """Pairs of words: people's judgement of their similarity against the cosine, with Spearman's rank correlation.

    frame: a, b, judged, cosine and, if given, unnamed (bool); at most about 1,000 rows. The pairs whose two ranks differ
    most are named, but for those that are to stay unnamed.
    """
    height = height or 27 * look.size
    ranks = frame[["judged", "cosine"]].rank()
    frame = frame.assign(label=[labels.short(f"{a} · {b}") for a, b in zip(frame["a"], frame["b"], strict=True)])
    plot = _Plot.of(frame, look, height)
    named = _named(frame, (ranks["cosine"] - ranks["judged"]).sort_values())

    def layout(_: int, width: int) -> list[int]:
        px, py = plot.pixels(named, width)
        wide = [labels.text_width(text, look.size) * 1.04 for text in named["label"]]
        return labels.place(px, py, wide, look, labels.Room((2, plot.top, width, plot.inner), rings=2))

    tips = [alt.Tooltip("a:N", title="word"), alt.Tooltip("b:N", title="and"),
            alt.Tooltip("judged:Q", title="people", format=".2f"), alt.Tooltip("cosine:Q", format=".3f")]  # fmt: skip
    base, few = (
        alt.Chart(rows).encode(x=plot.x(), y=plot.y(), tooltip=tips)
        for rows in (frame, labels.columns(named, "spot", layout))
    )
    rho = ranks["judged"].corr(ranks["cosine"])
    said = "not defined" if np.isnan(rho) else labels.number(rho, ".3f")
    said = f"rank correlation {said} ({len(frame):,} pairs)"
    parts = [
        base.mark_circle(size=40, color=look.ours, opacity=0.35),
        few.mark_point(size=90, color=look.ink, filled=False, strokeWidth=2, opacity=1),
        *labels.text(few, look, look.ink, fontWeight=600, **labels.placed(look, 6)),
        labels.line_of_text(said, 0, look.link, look, 700, x=-plot.extent),
    ]
    return styled(alt.layer(*parts).properties(height=height), look)


def _named(frame: pd.DataFrame, off: pd.Series) -> pd.DataFrame:
    """The rows of both ends of `off`, how far the ranks differ in ascending order, that may be named."""
    if "unnamed" in frame:
        off = off[~frame["unnamed"].loc[off.index]]
    if len(off) > 10:
        return frame.loc[[*off.index[:3], *off.index[3:][-3:]]].copy()
    return frame.loc[off.index[:6]].copy()


@dataclass(frozen=True)
class _Plot:
    """The axes of judgements and of cosines, each from its lowest to its highest value; sizes in pixels."""

    judged: tuple[float, float]
    cosine: tuple[float, float]
    look: Look
    height: int

    @classmethod
    def of(cls, frame: pd.DataFrame, look: Look, height: int) -> _Plot:
        """The plot that holds all pairs, 0, a judgement of 1 and a cosine of 0.1."""
        low, high = float(min(frame["cosine"].min(), 0)), float(max(frame["cosine"].max(), 0.1))
        least, most = min(float(frame["judged"].min()), 0.0), max(float(frame["judged"].max()), 1.0)
        return cls((least, most), (low, high), look, height)

    @property
    def top(self) -> float:
        """Pixels above the highest point, for the correlation."""
        return 2.2 * self.look.size

    @property
    def side(self) -> float:
        return 0.6 * self.look.size

    @property
    def extent(self) -> int:
        """Pixels of the axis at the left."""
        return round(3.2 * self.look.size)

    @property
    def inner(self) -> float:
        """The height less the axis below."""
        return self.height - 4.4 * self.look.size

    def x(self) -> alt.X:
        span = [self.side, alt.ExprRef(f"width - {self.side}")]
        return alt.X(
            "judged:Q", title="people's judgement", scale=alt.Scale(domain=list(self.judged), nice=False, range=span),
            axis=alt.Axis(tickCount=5, labelOverlap=True, labelFlush=False),
        )  # fmt: skip

    def y(self) -> alt.Y:
        span = [alt.ExprRef(f"height - {self.side}"), self.top]
        return alt.Y(
            "cosine:Q", title="cosine", scale=alt.Scale(domain=list(self.cosine), nice=False, range=span),
            axis=alt.Axis(orient="left", tickCount=5, format=".1~f", minExtent=self.extent, maxExtent=self.extent),
        )  # fmt: skip

    def pixels(self, rows: pd.DataFrame, width: float) -> tuple[np.ndarray, np.ndarray]:
        """Where the rows stand in a plot of this width: (n,) x and y in pixels, y downwards."""
        (least, most), (low, high) = self.judged, self.cosine
        x = self.side + (rows["judged"].to_numpy() - least) / (most - least) * (width - 2 * self.side)
        room = self.inner - self.side - self.top
        return x, self.inner - self.side - (rows["cosine"].to_numpy() - low) / (high - low) * room
