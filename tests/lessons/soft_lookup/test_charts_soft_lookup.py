"""The charts of the lesson on soft look-up as specs, and where their names stand."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
import torch

from core.analysis.soft_lookup import TEMPERATURES, bits, sweep
from core.lessons.soft_lookup import charts
from tests.helpers.charts import LOOK, LOOKS, check

FINITE = TEMPERATURES[1:-1]


def swept(products: list[float], names: list[str] | None = None) -> list[dict[str, Any]]:
    """Rows of the chart of weights for keys with these products."""
    n = len(products)
    weights, _ = sweep(torch.ones(1), torch.tensor(products)[:, None], torch.eye(n), FINITE)
    names = names or [f"key{i}" for i in range(n)]
    return [{"t": t, "key": k, "weight": w} for t, line in zip(FINITE, weights.tolist(), strict=True) for k, w in zip(names, line, strict=True)]  # fmt: skip


def open_bits(words: list[str]) -> list[dict[str, Any]]:
    weights, _ = sweep(torch.ones(1), torch.tensor([[2.0], [1.0]]), torch.eye(2), FINITE)
    each = [words[i * len(words) // len(FINITE)] for i in range(len(FINITE))]
    return [{"t": t, "bits": b, "word": w} for t, b, w in zip(FINITE, bits(weights).tolist(), each, strict=True)]


SPREAD = [{"d": 2**i, "deviation": 2 ** (i / 2) * 1.01, "root": 2 ** (i / 2)} for i in range(11)]
LARGEST = [
    {"d": 2**i, "kind": k, "weight": w} for i in range(11) for k, w in (("by √d", 0.35), ("as they are", 0.3 + i / 20))
]
CASES = {
    "weights": lambda look: charts.weights(swept([1.0, 2.0, 2.5]), 1.0, look),
    "weights of equal keys": lambda look: charts.weights(swept([1.0, 1.0]), None, look),
    "weights of one key": lambda look: charts.weights(swept([1.0]), None, look),
    "weights of wide names": lambda look: charts.weights(swept([1.0, 2.0], ["女" * 40, "王" * 40]), 1.0, look),
    "weights of long and other names": lambda look: charts.weights(swept([1.0, 2.0, 3.0], ["x" * 40, "מלכה", "<b>"]), 100.0, look),
    "entropy": lambda look: charts.entropy(open_bits(["a", "b"]), 1.0, 0.25, look),
    "entropy without words": lambda look: charts.entropy(open_bits([""]), 1.0, None, look),
    "entropy of one key": lambda look: charts.entropy([r | {"bits": 0.0} for r in open_bits([""])], 0.0, 1.0, look),
    "spread": lambda look: charts.spread(SPREAD, look),
    "largest": lambda look: charts.largest(LARGEST, 8, look),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("look", LOOKS, ids=["light", "dark big"])
def test_a_chart_is_one_valid_view_in_the_colours_of_its_theme(name, look):
    spec = CASES[name](look)
    check(spec)
    assert not {"vconcat", "hconcat", "concat", "facet"} & spec.keys()  # Streamlit fits only a single view
    named = {layer["data"]["name"] for layer in spec["layer"] if "name" in layer.get("data", {})}
    assert named == set(spec["datasets"]), "each mark has its data"
    text = [layer["mark"] for layer in spec["layer"] if layer["mark"]["type"] == "text"]
    assert text and all(mark["fontSize"] >= look.size and "color" in mark for mark in text)
    other = LOOKS[1] if look.ink == LOOK.ink else LOOK
    drawn = json.dumps({k: v for k, v in spec.items() if k != "datasets"})
    assert other.ink not in drawn and other.quiet not in drawn


def test_the_lines_are_the_weights_and_differ_by_more_than_colour():
    rows = swept([1.0, 2.0, 2.5])
    sets = charts.weights(rows, 0.5, LOOK)["datasets"]
    assert [{k: line[k] for k in ("t", "key", "weight")} for line in sets["lines"]] == rows
    styles = {line["key"]: (line["hue"], line["dash"]) for line in sets["lines"]}
    assert len({hue for hue, _ in styles.values()}) == len({dash for _, dash in styles.values()}) == 3
    assert sets["now"] == [{"t": 0.5}] and charts.weights(rows, None, LOOK)["datasets"]["now"] == []


@pytest.mark.parametrize("products", [[1.0, 2.0, 2.5], [13.99 / 7.07, 13.44 / 7.07, 17.56 / 7.07], [float(i) for i in range(8)], [0.0, 0.0, 0.0]])  # fmt: skip
def test_a_name_stands_on_its_line_and_on_no_other_name(products):
    rows = swept(products)
    names = charts.weights(rows, None, LOOK)["datasets"]["names"]
    at = {(row["t"], row["key"]): row["weight"] for row in rows}
    assert [name["key"] for name in names] == [f"key{i}" for i in range(len(products))]
    places = []
    for name in names:
        assert name["weight"] == at[name["t"], name["key"]]
        low = name["weight"] + (0.025 if name["above"] else -0.125)
        places.append((FINITE.index(name["t"]), low))
    for i, (a, low) in enumerate(places):
        for b, other in places[i + 1 :]:
            assert abs(a - b) >= 4 or abs(low - other) >= 0.1 - 1e-9


def test_words_stand_where_they_change_and_never_on_each_other():
    found = charts.entropy(open_bits(["one", "two", "three"]), 1.0, None, LOOK)["datasets"]["words"]
    assert [row["word"] for row in found] == ["one", "two", "three"]
    assert found[0]["t"] == FINITE[0] and found[1]["t"] > found[0]["t"]
    many = charts.entropy(open_bits([f"word{i}" for i in range(41)]), 1.0, None, LOOK)["datasets"]["words"]
    assert 6 <= len(many) < 41
    for line in range(3):
        places = [(FINITE.index(row["t"]), row["left"]) for row in many if row["line"] == line]
        assert all(b - a >= 4 for (a, _), (b, left) in itertools.pairwise(places) if not left)


def test_the_most_bits_and_the_ends_are_named():
    sets = charts.entropy(open_bits([""]), 1.585, None, LOOK)["datasets"]
    assert sets["most"][0]["text"].startswith("1.58 bits") or sets["most"][0]["text"].startswith("1.59 bits")
    assert charts.largest(LARGEST, 8, LOOK)["datasets"]["equal"][0]["weight"] == 1 / 8
    assert charts.spread(SPREAD, LOOK)["datasets"]["last"] == [SPREAD[-1]]
