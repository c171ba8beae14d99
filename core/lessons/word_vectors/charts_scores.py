"""Charts of numbers about word vectors: parallel steps, products, similarities, analogies, and people's judgements."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from core.charts import labels
from core.charts.equal import other
from core.charts.theme import Look, styled

_ROOMY = 37  # sizes of the type: a plot this wide has the name of a row left of its bar, not above it


def parallel_strip(frame: pd.DataFrame, look: Look, height: int | None = None) -> alt.TopLevelMixin:
    """How parallel the steps of each relation are: their mean cosine, against that of random pairs.

    frame: relation, mean (cosine between the differences of its pairs), random (the same for random pairs), low, high
    (their range), pairs (int). In the order given.
    """
    key, heights = labels.legend(
        [("pairs of the relation", look.ours, "circle"), ("random pairs: mean and range", look.stone, _TICK)], look
    )
    top, row = max(heights) + 0.3 * look.size, 3 * look.size
    height = height or round(top + row * len(frame) + 4.4 * look.size)
    frame = frame.assign(**_rows(top, row, np.arange(len(frame)), look), label=[_signed(v) for v in frame["mean"]])
    low, high = min(0.0, frame["low"].min(), frame["mean"].min()), max(frame["high"].max(), frame["mean"].max(), 0.05)
    names = _name_width(frame["relation"], look)
    back = "datum.mean < datum.random"  # the line comes from the right, and the number stands at the left
    room = 3.2 * look.size if (frame["mean"] < frame["random"]).any() else 0.0
    x = alt.X(
        "mean:Q",
        title="mean cosine between two steps",
        scale=alt.Scale(domain=[low, high], nice=False, range=[alt.ExprRef(_roomy(f"{names + room}", f"{8 + room}", look)), alt.ExprRef(f"width - {3.2 * look.size}")]),
        axis=alt.Axis(tickCount=4, format=".1~f", labelOverlap=True),
    )  # fmt: skip
    base = alt.Chart(frame).encode(
        x=x,
        y=_at("bar", look),
        tooltip=[
            "relation:N",
            alt.Tooltip("mean:Q", title="its pairs", format=".3f"),
            alt.Tooltip("random:Q", title="random pairs", format=".3f"),
            alt.Tooltip("low:Q", title="from", format=".3f"),
            alt.Tooltip("high:Q", title="to", format=".3f"),
            alt.Tooltip("pairs:Q", title="pairs", format=",d"),
        ],
    )
    stone = base.encode(x=other(x, "low"), x2="high:Q")
    parts = [
        *key,
        _row_names(frame, "relation", look),
        stone.mark_rule(color=look.stone, strokeWidth=0.7 * look.size, opacity=0.55),
        base.mark_tick(color=look.quiet, thickness=3, size=1.1 * look.size).encode(x=other(x, "random")),
        base.mark_rule(color=look.ours, strokeWidth=3).encode(x=other(x, "random"), x2="mean:Q"),
        base.mark_circle(color=look.ours, size=200, opacity=1),
        base.mark_text(
            align=alt.ExprRef(f"{back} ? 'right' : 'left'"),
            dx=alt.ExprRef(f"{back} ? -12 : 12"),
            color=look.link,
            fontWeight=600,
            fontSize=look.size,
        ).encode(text="label:N"),
    ]
    return styled(alt.layer(*parts).properties(height=height), look)


def products(frame: pd.DataFrame, look: Look, height: int | None = None) -> alt.TopLevelMixin:
    """A dot product, coordinate by coordinate: below the products, above their running sum, which ends at the score.

    frame: coordinate (int), product; drawn in the order given. Positive bars are full, negative ones hollow.
    """
    height = height or 27 * look.size
    n = len(frame)
    frame = frame.assign(place=np.arange(1, n + 1), sum=frame["product"].cumsum(), from_=np.arange(n) + 0.56,
                         to=np.arange(n) + 1.44, zero=0.0)  # fmt: skip
    total = float(frame["sum"].iloc[-1])
    line = 1.5 * look.size
    step = 10 if n <= 60 else 50
    in_order = bool(frame["coordinate"].is_monotonic_increasing)
    right = f"width - {3.6 * look.size}"
    x = alt.X(
        "place:Q",
        title="coordinate" if in_order else "coordinates, sorted by product",
        scale=alt.Scale(domain=[0.5, n + 0.5], nice=False, zero=False, range=[0, alt.ExprRef(right)]),
        axis=alt.Axis(
            grid=False, labels=in_order, format="d", values=[1, *range(step, n + 1, step)],
            labelOverlap=True, labelFlush=False, labelSeparation=8,
        ),
    )  # fmt: skip
    middle = f"({line} + (height - {2.2 * line}) * 0.46)"
    most, least = max(frame["product"].max(), 0.0), min(frame["product"].min(), 0.0)
    up, down = max(frame["sum"].max(), 0.0), min(frame["sum"].min(), 0.0)
    bar_y = alt.Y(
        "product:Q",
        title=None,
        axis=None,
        scale=alt.Scale(
            domain=[least, most if most > least else 1.0], nice=False,
            range=[alt.ExprRef("height"), alt.ExprRef(f"{middle} + {2.2 * line}")],
        ),
    )  # fmt: skip
    sum_y = alt.Y(
        "sum:Q",
        title=None,
        axis=None,
        scale=alt.Scale(
            domain=[down, up if up > down else 1.0], nice=False,
            range=[alt.ExprRef(middle), alt.ExprRef(f"{line * 1.2}")],
        ),
    )  # fmt: skip
    tips = [
        alt.Tooltip("coordinate:Q", format="d"),
        alt.Tooltip("product:Q", format="+.4f"),
        alt.Tooltip("sum:Q", title="sum so far", format="+.3f"),
    ]
    base = alt.Chart(frame).encode(x=x, tooltip=tips)
    bars = base.encode(x=other(x, "from_"), x2="to:Q", y=bar_y, y2="zero:Q")
    hollow = {"stroke": look.stone, "strokeWidth": 1.5, "fillOpacity": 0.25} if n <= 80 else {"fillOpacity": 0.9}
    sums = base.encode(y=sum_y)
    last = sums.transform_filter(f"datum.place == {n}")
    rule = alt.Chart(pd.DataFrame({"zero": [0.0]})).mark_rule(color=look.grid, strokeWidth=1.5)
    across = {"x": alt.value(0), "x2": alt.value(alt.ExprRef(right))}
    number = _signed(total, ".3f")
    below = alt.layer(
        rule.encode(y=other(bar_y, "zero"), **across),
        bars.transform_filter("datum.product >= 0").mark_rect(color=look.ours),
        bars.transform_filter("datum.product < 0").mark_rect(color=look.stone, **hollow),
        labels.line_of_text("products: hollow ones take away", f"{middle} + {0.55 * line}", look.quiet, look),
    )
    above = alt.layer(
        rule.encode(y=other(sum_y, "zero"), **across),
        sums.mark_line(color=look.ours, strokeWidth=3, interpolate="step-after" if n <= 80 else "linear"),
        last.mark_circle(color=look.ours, size=120, opacity=1),
        last.mark_text(align="left", dx=9, color=look.link, fontWeight=700, fontSize=look.size).encode(
            text=alt.value(number)
        ),
        labels.line_of_text("sum so far: ends at the score", 0, look.quiet, look),
    )
    return styled(alt.layer(below, above).resolve_scale(y="independent").properties(height=height), look)


def matrix(frame: pd.DataFrame, look: Look, height: int | None = None) -> alt.TopLevelMixin:
    """Similarities of words with each other, as squares; at most about 20 words.

    frame: a (row), b (column), value; every pair once, rows and columns in the order given. Colours are centred at zero.
    Where the squares are large enough they hold their number, and else negative ones hold a dash.
    """
    rows, cols = frame["a"].drop_duplicates().tolist(), frame["b"].drop_duplicates().tolist()
    n, m = len(rows), len(cols)
    left, above = (
        (max(labels.text_width(labels.short(w, 12), look.size) for w in words) + 12) for words in (rows, cols)
    )
    height = height or round(above + 2.2 * look.size + min(max(n, 3) * 2.7 * look.size, 28 * look.size))
    below = 2.2 * look.size  # for the key
    cell = f"min((width - {left:.0f}) / {m}, (height - {above + below:.0f}) / {n})"
    start = f"{left:.0f}"
    most = max(frame["value"].abs().max(), 1e-9)
    hue = alt.Color(
        "value:Q", legend=None, scale=alt.Scale(domain=[-most, 0, most], range=_diverging(look), interpolate="rgb")
    )

    turn = 0.6 if labels.dark(look) else 0.78  # where the other ink has the better contrast

    def numbered(rows: pd.DataFrame) -> pd.DataFrame:
        return rows.assign(number=[_signed(v) for v in rows["value"]], strong=rows["value"].abs() > turn * most)

    frame = numbered(frame).assign(
        row=[rows.index(a) for a in frame["a"]],
        col=[cols.index(b) for b in frame["b"]],
        minus=["−" if v < 0 else "" for v in frame["value"]],
    )

    def at(field: str, begin: str, extra: str) -> Any:
        return alt.value(alt.ExprRef(f"{begin} + (datum.{field} + {extra}) * {cell}"))

    fits = f"{cell} >= {2.35 * look.size}"
    base = alt.Chart(frame)
    squares = base.mark_rect(stroke=None).encode(
        x=at("col", start, "0.03"),
        x2=at("col", start, "0.97"),
        y=at("row", f"{above:.0f}", "0.03"),
        y2=at("row", f"{above:.0f}", "0.97"),
        color=hue,
        tooltip=[alt.Tooltip("a:N", title="row"), alt.Tooltip("b:N", title="column"), alt.Tooltip("value:Q", format=".3f")],
    )  # fmt: skip
    on_strong = "#14171B" if labels.dark(look) else "#FFFFFF"
    figures = {"align": "center", "baseline": "middle", "fontSize": look.size,
               "color": alt.ExprRef(f"datum.strong ? '{on_strong}' : '{look.ink}'")}  # fmt: skip
    inside = base.encode(x=at("col", start, "0.5"), y=at("row", f"{above:.0f}", "0.5")).mark_text(**figures)
    numbers = inside.encode(text="number:N", opacity=alt.value(alt.ExprRef(f"{fits} ? 1 : 0")))
    dashes = inside.encode(text="minus:N", opacity=alt.value(alt.ExprRef(f"{fits} ? 0 : 1")))
    down = alt.Chart(pd.DataFrame({"word": [labels.short(w, 12) for w in rows], "row": range(n)}))
    over = alt.Chart(pd.DataFrame({"word": [labels.short(w, 12) for w in cols], "col": range(m)}))
    # Where the squares are smaller than the type, some words in between have no name.
    every = f"ceil({0.95 * look.size} / ({cell}))"
    names = [
        down.mark_text(
            **labels.hidden(f"datum.row % {every}"),
            align="right",
            baseline="middle",
            color=look.ink,
            fontSize=look.size,
        ).encode(x=alt.value(alt.ExprRef(f"{start} - 8")), y=at("row", f"{above:.0f}", "0.5"), text="word:N"),
        over.mark_text(
            **labels.hidden(f"datum.col % {every}"),
            align="left",
            baseline="middle",
            angle=270,
            color=look.ink,
            fontSize=look.size,
        ).encode(x=at("col", start, "0.5"), y=alt.value(above - 8), text="word:N"),
    ]
    # Where the squares hold no numbers, a key of numbers stands below them.
    steps = [s * most for s in (-1, -0.5, 0, 0.5, 1) if s >= 0 or s * most > 1.5 * frame["value"].min() - 0.25 * most]
    swatch = 3.2 * look.size
    under = f"{above:.0f} + {n} * {cell} + {0.6 * look.size}"
    key = alt.Chart(numbered(pd.DataFrame({"value": steps, "place": range(len(steps))}))).encode(
        opacity=alt.value(alt.ExprRef(f"{fits} ? 0 : 1"))
    )

    def across(share: float) -> Any:
        begin = f"max(0, min({start}, width - {len(steps) * swatch}))"
        return alt.value(alt.ExprRef(f"{begin} + (datum.place + {share}) * {swatch}"))

    def down_by(pixels: float) -> Any:
        return alt.value(alt.ExprRef(f"{under} + {pixels}"))

    keys = [
        key.mark_rect().encode(x=across(0), x2=across(1), y=down_by(0), y2=down_by(1.5 * look.size), color=hue),
        key.mark_text(**figures).encode(x=across(0.5), y=down_by(0.75 * look.size), text="number:N"),
    ]
    return styled(alt.layer(squares, numbers, dashes, *names, *keys).properties(height=height), look)


def accuracy(frame: pd.DataFrame, look: Look, height: int | None = None) -> alt.TopLevelMixin:
    """Share of analogies answered right, by category.

    frame: category, part ("meaning", "grammar", "total", ...: a heading where it changes, but for "total"), right,
    count, and, if given, kept_right (right answers when the query's own words may be answers). In the order given.
    """
    kept = "kept_right" in frame and frame["kept_right"].notna().any()
    own_words = [("with the query's own words left in", look.quiet, "diamond")]
    key, heights = labels.legend(own_words, look) if kept else ([], [0.0])
    row, top = 2.7 * look.size, max(heights) + (0.4 * look.size if kept else 0)
    y, place, heads, last = top, [], [], None
    for part in frame["part"]:
        if part != last:
            if part != "total":
                heads.append({"text": part, "y": y + 0.35 * look.size})
                y += 1.6 * look.size
            else:
                y += 0.6 * look.size
            last = part
        place.append(y)
        y += row
    height = height or round(y + 0.4 * look.size)
    share = frame["right"] / frame["count"].clip(lower=1)
    frame = frame.assign(
        **_rows(0, row, np.array(place) / row, look),
        share=share,
        kept=frame["kept_right"] / frame["count"].clip(lower=1) if kept else 0.0,
        label=[f"{s:.1%}".replace("%", " %") + f" of {n:,}" if n else "none" for s, n in zip(share, frame["count"], strict=True)],
        total=frame["part"] == "total",
        zero=0.0,
        one=1.0,
    )  # fmt: skip
    names = _name_width(frame["category"], look)
    tail = max(labels.text_width(text, look.size) for text in frame["label"]) + 14
    x = alt.X(
        "share:Q",
        axis=None,
        scale=alt.Scale(domain=[0, 1], nice=False, range=[alt.ExprRef(_roomy(f"{names}", "0", look)), alt.ExprRef(_roomy(f"width - {tail}", "width", look))]),
    )  # fmt: skip
    tips = [alt.Tooltip("category:N"), alt.Tooltip("share:Q", title="right", format=".1%"),
            alt.Tooltip("right:Q", title="right answers", format=",d"), alt.Tooltip("count:Q", title="questions", format=",d")]  # fmt: skip
    if kept:
        tips.append(alt.Tooltip("kept:Q", title="own words left in", format=".1%"))
    base = alt.Chart(frame).encode(x=x, y=_at("bar", look), tooltip=tips)
    thick = alt.ExprRef(_roomy(f"{1.25 * look.size}", f"{0.62 * look.size}", look))
    weight = alt.ExprRef("datum.total ? 700 : 400")
    bar = base.encode(x=other(x, "zero"), x2="share:Q")
    parts = [
        base.encode(x=other(x, "zero"), x2="one:Q").mark_rule(color=look.grid, opacity=0.28, strokeWidth=thick),
        bar.mark_rule(color=look.ours, strokeWidth=thick, opacity=alt.ExprRef("datum.total ? 1 : 0.62")),
        _row_names(frame, "category", look, weight, tail),
        alt.Chart(frame)
        .mark_text(align="right", baseline="middle", color=look.ink, fontSize=look.size, fontWeight=weight)
        .encode(x=alt.value(alt.ExprRef("width")), y=_at("name", look), text="label:N"),
    ]
    if heads:
        parts.append(
            alt.Chart(pd.DataFrame(heads))
            .mark_text(align="left", baseline="top", color=look.link, fontSize=look.size, fontWeight=700)
            .encode(x=alt.value(0), y=alt.value(alt.ExprRef("datum.y")), text="text:N")
        )
    if kept:
        mark = base.mark_point(shape="diamond", filled=True, color=look.quiet, opacity=1, size=0.6 * look.size**2,
                               stroke="white" if not labels.dark(look) else "#14171B", strokeWidth=1)  # fmt: skip
        parts += [mark.encode(x=other(x, "kept")), *key]
    return styled(alt.layer(*parts).properties(height=height), look)


def judged(frame: pd.DataFrame, look: Look, height: int | None = None) -> alt.TopLevelMixin:
    """Pairs of words: people's judgement of their similarity against the cosine, with Spearman's rank correlation.

    frame: a, b, judged, cosine and, if given, unnamed (bool); at most about 1,000 rows. The pairs whose two ranks differ
    most are named, but for those that are to stay unnamed.
    """
    height = height or 27 * look.size
    ranks = frame[["judged", "cosine"]].rank()
    frame = frame.assign(label=[labels.short(f"{a} · {b}") for a, b in zip(frame["a"], frame["b"], strict=True)])
    off = (ranks["cosine"] - ranks["judged"]).sort_values()
    if "unnamed" in frame:
        off = off[~frame["unnamed"].loc[off.index]]
    named = (
        frame.loc[[*off.index[:3], *off.index[3:][-3:]]].copy() if len(off) > 10 else frame.loc[off.index[:6]].copy()
    )
    rho = ranks["judged"].corr(ranks["cosine"])
    low, high = float(min(frame["cosine"].min(), 0)), float(max(frame["cosine"].max(), 0.1))
    most = max(float(frame["judged"].max()), 1.0)
    least = min(float(frame["judged"].min()), 0.0)
    top, side = 2.2 * look.size, 0.6 * look.size
    x = alt.X(
        "judged:Q",
        title="people's judgement",
        scale=alt.Scale(domain=[least, most], nice=False, range=[side, alt.ExprRef(f"width - {side}")]),
        axis=alt.Axis(tickCount=5, labelOverlap=True, labelFlush=False),
    )
    extent = round(3.2 * look.size)
    y = alt.Y(
        "cosine:Q",
        title="cosine",
        scale=alt.Scale(domain=[low, high], nice=False, range=[alt.ExprRef(f"height - {side}"), top]),
        axis=alt.Axis(orient="left", tickCount=5, format=".1~f", minExtent=extent, maxExtent=extent),
    )
    inner = height - 4.4 * look.size  # less the axis below

    def layout(_: int, width: int) -> list[int]:
        px = side + (named["judged"].to_numpy() - least) / (most - least) * (width - 2 * side)
        py = inner - side - (named["cosine"].to_numpy() - low) / (high - low) * (inner - side - top)
        wide = [labels.text_width(text, look.size) * 1.04 for text in named["label"]]
        return labels.place(px, py, wide, look, (2, top, width, inner), 6, rings=2)

    named = labels.columns(named, "spot", layout)
    tips = [alt.Tooltip("a:N", title="word"), alt.Tooltip("b:N", title="and"),
            alt.Tooltip("judged:Q", title="people", format=".2f"), alt.Tooltip("cosine:Q", format=".3f")]  # fmt: skip
    base = alt.Chart(frame).encode(x=x, y=y, tooltip=tips)
    few = alt.Chart(named).encode(x=x, y=y, tooltip=tips)
    said = "not defined" if np.isnan(rho) else _signed(rho, ".3f")
    where = labels.placed(look, 6)
    parts = [
        base.mark_circle(size=40, color=look.ours, opacity=0.35),
        few.mark_point(size=90, color=look.ink, filled=False, strokeWidth=2, opacity=1),
        *labels.text(few, look, look.ink, fontWeight=600, **where),
        labels.line_of_text(f"rank correlation {said} ({len(frame):,} pairs)", 0, look.link, look, 700, x=-extent),
    ]
    return styled(alt.layer(*parts).properties(height=height), look)


_TICK = "M-0.2,-1L0.2,-1L0.2,1L-0.2,1Z"


def _rows(top: float, pitch: float, places: np.ndarray, look: Look) -> dict[str, np.ndarray]:
    """Heights of rows whose name stands beside the bar (1) or above it (0)."""
    middle = top + (places + 0.5) * pitch
    return {"bar0": middle + 0.65 * look.size, "bar1": middle, "name0": middle - 0.45 * look.size, "name1": middle}


def _at(column: str, look: Look) -> Any:
    return alt.value(alt.ExprRef(_roomy(f"datum.{column}1", f"datum.{column}0", look)))


def _roomy(yes: str, no: str, look: Look) -> str:
    return f"(width >= {_ROOMY * look.size} ? {yes} : {no})"


def _name_width(names: pd.Series, look: Look) -> float:
    return max((labels.text_width(labels.short(name, 34), look.size) for name in names), default=0) * 1.08 + 16


def _row_names(frame: pd.DataFrame, column: str, look: Look, weight: Any = 400, beside: float = 0) -> alt.Chart:
    """The names; `beside`: pixels that something else takes at the right, where they stand above their bar."""
    rows = frame.assign(short=[labels.short(name, 34) for name in frame[column]])
    return (
        alt.Chart(rows)
        .mark_text(
            align="left", baseline="middle", color=look.ink, fontSize=look.size, fontWeight=weight,
            limit=alt.ExprRef(_roomy("width", f"width - {beside}", look)),
        )
        .encode(x=alt.value(0), y=_at("name", look), text="short:N")
    )  # fmt: skip


def _signed(value: float, form: str = ".2f") -> str:
    """The number with a true minus."""
    return f"{value:{form}}".replace("-", "−")


def _diverging(look: Look) -> list[str]:
    """Orange, the ground, blue: told apart by the colour-blind, and what is equally far from zero is equally strong."""
    return ["#D9822B", "#262C33", "#5BB0E6"] if labels.dark(look) else ["#B85C00", "#F4F1EA", "#0B66A0"]
