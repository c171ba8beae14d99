"""Normal form C, also of what is made to take long."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from core.data.normal import MOST_MARKS, nfc
from core.data.read_text import read_text

MARKS = [chr(code) for code in (0x300, 0x301, 0x316, 0x327, 0x5B0, 0x64B, 0x1D165, 0x1E2AE)]


@given(st.text(), st.lists(st.sampled_from(MARKS), max_size=MOST_MARKS).map("".join), st.text())
def test_it_is_unicodes_own_where_no_run_is_long(before, marks, after):
    text = before + "a" + marks + "b" + after
    assert nfc(text) == unicodedata.normalize("NFC", text)


@given(st.lists(st.sampled_from(MARKS), min_size=MOST_MARKS + 1, max_size=200).map("".join))
def test_of_a_long_run_the_beginning_stays(marks):
    assert nfc(f"x{marks}y{marks}") == unicodedata.normalize("NFC", f"x{marks[:MOST_MARKS]}y{marks[:MOST_MARKS]}")


def test_a_text_of_marks_is_read_like_any_other():
    """800 kB of marks in turn, which Unicode's own sorting would take minutes for."""
    words = " ".join(f"word{i % 200}" for i in range(3000))
    text = read_text((words + " e" + "\u0301\u0316" * 200_000 + " end").encode())
    assert text.startswith(words) and text.endswith(" end") and len(text) < len(words) + 50
