"""The share of analogies that are answered right, by category."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd

from core.charts import labels
from core.charts.equal import other
from core.charts.theme import Look, styled
from core.lessons.word_vectors.charts_rows import at, name_width, roomy, row_names, rows


def accuracy(frame: pd.DataFrame, look: Look, height: int | None = None) -> alt.TopLevelMixin:
    """Share of analogies answered right, by category.

    frame: category, part ("meaning", "grammar", "total", ...: a heading where it changes, but for "total"), right,
    count, and, if given, kept_right (right answers when the query's own words may be answers). In the order given.
    """
    kept = "kept_right" in frame and bool(frame["kept_right"].notna().any())
    own_words = [("with the query's own words left in", look.quiet, "diamond")]
    key, heights = labels.legend(own_words, look) if kept else ([], [0.0])
    pitch, top = 2.7 * look.size, max(heights) + (0.4 * look.size if kept else 0)
    places, heads, bottom = _layout(frame["part"].tolist(), top, pitch, look)
    frame = _rows(frame, kept).assign(**rows(0, pitch, np.array(places) / pitch, look))
    tail = max(labels.text_width(text, look.size) for text in frame["label"]) + 14
    base = alt.Chart(frame).encode(x=_x(frame, tail, look), y=at("bar", look), tooltip=_tips(kept))
    parts = [*_bars(base, look), *_texts(frame, tail, look), *_heads(heads, look)]
    if kept:
        parts += [_own_words(base, look), *key]
    return styled(alt.layer(*parts).properties(height=height or round(bottom + 0.4 * look.size)), look)


def _layout(
    parts: list[str], top: float, pitch: float, look: Look
) -> tuple[list[float], list[dict[str, object]], float]:
    """Where each row begins, the headings (text, y) of the parts, and where the last row ends, all in pixels."""
    y, places, heads, last = top, [], [], None
    for part in parts:
        if part != last:
            if part != "total":
                heads.append({"text": part, "y": y + 0.35 * look.size})
                y += 1.6 * look.size
            else:
                y += 0.6 * look.size
            last = part
        places.append(y)
        y += pitch
    return places, heads, y


def _rows(frame: pd.DataFrame, kept: bool) -> pd.DataFrame:
    """The categories with their shares and what is written beside them; kept: whether own words were tried as answers."""
    count = frame["count"].clip(lower=1)
    share = frame["right"] / count
    said = [f"{s:.1%}" + f" of {n:,}" if n else "none" for s, n in zip(share, frame["count"], strict=True)]
    return frame.assign(
        share=share, kept=frame["kept_right"] / count if kept else 0.0, label=said, total=frame["part"] == "total",
        zero=0.0, one=1.0,
    )  # fmt: skip


def _x(frame: pd.DataFrame, tail: float, look: Look) -> alt.X:
    """The axis of shares, between the names at the left and `tail` pixels for the numbers at the right."""
    left = alt.ExprRef(roomy(f"{name_width(frame['category'], look)}", "0", look))
    right = alt.ExprRef(roomy(f"width - {tail}", "width", look))
    return alt.X("share:Q", axis=None, scale=alt.Scale(domain=[0, 1], nice=False, range=[left, right]))


def _tips(kept: bool) -> list[alt.Tooltip]:
    tips = [alt.Tooltip("category:N"), alt.Tooltip("share:Q", title="right", format=".1%"),
            alt.Tooltip("right:Q", title="right answers", format=",d"), alt.Tooltip("count:Q", title="questions", format=",d")]  # fmt: skip
    return [*tips, alt.Tooltip("kept:Q", title="own words left in", format=".1%")] if kept else tips


_WEIGHT = alt.ExprRef("datum.total ? 700 : 400")


def _bars(base: alt.Chart, look: Look) -> list[alt.Chart]:
    """The share of each category, on a pale bar of all its questions."""
    x = base.encoding.x
    thick = alt.ExprRef(roomy(f"{1.25 * look.size}", f"{0.62 * look.size}", look))
    whole = base.encode(x=other(x, "zero"), x2="one:Q").mark_rule(color=look.grid, opacity=0.28, strokeWidth=thick)
    bar = base.encode(x=other(x, "zero"), x2="share:Q")
    return [
        whole,
        bar.mark_rule(color=look.ours, strokeWidth=thick, opacity=alt.ExprRef("datum.total ? 1 : 0.62")),
    ]


def _texts(frame: pd.DataFrame, tail: float, look: Look) -> list[alt.Chart]:
    """The category of each row, and its share at the right."""
    numbers = alt.Chart(frame).mark_text(
        align="right", baseline="middle", color=look.ink, fontSize=look.size, fontWeight=_WEIGHT
    )
    return [
        row_names(frame, "category", look, _WEIGHT, tail),
        numbers.encode(x=alt.value(alt.ExprRef("width")), y=at("name", look), text="label:N"),
    ]


def _heads(heads: list[dict[str, object]], look: Look) -> list[alt.Chart]:
    """The names of the parts."""
    if not heads:
        return []
    names = alt.Chart(pd.DataFrame(heads)).mark_text(
        align="left", baseline="top", color=look.link, fontSize=look.size, fontWeight=700
    )
    return [names.encode(x=alt.value(0), y=alt.value(alt.ExprRef("datum.y")), text="text:N")]


def _own_words(base: alt.Chart, look: Look) -> alt.Chart:
    """The share when the query's own words may be answers."""
    mark = base.mark_point(shape="diamond", filled=True, color=look.quiet, opacity=1, size=0.6 * look.size**2,
                           stroke=look.ground if look.dark else "white", strokeWidth=1)  # fmt: skip
    return mark.encode(x=other(base.encoding.x, "kept"))
