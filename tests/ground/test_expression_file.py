"""Expressions out of plain lists, numbered ones, and tables of spreadsheets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analysis.expression_batch import as_csv
from core.analysis.expression_file import expression_lines

KING, PARIS = "king - man + woman", "paris - france + italy"


@pytest.mark.parametrize(
    "text",
    [
        f"{KING}\n{PARIS}",
        f"1. {KING}\n2. {PARIS}",
        f"1) {KING}\n22) {PARIS}",
        f"• {KING}\n* {PARIS}",
        f'"{KING}"\n"{PARIS}"',
        f"{KING},queen\n{PARIS},rome",
        f"{KING};queen\n{PARIS};rome",
        f"{KING}\tqueen\n{PARIS}\trome",
        f'"{KING}","queen, perhaps"\n"{PARIS}","rome"',
        f"1,{KING}\n2,{PARIS}",
        f'1;"{KING}"\n2;"{PARIS}"',
    ],
)
def test_lists_and_tables_give_their_expressions(text):
    assert [line.strip() for line in expression_lines(text)] == [KING, PARIS]


def test_a_column_of_that_name_is_taken():
    assert expression_lines(f"Answer,Expression\nqueen,{KING}\nrome,{PARIS}") == ["", KING, PARIS]
    assert expression_lines(f"expression;answer\n{KING};queen;more\n\n;") == ["", KING, "", ""]


def test_the_labs_own_download_is_read_again():
    rows = [
        {"line": 1, "expression": KING, "rank": 1, "word": "queen", "cosine": 0.8},
        {"line": 1, "expression": KING, "rank": 2, "word": "throne", "cosine": 0.7},
        {"line": 3, "expression": "-man + woman", "rank": 1, "word": "her", "cosine": 0.5},
        {"line": 4, "expression": KING, "rank": 1, "word": "queen", "cosine": 0.8},
    ]
    assert [line for line in expression_lines(as_csv(rows)) if line] == [KING, "-man + woman", KING]


@pytest.mark.parametrize(
    "line",
    [KING, "  king", "-king + man", "2.5 * king", "2 * king", '"well known" - man', "“well known” + x", "# a remark, with a comma", "",
     "o'clock - noon", "(a + b) * 0.5"],
)  # fmt: skip
def test_a_plain_expression_stays_as_it_is(line):
    assert expression_lines(f"{line}\n{line}") == [line, line] or not line


@given(st.text(max_size=200))
def test_any_text_has_as_many_lines_as_before(text):
    assert len(expression_lines(text)) == len(text.splitlines())


def test_an_enormous_cell_is_a_line_like_any_other():
    assert expression_lines('"' + "x" * 150_000 + '",b') == ['"' + "x" * 150_000 + '",b']
