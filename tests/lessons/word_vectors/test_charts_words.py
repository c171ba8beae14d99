"""The charts of the lesson on word vectors as specs, and where their labels are put."""

from __future__ import annotations

import json
import math
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import pytest

from core.charts import labels, theme, words
from core.charts.equal import Plane
from core.lessons.word_vectors.charts_accuracy import accuracy
from core.lessons.word_vectors.charts_analogy import parallelogram
from core.lessons.word_vectors.charts_axis import axis_strip
from core.lessons.word_vectors.charts_judged import judged
from core.lessons.word_vectors.charts_matrix import matrix
from core.lessons.word_vectors.charts_products import products
from core.lessons.word_vectors.charts_settling import settling
from core.lessons.word_vectors.charts_steps import parallel_strip
from tests.helpers.charts import CHINESE, HEBREW, LONG, LOOK, LOOKS, check, parts


def analogy(near: int = 3, answer: str | None = "queen") -> list[dict[str, Any]]:
    rows = [
        {"kind": "start", "word": "man", "x": 0.0, "y": 0.0, "off": 0.0},
        {"kind": "end", "word": "king", "x": 0.1, "y": 0.8, "off": 0.0},
        {"kind": "base", "word": "woman", "x": 0.5, "y": 0.0, "off": 0.0},
        {"kind": "sum", "word": "king − man + woman", "x": 0.6, "y": 0.8, "off": 0.0},
    ]
    rows += [{"kind": "near", "word": f"near{i}", "x": 0.4, "y": 0.6 - 0.1 * i, "off": 0.5} for i in range(near)]
    if answer:
        rows.append({"kind": "answer", "word": answer, "x": 0.5, "y": 0.6, "off": 0.4})
    return rows


def grouped(names: tuple[str, ...] = ("france", "paris", "italy", "rome")) -> list[dict[str, Any]]:
    rows = [
        {"kind": "word", "word": w, "group": ("country", "city")[i % 2], "x": i % 2, "y": -i, "x2": None, "y2": None}
        for i, w in enumerate(names)
    ]
    arrow = {"kind": "arrow", "word": None, "group": None, "x": 0, "y": -2, "x2": 1, "y2": -3}
    return [*rows, arrow] if len(names) > 3 else rows


def along(values: dict[str, float]) -> list[dict[str, Any]]:
    ends = [{"kind": "low", "word": "he", "value": -0.3}, {"kind": "high", "word": "she", "value": 0.3}]
    return ends + [{"kind": "word", "word": w, "value": v} for w, v in values.items()]


def multiplied(values: list[float]) -> list[dict[str, Any]]:
    return [{"coordinate": i + 1, "product": v} for i, v in enumerate(values)]


def similar(names: list[str], value: float = 0.5) -> list[dict[str, Any]]:
    return [{"a": a, "b": b, "value": 1.0 if a == b else value} for a in names for b in names]


