"""The lesson "Soft look-up" in AppTest: what it shows is computed once more here, by torch's own attention."""

from __future__ import annotations

import html
import json
import math
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from streamlit.testing.v1 import AppTest
from torch.nn import functional as F

from core.analysis.soft_lookup import TEMPERATURES, disagreement
from core.data import glove
from core.lessons.soft_lookup import card, linked, soft_dictionary
from core.ui import lesson
from core.ui.words import plain
from tests.helpers.pages import buttons, fine, open_page, press, tables, words

pytestmark = pytest.mark.usefixtures("lab_cache")
needs_glove = pytest.mark.skipif(not glove.available(), reason="the GloVe vectors are not on this machine")
FRUIT = {"apple": "pomme", "banana": "banane", "lemon": "citron"}


def page(**query: str) -> AppTest:
    """The lesson at a link without the prefix."""
    return fine(open_page("soft_lookup", **{f"sl_{name}": value for name, value in query.items()}))


def box(at: AppTest) -> dict[str, Any]:
    """What the box was given, and what is asked in it."""
    [element] = [e for e in at.get("bidi_component") if e.key == "sl_box"]
    data = json.loads(element.proto.json)
    return data | {"asked": data["held"]["value"], "puts": data["held"]["puts"]}


def weights(at: AppTest) -> list[float | None]:
    return [row and row[3] for row in box(at)["rows"]]


def send(app: AppTest, stamp: str = "hand-1", **changes: Any) -> AppTest:
    """What the browser sends after a gesture."""
    puts = changes.pop("puts", box(app)["puts"])
    message = {"value": box(app)["asked"] | changes, "puts": puts, "stamp": stamp}
    app.session_state["sl_box"] = {"held": message}
    return fine(app.run())


def printed(at: AppTest) -> str:
    """All that Python's console shows."""
    return at.text[0].value


def console(at: AppTest) -> str:
    """What Python's own look-up printed last."""
    return printed(at).splitlines()[-1]


def problems(at: AppTest) -> str:
    return "\n".join(sentence for sentence, *_ in box(at)["problems"])


def drawn(at: AppTest, column: str) -> pd.DataFrame:
    """The first table with this column that a chart on the page was given."""
    for element in at.get("vega_lite_chart"):
        spec = json.loads(element.proto.spec)
        for rows in spec.get("datasets", {}).values():
            if rows and column in rows[0]:
                return pd.DataFrame(rows)
        for table in tables(element):
            if column in table.columns:
                return table
    raise AssertionError(f"no chart has {column}")


@lru_cache(maxsize=1)
def whole() -> tuple[dict[str, int], np.ndarray]:
    names, vectors = glove.load()
    return {name: i for i, name in enumerate(names)}, vectors


def vector(word: str, unit: bool = False) -> torch.Tensor:
    index, vectors = whole()
    found = torch.tensor(np.array(vectors[index[word]]), dtype=torch.float64)
    return found / found.norm() if unit else found


def attention(query: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, scale: float) -> torch.Tensor:
    return F.scaled_dot_product_attention(query[None], keys, values, scale=scale)[0]


# It opens ---------------------------------------------------------------------------------------------------------


