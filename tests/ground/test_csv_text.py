"""CSV that a spreadsheet opens: no cell is a formula, and numbers stay what they are."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from core.analysis.csv_text import FORMULA_SIGNS, csv_text

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=12)


@given(st.lists(TEXTS, min_size=1, max_size=3), st.sampled_from(FORMULA_SIGNS))
def test_no_text_begins_a_formula_and_none_is_lost(texts, sign):
    texts = [*texts, *(sign + text for text in texts if sign != "\r")]
    header, row = csv.reader(io.StringIO(csv_text(texts, [texts]), newline=""))
    assert header == row
    for before, after in zip(texts, row, strict=True):
        assert not after.startswith(FORMULA_SIGNS)
        assert after.removeprefix("'" if before.startswith(FORMULA_SIGNS) else "") == before


def test_numbers_stay_numbers():
    assert csv_text(["a", "b"], [[-1.5, "=1+1"], [2, "-3"]]).split() == ["a,b", "-1.5,'=1+1", "2,'-3"]
