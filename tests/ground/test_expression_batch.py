"""Answers to expressions: the three methods against plain numpy, many lines at once, and a safe table."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.analysis.csv_text import FORMULA_SIGNS
from core.analysis.expression_batch import COLUMNS, METHODS, answer, answer_lines, as_csv
from core.analysis.expressions import BadExpression, parse
from core.analysis.vectors import WordVectors

WORDS = [f"w{i}" for i in range(40)]
VECTORS = WordVectors(WORDS, np.random.default_rng(0).normal(size=(40, 6)))
TEXT = "w1 - w2 + w3"
EXPRESSION = parse(TEXT, VECTORS.__contains__)


def slow_scores(method: str) -> np.ndarray:
    """Of w1 − w2 + w3, word by word."""
    unit = VECTORS.unit.double().numpy()
    a, b, c = unit[1], unit[2], unit[3]

    def cos(x, y):
        return x @ y / max(np.linalg.norm(x) * np.linalg.norm(y), 1e-12)

    def half(x, y):
        return (1 + cos(x, y)) / 2

    if method == "add":
        return np.array([cos(x, a - b + c) for x in unit])
    if method == "mul":
        return np.array([half(x, a) * half(x, c) / (half(x, b) + 1e-3) for x in unit])
    return np.array([cos(x - c, a - b) for x in unit])


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("keep_query", [False, True])
def test_the_best_words_and_their_scores(method, keep_query):
    scores = slow_scores(method)
    allowed = [i for i in range(40) if keep_query or i not in (1, 2, 3)]
    expected = sorted(allowed, key=lambda i: -scores[i])[:7]
    found = answer(EXPRESSION, VECTORS, method, keep_query, 7)
    assert [near.word for near in found] == [WORDS[i] for i in expected]
    np.testing.assert_allclose([near.cosine for near in found], scores[expected], atol=1e-5)


def test_the_words_own_answer_only_where_they_may():
    expression = parse("w5", VECTORS.__contains__)
    assert answer(expression, VECTORS, keep_query=True, count=1)[0].word == "w5"
    assert answer(expression, VECTORS, keep_query=False, count=1)[0].word != "w5"


@pytest.mark.parametrize("text", ["w1 - w2", "w1 + w2 + w3", "2*w1 - w2 + w3"])
def test_pair_direction_says_what_shape_it_needs(text):
    with pytest.raises(BadExpression, match="a − b \\+ c"):
        answer(parse(text, VECTORS.__contains__), VECTORS, "direction")


@pytest.mark.parametrize("text", ["-900 * w1", "w0 - 900 * w1", "1000*w1 + 1000*w2 + 1000*w3 - w4"])
def test_powers_that_no_float_holds_are_said(text):
    with pytest.raises(BadExpression, match="3CosAdd"):
        answer(parse(text, VECTORS.__contains__), VECTORS, "mul")


@pytest.mark.parametrize(("method", "count"), [("best", 3), ("add", 0), ("add", -1)])
def test_no_such_method_or_count(method, count):
    with pytest.raises(ValueError):
        answer(EXPRESSION, VECTORS, method, count=count)


def test_many_lines_each_with_its_answers_or_its_error():
    lines = ["# countries", "", TEXT, "w1 - nothing", "  # more", "w1 +", " w4 "]
    rows = answer_lines(lines, VECTORS, "add", False, 2)
    assert [(row["line"], row.get("rank")) for row in rows] == [(3, 1), (3, 2), (4, None), (6, None), (7, 1), (7, 2)]
    assert [(row["word"], row["cosine"]) for row in rows[:2]] == answer(EXPRESSION, VECTORS, "add", False, 2)
    assert rows[0]["expression"] == TEXT and rows[-1]["expression"] == "w4"
    assert '"nothing"' in rows[2]["error"] and 'after the "+"' in rows[3]["error"]
    assert "word" not in rows[2]


def test_a_line_that_the_method_cannot_answer_has_an_error_too():
    (row,) = answer_lines(["w1 + w2"], VECTORS, "direction")
    assert row["line"] == 1 and "a − b + c" in row["error"]


def test_a_huge_line_is_one_error_and_stays_short():
    (row,) = answer_lines(["w1+" * 10_000 + "w1"], VECTORS)
    assert "10,001 terms" in row["error"] and len(row["expression"]) == 2_000


def test_how_many_lines_there_may_be():
    assert len(answer_lines(["w1", ""] * 1_000, VECTORS)) == 1_000
    with pytest.raises(BadExpression, match="1,001 lines; at most 1,000"):
        answer_lines(["w1"] * 1_001, VECTORS)
    for lines in ([], ["", "# none"]):
        with pytest.raises(BadExpression, match="no expression"):
            answer_lines(lines, VECTORS)


@pytest.mark.parametrize("count", [0, 11])
def test_how_many_answers_a_line_may_have(count):
    with pytest.raises(ValueError):
        answer_lines([TEXT], VECTORS, count=count)


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def test_the_table_is_read_back():
    rows = answer_lines([TEXT, "w1 - ,", "-w7"], VECTORS, count=2)
    header, *cells = read(as_csv(rows))
    assert header == list(COLUMNS)
    assert len(cells) == len(rows) == 5
    for row, line in zip(rows, cells, strict=True):
        given = dict(zip(header, line, strict=True))
        assert int(given["line"]) == row["line"]
        assert given["expression"] == ("'-w7" if row["line"] == 3 else row["expression"])
        assert given["error"] == row.get("error", "")
        assert given["word"] == row.get("word", "")
        assert (float(given["cosine"]) if given["cosine"] else None) == row.get("cosine")


def test_a_negative_number_stays_a_number():
    row = {"line": 1, "expression": "a", "rank": 1, "word": "b", "cosine": -0.25}
    assert read(as_csv([row]))[1] == ["1", "a", "1", "b", "-0.25", ""]


@settings(max_examples=150, deadline=None, database=None)
@given(st.lists(st.tuples(st.text(), st.text("=+-@\t\r\n\",;'a", max_size=6)), max_size=4))
def test_no_cell_begins_like_a_formula_and_nothing_else_changes(cells):
    rows = [{"line": i, "expression": first, "word": second} for i, (first, second) in enumerate(cells)]
    _, *found = read(as_csv(rows))
    assert len(found) == len(rows)
    for line, (first, second) in zip(found, cells, strict=True):
        for cell, text in ((line[1], first), (line[3], second)):
            assert not cell.startswith(FORMULA_SIGNS)
            assert cell == (f"'{text}" if text.startswith(FORMULA_SIGNS) else text)