@needs_glove
@pytest.mark.parametrize(
    ("temperature", "unit", "scale"), [(0.25, False, True), (1.0, True, True), (10.0, False, False), (0.1, True, False)]
)
def test_every_number_is_that_of_torchs_attention(temperature, unit, scale):
    at = page(t=f"{temperature:g}", length="unit" if unit else "raw", scale="on" if scale else "off")
    query = vector("orange", unit)
    keys, values = (torch.stack([vector(word, unit) for word in side]) for side in (FRUIT, FRUIT.values()))
    factor = 1 / ((math.sqrt(50) if scale else 1) * temperature)
    shown = torch.tensor(box(at)["rows"], dtype=torch.float64)
    torch.testing.assert_close(shown[:, 0], keys @ query)
    torch.testing.assert_close(shown[:, 1], keys @ query / (math.sqrt(50) if scale else 1))
    torch.testing.assert_close(shown[:, 2], keys @ query * factor)
    torch.testing.assert_close(shown[:, 3], attention(query, keys, torch.eye(3, dtype=torch.float64), factor))
    merged = attention(query, keys, values, factor)
    index, vectors = whole()
    first = np.array(vectors[:50_000], dtype=np.float64)
    cosines = first @ merged.numpy() / np.linalg.norm(first, axis=1) / float(merged.norm())
    order = np.argsort(-cosines)[:5]
    places = [index[word] for word, _ in box(at)["near"]]
    assert places == order.tolist()
    assert [cosine for _, cosine in box(at)["near"]] == pytest.approx(cosines[order].tolist(), abs=1e-5)
    assert box(at)["root"] == pytest.approx(math.sqrt(50) if scale else 1)


@needs_glove
def test_the_lesson_opens_on_the_lectures_example():
    at = page()
    assert console(at) == "KeyError: 'orange'" and dict(at.query_params) == {}
    asked = box(at)["asked"]
    assert asked["query"] == "orange" and {key: value for key, value, *_ in asked["entries"]} == FRUIT
    assert [round(weight, 2) for weight in weights(at)] == [0.28, 0.26, 0.46]
    assert not at.error and not at.info and not box(at)["problems"] and not box(at)["error"]
    assert [header.value for header in at.header] == ["Why divide by √d?", "Try this"]
    assert len(at.get("vega_lite_chart")) == 4 and "sl_reset" in buttons(at)
    assert box(at)["near"][0][0] == "citron"
    assert "“pomme”, “banane” are rare words" in box(at)["about_near"]
    assert box(page(own="out"))["near"][0][0] != "citron"


@needs_glove
def test_the_plane_of_the_keys_keeps_every_product_and_the_chain_ends_at_the_merged_vector():
    at = page()
    flat = box(at)["flat"]
    query, *keys = torch.stack([vector(word) for word in ("orange", *FRUIT)]).numpy()
    products = np.array(keys) @ query
    assert np.array(flat["keys"]) @ np.array(flat["query"]) == pytest.approx(products, rel=1e-6)
    furthest = np.argmax(np.array(flat["keys"])[:, 0])
    assert furthest == np.argmax(weights(at)), "the key that reaches furthest along the query weighs most"
    assert "of their squared length" in flat["about_keys"]
    assert box(at)["merged"] == pytest.approx(np.array(weights(at)) @ np.array(flat["values"]))


@needs_glove
def test_the_first_paint_is_the_stage_and_the_rest_follows(monkeypatch):
    monkeypatch.setattr(lesson, "first_paint", lambda prefix: True)
    at = page(scale="maybe")
    first = weights(at)
    assert len(first) == 3 and not at.get("vega_lite_chart") and not at.header
    monkeypatch.setattr(lesson, "first_paint", lambda prefix: False)
    fine(at.run())
    assert weights(at) == first and len(at.get("vega_lite_chart")) == 4
    assert len(at.info) == 1 and "Divide by √d: the link asks for a value" in at.info[0].value


def test_without_glove_the_page_opens_on_arrows_and_says_what_to_install(monkeypatch):
    monkeypatch.setattr(glove, "available", lambda: False)
    at = page()
    assert box(at)["own"] and sum(weights(at)) == pytest.approx(1)
    assert glove.HOW_TO_GET in words(at) and not at.error
    asked = page(**{"from": "glove"})
    assert box(asked)["own"] and len(asked.info) == 1
    card.answers.cache_clear()
    assert card.answers() is None
    card.answers.cache_clear()


# Arrows -----------------------------------------------------------------------------------------------------------

OWN = {"from": "own"}


