"""Charts say in words what they show: from the rows that are drawn, and on every page."""

from __future__ import annotations

import json

import pytest

from core.charts import written
from core.charts.in_words import FEW, LONGEST, described, first_sentence, in_words, rows_of
from core.course import LESSONS
from core.ui import bars
from tests.helpers.pages import open_page


def chart(**fields: str) -> dict:
    return {"mark": "line", "encoding": {name: {"field": name, "title": title} for name, title in fields.items()}}


def test_few_rows_are_read_out_with_the_titles_of_the_axes():
    rows = [
        {"size": 2, "mse": 0.04567, "ours": True, "hue": "#0072B2"},
        {"size": 1024, "mse": 0.5, "ours": False, "hue": "#D55E00"},
    ]
    told = in_words(chart(size="bottleneck", mse="error"), rows, "Error by size.")
    assert told == "Error by size. bottleneck 2, error 0.0457; bottleneck 1,024, error 0.5."


def test_of_many_rows_each_group_says_where_it_begins_ends_and_turns():
    rows = [
        {"who": who, "step": i, "loss": abs(i - 5) + add} for who, add in (("a", 0.0), ("b", 2.0)) for i in range(10)
    ]
    told = in_words(chart(who="", step="step", loss="loss"), rows)
    assert told == (
        "a: 10 points, step 0 to 9, loss 5 to 4 (least 0, most 5); b: 10 points, step 0 to 9, loss 7 to 6 (least 2, most 7)."
    )
    rows[3]["loss"] = 99.0
    assert "most 99" in in_words(chart(who="", step="step", loss="loss"), rows), "it follows the data"


@pytest.mark.parametrize(
    "rows", [[], [{}], [{"x": None}], [{"x": float("nan")}] * 20, [{"x": "word " * 300}], [{"x": [1]}, {"x": {"y": 1}}]]
)
def test_any_rows_give_a_text_that_is_no_longer_than_it_may_be(rows):
    assert isinstance(in_words(chart(x="x"), rows), str) and len(in_words(chart(x="x"), rows)) <= LONGEST


def test_columns_that_no_channel_shows_are_left_out_but_the_one_that_tells_groups_apart():
    rows = [{"quantity": "loss" if i % 2 else "probe", "i": i, "value": 1.0, "seed": 7} for i in range(2 * FEW)]
    told = in_words({"encoding": {"x": {"field": "i", "title": "step"}, "y": {"field": "value"}}}, rows)
    assert "probe: 12 points, step 0 to 22, value 1 throughout" in told and "seed" not in told


def test_a_spec_that_carries_its_data_is_described_by_them():
    spec = {"datasets": {"a": [{"x": 1}], "b": [{"x": 2}, {"x": 3}]}, **chart(x="place")}
    assert described(spec, rows_of(spec))["description"] == "place 2; place 3."


@pytest.mark.parametrize(
    ("text", "line"),
    [("Error by size; both\n    logarithmic.\n\n    frame: x", "Error by size; both logarithmic."),
     ("A map, as a Vega-Lite spec. frame: x.", "A map."), ("No stop", "No stop."), (None, ""), ("", "")],
)  # fmt: skip
def test_the_first_sentence_of_a_docstring(text, line):
    assert first_sentence(text) == line


@pytest.mark.parametrize("slug", [lesson.slug for lesson in LESSONS])
def test_every_chart_of_a_page_says_what_it_shows(lab_cache, slug):
    specs = [json.loads(element.proto.spec) for element in open_page(slug).get("vega_lite_chart")]
    assert all(any(c.isdigit() for c in spec.get("description", "")) for spec in specs)
    assert len({spec["description"] for spec in specs}) == len(specs), "each its own"
    assert all("frame:" not in spec["description"] for spec in specs)
    too_wide = {spec["description"][:60]: width for spec in specs for width in legends(spec) if width > PHONE}
    assert not too_wide, "a phone cuts off what stands at the end of a legend"


PHONE = 300  # pixels beside an axis and its labels, on a screen of 390
LETTER, SYMBOL = 7.0, 22  # pixels of the lab's letters at 15 px, in the mean, and of a sign with the space around it


def legends(part: object) -> list[float]:
    """How wide each legend of a spec is that stands above its chart, in pixels."""
    if isinstance(part, list):
        return [width for one in part for width in legends(one)]
    if not isinstance(part, dict):
        return []
    found = [width for one in part.values() for width in legends(one)]
    legend, names = part.get("legend"), (part.get("scale") or {}).get("domain")
    if isinstance(legend, dict) and legend.get("orient") == "top" and isinstance(names, list):
        columns = min(legend.get("columns") or len(names), len(names))
        longest = [max(map(len, map(str, names[i::columns]))) for i in range(columns)]
        found.append(LETTER * sum(longest) + SYMBOL * columns)
    return found


def test_a_legend_is_as_wide_as_its_columns():
    names = {"scale": {"domain": ["ab", "abcd", "abcdef"]}, "legend": {"orient": "top", "columns": 2}}
    assert legends({"layer": [{"encoding": {"color": names}}]}) == [LETTER * (6 + 4) + SYMBOL * 2]
    assert legends({"color": names | {"legend": {"orient": "top"}}}) == [LETTER * 12 + SYMBOL * 3]
    assert legends({"color": names | {"legend": None}}) == []


def test_a_number_by_itself_has_three_significant_digits():
    said = {
        0.00841: "0.00841", 0.04614: "0.0461", 1.2345: "1.23", 57.12: "57.1", 1234.4: "1,234", 1.62e-6: "1.62e-06", -0.5: "−0.500",
        9.999e-5: "0.000100", 999.6: "1,000", 0.0: "0", float("nan"): "–",
    }  # fmt: skip
    assert {value: written.number(value) for value in said} == said
    assert ">0.0107<" in bars.as_html([bars.Bar("ours", 0.01071), bars.Bar("mean", 0.0737)], digits=0)
    assert ">0.011<" in bars.as_html([bars.Bar("ours", 0.01071)]), "decimals where differences are compared"
