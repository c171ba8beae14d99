"""The charts of guesses as specs: what they are told is what they draw."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core.charts import theme
from core.lessons.attention import charts_lens
from core.lessons.attention import charts_next_token as charts
from core.lessons.attention.charts_next_token import percent
from tests.helpers.charts import LOOK, LOOKS, check

LAYERS = ["embeddings", "layer 1", "layer 2"]


def bars(cut: int = 0, count: int = 10, odd: str = "·the") -> list[dict[str, Any]]:
    """Ten tokens, the last `cut` of which cannot be drawn."""
    own = [2.0**-i / 2 for i in range(count)]
    return [
        {"token": odd if not i else f"·t{i}", "own": p, "drawn": 0.0 if i >= count - cut else p * 1.2}
        for i, p in enumerate(own)
    ]


def cells(positions: int, odd: str = "·and") -> list[dict[str, Any]]:
    return [
        {
            "row": t, "column": layer, "layer": LAYERS[layer], "read": f"r{t}", "label": "?" if t == positions - 1 else odd,
            "guess": odd, "value": None if t == positions - 1 else (t + layer) / (positions + 2), "said": "1%",
            "final": layer > 0, "hit": t == 0,
        }
        for t in range(positions) for layer in range(3)
    ]  # fmt: skip


CASES = {
    "candidates": lambda look: charts.candidates(bars(), look),
    "candidates, some cut off": lambda look: charts.candidates(bars(cut=7), look),
    "one candidate": lambda look: charts.candidates(bars(count=1), look),
    "odd candidates": lambda look: charts.candidates(bars(odd="<b>" + "x" * 40), look),
    "lens": lambda look: charts_lens.lens(cells(16), LAYERS, "probability of its guess", look),
    "lens of one position": lambda look: charts_lens.lens(cells(1), LAYERS, "probability of what comes", look),
    "odd lens": lambda look: charts_lens.lens(cells(4, "שלום" * 9), LAYERS, "probability of its guess", look),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("look", LOOKS, ids=["light", "dark big"])
def test_a_chart_is_one_valid_view_in_the_colours_of_its_theme(name, look):
    spec = CASES[name](look)
    check(spec)
    assert not {"vconcat", "hconcat", "concat", "facet"} & spec.keys()  # Streamlit fits only a single view
    assert {layer["data"]["name"] for layer in spec["layer"]} == set(spec["datasets"]), "each mark has its data"
    text = [layer["mark"] for layer in spec["layer"] if layer["mark"]["type"] == "text"]
    assert text and all(mark["fontSize"] >= look.size and "color" in mark for mark in text)
    other = LOOKS[1] if look.ink == LOOK.ink else LOOK
    drawn = json.dumps(spec)
    assert other.ink not in drawn and other.quiet not in drawn and other.ours not in drawn


def test_bars_are_the_probabilities_and_what_is_cut_off_says_so():
    rows = charts.candidates(bars(cut=3), LOOK)["datasets"]["rows"]
    assert [{k: row[k] for k in ("token", "own", "drawn")} for row in rows] == bars(cut=3)
    assert [row["said"] == "cut off" for row in rows] == [row["cut"] for row in rows] == [False] * 7 + [True] * 3
    assert {row["most"] for row in rows} == {0.6}, "one scale for all: the largest of both"
    kept = [layer for layer in CASES["candidates"](LOOK)["layer"] if "transform" in layer]
    assert {layer["transform"][0]["filter"] for layer in kept} == {"datum.cut", "!datum.cut"}


def test_the_height_follows_the_rows():
    assert charts.candidates(bars(count=10), LOOK)["height"] > charts.candidates(bars(count=3), LOOK)["height"]
    assert (
        charts_lens.lens(cells(16), LAYERS, "p", LOOK)["height"]
        > charts_lens.lens(cells(4), LAYERS, "p", LOOK)["height"]
    )


def test_the_cells_of_the_lens_are_told_by_more_than_colour():
    sets = charts_lens.lens(cells(6), LAYERS, "p", LOOK)["datasets"]
    assert [cell["text"] for cell in sets["cells"]] == ["·and ✓"] * 3 + ["·and"] * 15
    assert [cell["known"] for cell in sets["cells"]] == [True] * 15 + [False] * 3
    assert [end["label_short"] for end in sets["ends"]] == ["·and"] * 5 + ["?"]
    assert [head["short"] for head in sets["heads"]] == ["emb.", "1", "2"]


def contrast(a: str, b: str) -> float:
    def light(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((light(a), light(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_text_on_every_colour_of_the_lens_can_be_read():
    steps = [i / 200 for i in range(201)]
    rows = [cells(1)[0] | {"row": i, "value": value} for i, value in enumerate(steps)]
    inks = [cell["ink"] for cell in charts_lens.lens(rows, LAYERS, "p", LOOK)["datasets"]["cells"]]
    for value, ink in zip(steps, inks, strict=True):
        low = min(int(value * 9), 8)
        ends = [
            [int(theme.CIVIDIS[i][j : j + 2], 16) for j in (1, 3, 5)] for i in (low, low + 1)
        ]  # the scale runs straight from one to the next
        mixed = [round(a + (b - a) * (value * 9 - low)) for a, b in zip(*ends, strict=True)]
        assert contrast("#{:02X}{:02X}{:02X}".format(*mixed), ink) >= 4.5, value


@pytest.mark.parametrize(
    ("share", "said"),
    [(1, "100%"), (0.996, "100%"), (0.5, "50%"), (0.0996, "10%"), (0.0994, "9.9%"), (0.012, "1.2%"), (0.00345, "0.34%"),
     (0.0001, "0.010%"), (0.00002, "0.002%"), (0.000001, "<0.001%"), (0, "0%")],
)  # fmt: skip
def test_a_share_has_two_digits_that_say_something(share, said):
    assert percent(share) == said.replace(" ", "\u00a0")