@pytest.mark.parametrize("unit", [False, True])
@pytest.mark.parametrize("scale", [True, False])
def test_arrows_are_vectors(unit, scale):
    at = page(a="1_2_3_0_-1_2_0_0_2_2_1_-1_-3_1.5", e="a~b~c~d~e~f", t="0.5", length="unit" if unit else "raw", scale="on" if scale else "off", **OWN)  # fmt: skip
    query, *rest = torch.tensor([[1, 2], [3, 0], [-1, 2], [0, 0], [2, 2], [1, -1], [-3, 1.5]], dtype=torch.float64)
    keys, values = torch.stack(rest[::2]), torch.stack(rest[1::2])
    if unit:
        query, keys, values = (v / v.norm(dim=-1, keepdim=True).clamp_min(1e-12) for v in (query, keys, values))
    expected = attention(query, keys, values, 1 / ((math.sqrt(2) if scale else 1) * 0.5))
    assert box(at)["merged"] == pytest.approx(expected.tolist(), abs=1e-12)
    assert box(at)["near"] == [] and box(at)["flat"]["query"] is None


def test_hard_and_average_are_exact():
    cold, hot = page(t="hard", **OWN), page(t="average", **OWN)
    assert weights(cold) == [0, 0, 1] and [row[2] for row in box(cold)["rows"]] == [None] * 3
    assert weights(hot) == pytest.approx([1 / 3] * 3, abs=0) and [row[2] for row in box(hot)["rows"]] == [0] * 3
    assert box(cold)["temperatures"][0] == 0 and box(cold)["temperatures"][-1] is None
    assert "T → 0 leaves 0.00 bits open, as if 1.00 keys" in "".join(s.value for s in cold.subheader)
    assert "T → ∞ leaves 1.58 bits open, as if 3.00 keys" in "".join(s.value for s in hot.subheader)


def test_a_gesture_is_answered_and_travels_in_the_link():
    at = send(page(**OWN), at=[0.5, -2], t=TEMPERATURES.index(0.25))
    assert at.query_params["sl_a"].startswith("0.5_-2_") and at.query_params["sl_t"] == "0.25"
    link = {name.removeprefix("sl_"): value for name, value in dict(at.query_params).items()}
    again = page(**link)
    assert box(again)["asked"] == box(at)["asked"] and box(again)["rows"] == box(at)["rows"]
    assert box(again)["merged"] == box(at)["merged"] and not again.info


# What is asked ----------------------------------------------------------------------------------------------------


@needs_glove
def test_a_question_that_is_a_key_has_its_value_hard_and_most_of_it_soft():
    at = page(q="lemon")
    assert console(at) == "'citron'" and max(weights(at)) == weights(at)[2] < 1


@needs_glove
def test_a_word_without_a_vector_is_named_with_spellings_and_takes_no_part():
    at = page(q="ornge", e="aple~pomme~banana~banane~lemon~citron")
    assert "the query “ornge”" in problems(at) and "the key “aple”" in problems(at)
    by_field = {field: found for _, field, _, found in box(at)["problems"]}
    assert "orange" in by_field["query"] and "apple" in by_field["key"]
    assert weights(at) == [None] * 3 and "Without a vector the query" in box(at)["error"]
    assert len(at.get("vega_lite_chart")) == 2, "nothing is measured where nothing is looked up"
    send(at, query="orange")
    assert weights(at)[0] is None and sum(weights(at)[1:]) == pytest.approx(1) and not box(at)["error"]


@needs_glove
def test_a_value_without_a_vector_leaves_a_sum_of_words():
    at = page(e="apple~qwrtzpsdfg~lemon~citron")
    assert sum(weights(at)) == pytest.approx(1) and box(at)["merged"] is None and box(at)["near"] == []
    assert "“qwrtzpsdfg”, so the merge stays a sum of words" in box(at)["about_near"] and not box(at)["problems"]


@needs_glove
def test_a_word_counts_in_small_letters_and_is_shown_as_it_is():
    at = page(q="ORANGE")
    assert [round(weight, 2) for weight in weights(at)] == [0.28, 0.26, 0.46]
    assert console(at) == "KeyError: 'ORANGE'" and box(at)["asked"]["query"] == "ORANGE"