def answered(kept: bool = True) -> list[dict[str, Any]]:
    rows = [("family", "meaning", 3, 4), ("currency", "meaning", 0, 0), ("plural", "grammar", 600, 1560), ("all", "total", 603, 1564)]  # fmt: skip
    return [
        {"category": c, "part": p, "right": r, "count": n} | ({"kept_right": r // 2} if kept else {})
        for c, p, r, n in rows
    ]


def relations(sign: int = 1) -> list[dict[str, Any]]:
    return [
        {"relation": name, "mean": sign * mean, "random": 0.02, "low": -0.01, "high": 0.05, "pairs": 20}
        for name, mean in (("gender", 0.4), ("past tense", 0.2))
    ]


def opinions(n: int) -> list[dict[str, Any]]:
    return [{"a": f"a{i}", "b": f"b{i}", "judged": i * 0.5, "cosine": 0.05 * i - 0.1} for i in range(n)]


CASES = {
    "analogy": (parallelogram, analogy()),
    "analogy without near words": (parallelogram, analogy(near=0, answer=None)),
    "analogy answered by its own word": (parallelogram, analogy(answer="king")),
    "analogy of one word": (parallelogram, [r | {"x": 0.0, "y": 0.0} for r in analogy()]),
    "long and right-to-left": (parallelogram, [r | {"word": w} for r, w in zip(analogy(1), [LONG, HEBREW, CHINESE, "a − b + c", f"{LONG}s", "ملكة"], strict=True)]),
    "map": (words.word_map, grouped()),
    "map of one word": (words.word_map, grouped((LONG,))),
    "map of other scripts": (words.word_map, grouped((HEBREW, CHINESE))),
    "map of many groups": (words.word_map, [r | {"group": r["word"]} for r in grouped(tuple(f"w{i}" for i in range(14)))]),
    "axis": (axis_strip, along({"nurse": 0.2, "engineer": -0.1})),
    "axis without words": (axis_strip, along({})),
    "axis of negative values": (axis_strip, [r | {"value": -0.5} for r in along({LONG: -0.4, HEBREW: -0.2})]),
    "axis of no extent": (axis_strip, [r | {"value": 0.0} for r in along({"a": 0.0})]),
    "parallel": (parallel_strip, relations()),
    "parallel of negative values": (parallel_strip, relations(-1)),
    "products": (products, multiplied([0.2, -0.1, 0.3])),
    "negative products": (products, multiplied([-0.2, -0.1])),
    "products of zeros": (products, multiplied([0.0])),
    "many products": (products, multiplied([math.sin(i) for i in range(200)])),
    "matrix": (matrix, similar(["king", LONG, HEBREW])),
    "matrix of one word": (matrix, similar(["king"])),
    "matrix of negative values": (matrix, [r | {"value": -0.4} for r in similar(["a", "b"])]),
    "matrix of zeros": (matrix, [r | {"value": 0.0} for r in similar(["a", "b"])]),
    "accuracy": (accuracy, answered()),
    "accuracy of one way": (accuracy, answered(kept=False)),
    "judged": (judged, opinions(30)),
    "judged once": (judged, opinions(1)),
}  # fmt: skip


def drawn(spec: dict[str, Any]) -> list[dict[str, Any]]:
    """All rows; what was moved to the middle is moved back."""
    cx, cy = spec.get("usermeta", {}).get("centre", (0.0, 0.0))
    back = {"x": cx, "y": cy, "x2": cx, "y2": cy}
    named = ("dots", "lines", "steps", "answer", "words", "arrows")
    return [
        {k: round(v + back[k], 5) if name in named and k in back and v is not None else v for k, v in row.items()}
        for name, rows in spec["datasets"].items()
        for row in rows
    ]


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("look", LOOKS, ids=["light", "dark big"])
def test_a_chart_is_one_valid_view_that_holds_what_it_was_given(name, look):
    build, rows = CASES[name]
    spec = build(pd.DataFrame(json.loads(json.dumps(rows))), look)
    spec = check(spec if isinstance(spec, dict) else spec.to_dict(validate=False))
    assert not {"vconcat", "hconcat", "concat", "facet"} & spec.keys()  # Streamlit fits only a single view
    assert spec["height"] > 0
    text = [mark for part in parts(spec) if isinstance(mark := part.get("mark"), dict) and mark["type"] == "text"]
    assert all(mark["fontSize"] >= look.size and "color" in mark for mark in text)
    inks = json.dumps({k: v for k, v in spec.items() if k not in ("datasets", "$schema")})
    wrong = LOOKS[1] if look.ink == LOOK.ink else LOOK
    assert wrong.ink not in inks  # the text colours of the other theme
    assert wrong.quiet not in inks
    found = drawn(spec)
    for row in rows:
        given = {k: v for k, v in row.items() if v is not None}
        same = [r for r in found if all(r.get(k) == v or r.get(k) == pytest.approx(v) for k, v in given.items())]
        assert same, row


def test_a_parallelogram_has_its_two_arrows_and_leaves_no_word_out():
    spec = theme.spec(parallelogram, analogy(), LOOK)
    sides = [row for row in drawn(spec) if "arrow" in row]
    arrows = {(r["x"], r["y"], r["x2"], r["y2"]) for r in sides if r["arrow"]}
    assert arrows == {(0.0, 0.0, 0.1, 0.8), (0.5, 0.0, 0.6, 0.8)}  # man to king, woman to the sum
    assert [(r["dx"], r["dy"]) for r in sides if not r["arrow"]] == [(0.5, 0.0), (0.5, 0.0)]
    named = [row for row in drawn(spec) if "spot0" in row]
    assert sorted(r["word"] for r in named) == sorted(r["word"] for r in analogy())
    for row in named:
        if row["kind"] != "near":  # those have a label at every width
            assert all(row[f"spot{k}"] >= 0 for k in range(len(labels.WIDTHS)))


def test_an_answer_that_is_a_word_of_the_query_is_named_once():
    spec = theme.spec(parallelogram, analogy(answer="king"), LOOK)
    assert [row["kind"] for row in drawn(spec) if row.get("word") == "king" and "spot0" in row] == ["end"]


def test_a_plane_in_python_is_the_plane_in_the_browser():
    """`Plane.pixels` lays labels out, the ranges of the axes put the points: both must agree."""
    for stretch in (1.0, 1.8):
        plane = Plane.around([0, 4], [1, 2], top=20, side=10, stretch=stretch)
        for width, height in ((300, 400), (900, 200)):
            x, y = plane.pixels(np.array([0.0, 4]), np.array([1.0, 2]), width, height, 20)
            for channel, at, values in zip(plane.axes(), (x, y), ((0, 4), (1, 2)), strict=True):
                scale = channel.to_dict()["scale"]
                ends = [_number(end["expr"], width, height) for end in scale["range"]]
                assert np.interp(values, scale["domain"], ends) == pytest.approx(at)
            units = (x[1] - x[0]) / 4, (y[0] - y[1]) / 1
            assert 1 / stretch - 1e-9 <= units[1] / units[0] <= stretch + 1e-9
            assert _number(plane.ratio, width, height) == pytest.approx(units[1] / units[0])
            assert min(x) >= 10 and max(x) <= width - 10 and min(y) >= 20 and max(y) <= height


def _number(expression: str, width: float, height: float) -> float:
    """The value of an expression of numbers, + - * /, brackets, min, width and height."""
    import ast
    import operator

    ways = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}

    def value(node: ast.expr) -> float:
        match node:
            case ast.Constant():
                return node.value
            case ast.Name():
                return {"width": width, "height": height}[node.id]
            case ast.UnaryOp():
                return -value(node.operand)
            case ast.BinOp():
                return ways[type(node.op)](value(node.left), value(node.right))
            case ast.Call():
                return min(map(value, node.args))
        raise ValueError(ast.dump(node))

    return value(ast.parse(expression, mode="eval").body)


# Labels -----------------------------------------------------------------------------------------------------------


def crowd(n: int) -> tuple[np.ndarray, np.ndarray, list[float]]:
    rng = np.random.default_rng(0)
    return rng.uniform(0, 400, n), rng.uniform(0, 300, n), [40.0] * n


def standing(x: np.ndarray, y: np.ndarray, widths: list[float], chosen: list[int], radius: float) -> np.ndarray:
    """The boxes of the labels that are shown, as the browser draws them: alignment, then dx and dy."""
    spot, found = labels.spots(LOOK, radius), []
    for i, number in enumerate(chosen):
        if number >= 0:
            dx, dy, align = spot[number]
            left = x[i] + dx - {"left": 0, "center": 0.5, "right": 1}[align] * widths[i]
            found.append([left, y[i] + dy - LOOK.size / 2, left + widths[i], y[i] + dy + LOOK.size / 2])
    return np.array(found).reshape(-1, 4)


def test_labels_cover_neither_each_other_nor_points_nor_what_is_blocked():
    x, y, widths = crowd(60)
    blocked = labels.along(np.array([[0, 150, 400, 150]]))
    chosen = labels.place(x, y, widths, LOOK, labels.Room((0, 0, 400, 300), 5, blocked))
    shown = standing(x, y, widths, chosen, 5)
    assert 10 < len(shown) < 60  # the crowd is too thick for all
    shared = labels.overlap(shown, shown)
    np.fill_diagonal(shared, 0)
    points = np.array([x - 4, y - 4, x + 4, y + 4]).T
    assert shared.max() <= 1
    assert labels.overlap(shown, points).max() <= 1
    assert labels.overlap(shown, blocked).max() <= 1
    assert (shown[:, :2] >= -0.1).all() and (shown[:, 2] <= 400.1).all() and (shown[:, 3] <= 300.1).all()


def test_a_label_stands_where_it_must_and_looks_outwards():
    x, y = np.array([10.0, 390.0]), np.array([100.0, 100.0])
    wide = [60.0, 60.0]
    spot = labels.spots(LOOK, 5)
    left, right = labels.place(x, y, wide, LOOK, labels.Room((-200, 0, 600, 300), 5, outwards=True))
    assert spot[left][2] == "right" and spot[right][2] == "left"
    same = np.zeros(30)  # all on one place
    chosen = labels.place(same, same, [500.0] * 30, LOOK, labels.Room((0, 0, 10, 10), must=2))
    assert all(s >= 0 for s in chosen[:2]) and set(chosen[2:]) == {-1}
    assert labels.place(np.array([]), np.array([]), [], LOOK, labels.Room((0, 0, 10, 10))) == []
    assert labels.place(x, y, [0.0, 0.0], LOOK, labels.Room((0, 0, 10, 10))) == [-1, -1]


def test_widths_of_words():
    assert labels.text_width("", 15) == 0
    assert labels.text_width("mmm", 15) > labels.text_width("aaa", 15) > labels.text_width("iii", 15)
    assert labels.text_width(CHINESE, 15) == 30  # its characters are squares
    assert labels.short(LONG) == LONG[:21] + "…"


def test_a_legend_wraps_where_it_is_too_wide():
    items = [(f"a group of words {i}", "#000000", "circle") for i in range(6)]
    marks, heights = labels.legend(items, LOOK)
    assert heights == sorted(heights, reverse=True) and heights[0] > heights[-1]
    rows = next(iter(alt.layer(*marks).to_dict()["datasets"].values()))
    for k, width in enumerate(labels.WIDTHS):
        places = [(row[f"y{k}"], row[f"x{k}"]) for row in rows]
        assert places == sorted(places) and len(set(places)) == 6
        assert all(x + labels.text_width(row["name"], 15) <= width for (_, x), row in zip(places, rows, strict=True))


def test_words_of_an_axis_do_not_cover_each_other():
    rows = along({f"word{i}": math.sin(i) / 3 for i in range(50)})
    found = max(theme.spec(axis_strip, rows, LOOK)["datasets"].values(), key=len)
    assert len(found) == len({row["word"] for row in found}) == 52
    low, high = (f([0.0, *(row["value"] for row in found)]) for f in (min, max))
    hidden = []
    for k, width in enumerate(labels.WIDTHS):
        taken: dict[int, list[tuple[float, float]]] = {}
        for row in found:
            if row[f"row{k}"] < 0:
                continue
            at = 13.5 + (row["value"] - low) / (high - low) * (width - 27)
            wide = labels.text_width(row["word"], 15)
            span = (at - wide - 9, at + 5) if row[f"left{k}"] else (at - 5, at + wide + 9)
            assert span[0] >= 0 and span[1] <= width
            assert all(span[1] < a or b < span[0] for a, b in taken.get(row[f"row{k}"], []))
            taken.setdefault(row[f"row{k}"], []).append(span)
        hidden.append(sum(row[f"row{k}"] < 0 for row in found))
        assert all(row[f"row{k}"] == 0 for row in found if row["kind"] != "word")  # the ends stand lowest
    assert hidden[0] >= hidden[-1] == 0


# Numbers ----------------------------------------------------------------------------------------------------------


def test_products_end_at_the_score():
    spec = theme.spec(products, multiplied([0.5, -0.25, 0.125]), LOOK)
    sums = [row["sum"] for row in drawn(spec) if "sum" in row]
    assert sums == [0.5, 0.25, 0.375]
    assert any(part.get("text") == {"value": "0.375"} for part in parts(spec))
    negative = theme.spec(products, multiplied([-0.5]), LOOK)
    assert any(part.get("text") == {"value": "−0.500"} for part in parts(negative))


def test_colours_of_a_matrix_are_centred_at_zero():
    for low in (-0.2, -3.0):
        rows = similar(["a", "b"], low)
        spec = theme.spec(matrix, rows, LOOK)
        domains = [p["scale"]["domain"] for p in parts(spec) if p.get("field") == "value" and "scale" in p]
        assert domains and all(d == [-max(1, -low), 0, max(1, -low)] for d in domains)
    assert {row["number"] for row in drawn(spec) if "row" in row and "number" in row} == {"1.00", "−3.00"}


def test_accuracy_says_percent_and_count_under_its_headings():
    found = drawn(theme.spec(accuracy, answered(), LOOK))
    said = {row["category"]: row["label"] for row in found if "label" in row}
    assert said == {"family": "75.0% of 4", "currency": "none", "plural": "38.5% of 1,560", "all": "38.6% of 1,564"}
    assert [row["text"] for row in found if "text" in row] == ["meaning", "grammar"]
    assert {row["category"] for row in found if row.get("total")} == {"all"}
    plain = theme.spec(accuracy, answered(kept=False), LOOK)
    marks = [p["mark"]["type"] for p in parts(plain) if isinstance(p.get("mark"), dict)]
    assert "point" not in marks


def test_judged_prints_the_rank_correlation():
    rows = opinions(4)
    for row, cosine in zip(rows, [1.0, 3.0, 2.0, 4.0], strict=True):
        row["cosine"] = cosine
    [said] = [r["text"] for r in drawn(theme.spec(judged, rows, LOOK)) if "text" in r]
    assert said == "rank correlation 0.800 (4 pairs)"  # 1 - 6 (0 + 1 + 1 + 0) / (4 (16 - 1))
    [said] = [r["text"] for r in drawn(theme.spec(judged, opinions(1), LOOK)) if "text" in r]
    assert said == "rank correlation not defined (1 pairs)"


def test_the_pairs_that_are_farthest_off_are_named():
    rows = opinions(40)
    rows[0]["cosine"], rows[39]["cosine"] = 9.0, -9.0
    named = {row["a"] for row in drawn(theme.spec(judged, rows, LOOK)) if "spot0" in row}
    assert {"a0", "a39"} <= named and len(named) == 6


# Settling ---------------------------------------------------------------------------------------------------------


def checkpoints() -> list[dict[str, Any]]:
    lists = {100: ["the", "queen"], 200: ["queen", "prince"], 300: ["prince", "queen"]}
    return [
        {"watched": "king", "step": step, "rank": i + 1, "word": w}
        for step, found in lists.items()
        for i, w in enumerate(found)
    ]


@pytest.mark.parametrize("look", LOOKS)
def test_settling_tells_which_words_stay(look):
    spec = settling(checkpoints(), look)
    check(spec)
    rows = spec["data"]["values"]
    assert {row["word"] for row in rows if row["stays"]} == {"queen", "prince"}
    linked = [(r["step"], r["word"], r["y2"] - r["y"]) for r in rows if r["y2"] is not None]
    line = 1.5 * look.size
    assert linked == [(100, "queen", pytest.approx(-line)), (200, "queen", pytest.approx(line)), (200, "prince", pytest.approx(-line))]  # fmt: skip
    assert [row["after"] for row in rows] == [2, 2, 1, 1, 0, 0]


def test_settling_has_not_begun():
    check(settling([], LOOK))
    one = settling([{"watched": HEBREW, "step": 0, "rank": 1, "word": LONG}], LOOK)
    assert one["data"]["values"][0]["word"] == LONG
    assert len(one["data"]["values"][0]["label"]) == 14
