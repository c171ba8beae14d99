"""Words on a chart: how wide they are, where they stand without covering each other, and a legend that wraps.

Vega-Lite places no labels, and the width of a chart is known to the browser alone. So labels are laid out here for
several widths of the plot, and expressions pick the layout of the widest one that fits: `LAYOUT` is its number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from core.charts.theme import Look

WIDTHS = (220, 255, 290, 320, 350, 420, 520, 640, 780, 940, 1120)  # of the plot, in pixels
LAYOUT = "(" + " + ".join(f"(width >= {w})" for w in WIDTHS[1:]) + ")"

_WIDE, _CAPITAL, _USUAL, _SLIM, _THIN = 1.0, 0.62, 0.53, 0.37, 0.28  # widths of characters, in sizes of the type
_LONGEST = 22  # characters of a label

Boxes = np.ndarray  # (n, 4) float: left, top, right, bottom in pixels


def short(text: str, longest: int = _LONGEST) -> str:
    """The text, cut where it is too long for a label."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def number(value: float, form: str = ".2f") -> str:
    """The number with a true minus."""
    return f"{value:{form}}".replace("-", "−")


def text_width(text: str, size: float) -> float:
    """About how many pixels the text takes in Source Sans, rather too many than too few."""
    return size * sum(map(_em, text))


def _em(letter: str) -> float:
    if ord(letter) >= 0x1100:  # Korean, Chinese, Japanese; a few others are narrower
        return _WIDE
    if letter in "mwMW%@—":
        return 0.85
    if letter in "ijl.,:;'|!·":
        return _THIN
    if letter in "frt()-/ ":
        return _SLIM
    return _CAPITAL if letter.isupper() else _USUAL


def by_layout(values: Sequence[float]) -> str:
    """The expression for the one of these numbers, one for each of WIDTHS, that belongs to the plot's width."""
    return f"[{', '.join(f'{v:g}' for v in values)}][{LAYOUT}]"


def of_layout(column: str) -> str:
    """The expression for a column that exists once for each layout, as column0, column1 and so on."""
    return f"datum['{column}' + {LAYOUT}]"


# Around points ----------------------------------------------------------------------------------------------------


def spots(look: Look, radius: float) -> list[tuple[float, float, str]]:
    """Where a label may stand around a point of this radius: dx, dy of its anchor, and its alignment. Best first."""
    found = []
    for far in (0, 0.75 * look.size, 1.6 * look.size):
        side, up, slant = radius + 5 + far, radius + 0.62 * look.size + 2 + far, 0.72 * (radius + far) + 3
        found += [(side, 0, "left"), (-side, 0, "right"), (0, -up, "center"), (0, up, "center")]
        for right in (1, -1):
            for down in (-1, 1):
                align = "left" if right > 0 else "right"
                found.append((right * slant, down * (slant + 0.45 * look.size), align))
    return found


def boxes(spot: Sequence[tuple[float, float, str]], x: float, y: float, width: float, look: Look) -> Boxes:
    """The box (n, 4) of a label of this width at each of the spots around a point."""
    left = [x + dx - {"left": 0, "center": width / 2, "right": width}[align] for dx, _, align in spot]
    top = [y + dy - 0.58 * look.size for _, dy, _ in spot]
    return np.array([left, top, np.add(left, width), np.add(top, 1.16 * look.size)]).T


def overlap(some: Boxes, others: Boxes) -> np.ndarray:
    """Areas (n, m) that boxes share."""
    low = np.maximum(some[:, None, :2], others[None, :, :2])
    high = np.minimum(some[:, None, 2:], others[None, :, 2:])
    return np.clip(high - low, 0, None).prod(axis=2)


@dataclass(frozen=True, eq=False)
class Room:
    """Where labels may stand around points of a plot, all in pixels, y downwards.

    frame: left, top, right and bottom of where labels may stand; radius: of the points; blocked: boxes that labels leave
    free beside the points; crossed: boxes that they may cover, but rather not; outwards: prefer the side that looks away from
    the middle; must: so many of the first labels stand in any case, where they cover least; rings: how far from its point a
    label may stand, 1 to 3.
    """

    frame: tuple[float, float, float, float]
    radius: float = 6
    blocked: Boxes | None = None
    crossed: Boxes | None = None
    outwards: bool = False
    must: int = 0
    rings: int = 1


def place(x: np.ndarray, y: np.ndarray, widths: Sequence[float], look: Look, room: Room) -> list[int]:
    """The number of the spot of each label, -1 for one without room. The first labels choose first.

    x, y: (n,) points in pixels, y downwards; widths: of the labels in pixels, 0 for a point without one.
    """
    spot, radius = spots(look, room.radius), room.radius
    own = np.array([x - radius, y - radius, x + radius, y + radius]).T
    fixed = np.empty((0, 4)) if room.blocked is None else room.blocked
    taken = np.vstack([own, fixed, np.zeros((len(widths), 4))])
    used = len(taken) - len(widths)  # boxes; those of labels follow
    away = np.array([x - x.mean(), y - y.mean()]).T if len(x) else np.empty((0, 2))
    chosen = []
    for i, width in enumerate(widths):
        if not width:
            chosen.append(-1)
            continue
        may = spot if i < room.must else spot[: 8 * room.rings]
        each = boxes(may, x[i], y[i], width, look)
        shared = overlap(each, taken[:used])
        shared[:, i] = 0  # its own point is beside it, not under it
        covered = shared.sum(axis=1)
        area = (each[:, 2:] - each[:, :2]).prod(axis=1)
        outside = area - overlap(each, np.array([room.frame], float))[:, 0]
        best = int(np.argmin(10 * outside + covered + _price(may, each, away[i], room)))
        if i >= room.must and outside[best] + covered[best] > 1:
            chosen.append(-1)
            continue
        chosen.append(best)
        taken[used] = each[best]
        used += 1
    return chosen