@pytest.mark.parametrize("source", ["own", pytest.param("glove", marks=needs_glove)])
def test_what_is_empty_is_said_in_one_sentence(source):
    at = page(**{"from": source})
    rows = box(at)["asked"]["entries"]
    send(at, "hand-1", query="")
    assert "Nothing is asked" in box(at)["error"] and weights(at) == [None] * 3
    send(at, "hand-2", query="orange", entries=[["", "", 1, 1, 1, 1], ["lemon", "", 1, 1, 1, 1]])
    assert "No entry can take part" in box(at)["error"]
    assert "Entry 1 takes no part yet: write its key and its value." in problems(at)
    assert "Entry 2 takes no part yet: write its value." in problems(at)
    send(at, "hand-3", entries=[*rows, ["", "x", 1, 1, 1, 1]])
    assert sum(weights(at)[:3]) == pytest.approx(1) and weights(at)[3] is None and not box(at)["error"]


@needs_glove
def test_two_equal_keys_share_and_python_forgets_one():
    at = press(page(), "sl_try2")
    assert weights(at) == [0, 0.5, 0.5]
    assert "holds “lemon” once, with its last value “limone”" in problems(at)
    assert "'lemon': 'limone'" in printed(at) and "citron" not in printed(at)


@needs_glove
def test_the_cards_and_reset():
    at = press(page(**OWN), "sl_try0")
    assert [round(weight, 1) for weight in weights(at)] == [0.1, 0.1, 0.8] and not box(at)["own"]
    press(at, "sl_try1")
    assert box(at)["asked"]["query"] == "tuesday" and sum(weights(at)) == pytest.approx(1)
    assert console(at) == "KeyError: 'tuesday'"
    press(at, "sl_reset")
    assert dict(at.query_params) == {} and box(at)["asked"]["query"] == "orange"
    assert [round(weight, 2) for weight in weights(at)] == [0.28, 0.26, 0.46]


HOSTILE = ["<img src=x onerror=alert(1)>", "**bold** $x$ :smile:", "שלום", "👩‍🔬", "'; DROP", '"""', "\\", "{{7*7}}"]


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_is_shown_as_it_is(text):
    at = page(q=text, e=linked.join([text, "a", "b", text]), **OWN)
    assert box(at)["asked"]["query"] == text and [e[0] for e in box(at)["asked"]["entries"]] == [text, "b"]
    assert sum(weights(at)) == pytest.approx(1) and console(at) == repr("a")
    assert not any(text in e.proto.body for e in at.get("html") if len(text) > 1)
    assert at.subheader[0].value.startswith(f"Measured: *{plain(text)}* weighs")


@pytest.mark.parametrize("value", ["", "nan", "-1", "~~~~~~", "0_0", "\x00\u202e", "9" * 5000, "[[1,2]]"])
def test_garbage_in_the_link_is_clamped_and_said(value):
    at = page(**dict.fromkeys(("q", "e", "a", "t", "from", "length", "scale", "own", "seed"), value))
    assert not at.error and len(box(at)["rows"]) == len(box(at)["asked"]["entries"])
    assert len({e.value for e in at.info}) == len(at.info) >= 4, "one sentence for each"
    assert box(at)["asked"]["t"] in (TEMPERATURES.index(0.01), TEMPERATURES.index(1.0), TEMPERATURES.index(100.0))
    assert "sl_from" not in at.query_params and "sl_scale" not in at.query_params


def test_messages_that_the_browser_cannot_have_sent_are_passed_over():
    at = page(**OWN)
    first = weights(at)
    for changes in ({"query": 7}, {"entries": []}, {"t": 99}, {"at": [math.inf, 0]}, {"puts": -1}):
        send(at, "hand-9", **changes)
        assert weights(at) == first


# Measured ---------------------------------------------------------------------------------------------------------


