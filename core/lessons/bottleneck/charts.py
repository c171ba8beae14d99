"""Charts of the bottleneck: error and usefulness of the code by its size, and the losses of a sweep that is running."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd

from core.charts.log_axis import around, ticks
from core.charts.theme import Look, strong, styled

CLICK = "size"  # the selection that a click changes; pass it to Streamlit as `selection_mode`

_EDGE = 16  # pixels between the plot's sides and the first and last size, so that no point is cut


def rate_distortion(frame: pd.DataFrame, look: Look, height: int = 330) -> alt.TopLevelMixin:
    """Held-out error by bottleneck size; both axes are logarithmic.

    frame: size (int), method, mse (> 0), ours (bool), chosen (bool: the size that the page shows). What is not ours and
    has one error at all sizes is drawn as a dashed rule.
    """
    return styled(_on_sizes(frame, look, _errors(frame, look)).properties(height=height), look)


def code_quality(frame: pd.DataFrame, look: Look, height: int = 330) -> alt.TopLevelMixin:
    """Held-out accuracy by bottleneck size, on the x axis of `rate_distortion`: plots of one width are aligned.

    frame: size (int; null where ours is false), reader ("linear probe" | "neighbours"), accuracy (0..1), ours (bool;
    false for raw pixels), chosen (bool), guess (bool: the size that the student said).
    """
    return styled(_on_sizes(frame, look, _accuracies(frame, look)).properties(height=height), look)


def _on_sizes(frame: pd.DataFrame, look: Look, lines: alt.LayerChart) -> alt.LayerChart:
    """Lines over an axis of sizes: below them the marks of the chosen size and of the guess, above them what hears the pointer."""
    wide, titles = _wide(frame)
    sizes = wide["size"].tolist()
    base = alt.Chart(wide).encode(
        x=alt.X(
            "size:Q",
            title="bottleneck: numbers for each image",
            # A single size stands in the middle.
            scale=alt.Scale(type="log", base=2, nice=False, range=[_EDGE, alt.ExprRef(f"width - {_EDGE}")],
                            domain=[sizes[0], sizes[-1]] if len(sizes) > 1 else [sizes[0] / 2, sizes[0] * 2]),
            axis=alt.Axis(values=sizes, format="d", labelOverlap=False, labelFlush=False, grid=False),
        )
    )  # fmt: skip
    near = alt.selection_point(name="near", fields=["size"], on="pointerover", empty=False)
    # Every click changes this selection and none clears it. By default a second click on a size would change nothing,
    # and Python would not hear of it, even where something else than the chart had chosen another size in between.
    # The second half of a double click is left out, because it would take back the first.
    click = alt.selection_point(name=CLICK, fields=["size"], on="click[event.detail < 2]", toggle="true", clear=False)
    grid = base.mark_rule(color=look.grid, opacity=0.35)
    chosen = base.transform_filter("datum.chosen").mark_rule(color=look.ours, strokeWidth=12, opacity=0.22)
    pointed = base.mark_rule(color=look.quiet).encode(opacity=alt.condition(near, alt.value(0.8), alt.value(0)))
    tips = [alt.Tooltip("size:Q", title="bottleneck", format="d")]
    tips += [alt.Tooltip(f"{column}:Q", title=title, format=form) for column, (title, form) in titles.items()]
    # Each size has a strip that hears the pointer. Vega's `nearest` cannot be used: it loses points that lie on a line.
    strips = base.mark_rect(opacity=0, cursor="pointer", clip=True).encode(
        x=alt.X("left:Q"), x2="right:Q", y=alt.value(0), y2=alt.value("height"), tooltip=tips, description="words:N"
    )
    said = base.transform_filter("datum.guess")
    guess = [
        said.mark_rule(color=look.ink, strokeWidth=2, strokeDash=[3, 4]),
        said.mark_text(align="left", dx=6, baseline="top", color=look.ink, fontSize=look.size).encode(
            y=alt.value(0), text=alt.value("your guess")
        ),
    ]
    return alt.layer(grid, chosen, *guess, pointed, lines, strips.add_params(near, click)).resolve_scale(
        y="independent"
    )


def _errors(frame: pd.DataFrame, look: Look) -> alt.LayerChart:
    """The lines of error."""
    low, high = around(frame["mse"])
    base = alt.Chart(frame).encode(
        x="size:Q",
        y=alt.Y(
            "mse:Q",
            title="held-out error (MSE)",
            scale=alt.Scale(type="log", domain=[low, high], nice=False),
            axis=_left(look, values=ticks(low, high), format="~g"),
        ),
        color=_ours(look),
    )
    table = frame.pivot_table(index="size", columns="method", values="mse")
    theirs = set(frame.loc[~frame["ours"].astype(bool), "method"])
    flat = [name for name in table if name in theirs and len(table) > 1 and table[name].nunique() == 1]
    curves = [name for name in table if name not in flat]
    lines = base.transform_filter(alt.FieldOneOfPredicate("method", curves)).encode(detail="method:N")
    marks = [lines.mark_line(strokeWidth=3), _points(lines)]
    if flat:
        rules = alt.Chart(frame[frame["method"].isin(flat)].drop_duplicates("method")).encode(y=base.encoding.y)
        name = rules.mark_text(align="right", dy=-10, color=look.quiet, **strong(look))
        marks.insert(0, rules.mark_rule(color=look.stone, strokeWidth=2, strokeDash=[8, 5]))
        marks.append(name.encode(x=alt.value(alt.ExprRef("width")), text="method:N"))
    marks += [_name(base, ("method", name), spot, look) for name, spot in _error_spots(table[curves], look).items()]
    return alt.layer(*marks)


def _error_spots(table: pd.DataFrame, look: Look) -> dict[str, _Spot]:
    """Where the names of falling lines stand: above them it is empty to the right, below them to the left.

    table: errors, a row a size and a column a line.
    """
    last = len(table) - 1
    spot = last // 3
    highest, lowest = table.iloc[spot].idxmax(), table.iloc[spot].idxmin()
    others = table[[name for name in table if name != highest]]
    # Further right the lines may have crossed, and then there is another line below.
    under = [i for i in range(math.ceil(2 * last / 3) + 1) if (others.iloc[i] < table[highest].iloc[i]).all()]
    low = under[-1] if under else spot
    found = {}
    for name in table:
        above = name == highest if last else name != lowest
        at = spot if above else low
        align = "left" if name == highest or not at else "right"
        found[name] = _Spot(table.index[at], align if last else "center", -12 if above else _below(look))
    return found


def _accuracies(frame: pd.DataFrame, look: Look) -> alt.LayerChart:
    """The lines of accuracy and the rules of raw pixels."""
    least = frame["accuracy"].min()
    low = max(0, math.floor(10 * least - 1.2 * (1 - least)) / 10)  # leaves room for a name below the lowest point
    y = alt.Y(
        "accuracy:Q",
        title="held-out accuracy",
        scale=alt.Scale(domain=[low, 1], nice=False),
        axis=_left(look, tickCount=5, format=".0%"),
    )
    dash = alt.StrokeDash(
        "reader:N", legend=None, scale=alt.Scale(domain=["linear probe", "neighbours"], range=[[1, 0], [7, 4]])
    )
    ours = frame["ours"].astype(bool)
    base = alt.Chart(frame[ours]).encode(x="size:Q", y=y, color=_ours(look), detail="reader:N")
    marks = [base.mark_line(strokeWidth=3).encode(strokeDash=dash), _points(base)]
    raw = frame[~ours].drop_duplicates("reader").sort_values("accuracy", ascending=False)
    if len(raw):
        # One name for both rules: their dashes are those of the two lines.
        name = alt.Chart(raw.head(1)).mark_text(align="left", dy=-11, color=look.quiet, **strong(look))
        marks.insert(0, alt.Chart(raw).mark_rule(color=look.stone, strokeWidth=1.5).encode(y=y, strokeDash=dash))
        marks.append(name.encode(x=alt.value(6), y=y, text=alt.value("raw pixels")))
    table = frame[ours].pivot_table(index="size", columns="reader", values="accuracy")
    for name, spot in _accuracy_spots(table, raw["accuracy"], 1 - low, look).items():
        if spot is not None:
            marks.append(_name(base, ("reader", name), spot, look))
        else:  # over its last point and over the rules, where there is nothing
            over = alt.Chart(pd.DataFrame({"accuracy": [max(frame["accuracy"])], "reader": [name]}))
            text = over.mark_text(align="right", dy=-11, color=look.link, **strong(look))
            marks.append(text.encode(x=alt.value(alt.ExprRef("width")), y=y, text="reader:N"))
    return alt.layer(*marks)


def _accuracy_spots(table: pd.DataFrame, raw: pd.Series, span: float, look: Look) -> dict[str, _Spot | None]:
    """Where the names of rising lines stand: below them it is empty to the right, above them to the left, but for the rules and
    their name. None where nothing is free beside a line.

    table: accuracies, a row a size and a column a line; raw: those of the rules; span: of the axis.
    """
    spot = (len(table) - 1) // 3
    highest = table.max(axis=1)
    far = 0.11 * span  # more than a line of text
    clear = [i for i in range(spot + 1) if raw.empty or (raw - highest.iloc[i]).abs().min() > far]
    left = clear and clear[-1] >= 2 / 7 * (len(table) - 1)  # further left it would be cut
    above = _Spot(table.index[clear[-1]], "right", -12) if left else None
    lowest = table.iloc[spot].idxmin()
    return {name: _Spot(table.index[spot], "left", _below(look)) if name == lowest else above for name in table}


def _points(lines: alt.Chart) -> alt.Chart:
    """The measured sizes on a line; the chosen one is larger."""
    size = alt.condition("datum.chosen", alt.value(190), alt.value(70))
    return lines.mark_point(filled=True, opacity=1).encode(size=size)


@dataclass(frozen=True)
class _Spot:
    """Where the name of a line stands: beside its point at a size, aligned, and so many pixels below it."""

    size: int
    align: str
    dy: float


def _name(base: alt.Chart, line: tuple[str, str], spot: _Spot, look: Look) -> alt.Chart:
    """The name of a line beside one of its points, in the line's colour. line: the column and the value that it has there."""
    column, name = line
    aside = {"left": 8, "right": -8, "center": 0}[spot.align]
    return (
        base.transform_filter((alt.datum[column] == name) & (alt.datum["size"] == int(spot.size)))
        .mark_text(align=spot.align, dx=aside, dy=spot.dy, **strong(look))
        .encode(text=f"{column}:N", color=_ours(look, text=True))
    )