def _price(spot: Sequence[tuple[float, float, str]], each: Boxes, away: np.ndarray, room: Room) -> np.ndarray:
    """What standing on each of the spots (n,) costs beside what it covers, in square pixels. away: (2,) from the middle."""
    order = np.arange(len(spot))
    price = order * 0.5 + (order // 8) * 30
    if room.crossed is not None:
        price += 0.2 * overlap(each, room.crossed).sum(axis=1)
    if room.outwards:
        way = np.array([(dx, dy) for dx, dy, _ in spot])
        price -= 12 * (way @ away) / (np.hypot(*way.T) * (np.hypot(*away) or 1))
    return price


def placed(look: Look, radius: float = 6, column: str = "spot") -> dict[str, Any]:
    """Arguments of `mark_text` that put each label on the spot in its column of this layout."""
    spot, at = spots(look, radius), of_layout(column)
    dx, dy = ([round(s[axis], 1) for s in spot] for axis in (0, 1))
    align = ", ".join(f"'{a}'" for _, _, a in spot)
    return {
        "baseline": "middle",
        "dx": alt.ExprRef(f"{dx}[max(0, {at})]"),
        "dy": alt.ExprRef(f"{dy}[max(0, {at})]"),
        "align": alt.ExprRef(f"[{align}][max(0, {at})]"),
        **hidden(f"{at} < 0"),
    }


def hidden(where: str) -> dict[str, Any]:
    """Arguments of `mark_text` that hide a text where the expression is true, and let it take no room: Vega shrinks a
    plot whose texts, seen or not, stand out of it."""
    return {"opacity": alt.ExprRef(f"{where} ? 0 : 1"), "limit": alt.ExprRef(f"{where} ? 1 : 0")}


def text(base: alt.Chart, look: Look, colour: str, field: str = "label:N", **options: Any) -> list[alt.Chart]:
    """Labels on a halo of the ground's colour, which keeps them readable on lines and points."""
    options = {"fontSize": look.size} | options
    halo = base.mark_text(color=look.ground, stroke=look.ground, strokeWidth=4, strokeJoin="round", **options)
    return [halo.encode(text=field), base.mark_text(color=colour, **options).encode(text=field)]


def along(lines: np.ndarray, thick: float = 4) -> Boxes:
    """Small boxes along lines (n, 4) of x, y, x2, y2 in pixels, so that labels can leave them free."""
    parts = [np.empty((0, 4))]
    for x1, y1, x2, y2 in lines:
        n = max(2, int(np.hypot(x2 - x1, y2 - y1) / (2 * thick)))
        x, y = np.linspace(x1, x2, n), np.linspace(y1, y2, n)
        parts.append(np.array([x - thick, y - thick, x + thick, y + thick]).T)
    return np.vstack(parts)


# A legend ---------------------------------------------------------------------------------------------------------


def legend(items: Sequence[tuple[str, str, str]], look: Look) -> tuple[list[alt.Chart], list[float]]:
    """Marks and names in lines from the top left, and the height that they take in each layout.

    items: name, colour and shape ("stroke" for a line). Vega's own legend does not wrap with the width of the chart.
    """
    line, gap, mark = 1.5 * look.size, 1.3 * look.size, 1.15 * look.size
    rows = [{"name": short(name, 34), "hue": hue, "shape": shape} for name, hue, shape in items]
    heights = []
    for k, width in enumerate(WIDTHS):
        x, row = 0.0, 0
        for item in rows:
            wide = mark + text_width(item["name"], look.size)
            if x and x + wide > width:
                x, row = 0.0, row + 1
            item |= {f"x{k}": round(x, 1), f"y{k}": round((row + 0.5) * line, 1)}
            x += wide + gap
        heights.append((row + 1) * line if rows else 0.0)
    base = alt.Chart(pd.DataFrame(rows)).encode(y=alt.value(alt.ExprRef(of_layout("y"))))
    hue = alt.Color("hue:N", scale=None)
    marks = base.mark_point(filled=True, opacity=1, size=0.55 * look.size**2).encode(
        x=alt.value(alt.ExprRef(f"{of_layout('x')} + {0.4 * look.size}")),
        shape=alt.Shape("shape:N", scale=None),
        color=hue,
    )
    names = base.mark_text(align="left", baseline="middle", color=look.ink, fontSize=look.size).encode(
        x=alt.value(alt.ExprRef(f"{of_layout('x')} + {mark}")), text="name:N"
    )
    return [marks, names], heights


def line_of_text(text: str, y: float | str, colour: str, look: Look, weight: int = 400, x: float = 0) -> alt.Chart:
    """A line of text that begins at x and hangs from y, pixels or a Vega expression."""
    return (
        alt.Chart(pd.DataFrame({"text": [text]}))
        .mark_text(
            align="left", baseline="top", color=colour, fontSize=look.size, fontWeight=weight,
            limit=alt.ExprRef(f"width - {x}"),  # text that is wider than the plot would make Vega shrink the plot
        )
        .encode(x=alt.value(x), y=alt.value(alt.ExprRef(f"{y}")), text="text:N")
    )  # fmt: skip


def columns(rows: pd.DataFrame, name: str, layouts: Callable[[int, int], Sequence[float]]) -> pd.DataFrame:
    """The rows with a column for each layout, made by `layouts(number, width)`."""
    return rows.assign(**{f"{name}{k}": list(layouts(k, width)) for k, width in enumerate(WIDTHS)})