@needs_glove
def test_the_charts_hold_torchs_attention_at_every_temperature():
    at = page()
    query, keys = vector("orange"), torch.stack([vector(word) for word in FRUIT])
    lines = drawn(at, "weight").pivot(index="t", columns="key", values="weight")
    assert tuple(lines.index) == TEMPERATURES[1:-1]
    for t, row in lines.iterrows():
        expected = attention(query, keys, torch.eye(3, dtype=torch.float64), 1 / (math.sqrt(50) * t))
        assert row[list(FRUIT)].tolist() == pytest.approx(expected.tolist(), abs=1e-9)
    curve = drawn(at, "bits").set_index("t")
    for t, row in lines.iterrows():
        assert curve.loc[t, "bits"] == pytest.approx(-(row * np.log2(row.clip(lower=1e-300))).sum(), abs=1e-9)
    assert curve["word"].iloc[0] == "citron" and curve.loc[1.0, "word"] == box(at)["near"][0][0]
    cold, warm, hot = (lines.loc[t, "lemon"] for t in (0.1, 1.0, 10.0))
    assert at.subheader[0].value == f"Measured: *lemon* weighs {cold:.0%} at T = 0.1, {warm:.0%} at 1, {hot:.0%} at 10"
    h = curve.loc[1.0, "bits"]
    assert at.subheader[1].value == f"Measured: T = 1 leaves {h:.2f} bits open, as if {2**h:.2f} keys had equal weight"


def test_random_vectors_are_drawn_anew_with_another_seed():
    at = page(**OWN)
    first = drawn(at, "deviation")
    assert first["deviation"].tolist() == pytest.approx(np.sqrt(first["d"]).tolist(), rel=0.12)
    last = first.iloc[-1]
    assert f"at d = {last['d']:,.0f} dot products spread by {last['deviation']:.1f}; √d is {math.sqrt(last['d']):.1f}" in at.subheader[2].value  # fmt: skip
    fine(at.number_input(key="sl_seed").set_value(5).run())
    assert drawn(at, "deviation")["deviation"].tolist() != first["deviation"].tolist()
    assert at.query_params["sl_seed"] == "5"


# The card ---------------------------------------------------------------------------------------------------------


@needs_glove
def test_the_card_on_the_start_page_answers_too():
    bodies = [html.unescape(e.proto.body) for e in fine(open_page("home")).get("html")]
    [ours] = [body for body in bodies if "KeyError: 'orange'" in body]
    assert "0.28 pomme + 0.26 banane + 0.46 citron" in ours


@needs_glove
def test_the_page_says_how_often_the_largest_product_is_not_the_nearest_key():
    at = page()
    keys = sum(weight is not None for weight in weights(at))
    every = torch.tensor(np.ascontiguousarray(glove.load(50_000)[1][:10_000]), dtype=torch.float64)
    found = disagreement(every, keys)
    assert 0.2 < found.distance < 0.6 and 0.02 < found.cosine < 0.3
    said = " ".join(caption.value for caption in at.caption)
    assert f"of {keys} random words" in said and f"by distance in {found.distance:.0%} of 4,000 questions" in said
    assert f"not by cosine in {found.cosine:.0%}" in said
    at_one = " ".join(caption.value for caption in page(length="unit").caption)
    assert "at length 1 that is the nearest key, too" in at_one and "random words" not in at_one


@pytest.mark.parametrize("source", ["glove", "own"])
def test_every_act_is_drawn_with_the_most_entries_of_the_longest_words(source):
    words = [
        (mark * soft_dictionary.LONGEST)[: soft_dictionary.LONGEST]
        for mark in ("Wm", "<b>", "$x$", "~!", "日本", "e\u0301", "*_", "`|")
    ]
    entries = [word for i, word in enumerate(words) for word in (word, words[-1 - i])]
    at = page(**{"q": words[0], "e": linked.join(entries), "from": source, "t": "average"})
    asked = box(at)["asked"]
    assert len(asked["entries"]) == soft_dictionary.MOST and not at.error
    assert all(0 < len(word) <= soft_dictionary.LONGEST for key, value, *_ in asked["entries"] for word in (key, value))