def _below(look: Look) -> float:
    """How far below its point a name stands, in pixels."""
    return 14 + look.size / 4


def _wide(frame: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, tuple[str, str]]]:
    """One row a size with what the tooltip says, and column -> (title, format). Columns are numbered: names have dots."""
    sized = frame[frame["size"].notna()]
    wide = pd.DataFrame({"size": sorted(sized["size"].astype(int).unique())})
    # A strip reaches half-way to its neighbours on a logarithmic axis, and at the ends to the plot's sides.
    between = ((wide["size"] * wide["size"].shift(-1)) ** 0.5).dropna().tolist()
    wide["left"] = [wide["size"].iloc[0] / 4, *between]
    wide["right"] = [*between, wide["size"].iloc[-1] * 4]
    for mark in ("chosen", "guess"):
        wide[mark] = wide["size"].isin(sized.loc[sized[mark].eq(True), "size"]) if mark in sized else False
    titles: dict[str, tuple[str, str]] = {}
    for name, value, form in (("method", "mse", ".3g"), ("reader", "accuracy", ".1%")):
        if name not in frame:
            continue
        for (ours, label), rows in frame[frame[value].notna()].groupby(["ours", name], sort=False):
            raw = name == "reader" and not ours
            column = f"v{len(titles)}"
            of_size = rows.dropna(subset="size").set_index("size")[value]
            wide[column] = rows[value].iloc[0] if raw else wide["size"].map(of_size)
            titles[column] = (f"raw pixels, {label}" if raw else label, form)
    # For screen readers, which would otherwise hear where each strip begins and ends.
    wide["words"] = [
        f"bottleneck {row['size']}: " + ", ".join(f"{title} {row[c]:{form}}" for c, (title, form) in titles.items())
        for row in wide.to_dict("records")
    ]
    return wide, titles


def _ours(look: Look, text: bool = False) -> Any:
    """The network in the accent, the rest in stone; text is darker."""
    ours, theirs = (look.link, look.quiet) if text else (look.ours, look.stone)
    return alt.condition("datum.ours", alt.value(ours), alt.value(theirs))


def _left(look: Look, **options: Any) -> alt.Axis:
    """A left axis of fixed width, so that the plots of two charts begin at the same place."""
    width = round(3.3 * look.size)
    return alt.Axis(orient="left", minExtent=width, maxExtent=width, titlePadding=8, **options)
